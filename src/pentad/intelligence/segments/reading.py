"""Reading, writing and checking definitions. Pure."""

import json
import sys
from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise

import msgspec

from pentad.core.errors import Invalid
from pentad.intelligence.segments.definition import (
    Aggregate,
    Ago,
    All,
    Any,
    Between,
    Colleagues,
    CompanyTrait,
    Condition,
    Definition,
    Event,
    EventMatch,
    Identifier,
    Not,
    Occurrence,
    OnDate,
    Sequence,
    Standing,
    Test,
    Trait,
    When,
)  # fmt: skip
from pentad.intelligence.segments.zone_names import is_zone

MOST_CONDITIONS = 300
MOST_DEPTH = 40
MOST_BYTES = 200_000


def moment(text: str) -> date | datetime:
    """A moment of a definition: a day, or a time that may lack an offset. Raises Invalid for a day that is not."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        raise _invalid(f"{text!r} is no date.", "Write it as 2026-11-21 or 2026-11-21T14:30.") from None


def conditions(node: Condition) -> Iterator[Condition]:
    """The condition and everything in it, outermost first."""
    yield node
    match node:
        case All() | Any():
            for one in node.of:
                yield from conditions(one)
        case Not() | Colleagues():
            yield from conditions(node.of)


def read(given: bytes | str) -> Definition:
    """A definition from JSON. Raises Invalid, naming the place."""
    if len(given) > MOST_BYTES:
        raise Invalid(f"The definition has {len(given):,} characters; {MOST_BYTES:,} are allowed.", code="definition")
    try:
        found = msgspec.json.decode(given, type=Definition)
    except RecursionError:
        raise Invalid(_too_deep(), code="definition", fix="Nest less.") from None
    except msgspec.MsgspecError as error:
        raise Invalid(f"The definition cannot be read: {misread(given, error)}.", code="definition") from error
    check(found)
    return found


def misread(given: bytes | str, error: msgspec.MsgspecError) -> str:
    """What is wrong and where: line and column of what is no JSON, and the path to what may not stand there."""
    if not isinstance(error, msgspec.ValidationError):
        try:
            json.loads(given)
        except json.JSONDecodeError as found:
            return f"line {found.lineno}, column {found.colno}: {found.msg}"
        except (ValueError, RecursionError):
            return str(error)
    return str(error)


def write(definition: Definition) -> str:
    """As JSON, without what is left at its default: one definition is written in one way.

    msgspec tells a text at its default by identity, which the one time zone that is written out would not have.
    """
    zone = sys.intern(definition.time_zone)
    return msgspec.json.encode(msgspec.structs.replace(definition, time_zone=zone)).decode()


def check(definition: Definition) -> None:
    """What types alone do not say. Raises Invalid."""
    if not is_zone(definition.time_zone):
        raise _invalid(f"There is no time zone {definition.time_zone!r}.", "Use a name such as Europe/Berlin.")
    if depth(definition.where) > MOST_DEPTH:
        raise _invalid(_too_deep(), "Nest less.")
    every = list(conditions(definition.where))
    if len(every) > MOST_CONDITIONS:
        raise _invalid(f"The definition has {len(every)} conditions; {MOST_CONDITIONS} are allowed.")
    for one in every:
        if isinstance(one, Sequence):
            _check_sequence(one)
        for when in _whens(one):
            _check_when(when)


def depth(node: Condition) -> int:
    match node:
        case All() | Any():
            return 1 + max(map(depth, node.of), default=0)
        case Not() | Colleagues():
            return 1 + depth(node.of)
    return 1


def _check_sequence(sequence: Sequence) -> None:
    steps = sequence.steps
    if steps[0].absent or steps[0].within:
        raise _invalid("The first step of a sequence is an event that happened, without a time of its own.")
    if any(a.absent and b.absent for a, b in pairwise(steps)):
        raise _invalid("Two absent steps stand beside each other.", "Name both events in one step.")
    if sequence.within and any(step.within for step in steps):
        raise _invalid("A sequence has either one time for all of it or times of its steps.")
    if any(step.absent and step.within for step in steps[:-1]):
        raise _invalid("An absent step between two others has no time of its own: it lasts until the next step.")
    if steps[-1].absent and not (steps[-1].within or sequence.within):
        raise _invalid("A sequence that ends with an absent step needs a time.", "Say within how long.")
    if sum(not step.absent for step in steps) < 1 or len(steps) < 2:
        raise _invalid("A sequence has at least two steps.")


def _whens(node: Condition) -> Iterator[When]:
    match node:
        case Event() | Occurrence() | Aggregate() | Sequence():
            if node.when is not None:
                yield node.when
    for test in tests(node):
        if isinstance(test, OnDate):
            yield test.when


def tests(node: Condition) -> Iterator[Test]:
    """Every test of a value in this condition itself, those of events' properties included."""
    match node:
        case Trait() | Standing() | Identifier() | CompanyTrait() | Aggregate():
            yield node.test
    for one in matches(node):
        yield from (each.test for each in one.where)
    if isinstance(node, Occurrence):
        yield from (each.test for each in node.where)


def matches(node: Condition) -> Iterator[EventMatch]:
    """The events that this condition itself speaks of."""
    match node:
        case Event() | Occurrence() | Aggregate():
            yield node.event
        case Sequence():
            yield from (step.event for step in node.steps)


def _check_when(when: When) -> None:
    if isinstance(when, Ago) and when.until is not None and when.until <= when.n:
        raise _invalid(f"Between {when.n} and {when.until} {when.unit}s ago is no time.", "Say the smaller one first.")
    for text in (getattr(when, name, None) for name in ("at", "first", "last")):
        if text is not None:
            moment(text)
    if isinstance(when, Between) and moment(when.last[:10]) < moment(when.first[:10]):
        raise _invalid(f"Between {when.first} and {when.last} is no time.", "Say the earlier one first.")


def _too_deep() -> str:
    return f"The definition is nested more than {MOST_DEPTH} deep."


def _invalid(message: str, fix: str = "") -> Invalid:
    return Invalid(message, code="definition", fix=fix)
