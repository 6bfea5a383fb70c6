"""Which address a report speaks of: of those alone that the message was handed over for."""

from pentad.intelligence.contact.addresses import plain
from pentad.platforms.channels.adapters.phones import country_of
from pentad.platforms.channels.addressing import reached
from pentad.platforms.channels.items import TEST
from pentad.platforms.channels.models import Attempt, Delivery
from pentad.platforms.channels.once import handed_to
from pentad.platforms.responses.payloads import said


def address_given(delivery: Delivery, reported: str) -> str:
    """The address that is reported, if the message went there; else the customer's own to which it went: mail is passed on,
    and comes back from elsewhere. "" where neither is known: no report stops anybody else's address.
    """
    country = country_of(delivery.sent_by) if delivery.sent_by is not None else ""
    test = delivery.origin_kind == TEST  # went to a colleague, who is not named where the report does not
    whose = None if test else reached([delivery.person_no], delivery.channel).get(delivery.person_no)
    own = whose.addresses if whose is not None else ()
    went = set(Attempt.objects.filter(delivery=delivery).exclude(to="").values_list("to", flat=True))
    if not went:  # it left before that was written down
        known = {plain(one, country) for one in (said(delivery).address if test else "", *own) if one}
        found = reported if reported and plain(reported, country) in known else "" if reported else next(iter(own), "")
    else:
        found = next((one for one in (reported, *own) if one and handed_to(one, country) in went), "")
    return plain(found, country)
