"""Why a customer was told or not: each gate in order, with the value seen. Kept for those held back too."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pentad.data.identity.models import Person
from pentad.engage.campaigns import audience, wording
from pentad.engage.campaigns.keys import key_of
from pentad.engage.campaigns.models import Campaign, Recipient, Run
from pentad.engage.campaigns.plan import HOLDOUT, WINNER
from pentad.intelligence.segments.models import Segment, SegmentMember
from pentad.intelligence.segments.moves import roots_of
from pentad.intelligence.segments.queries import readable
from pentad.platforms.channels.models import Attempt, Delivery

STOPS_AT = {"left_audience": "audience_still", "again": "again", "global_holdout": "global_holdout", "merged": "merged"}
LABELS = {
    "suppression": "Not suppressed", "address": "Has an address", "consent": "Consent", "preference": "Own preferences",
    "holdout": "Holdout of all campaigns", "quiet": "Quiet hours", "quiet_hours": "Quiet hours", "cap": "Frequency cap",
    "priority": "Priority",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gate:
    """passed: None for what has not been asked yet."""

    label: str
    passed: bool | None
    seen: str


@dataclass(frozen=True, slots=True)
class Told:
    """A row of a run with what became of its message. outcome: in words; tone: its colour."""

    recipient: Recipient
    delivery: Delivery | None
    outcome: str
    tone: str
    reason: str

    @property
    def at(self) -> datetime | None:
        if self.delivery is None:
            return self.recipient.due_at
        return self.delivery.sent_at or self.delivery.due_at


OUTCOMES = {
    "queued": ("Waits in the queue", "blue"), "sending": ("Is being sent", "blue"), "held": ("Held", "orange"),
    "paused": ("Paused", "orange"), "sent": ("Sent", "green"), "delivered": ("Delivered", "green"),
    "bounced": ("Bounced", "red"), "failed": ("Failed", "red"), "skipped": ("Held back", "gold"),
    "doubtful": ("In doubt", "orange"), "expired": ("Too late", "gold"), "cancelled": ("Cancelled", "gray"),
}  # fmt: skip
"""States of deliveries, as pages call them."""
OF_ROWS = {
    Recipient.CHOSEN: ("Waits for its time", "blue"), Recipient.WAITING: ("Waits for the winner", "violet"),
    Recipient.QUEUED: ("Handed over", "blue"), Recipient.HELD_OUT: ("Held out", "violet"),
    Recipient.SKIPPED: ("Left out", "gold"),
}  # fmt: skip


def told(rows: Sequence[Recipient]) -> list[Told]:
    """What became of each, read together. The rows come with their runs."""
    roots = roots_of({row.person_id for row in rows})
    keys = {(row.pk, key) for row in rows for key in _keys(row, roots.get(row.person_id, row.person_id))}
    found = {one.key: one for one in Delivery.objects.filter(key__in={key for _, key in keys})}
    of_row = {pk: found[key] for pk, key in keys if key in found}
    return [_told(row, of_row.get(row.pk) if row.state == Recipient.QUEUED else None) for row in rows]


def _keys(row: Recipient, root: int) -> set[str]:
    return {key_of(row.run.id, number, row.entry) for number in (row.person_id, root)}


def _told(row: Recipient, delivery: Delivery | None) -> Told:
    if delivery is not None:
        outcome, tone = OUTCOMES.get(delivery.state, (delivery.state, "gray"))
        return Told(row, delivery, outcome, tone, wording.held(delivery.reason, delivery.detail))
    if row.run.state == Run.CANCELLED and row.state in (Recipient.CHOSEN, Recipient.WAITING):
        return Told(row, None, "Cancelled", "gray", wording.reason("cancelled"))
    outcome, tone = OF_ROWS[row.state]
    return Told(row, None, outcome, tone, wording.reason(row.reason) if row.reason else "")


def gates(one: Told, campaign: Campaign) -> list[Gate]:
    """Every gate of a customer who was chosen, in the order in which they are asked."""
    row, plan = one.recipient, campaign.tree
    found = [Gate("In the audience", True, "set off by what they did" if row.entry else "when the campaign began")]
    if plan.when.start == "trigger":
        found.append(
            Gate(
                "May be told again",
                row.reason != "again",
                row.seen if row.reason == "again" else wording.again(plan.when),
            )
        )
    if row.reason == "global_holdout":  # of others it is asked again at sending
        found.append(Gate("Not held out of all campaigns", False, row.seen))
    if plan.test.holdout:
        out = row.arm == HOLDOUT
        found.append(Gate("Not held out of this campaign", not out, f"{plan.test.holdout:g} % are held out"))
    if row.state in (Recipient.SKIPPED, Recipient.HELD_OUT) and row.reason in ("again", "global_holdout", "holdout"):
        return found
    if row.arm == WINNER:
        seen = f"variant {campaign.winner} won" if campaign.winner else "the test runs"
        found.append(Gate("The test is decided", True if campaign.winner else None, seen))
    if plan.audience.live:
        found.append(
            Gate("Still in the audience", row.reason != "left_audience" if row.state != Recipient.CHOSEN else None, "")
        )
    if row.state == Recipient.SKIPPED:
        found.append(Gate("The message could be composed", False, f"{one.reason}{': ' + row.seen if row.seen else ''}"))
        return found
    if row.state != Recipient.QUEUED:
        return found
    found.append(Gate("The message could be composed", True, f"variant {row.arm}" if row.arm != WINNER else ""))
    return found + (_of_delivery(one.delivery) if one.delivery else [])


def _of_delivery(delivery: Delivery) -> list[Gate]:
    found = [Gate(LABELS.get(name, name.replace("_", " ").capitalize()), bool(passed), str(seen))
             for name, passed, seen in delivery.gates or ()]  # fmt: skip
    for attempt in Attempt.objects.filter(delivery=delivery).order_by("number"):
        found.append(_answer(attempt))
    if not found:
        found.append(Gate("Contact policy", None, "asked at the moment of sending"))
    return found


ANSWERS = {
    Attempt.ACCEPTED: (True, "taken"), Attempt.REFUSED: (False, "refused"), Attempt.BUSY: (None, "busy, tried again"),
    Attempt.UNKNOWN: (None, "no answer: in doubt"), Attempt.LOST: (None, "cut off: in doubt"),
    Attempt.BEGUN: (None, "no answer yet"),
}  # fmt: skip


def _answer(attempt: Attempt) -> Gate:
    passed, words = ANSWERS.get(attempt.outcome, (None, attempt.outcome))
    seen = " · ".join(part for part in (words, str(attempt.detail or "")) if part)
    return Gate(f"Provider’s answer, attempt {attempt.number}", passed, seen)


# -- of somebody who was not chosen ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Membership:
    """A segment the audience is made of, and whether the customer is in it now; None where the reader may not know."""

    segment: Segment
    included: bool
    member: bool | None

    @property
    def passed(self) -> bool | None:
        return None if self.member is None else self.member == self.included


def memberships(campaign: Campaign, person: Person) -> list[Membership]:
    """Of a customer who has no row: the segments the audience asks for."""
    wanted, number = campaign.tree.audience, person.root_id or person.no
    ids = [*wanted.include, *wanted.exclude]
    rows = {one.id: one for one in Segment.objects.filter(id__in=ids)}
    held = set(SegmentMember.objects.filter(segment__in=[one.no for one in rows.values()], person_id=number)
               .values_list("segment_id", flat=True))  # fmt: skip
    known = {id: row.no in held if readable(row) else None for id, row in rows.items()}
    return [Membership(rows[id], id in wanted.include, known[id]) for id in ids if id in rows]


def rows_of(campaign: Campaign, person: Person, parts: Iterable[int]) -> list[Recipient]:
    """The customer's rows in all runs of a campaign, the latest first."""
    rows = Recipient.objects.filter(run__campaign=campaign, person_id__in=[person.no, *parts])
    return list(rows.select_related("run").order_by("-id")[:50])


def meant(campaign: Campaign, person: Person) -> bool | None:
    """Whether the customer would be reached if it began now; None where that would tell what the reader may not know."""
    number = person.root_id or person.no
    wanted = campaign.tree.audience
    if not audience.is_readable(wanted):
        return None
    return bool(wanted.everybody or wanted.include) and number in audience.within(wanted, {number})
