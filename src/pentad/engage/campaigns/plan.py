"""What a campaign is to do, as JSON and as Python: audience, message, time, test and goal. Pure.

{"audience": {"include": ["0191…"]}, "content": {"message": "0191…", "channel": "email"},
 "when": {"start": "at", "date": "2026-11-25", "time": "09:00", "zone": "Europe/Berlin", "follows": "local"},
 "test": {"weights": {"A": 1, "B": 1}, "holdout": 10}, "goal": {"event": "Order Completed", "within_days": 7}}
"""

import re
from datetime import date, time
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from pentad.core.errors import Invalid
from pentad.intelligence.segments.definition import EventMatch
from pentad.intelligence.segments.zone_names import is_zone

Id: TypeAlias = Annotated[str, Meta(max_length=36)]
Short: TypeAlias = Annotated[str, Meta(max_length=200)]
Start: TypeAlias = Literal["now", "at", "every", "trigger"]
Follows: TypeAlias = Literal["moment", "local", "best"]
IfHeld: TypeAlias = Literal["wait", "skip"]
Weekdays: TypeAlias = Annotated[tuple[Annotated[int, Meta(ge=0, le=6)], ...], Meta(max_length=7)]

HOLDOUT = "holdout"
"""The arm of those who get nothing, so that what the campaign changes can be told."""
WINNER = "winner"
"""The arm of those who wait until the test is decided, and then get what won."""


class _Part(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    pass


class Audience(_Part, frozen=True):
    """Members of any of the segments in `include` (none and `everybody`: every customer), without those in `exclude`.

    live: whoever enters until the last message has gone is reached too, and who has left by their turn is left out.
    """

    include: Annotated[tuple[Id, ...], Meta(max_length=50)] = ()
    exclude: Annotated[tuple[Id, ...], Meta(max_length=50)] = ()
    everybody: bool = False
    live: bool = False


class Content(_Part, frozen=True):
    """A published message, by one of its channels. priority: 0 to 100; higher goes first where messages compete."""

    message: Id = ""
    channel: Annotated[str, Meta(max_length=60)] = "email"
    priority: Annotated[int, Meta(ge=0, le=100)] = 50


class Trigger(_Part, frozen=True):
    """Entering a segment, or an event. again_days: how many days must pass until the same customer is told again; 0:
    each time, None: never again.
    """

    on: Literal["segment", "event"] = "segment"
    segment: Id = ""
    event: Short = ""
    delay_minutes: Annotated[int, Meta(ge=0, le=527_040)] = 0
    again_days: Annotated[int, Meta(ge=0, le=3660)] | None = None


class When(_Part, frozen=True):
    """follows: everybody at one moment, each at that time of their own time zone, or each at their best hour of that day.

    every: with start "every", each so many days, weeks (on `days`, Monday is 0) or months (on the day of `date`).
    per_hour: at most so many messages an hour; 0: as fast as the channel takes them. expires_hours: what could not be
    sent by then after its due time is not sent at all. weekdays: the only ones on which anything is due, by the clock that
    `follows` says; none: any. What falls on another waits for the next of them, at `time`.
    """

    start: Start = "now"
    date: Annotated[str, Meta(max_length=10)] = ""
    time: Annotated[str, Meta(max_length=5)] = "09:00"
    zone: Annotated[str, Meta(max_length=60)] = "UTC"
    follows: Follows = "moment"
    unit: Literal["day", "week", "month"] = "week"
    interval: Annotated[int, Meta(ge=1, le=52)] = 1
    days: Weekdays = ()
    until: Annotated[str, Meta(max_length=10)] = ""
    trigger: Trigger = Trigger()
    per_hour: Annotated[int, Meta(ge=0, le=10_000_000)] = 0
    expires_hours: Annotated[int, Meta(ge=1, le=8784)] = 72
    if_held: IfHeld = "wait"
    weekdays: Weekdays = ()


class Test(_Part, frozen=True):
    """weights: variant → its share, beside the others'; none: the first variant alone. holdout: percent who get nothing.

    sample: percent who are in the test; the others wait until it is decided and get what won. 100: everybody is in it.
    """

    weights: Annotated[dict[Annotated[str, Meta(min_length=1, max_length=16)], Annotated[int, Meta(ge=0, le=1000)]],
                       Meta(max_length=26)] = {}  # fmt: skip
    holdout: Annotated[float, Meta(ge=0, le=50)] = 0
    sample: Annotated[int, Meta(ge=1, le=100)] = 100
    decide: Literal["manual", "auto"] = "manual"
    after_hours: Annotated[int, Meta(ge=1, le=2160)] = 24


class Goal(_Part, frozen=True):
    """An event within so many days, and what counts of it: how many did it, or the sum of a property such as revenue."""

    event: EventMatch = EventMatch()
    within_days: Annotated[int, Meta(ge=1, le=365)] = 7
    property: Short = ""


class Plan(_Part, frozen=True):
    audience: Audience = Audience()
    content: Content = Content()
    when: When = When()
    test: Test = Test()
    goal: Goal = Goal()


MOST_BYTES = 20_000
YEARS = (2020, 2199)
_decode = msgspec.json.Decoder(Plan).decode
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def read(given: bytes | str) -> Plan:
    """A plan from JSON. Raises Invalid."""
    if len(given) > MOST_BYTES:
        raise Invalid(f"A plan has at most {MOST_BYTES:,} bytes.", code="bad_plan", fix="Leave something out.")
    try:
        found = _decode(given)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise Invalid(f"The plan cannot be read: {error}.", code="bad_plan", fix="See its schema.") from None
    check(found)
    return found


def write(plan: Plan) -> str:
    return msgspec.json.encode(plan).decode()


def check(plan: Plan) -> None:
    """Raise Invalid for what can never be right; what is only missing yet is for `missing`."""
    when = plan.when
    if not is_zone(when.zone):
        raise _bad(f"There is no time zone {when.zone!r}.", "Use a name such as Europe/Berlin.")
    if not _TIME.fullmatch(when.time):
        raise _bad(f"{when.time!r} is no time of day.", "Write it as 09:00.")
    for told in (when.date, when.until):
        if told:
            day(told)
    if any(len(set(some)) != len(some) for some in (when.days, when.weekdays)):
        raise _bad("A day of the week is named twice.", "Name each once.")
    if when.date and when.until and day(when.until) < day(when.date):
        raise _bad("It would end before it begins.", "Choose a later last day.")
    if plan.test.weights and not sum(plan.test.weights.values()):
        raise _bad("No variant has a share.", "Give one of them at least 1.")
    if any(name in (HOLDOUT, WINNER) for name in plan.test.weights):
        raise _bad("A variant cannot be called so.", "Use A, B, C …")


def check_new(plan: Plan) -> None:
    """The same, and that its days are near: far away, their moments are in no calendar. And that no event is called by
    what cannot be a name.
    """
    check(plan)
    for told in (plan.when.date, plan.when.until):
        if told and _day(told) != day(told):
            raise _bad(f"{told} is too far away.", f"Choose a day of the years {YEARS[0]} to {YEARS[1]}.")
    for name in (plan.when.trigger.event, plan.goal.property, *plan.goal.event.names):
        if "\0" in name or (name and not name.strip()):
            raise _bad(f"{name[:40]!r} is no name of an event or a property.", "Type its name.")


def day(text: str) -> date:
    """As far as calendars go: a plan that was stored with a day beyond them is still read. Raises Invalid."""
    return near(_day(text))


def near(day: date) -> date:
    """The same, or the first or last day of which every moment can be told in every time zone."""
    return min(max(day, date(YEARS[0], 1, 1)), date(YEARS[1], 12, 31))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _bad(f"{text!r} is no day.", "Write it as 2026-11-25.") from None


def clock_time(when: When) -> time:
    return time.fromisoformat(when.time)


def missing(plan: Plan) -> dict[str, str]:
    """Step → what it lacks before the campaign can start."""
    found = {}
    by_segment = plan.when.start == "trigger" and plan.when.trigger.on == "segment"
    if not (plan.audience.include or plan.audience.everybody or plan.when.start == "trigger"):
        found["audience"] = "Choose who is to be reached."
    if not plan.content.message:
        found["message"] = "Choose a message."
    if plan.when.start in ("at", "every") and not plan.when.date:
        found["when"] = "Choose a day."
    if plan.when.start == "every" and plan.when.unit == "week" and not plan.when.days:
        found["when"] = "Choose at least one day of the week."
    if (said := _no_day(plan.when)) and "when" not in found:
        found["when"] = said
    if by_segment and not plan.when.trigger.segment:
        found["when"] = "Choose the segment that customers enter."
    if plan.when.start == "trigger" and not by_segment and not plan.when.trigger.event:
        found["when"] = "Choose the event that sets it off."
    if plan.test.sample < 100 and len(plan.test.weights) < 2:
        found["test"] = "A test needs at least two variants."
    if plan.test.decide == "auto" and plan.test.sample < 100 and not plan.goal.event.names:
        found["goal"] = "Choose the goal by which the winner is found."
    return found


def _no_day(when: When) -> str:
    """What is wrong when it could begin only on days of the week on which nothing may be due; "" otherwise."""
    if not when.weekdays:
        return ""
    if when.start == "at" and when.date and day(when.date).weekday() not in when.weekdays:
        return "Nothing may be sent on that day of the week. Choose another day."
    if when.start == "every" and when.unit == "week" and when.days and not set(when.days) & set(when.weekdays):
        return "Nothing may be sent on any of those days of the week. Choose others."
    return ""


def segments_of(plan: Plan) -> set[str]:
    """Ids of every segment it asks for."""
    trigger = plan.when.trigger.segment if plan.when.start == "trigger" and plan.when.trigger.on == "segment" else ""
    return {*plan.audience.include, *plan.audience.exclude, *([trigger] if trigger else [])}


def _bad(message: str, fix: str) -> Invalid:
    return Invalid(message, code="bad_plan", fix=fix)
