"""Definitions put to the ledger: everybody, some, or one. The only place that runs what the compiler writes."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

from pentad import ledger
from pentad.core import clock
from pentad.core.actor import reader
from pentad.data.identity.models import Person
from pentad.intelligence.segments import compile as compiler
from pentad.intelligence.segments.access import require_fields, seen_numbers
from pentad.intelligence.segments.definition import Definition
from pentad.intelligence.segments.explain import Reason
from pentad.intelligence.segments.explain import explain as why
from pentad.intelligence.segments.eyes import eyes
from pentad.intelligence.segments.models import Segment, SegmentMember
from pentad.intelligence.segments.patience import waited_for
from pentad.intelligence.segments.queries import Use, definition_of, uses, views_using
from pentad.ledger import Ledger
from pentad.ledger.schema import Promoted

Others = Callable[[str], Definition]
SAMPLE = 10


def now() -> datetime:
    """The moment as the ledger has it: naive, UTC."""
    return clock.now().astimezone(UTC).replace(tzinfo=None)


def promoted(store: Ledger) -> tuple[Promoted, ...]:
    """The properties that have a column of their own by now."""
    return tuple(
        Promoted(row["prop"], row["type"]) for row in store.rows("SELECT prop, type FROM registry ORDER BY prop")
    )


def numbers(definition: Definition, only: Collection[int] | None = None, others: Others = definition_of) -> pa.Array:
    """Who meets the definition now, by the raw events: person numbers, in order. only: of these persons."""
    asked = compiler.compiled(definition, others)
    store = ledger.current()
    sql = compiler.raw_sql(asked, now(), "" if only is None else "scope", promoted=promoted(store))
    found = store.query(sql, scope=only)["person_no"].combine_chunks()
    return found.take(pc.sort_indices(found))


@dataclass(frozen=True, slots=True)
class Answer:
    """count: of the customers whom the reader may see. sample: some of them, the newest."""

    count: int
    sample: list[Person]
    milliseconds: float
    as_of: datetime


@waited_for
def answer(definition: Definition, sample: int = SAMPLE, others: Others = definition_of) -> Answer:
    """Count a definition for the reader. Raises Denied when it asks for what the reader does not see."""
    require_fields(reader(), definition, others)
    began, as_of = time.perf_counter(), clock.now()
    found = numbers(definition, seen_numbers(), others)
    spent = (time.perf_counter() - began) * 1000
    return Answer(len(found), people(found[max(0, len(found) - sample) :]), round(spent, 1), as_of)


def people(found: pa.Array) -> list[Person]:
    """These customers as the reader may see them, the newest first."""
    return list(Person.seen.filter(root=None, pk__in=found.to_pylist()).order_by("-no")) if len(found) else []


@dataclass(frozen=True, slots=True)
class Difference:
    """What another definition would change, as far as the reader may see it."""

    size: int
    enter: int
    leave: int
    entering: list[Person]
    leaving: list[Person]
    used_by: list[Use]


@waited_for
def difference(segment: Segment, definition: Definition, sample: int = SAMPLE) -> Difference:
    """Who would enter and leave, and what uses it, before anything is saved."""

    def others(id: str) -> Definition:
        return definition if id == segment.id else definition_of(id)

    require_fields(reader(), definition, others)
    only = seen_numbers()
    then, today = numbers(definition, only, others), member_numbers(segment, only)
    enter = then.filter(pc.invert(pc.is_in(then, value_set=today)))
    leave = today.filter(pc.invert(pc.is_in(today, value_set=then)))
    return Difference(
        len(then), len(enter), len(leave), people(enter[-sample:] if len(enter) else enter),
        people(leave[-sample:] if len(leave) else leave), [*uses(segment), *views_using(segment)],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Compared:
    """How many two definitions find of whom the reader may see; and how many one of them alone."""

    before: int
    after: int
    enter: int
    leave: int


@waited_for
def compare(before: Definition, after: Definition, others: Others = definition_of) -> Compared:
    """Put both to everybody at once. Raises Denied when one asks for what the reader does not see."""
    for one in (before, after):
        require_fields(reader(), one, others)
    only = seen_numbers()
    old, new = numbers(before, only, others), numbers(after, only, others)
    both = len(old.filter(pc.is_in(old, value_set=new)))
    return Compared(len(old), len(new), len(new) - both, len(old) - both)


def member_numbers(segment: Segment, only: Collection[int] | None = None) -> pa.Array:
    """The members there are by the rows, in order."""
    rows = SegmentMember.objects.filter(segment=segment).order_by("person_id")
    found = pa.array(rows.values_list("person_id", flat=True).iterator(chunk_size=50_000), pa.int32())
    return found if only is None else found.filter(pc.is_in(found, value_set=pa.array(only, pa.int32())))


@waited_for
def explain(definition: Definition, person: Person, others: Others = definition_of) -> Reason:
    """Why a customer meets the definition or not, condition by condition. The person is one the reader may see."""
    require_fields(reader(), definition, others)
    store, number = ledger.current(), person.root_id or person.no
    return why(definition, number, now(), others, lambda sql: store.rows(sql, scope=[number]), eyes())
