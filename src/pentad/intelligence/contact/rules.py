"""Whether a message may go to a customer now, gate by gate, of what is known. Pure.

Every gate is answered, also behind one that holds: a page can show them all. A gate that will never open (suppressed,
no consent, held out) counts before one that opens later; of several that open later, the last to open says when to ask
again. What is transactional is answered by the first two gates alone, and a complaint does not stop it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pentad.data.consent.rules import DENIED, EVERY, GRANTED, Purpose, effective
from pentad.data.consent.rules_preferences import SPAN, WEEKLY, Held, Wish, wish
from pentad.intelligence.contact.asking import (
    ADDRESS,
    CAP,
    CONSENT,
    HOLDOUT,
    PREFERENCE,
    PRIORITY,
    QUIET,
    SUPPRESSION,
    Ask,
    Contact,
    Gate,
    Known,
    Rival,
    Suppressed,
    Verdict,
)
from pentad.intelligence.contact.policy import Cap, Policy
from pentad.intelligence.contact.quiet import quiet_until
from pentad.intelligence.segments.zone_names import is_zone

UNREACHABLE = ("hard_bounce", "invalid")
"""Reasons of suppression for which nothing arrives: what is transactional is not sent either."""

WHY = {
    "hard_bounce": "it bounced for good", "invalid": "it is invalid", "complaint": "its owner complained",
    "soft_bounces": "it bounced several times", "manual": "by hand", "import": "brought along in a list",
}  # fmt: skip
"""Reasons of suppression in words."""

STEP_ASIDE = timedelta(minutes=5)
"""How long after a message that goes first another one is asked about again."""

OVERDUE = timedelta(hours=1)
"""A rival that was due longer ago is not waited for any more: its channel may be down."""


_NO_LABELS: Mapping[str, str] = {}


class Room(NamedTuple):
    """What a limit leaves: how many more may go now, and when the next one may if none may."""

    cap: Cap
    used: int
    opens: datetime | None

    @property
    def left(self) -> int:
        return self.cap.most - self.used


def weigh(
    ask: Ask,
    known: Known,
    policy: Policy,
    now: datetime,
    *,
    suppressed: Suppressed | None = None,
    purposes: Mapping[str, Purpose],
    channels: Mapping[str, str] = _NO_LABELS,
) -> Verdict:
    """The verdict on one message. purposes: those in force. channels: name → what it is called."""
    by = channels.get(ask.channel, ask.channel)
    gates = [_suppression(ask, suppressed), _address(ask, known, by)]
    if not ask.transactional:
        rooms = [room(cap, known.contacts, ask, now) for cap in policy.caps if cap.covers(ask.purpose, ask.channel)]
        wished = [room(cap, known.contacts, ask, now) for cap in wished_caps(ask, known.wishes)]
        gates += [
            _consent(ask, known, purposes, by),
            _preference(ask, known, wished, now),
            Gate(HOLDOUT, not known.held_out, *_held_out(known, policy)),
            _quiet(ask, known, policy, now),
            _cap(rooms, purposes, channels),
            _priority(ask, [*rooms, *wished], policy, now, (purposes, channels)),
        ]
    return verdict(ask.key, tuple(gates))


def verdict(key: str, gates: tuple[Gate, ...]) -> Verdict:
    """What gates say together."""
    closed = [one for one in gates if not one.passed]
    if not closed:
        return Verdict(key, True, "", "", None, gates)
    last = next((one for one in closed if one.until is None), None)
    if last is not None:
        return Verdict(key, False, last.name, last.reason, None, gates)
    return Verdict(
        key, False, closed[0].name, closed[0].reason, max(one.until for one in closed if one.until is not None), gates
    )


def _suppression(ask: Ask, found: Suppressed | None) -> Gate:
    if found is None:
        return Gate(SUPPRESSION, True, "not suppressed" if ask.address else "no address to look for")
    said = f"suppressed: {WHY.get(found.reason, found.reason)}"
    if ask.transactional and found.reason not in UNREACHABLE:
        return Gate(SUPPRESSION, True, f"{said}; transactional messages go all the same")
    if found.until is not None:
        said += f", until {found.until:%Y-%m-%d %H:%M} UTC"
    return Gate(SUPPRESSION, False, said, f"suppressed_{found.reason}", found.until)


def _address(ask: Ask, known: Known, by: str) -> Gate:
    if not known.here:
        return Gate(ADDRESS, False, "the customer is not here any more", "person_gone")
    if not ask.address:
        return Gate(ADDRESS, False, f"no address for {by}", "no_address")
    return Gate(ADDRESS, True, "there is one")


def _consent(ask: Ask, known: Known, purposes: Mapping[str, Purpose], by: str) -> Gate:
    purpose = purposes.get(ask.purpose)
    if purpose is None:
        said = f"“{ask.purpose}” is no purpose in force" if ask.purpose else "the message has no purpose"
        return Gate(CONSENT, False, said, "purpose_not_in_force")
    states = known.consents.get(ask.purpose, {})
    state = effective(states, ask.channel)
    of = f"for {by}" if ask.channel in states else "for every channel"
    if state == GRANTED:
        return Gate(CONSENT, True, f"{purpose.label}: granted {of}")
    if state == DENIED:
        return Gate(CONSENT, False, f"{purpose.label}: denied {of}", "consent_denied")
    if purpose.opt_out:
        return Gate(CONSENT, True, f"{purpose.label}: nothing said, may be reached")
    return Gate(CONSENT, False, f"{purpose.label}: nothing said", "consent_unknown")


def wished_caps(ask: Ask, held: Held) -> list[Cap]:
    """How often a customer wants to hear, as a limit: the wish that speaks most closely of the message."""
    keys = [(ask.purpose, ask.channel), (ask.purpose, EVERY), (EVERY, ask.channel), (EVERY, EVERY)]
    closest = next((key for key in keys if key in held), None)
    if closest is None or (span := SPAN.get(held[closest].frequency)) is None:
        return []
    purpose, channel = closest
    return [Cap(1, span // timedelta(hours=1), channel, purpose)]


def window_of(policy: Policy, wishes: Iterable[Wish]) -> timedelta:
    """How far back contacts matter to any limit."""
    spans = [timedelta(hours=cap.within_hours) for cap in policy.caps]
    spans += [SPAN[one.frequency] for one in wishes if one.frequency in SPAN]
    return max(spans, default=timedelta())


def _preference(ask: Ask, known: Known, wished: Sequence[Room], now: datetime) -> Gate:
    ends = wish(known.wishes, ask.purpose, ask.channel).paused_until
    full = next((one for one in wished if one.opens is not None), None)
    if ends is not None and ends > now:
        until = max(ends, full.opens) if full is not None and full.opens is not None else ends
        return Gate(PREFERENCE, False, f"paused until {ends:%Y-%m-%d %H:%M} UTC", "paused", until)
    if full is not None:
        often = "week" if full.cap.within_hours == SPAN[WEEKLY] // timedelta(hours=1) else "month"
        return Gate(PREFERENCE, False, f"wants one a {often}, and had it", "frequency", full.opens)
    return Gate(PREFERENCE, True, "wants fewer, and has room" if wished else "no wish against it")


def _held_out(known: Known, policy: Policy) -> tuple[str, str]:
    if known.held_out:
        return f"one of the {policy.holdout:.3g} % who are written to by nobody", "held_out"
    return ("not held out" if policy.holdout else "nobody is held out"), ""


def _quiet(ask: Ask, known: Known, policy: Policy, now: datetime) -> Gate:
    return _quiet_in(policy, ask.channel, ask.zone or known.zone or policy.zone, now)


@lru_cache(maxsize=2048)
def _quiet_in(policy: Policy, channel: str, zone: str, now: datetime) -> Gate:
    """The same for everybody in a zone."""
    if not is_zone(zone):  # a name that a caller made up must not stop a batch
        zone = policy.zone
    shown = f"{now.astimezone(ZoneInfo(zone)):%H:%M} in {zone}"
    until = quiet_until(policy.quiet, channel, zone, now)
    if until is None:
        return Gate(QUIET, True, shown)
    return Gate(QUIET, False, f"{shown}, quiet until {until.astimezone(ZoneInfo(zone)):%a %H:%M}", QUIET, until)


def room(cap: Cap, contacts: Iterable[Contact], ask: Ask, now: datetime) -> Room:
    """What a limit leaves in the hours before now: a window that slides, so that what is exactly as old counts no more.
    A contact later than now counts: the clock was put back.
    """
    window = timedelta(hours=cap.within_hours)
    times = sorted(
        one.at
        for one in contacts
        if one.at > now - window and one.key != ask.key and cap.covers(one.purpose, one.channel)
    )
    opens = times[len(times) - cap.most] + window if len(times) >= cap.most else None
    return Room(cap, len(times), opens)


def said_of(cap: Cap, purposes: Mapping[str, Purpose], channels: Mapping[str, str]) -> str:
    """A limit in words, such as “1 by E-mail in 1 day”."""
    by = f"by {channels.get(cap.channel, cap.channel)}" if cap.channel else ""
    known = purposes.get(cap.purpose)
    of = f"for {known.label if known else cap.purpose}" if cap.purpose else ""
    return " ".join(part for part in (str(cap.most), of, by, "in", cap.span) if part)


def _cap(rooms: Sequence[Room], purposes: Mapping[str, Purpose], channels: Mapping[str, str]) -> Gate:
    full = max((one for one in rooms if one.opens is not None), key=lambda one: one.opens or _EVER, default=None)
    if full is not None:
        return Gate(CAP, False, f"{full.used} of {said_of(full.cap, purposes, channels)}", CAP, full.opens)
    if not rooms:
        return Gate(CAP, True, "no limit")
    near = min(rooms, key=lambda one: one.left)
    return Gate(CAP, True, f"{near.used} of {said_of(near.cap, purposes, channels)}")


_EVER = datetime.min.replace(tzinfo=UTC)


def outranks(rival: Rival, ask: Ask) -> bool:
    """Whether a rival goes first: of equals nobody steps aside for the other, as both would."""
    return rival.key != ask.key and rival.priority > ask.priority


def _priority(
    ask: Ask,
    rooms: Sequence[Room],
    policy: Policy,
    now: datetime,
    names: tuple[Mapping[str, Purpose], Mapping[str, str]],
) -> Gate:
    """Messages that go first need the room that limits leave."""
    ahead = sorted(
        one.due
        for one in ask.rivals
        if outranks(one, ask) and now - OVERDUE <= one.due <= now + timedelta(hours=policy.priority_hours)
    )
    if not ahead:
        return Gate(PRIORITY, True, "nothing more important waits" if ask.rivals else "nothing else waits")
    for one in rooms:
        wanting = sorted(
            rival.due for rival in ask.rivals
            if outranks(rival, ask) and rival.due in ahead and one.cap.covers(rival.purpose, rival.channel)
        )  # fmt: skip
        if len(wanting) >= one.left > 0:
            until = max(wanting[0], now) + STEP_ASIDE
            said = f"{len(wanting)} more important, room for {one.left} of {said_of(one.cap, *names)}"
            return Gate(PRIORITY, False, said, PRIORITY, until)
    return Gate(PRIORITY, True, f"{len(ahead)} more important, room for all")
