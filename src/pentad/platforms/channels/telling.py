"""What is told of deliveries: the events of the customer's timeline, in the transaction of what they tell of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from pentad.core.outbox import emit_many
from pentad.data.identity.models import Person
from pentad.data.identity.store import chunks
from pentad.platforms.channels.items import CAMPAIGN, JOURNEY, TEST
from pentad.platforms.channels.models import (
    BOUNCED,
    DELIVERED,
    DOUBTFUL,
    EXPIRED,
    FAILED,
    HELD,
    SENT,
    SKIPPED,
    Delivery,
)

EVENTS = {
    SENT: ("Message Sent",),
    DELIVERED: ("Message Sent", "Message Delivered"),
    BOUNCED: ("Message Bounced",),
    FAILED: ("Message Failed",),
    DOUBTFUL: ("Message Doubtful",),
    HELD: ("Message Held",),
    SKIPPED: ("Message Skipped",),
    EXPIRED: ("Message Skipped",),
}
"""State → the events that tell of it. Of what is cancelled the campaign tells, once."""


class Told(NamedTuple):
    """A delivery in a new state, and what else there is to say of it. who: the customer's public id, where it is known."""

    row: Delivery
    more: dict[str, Any]
    who: str = ""


@dataclass(slots=True)
class _Public:
    id: str


def properties(row: Delivery) -> dict[str, Any]:
    """What events say of a delivery. Neither its address nor its text: events cannot be edited."""
    found: dict[str, Any] = {
        "delivery_id": row.public_id,
        "channel": row.channel,
        "purpose": row.purpose,
        "variant": row.variant,
        "run": row.run,
        "transactional": row.transactional,
    }
    name = {CAMPAIGN: "campaign_id", JOURNEY: "journey_id"}.get(row.origin_kind)
    return found | ({name: row.origin_id} if name else {"origin": row.origin_kind})


def tell(told: Sequence[Told]) -> None:
    """The events of these, about the customer as they are now. Of tests nothing is told."""
    told = [one for one in told if one.row.origin_kind != TEST and one.row.state in EVENTS]
    people = _public({one.row.person_no for one in told if not one.who})
    emit_many(
        (event, whose, properties(row) | more)
        for row, more, who in told
        if (whose := _Public(who) if who else people.get(row.person_no)) is not None
        for event in EVENTS[row.state]
    )


def _public(numbers: Iterable[int]) -> dict[int, _Public]:
    """Number → who the customer is now, of those who are here."""
    wanted = list(numbers)
    roots: dict[int, int] = {}
    found: dict[int, str] = {}
    for some in chunks(wanted):
        for no, id_, root in Person.objects.filter(no__in=some).values_list("no", "id", "root_id"):
            roots[no], found[no] = root or no, id_
    for some in chunks({root for no, root in roots.items() if root not in found}):
        found.update(Person.objects.filter(no__in=some).values_list("no", "id"))
    return {no: _Public(found[root]) for no, root in roots.items() if root in found}


def close(row: Delivery, state: str, reason: str, detail: str, now: datetime) -> None:
    """The last word on one delivery, and the event that tells of it."""
    row.state, row.reason, row.detail, row.done_at = state, reason, detail[:300], now
    row.lease_owner, row.lease_until = "", None
    row.save(update_fields=["state", "reason", "detail", "done_at", "lease_owner", "lease_until"])
    tell([Told(row, {"reason": reason})])
