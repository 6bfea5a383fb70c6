"""What is measured of a campaign, as JSON and as Python. Pure.

    {"goal": {"event": {"names": ["Order Completed"]}, "within_days": 14},
     "others": [{"event": {"names": ["Order Completed"]}, "figure": "sum", "property": "revenue"}]}

Events are those of segments. Everything is measured of each person from the moment they were chosen, whether they got a
message or were held out, and for the same number of days.
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from pentad.core.errors import Invalid
from pentad.intelligence.segments import definition as segments
from pentad.intelligence.segments import reading
from pentad.intelligence.segments.definition import EventMatch, Name

Figure: TypeAlias = Literal["converted", "count", "sum"]
Days: TypeAlias = Annotated[int, Meta(ge=1, le=365)]

UNSUBSCRIBED, COMPLAINED = "Unsubscribed", "Message Complained"
CURRENCY = "currency"
"""The property of an event that says in which one its amounts are."""
BEFORE_DAYS = 90
"""How far back the covariate of CUPED looks: long enough to tell good customers from others, short enough to be of now."""


class Goal(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """converted: whether a person did it at all. count: how often. sum: of a property, where it is a number; of who did not
    do it 0. better: whether more of it is, or less. currency: of a sum, only what is in that one; "": what names none.
    """

    event: EventMatch
    figure: Figure = "converted"
    property: Name | None = None
    within_days: Days = 7
    better: Literal["more", "less"] = "more"
    name: Annotated[str, Meta(max_length=100)] = ""
    currency: Annotated[str, Meta(max_length=20)] | None = None


def title(goal: Goal) -> str:
    """What a goal is called: by its own name, or by what it counts."""
    event = " or ".join(goal.event.names) or "Any event"
    what = {"converted": event, "count": f"Number of {event}", "sum": f"{goal.property} of {event}"}[goal.figure]
    named = "" if goal.currency is None else f" in {goal.currency}" if goal.currency else " in no named currency"
    return (goal.name or what) + named


MOST_CURRENCIES = 6


def by_currency(goal: Goal, seen: Sequence[str]) -> tuple[Goal, ...]:
    """A sum over several currencies as one sum of each, in the order in which they are given; any other goal as it is."""
    if goal.currency is not None or sum(1 for one in seen if one) < 2:
        return (goal,)
    return tuple(msgspec.structs.replace(goal, currency=one) for one in seen[:MOST_CURRENCIES])


class Guard(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A figure that must not get worse. tolerated: by how much it may, for one person: 0.005 is half a percentage point."""

    goal: Goal
    tolerated: Annotated[float, Meta(ge=0)] = 0.005


STANDARD = (
    Guard(Goal(EventMatch((UNSUBSCRIBED,)), better="less", name="Unsubscribed"), 0.01),
    Guard(Goal(EventMatch((COMPLAINED,)), better="less", name="Complained"), 0.001),
)
"""What a message must not do too often: the limits that mailbox providers ask of senders, with some distance."""


class Measurement(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """goal: what the campaign is for; the winner is told by it alone. others: told beside it."""

    goal: Goal
    others: Annotated[tuple[Goal, ...], Meta(max_length=5)] = ()
    guards: Annotated[tuple[Guard, ...], Meta(max_length=5)] = STANDARD


def standard(event_names: Sequence[str], property: str = "", within_days: int = 7) -> Measurement:
    """Whether people did one of these, and with a property how much of it, with the guards that every campaign has."""
    event = EventMatch(tuple(event_names))
    others = (Goal(event, "sum", property, within_days),) if property else ()
    guards = tuple(
        msgspec.structs.replace(one, goal=msgspec.structs.replace(one.goal, within_days=within_days))
        for one in STANDARD
    )
    return Measurement(Goal(event, within_days=within_days), others, guards)


def goals(measurement: Measurement) -> Iterator[Goal]:
    """Everything that is measured, the goal itself first."""
    yield measurement.goal
    yield from measurement.others
    for guard in measurement.guards:
        yield guard.goal


def read(given: bytes | str) -> Measurement:
    """From JSON. Raises Invalid."""
    if len(given) > reading.MOST_BYTES:
        raise _invalid(f"It has {len(given):,} characters; {reading.MOST_BYTES:,} are allowed.")
    try:
        found = msgspec.json.decode(given, type=Measurement)
    except RecursionError:
        raise Invalid("What is to be measured is nested too deeply.", code="measurement", fix="Nest less.") from None
    except msgspec.MsgspecError as error:
        raise _invalid(f"It cannot be read: {reading.misread(given, error)}.") from error
    check(found)
    return found


def write(measurement: Measurement) -> str:
    """As JSON, without what is left at its default."""
    return msgspec.json.encode(measurement).decode()


def check(measurement: Measurement) -> None:
    """What types alone do not say. Raises Invalid."""
    for goal in goals(measurement):
        if goal.figure == "sum" and goal.property is None:
            raise _invalid("A sum needs a property.", "Say of which property.")
        if goal.figure != "sum" and (goal.property, goal.currency) != (None, None):
            raise _invalid(f"“{goal.figure}” takes no property and no currency.", "Leave them out.")
    reading.check(asked(measurement))


def asked_of_currencies(goal: Goal) -> segments.Definition:
    """The segment that names what telling the currencies of a sum reads."""
    where = (*goal.event.where, segments.PropertyTest(CURRENCY, segments.IsSet()))
    return segments.Definition(segments.Event(msgspec.structs.replace(goal.event, where=where)))


def asked(measurement: Measurement) -> segments.Definition:
    """The segment that names every event and property that this names: who may ask it may read the figures."""
    conditions: list[segments.Condition] = []
    for goal in goals(measurement):
        if goal.property is None:
            conditions.append(segments.Event(goal.event))
        else:
            conditions.append(segments.Aggregate("sum", goal.property, goal.event, segments.Greater(0)))
        if goal.currency is not None:
            conditions.append(asked_of_currencies(goal).where)
    return segments.Definition(segments.Any(tuple(conditions)))


def _invalid(message: str, fix: str = "") -> Invalid:
    return Invalid(message, code="measurement", fix=fix)
