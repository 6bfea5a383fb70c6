"""What sending decides: when to try again and when not any more, how fast, and when to leave a service alone. Pure."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

ACCEPTED, REFUSED, BUSY, UNKNOWN = "accepted", "refused", "busy", "unknown"

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=30)
"""Between the tries of one message."""
BREAKS_AT = 5
"""Failures of a service in a row after which it is left alone."""
FIRST_BREAK, LONGEST_BREAK = timedelta(seconds=30), timedelta(minutes=10)
CORRECTION = timedelta(minutes=10)
"""By how much a clock may be put back without making doubtful what happened before."""
BURST = timedelta(seconds=1)
"""What may leave at once is what a rate allows in this time."""
DOMAIN_BURST = timedelta(seconds=5)


class Result(NamedTuple):
    """What became of one try. kind: accepted, refused, busy or unknown."""

    kind: str
    status: str = ""
    detail: str = ""
    provider_id: str = ""
    delivered: bool = False
    permanent: bool = True
    address: bool = False
    retry_after: float | None = None

    @property
    def put_off(self) -> bool:
        """Whether this one message is for later, which says nothing of the service: greylisting, a full mailbox."""
        return self.kind == BUSY and not self.permanent

    @property
    def failing(self) -> bool:
        """Whether the service failed."""
        return self.kind in (BUSY, UNKNOWN) and not self.put_off


class Tries(NamedTuple):
    """The tries of one message up to now, this one included. first_open: the first that may have succeeded unanswered.

    trusted: the service knows the message again by its key, and all such tries were made there.
    """

    number: int
    first: datetime
    first_open: datetime | None = None
    trusted: bool = False
    memory: timedelta = timedelta(0)


class Next(NamedTuple):
    """What a delivery becomes."""

    state: str
    reason: str = ""
    detail: str = ""
    due: datetime | None = None
    unsure: bool = False


def may_repeat(tries: Tries, now: datetime) -> bool:
    """Whether a message that may have arrived can be sent again and arrive once all the same.

    Nine tenths of the time for which the service remembers: its clock and ours go differently. A try that lies further in
    the future than clocks are corrected was made before ours was put back, who knows how long ago.
    """
    if tries.first_open is None:
        return True
    return tries.trusted and -CORRECTION <= now - tries.first_open < tries.memory * 0.9


def after(result: Result, tries: Tries, *, key: str, now: datetime, give_up: timedelta) -> Next:
    """What becomes of a delivery after a try."""
    unsure = tries.first_open is not None
    if result.kind == ACCEPTED:
        return Next("delivered" if result.delivered else "sent", "", result.detail)
    if result.kind == REFUSED and result.permanent:
        reason = "address_refused" if result.address else "refused"
        return Next("bounced" if result.address else "failed", reason, result.detail, None, unsure)
    if unsure and not may_repeat(tries, now):
        return Next("doubtful", "no_answer", result.detail, None, True)
    if now - tries.first >= give_up:
        return Next("doubtful" if unsure else "failed", "gave_up", result.detail, None, unsure)
    wait = back_off(tries.number, key)
    if result.retry_after is not None:
        wait = max(wait, timedelta(seconds=min(result.retry_after, give_up.total_seconds())))
    return Next("queued", result.kind, result.detail, now + wait, unsure)


def back_off(number: int, key: str) -> timedelta:
    """How long to wait after the try of this number: doubles, and differs by a quarter from message to message."""
    wait: timedelta = min(FIRST_WAIT * 2 ** min(number - 1, 10), LONGEST_WAIT)
    return wait * (0.75 + (zlib.crc32(key.encode()) % 1000) / 2000)


# ── A service that fails ────────────────────────────────────────────────────────────────────────


class Breaker(NamedTuple):
    """failures: in a row. until: left alone until then. failed: when it failed last."""

    failures: int = 0
    until: datetime | None = None
    failed: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """A failure that lies in the future says that the clock was put back: then it is tried."""
        return self.until is not None and now < self.until and (self.failed is None or self.failed <= now)

    @property
    def probing(self) -> bool:
        """Whether one message at a time is tried, to see whether the service is back."""
        return self.failures >= BREAKS_AT


def broken(breaker: Breaker, results: Sequence[Result], now: datetime) -> Breaker:
    """The breaker after what a group of messages met, in order."""
    for result in results:
        if result.kind in (ACCEPTED, REFUSED):
            breaker = Breaker()
            continue
        failures = breaker.failures + 1
        rest = breaker.until if breaker.until is not None and breaker.until > now else None
        if failures >= BREAKS_AT:
            rest = now + min(FIRST_BREAK * 2 ** min(failures - BREAKS_AT, 10), LONGEST_BREAK)
        if result.retry_after is not None:
            asked = now + timedelta(seconds=min(result.retry_after, 3600.0))
            rest = max(rest, asked) if rest else asked
        breaker = Breaker(failures, rest, now)
    return breaker


# ── Rates ───────────────────────────────────────────────────────────────────────────────────────


class Rate(NamedTuple):
    """A rate and up to when it is used up: the virtual scheduling algorithm (ITU-T I.371, GCRA).

    every: between two messages. burst: how much of the future may be used up at once; at least `every`.
    """

    every: timedelta
    burst: timedelta
    paced_until: datetime | None = None

    def at(self, now: datetime) -> datetime:
        """Up to when it is used up; what lies too far ahead was written before the clock was put back."""
        paced = self.paced_until or now
        return now if paced > now + max(self.burst, self.every) else max(paced, now)

    def allowed(self, now: datetime) -> int:
        """How many messages may leave now."""
        return int((max(self.burst, self.every) - (self.at(now) - now)) / self.every + 1e-6)

    def charged(self, now: datetime, messages: int) -> datetime:
        return self.at(now) + self.every * messages

    def free(self, now: datetime, place: int = 0) -> datetime:
        """When the next message may leave, with so many before it."""
        return max(now, self.at(now) + self.every * (place + 1) - max(self.burst, self.every))


def rate(per_second: float, paced_until: datetime | None, burst: timedelta = BURST) -> Rate | None:
    """None without a limit."""
    return Rate(timedelta(seconds=1 / per_second), burst, paced_until) if per_second > 0 else None


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].strip().lower() if "@" in address else ""


def per_minute(limits: Mapping[str, Any], domain: str) -> float:
    """Most messages a minute to a domain; 0 without a limit."""
    return float(limits.get(domain) or limits.get("*") or 0) if domain else 0.0


def warm_left(plan: Mapping[str, Any], sent_today: int, now: datetime) -> int | None:
    """How many messages may still leave today while a destination is warmed up; None once it is warm, or without a plan."""
    days = plan.get("days") or []
    if not days:
        return None
    place = (now.astimezone(UTC).date() - date.fromisoformat(str(plan["start"]))).days
    if place >= len(days):
        return None
    return max(0, int(days[max(place, 0)]) - sent_today) if place >= 0 else 0


def tomorrow(now: datetime) -> datetime:
    """When the next day begins, UTC."""
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day + timedelta(days=1)


# ── Portions ────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Measure:
    """How many messages to take at once, so that what was judged leaves within seconds of it."""

    turn: timedelta = timedelta(seconds=2)
    most: int = 200
    each: float = 0.05

    def portion(self) -> int:
        return max(1, min(self.most, int(self.turn.total_seconds() / self.each)))

    def took(self, seconds: float, messages: int) -> None:
        if messages:
            self.each = max(0.0005, 0.7 * self.each + 0.3 * seconds / messages)
