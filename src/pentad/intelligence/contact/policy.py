"""The contact policy as a value: limits, quiet hours, holdout; and how it is written and checked. Pure."""

from collections.abc import Sequence
from datetime import time

import msgspec

from pentad.core.errors import Invalid
from pentad.intelligence.segments.zone_names import is_zone

MOST_HOURS = 92 * 24
"""The longest window of a limit; contacts are kept as long."""
MOST_LINES = 30
"""Limits, and quiet hours, that a policy may have."""
MOST_HOLDOUT = 50.0
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)


class Cap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """At most so many messages within so many hours. channel, purpose: of which; "" for all together."""

    most: int
    within_hours: int
    channel: str = ""
    purpose: str = ""

    def covers(self, purpose: str, channel: str) -> bool:
        return self.purpose in ("", purpose) and self.channel in ("", channel)

    @property
    def span(self) -> str:
        days, hours = divmod(self.within_hours, 24)
        if hours or not days:
            return f"{self.within_hours} hour{'s' if self.within_hours != 1 else ''}"
        return f"{days} day{'s' if days != 1 else ''}"


class Quiet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From one time of the customer's day until another, the same meaning the whole day round; past midnight where it
    ends before it begins. channel: "" for every one. days: on which it begins, 1 for Monday to 7 for Sunday.
    """

    start: str
    end: str
    channel: str = ""
    days: tuple[int, ...] = EVERY_DAY

    @property
    def minutes(self) -> tuple[int, int]:
        """Its start and end in minutes of the day."""
        first, last = time.fromisoformat(self.start), time.fromisoformat(self.end)
        return first.hour * 60 + first.minute, last.hour * 60 + last.minute


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """holdout: per cent of all customers who get none of what is not transactional. salt: who they are; another one
    draws others. zone: of customers of whom none is known. priority_hours: how far ahead more important messages are
    looked for. alike: traits that make customers alike, for learning when they read.
    """

    caps: tuple[Cap, ...] = ()
    quiet: tuple[Quiet, ...] = ()
    holdout: float = 0.0
    salt: str = "holdout"
    zone: str = "UTC"
    priority_hours: int = 24
    alike: tuple[str, ...] = ("country",)


USUAL = Policy(
    caps=(Cap(1, 24, "email"), Cap(1, 48, "sms"), Cap(2, 24, "push"), Cap(4, 7 * 24)),
    quiet=(Quiet("21:00", "08:00", "sms"), Quiet("21:00", "08:00", "push"), Quiet("20:00", "08:00", "phone")),
)
"""What holds until somebody decides."""


def write(policy: Policy) -> str:
    return msgspec.json.encode(policy).decode()


def read(text: str | bytes) -> Policy:
    """A policy that was written. Raises Invalid for what is none."""
    try:
        return checked(msgspec.json.decode(text, type=Policy))
    except msgspec.DecodeError as error:
        raise _wrong(f"It cannot be read: {error}.", "policy", "See the reference of the contact policy.") from None


def checked(policy: Policy) -> Policy:
    """The policy itself. Raises Invalid for one that makes no sense, such as a limit of nothing."""
    for what, lines in (("caps", policy.caps), ("quiet", policy.quiet)):
        if len(lines) > MOST_LINES:
            raise _wrong(f"{len(lines)} lines are too many.", what, f"{MOST_LINES} at most.")
    for cap in policy.caps:
        _check_cap(cap)
    for quiet in policy.quiet:
        _check_quiet(quiet)
    _check_leaves_time(policy.quiet)
    if not 0 <= policy.holdout <= MOST_HOLDOUT:
        raise _wrong(f"A holdout of {policy.holdout:g} % is out of range.", "holdout", f"0 to {MOST_HOLDOUT:g}.")
    if not 0 < len(policy.salt.encode()) <= 60:
        raise _wrong("The holdout needs a salt of 1 to 60 bytes.", "salt", "Any word.")
    if not is_zone(policy.zone):
        raise _wrong(f"There is no time zone “{policy.zone[:60]}”.", "zone", "Use a name such as Europe/Berlin.")
    if not 0 <= policy.priority_hours <= 168:
        raise _wrong(f"{policy.priority_hours} hours ahead are out of range.", "priority_hours", "0 to 168.")
    if len(policy.alike) > 3 or any(not 0 < len(one) <= 120 for one in policy.alike):
        raise _wrong("Customers are alike by at most three traits.", "alike", "Name up to three.")
    return policy


def _check_cap(cap: Cap) -> None:
    if not 1 <= cap.most <= 1000:
        fix = "1 to 1000. To send nothing at all, take the consent or the campaign away."
        raise _wrong(f"A limit of {cap.most} messages is out of range.", "caps", fix)
    if not 1 <= cap.within_hours <= MOST_HOURS:
        raise _wrong(f"A limit over {cap.within_hours} hours is out of range.", "caps", f"1 to {MOST_HOURS} hours.")
    if max(len(cap.channel), len(cap.purpose)) > 60:
        raise _wrong("A channel or purpose has a name of at most 60 characters.", "caps", "Choose a declared one.")


def _check_quiet(quiet: Quiet) -> None:
    for told in (quiet.start, quiet.end):
        try:
            fine = len(told) == 5 and time.fromisoformat(told).tzinfo is None
        except ValueError:
            fine = False
        if not fine:
            raise _wrong(f"“{told[:20]}” is no time of the day.", "quiet", "Write hours and minutes, such as 21:30.")
    if not quiet.days or not set(quiet.days) <= set(EVERY_DAY):
        raise _wrong("Quiet hours need a day of the week, 1 to 7.", "quiet", "Choose at least one day.")
    if len(quiet.channel) > 60:
        raise _wrong("A channel has a name of at most 60 characters.", "quiet", "Choose a declared one.")


def _check_leaves_time(quiet: Sequence[Quiet]) -> None:
    """Each channel keeps an hour a week in one piece, so that what is held back goes in the end."""
    for channel in {one.channel for one in quiet}:
        taken = bytearray(7 * 1440)
        for one in quiet:
            if one.channel in ("", channel):
                for day in one.days:
                    for minute in span_of(one, day):
                        taken[minute] = 1
        if bytes(60) not in bytes(taken) * 2:
            raise _wrong(
                f"Quiet hours leave no hour of the week for {channel or 'any channel'}.", "quiet", "Leave one."
            )


def span_of(quiet: Quiet, day: int) -> list[int]:
    """The minutes of the week, from Monday's midnight, that are quiet from that day on."""
    start, end = quiet.minutes
    length = (end - start) % 1440 or 1440
    first = (day - 1) * 1440 + start
    return [minute % (7 * 1440) for minute in range(first, first + length)]


def _wrong(message: str, field: str, fix: str) -> Invalid:
    return Invalid(message, code="bad_contact_policy", field=field, fix=fix)
