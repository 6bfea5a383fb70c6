"""What providers report of mail: that it arrived, came back, was called unwanted, opened, clicked or answered.

A report is only believed of what went out by the destination it came in by. Whatever is reported twice counts once.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import structlog
from django.db import transaction
from django.db.models import Q

from pentad.core import clock
from pentad.core.actor import SYSTEM
from pentad.data.identity.store import chunks
from pentad.platforms.channels.adapters.readers import MESSAGE_ID, TAG
from pentad.platforms.channels.landing import ENDED
from pentad.platforms.channels.models import SENDING, Delivery, Destination
from pentad.platforms.responses import actions
from pentad.platforms.responses.keeping import Asked, keep
from pentad.platforms.responses.models import CLICK, OPEN
from pentad.platforms.responses.payloads import said
from pentad.platforms.responses.people import person_of

log = structlog.get_logger(__name__)

HARD = {"bounced", "invalid"}
EARLY = timedelta(minutes=15)
"""For as long a report may be of a message whose sender has not written down yet what the provider calls it."""
IDS = re.compile(r"<([^<>\s]{1,300})>")
MOST_IDS = 20
PORTION = 10
"""Written down at once: a tenth of a second, for which senders wait."""


class Taken(NamedTuple):
    """known: how many spoke of a message of ours. again: whether the report is to come again, for what could not be written
    down now; what could counts once.
    """

    known: int
    again: bool


def take(destination: Destination, events: Iterable[Any]) -> Taken:
    """Write down what anymail read of a report. One that fails keeps no other back."""
    told = list(events)
    ours = _named(destination, told)
    taken = []
    for start in range(0, len(told), PORTION):
        with transaction.atomic():
            taken += [_one(destination, one, ours) for one in told[start : start + PORTION]]
    return Taken(sum(one.known for one in taken), any(one.again for one in taken))


def _one(destination: Destination, event: Any, ours: Mapping[str, Delivery]) -> Taken:
    try:
        with transaction.atomic():
            mine = _reply(destination, event) if event.event_type == "inbound" else _tracking(destination, event, ours)
    except Exception:
        log.exception("report_not_written", destination=destination.pk, kind=event.event_type)
        return Taken(0, True)
    return Taken(int(mine), not mine and _early(destination, event))


def _named(destination: Destination, events: Iterable[Any]) -> dict[str, Delivery]:
    """Id → delivery, of all that are named by the id we told: reports of a campaign come by the thousand."""
    wanted = {id_ for one in events if one.event_type != "inbound" and (id_ := _told(one))}
    of = Delivery.objects.select_related("base").filter(sent_by=destination)
    return {row.public_id: row for some in chunks(wanted) for row in of.filter(public_id__in=some)}


def _early(destination: Destination, event: Any) -> bool:
    """Known by the provider's own name alone, which is not written down before its sender comes back."""
    fresh = event.timestamp is None or event.timestamp > clock.now() - EARLY
    if not fresh or event.event_type == "inbound" or not event.message_id or _told(event):
        return False
    return Delivery.objects.filter(state=SENDING, sent_by=destination, attempts__gt=0).exists()


def _tracking(destination: Destination, event: Any, ours: Mapping[str, Delivery]) -> bool:
    delivery = ours.get(_told(event)) or _delivery(destination, event)
    if delivery is None:
        log.info("report_of_no_message", destination=destination.pk, kind=event.event_type)
        return False
    _keep_message_id(delivery, _plain(_said(event, MESSAGE_ID))[:200])
    at, address = _moment(event.timestamp), _plain(event.recipient)[:320]
    reason = _plain(event.mta_response or event.description or event.reject_reason)[:280]
    match event.event_type:
        case "delivered":
            if delivery.state not in ENDED:  # told again, most often
                actions.record_delivered(actor=SYSTEM, delivery=delivery, at=at)
        case "bounced" | "rejected" | "failed":
            _came_back(delivery, event, reason, address, at)
        case "complained":
            actions.record_complaint(actor=SYSTEM, delivery=delivery, reason=reason, address=address, at=at)
        case "unsubscribed":
            _unsubscribed(delivery)
        case "opened" | "clicked":
            _looked(delivery, event)
    return True


def _keep_message_id(delivery: Delivery, id_: str) -> None:
    """Answers name it. Such providers tell our own id back, so that theirs is not needed any more."""
    if id_ and delivery.provider_id != id_:
        Delivery.objects.filter(pk=delivery.pk).update(provider_id=id_)
        delivery.provider_id = id_


def _unsubscribed(delivery: Delivery) -> None:
    if (person := person_of(delivery)) is not None and delivery.purpose:
        actions.unsubscribe(actor=SYSTEM, delivery=delivery, person=person, how="provider")


def _came_back(delivery: Delivery, event: Any, reason: str, address: str, at: datetime) -> None:
    """A provider that refuses because the address complained or unsubscribed before says that again: here it counts too."""
    if event.reject_reason == "spam":
        actions.record_complaint(actor=SYSTEM, delivery=delivery, reason=reason, address=address, at=at)
        return
    if event.reject_reason == "unsubscribed":
        _unsubscribed(delivery)
    hard = event.reject_reason in HARD
    actions.record_bounce(actor=SYSTEM, delivery=delivery, hard=hard, reason=reason, address=address, at=at)


def _looked(delivery: Delivery, event: Any) -> None:
    """Opens and clicks that the provider counted; whether it was a person is judged as of our own."""
    asked = Asked(_address(event), str(event.user_agent or "")[:500])
    if event.event_type == "opened":
        keep(delivery, OPEN, asked)
        return
    links = said(delivery).links
    keep(delivery, CLICK, asked, link=links.index(event.click_url) if event.click_url in links else None)


def _address(event: Any) -> str:
    geo = _said(event, "Geo")
    return str((geo.get("IP") if isinstance(geo, dict) else "") or _said(event, "ip") or "")[:45]


def _said(event: Any, name: str) -> Any:
    """A field of the report as the provider sent it: at its top, or where Mailgun has it."""
    told = event.esp_event
    if not isinstance(told, dict):
        return None
    inner = told.get("event-data")
    return told.get(name) or (inner.get(name) if isinstance(inner, dict) else None)


def _plain(value: Any) -> str:
    """As one line, without what a database does not keep."""
    return " ".join(str(value or "").replace("\0", " ").split())


def _moment(at: datetime | None) -> datetime:
    """When it happened; now, where the provider says nothing that can be."""
    now = clock.now()
    return at if at is not None and now - timedelta(days=30) < at <= now else now


def _told(event: Any) -> str:
    return _plain(event.metadata.get(TAG))[:36] if isinstance(event.metadata, dict) else ""


def _delivery(destination: Destination, event: Any) -> Delivery | None:
    """By the id that the provider gave."""
    of = Delivery.objects.select_related("base").filter(sent_by=destination)
    return of.filter(provider_id=_plain(event.message_id)[:200]).first() if event.message_id else None


# ── Answers ─────────────────────────────────────────────────────────────────────────────────────


def _reply(destination: Destination, event: Any) -> bool:
    """A mail that came in and answers one of ours. What a program sent by itself is no answer."""
    mail = event.message
    if mail is None or str(mail.get("Auto-Submitted") or "no").strip().lower() != "no":
        return False
    delivery = _answered(destination, _plain(f"{mail.get('In-Reply-To', '')} {mail.get('References', '')}"))
    if delivery is None:
        log.info("reply_to_no_message", destination=destination.pk)
        return False
    text = str(mail.stripped_text or mail.text or "")
    actions.record_reply(actor=SYSTEM, delivery=delivery, text=text, at=_moment(event.timestamp))
    return True


def _answered(destination: Destination, headers: str) -> Delivery | None:
    """By the ids of the mails it answers, the nearest first: our own are the id of the delivery before the @, and providers
    that make their own tell what they gave.
    """
    ids = IDS.findall(headers[:8_000])[:MOST_IDS]
    local = [one.partition("@")[0] for one in ids]
    known = Q(provider_id__in=[*ids, *(f"<{one}>" for one in ids), *local]) | Q(public_id__in=local)
    return Delivery.objects.filter(known, sent_by=destination).order_by("-id").first() if ids else None
