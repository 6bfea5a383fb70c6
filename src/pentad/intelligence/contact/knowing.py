"""Reads what gates look at, of many customers at once, whoever asks."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime

from pentad.data.identity.models import Person
from pentad.data.identity.store import chunks
from pentad.intelligence.contact.addresses import digests
from pentad.intelligence.contact.asking import Ask, Contact, Suppressed
from pentad.intelligence.contact.models import ContactLog, Suppression


def roots_of(person_nos: Collection[int]) -> dict[int, int]:
    """Number of a customer or of a part → number of the root, of those who are here."""
    return {
        no: root or no
        for some in chunks(person_nos)
        for no, root in Person.objects.filter(no__in=some).values_list("no", "root_id")
    }


def parts_of(roots: Collection[int]) -> dict[int, int]:
    """Number of each part → of its root."""
    found = {root: root for root in roots}
    for some in chunks(roots):
        found.update(Person.objects.filter(root_id__in=some).values_list("no", "root_id"))
    return found


def contacts_since(parts: Mapping[int, int], since: datetime) -> Iterator[tuple[int, Contact]]:
    """(root, contact) of everything that went to these parts after a moment."""
    for some in chunks(parts):
        rows = ContactLog.objects.filter(person_id__in=some, at__gt=since)
        for part, at, channel, purpose, key in rows.values_list(
            "person_id", "at", "channel", "purpose", "delivery_key"
        ):
            yield parts[part], Contact(at, channel, purpose, key)


def suppressed(asks: Sequence[Ask], now: datetime) -> Callable[[Ask], Suppressed | None]:
    """A function that says why the address of one of these is not written to."""
    of_address = digests()
    kept = {at: of_address(*at) for at in {(ask.address, ask.country) for ask in asks if ask.address}}
    found: dict[tuple[str, str], Suppressed] = {}
    for some in chunks({of for both in kept.values() for of in both}):
        rows = Suppression.objects.filter(digest__in=some, lifted=None)
        for of, channel, reason, until in rows.values_list("digest", "channel", "reason", "until"):
            if until is None or until > now:
                found[of, channel] = Suppressed(reason, until)
    if not found:
        return lambda ask: None

    def one(ask: Ask) -> Suppressed | None:
        if not ask.address:
            return None
        places = [(of, channel) for of in kept[ask.address, ask.country] for channel in (ask.channel, "")]
        held = [found[one] for one in places if one in found]
        # What holds for good, and for everything, before what ends.
        return min(held, key=lambda both: both.until is not None, default=None)

    return one
