"""What a definition that is being written means now: how many, who, why, and what they have to do with other segments.

Everybody is asked once, by the raw events; every further figure is read for the members found.
"""

import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow as pa
from django.db.models import Count, Q
from django.utils import timezone

from pentad import ledger
from pentad.core import clock
from pentad.core.actor import reader
from pentad.data.consent.reaching import reach
from pentad.data.profiles.lists import title
from pentad.intelligence.segments import compile as compiler
from pentad.intelligence.segments import engine, queries, table
from pentad.intelligence.segments.access import Others, require_fields, seen_numbers
from pentad.intelligence.segments.builder.why import lines
from pentad.intelligence.segments.definition import Definition
from pentad.intelligence.segments.eyes import eyes
from pentad.intelligence.segments.models import Segment
from pentad.intelligence.segments.patience import waited_for
from pentad.intelligence.segments.reading import write
from pentad.ledger import Ledger
from pentad.roles.audit import looked_at

MOST_OVERLAPS = 8


@dataclass(frozen=True, slots=True)
class Somebody:
    """One of the sample, with why in."""

    id: str
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Overlap:
    """Another segment: percent of those found are in it, too."""

    id: str
    name: str
    size: int
    both: int
    percent: int


@dataclass(frozen=True, slots=True)
class Reached:
    """By one channel: percent of those found. why_not: how many others there are, by reason."""

    label: str
    reachable: int
    percent: int
    why_not: str


@dataclass(frozen=True, slots=True)
class Saved:
    """Against the segment as it is saved: who would enter and leave; and what it changed by since this time yesterday.
    None: it is not live, or was not asked yet.
    """

    size: int
    enter: int | None
    leave: int | None
    entered: int
    left: int
    is_new: bool

    @property
    def change(self) -> int:
        return self.entered - self.left


@dataclass(frozen=True, slots=True)
class Preview:
    """count, everybody: of the customers whom the reader may see. percent: below 0.1 as “< 0.1”."""

    count: int
    everybody: int
    percent: str
    sample: list[Somebody]
    overlaps: list[Overlap]
    saved: Saved | None
    milliseconds: float
    as_of: datetime


@waited_for
def preview(definition: Definition, segment: Segment | None = None, sample: int = engine.SAMPLE) -> Preview:
    """segment: the one that is being edited. Raises Denied when it asks for what the reader does not see."""
    others = others_of(definition, segment)
    require_fields(reader(), definition, others)
    began, as_of, store = time.perf_counter(), clock.now(), ledger.current()
    only = seen_numbers()
    found = _found(definition, others, anew=True)
    known = _both(store, found, _readable(segment))
    count, everybody = len(found), _everybody(store, only)
    return Preview(
        count, everybody, _percent(count, everybody), _sample(store, definition, others, found, sample),
        _overlaps(known, count, segment), _saved(known, count, segment, only),
        round((time.perf_counter() - began) * 1000), as_of,
    )  # fmt: skip


@waited_for
def reached(definition: Definition, segment: Segment | None = None) -> list[Reached]:
    """By each channel. Asked apart from the preview, which need not wait for it. Raises Denied as that does."""
    others = others_of(definition, segment)
    require_fields(reader(), definition, others)
    found = _found(definition, others)
    if not len(found):
        return []
    said = []
    for one in reach(scope=found):
        reasons = ((one.silent, "said nothing"), (one.denied, "denied"), (one.no_address, "without an address"))
        why_not = ", ".join(f"{number:,} {what}" for number, what in reasons if number)
        said.append(Reached(one.label, one.reachable, round(100 * one.reachable / len(found)), why_not))
    return said


_latest: dict[str, tuple[float, pa.Array]] = {}
_FOR_SECONDS, _MOST = 20.0, 8
_lock = threading.Lock()


def _found(definition: Definition, others: Others, anew: bool = False) -> pa.Array:
    """Who meets it, of the customers whom the reader may see. Remembered for as long as it takes to ask for the rest."""
    key = f"{id(ledger.current())} {reader().ref} {write(definition)}"
    at, found = _latest.get(key, (0.0, None))
    if anew or found is None or at < time.monotonic():
        found = engine.numbers(definition, seen_numbers(), others)
        with _lock:
            _latest.pop(key, None)
            _latest[key] = time.monotonic() + _FOR_SECONDS, found
            while len(_latest) > _MOST:
                del _latest[next(iter(_latest))]
    return found


def others_of(definition: Definition, segment: Segment | None) -> Others:
    """Other segments as they are saved, and the one that is being edited as it stands."""

    def others(id: str) -> Definition:
        return definition if segment is not None and id == segment.id else queries.definition_of(id)

    return others


@waited_for
def everybody() -> int:
    """How many customers there are whom the reader may see."""
    return _everybody(ledger.current(), seen_numbers())


def _everybody(store: Ledger, only: Collection[int] | None) -> int:
    return len(only) if only is not None else int(store.rows("SELECT count(*) AS n FROM people")[0]["n"])


def _percent(count: int, everybody: int) -> str:
    share = 100 * count / everybody if everybody else 0.0
    if 0 < share < 0.1:
        return "< 0.1"
    return f"{share:.1f}".removesuffix(".0") if count == everybody or share < 99.95 else "> 99.9"


def _readable(segment: Segment | None) -> list[Segment]:
    """Live segments that the reader may read, the one that is being edited among them."""
    return [one for one in queries.segments(Segment.LIVE) if queries.readable(one) or one == segment]


def _both(store: Ledger, found: pa.Array, segments: list[Segment]) -> list[tuple[Segment, int]]:
    """How many of those found are in each segment, by what the feature table has written down."""
    there = store.derived.columns()
    asked = [one for one in segments if f"m{one.no}" in there]
    if not asked:
        return []
    figures = ", ".join(f"count(*) FILTER (WHERE m{one.no}) AS m{one.no}" for one in asked)
    sql = f"SELECT {figures} FROM features WHERE person_no IN (SELECT person_no FROM {table.SCOPE})"
    (row,) = store.rows(sql, scope=found)
    return [(one, int(row[f"m{one.no}"] or 0)) for one in asked]


def _overlaps(known: list[tuple[Segment, int]], count: int, segment: Segment | None) -> list[Overlap]:
    shared = sorted(((one, both) for one, both in known if both and one != segment), key=lambda pair: -pair[1])
    return [
        Overlap(one.id, one.name, queries.size(one), both, round(100 * both / count))
        for one, both in shared[:MOST_OVERLAPS]
    ]


def _saved(
    known: list[tuple[Segment, int]], count: int, segment: Segment | None, only: Collection[int] | None
) -> Saved | None:
    if segment is None or not segment.kept_up or segment.filled is None:
        return None
    both = next((both for one, both in known if one == segment), None)
    size = queries.size(segment)
    moves = queries.moves(segment).filter(at__gt=clock.now() - timedelta(days=1)).order_by()
    said = moves.aggregate(more=Count("pk", filter=Q(entered=True)), less=Count("pk", filter=Q(entered=False)))
    enter, leave = (None, None) if both is None else (count - both, max(size - both, 0))
    return Saved(size, enter, leave, said["more"], said["less"], queries.is_new(segment))


def _sample(store: Ledger, definition: Definition, others: Others, found: pa.Array, most: int) -> list[Somebody]:
    """The newest of those found, which the audit log tells of as of a page of the list."""
    people = engine.people(found[max(0, len(found) - most) :])
    if not people:
        return []
    looked_at(
        reader(), "list:people", "segment preview", again=True, rows=len(people), first=people[0].id, last=people[-1].id
    )
    numbers = [one.no for one in people]
    why = lines(
        definition, engine.now(), others, name_of, lambda sql: store.rows(sql, scope=numbers), eyes(),
        engine.promoted(store), timezone.get_current_timezone(),
    )  # fmt: skip
    return [Somebody(one.id, title(one), " · ".join(why.get(one.no, []))) for one in people]


def name_of(id: str) -> str:
    return Segment.objects.filter(id=id).values_list("name", flat=True).first() or "another segment"


@dataclass(frozen=True, slots=True)
class Statement:
    """raw: over the events. kept: the same over the feature table, as a saved segment is asked."""

    raw: str
    kept: str


def statement(definition: Definition, segment: Segment | None = None) -> Statement:
    """The SQL for experts. Raises Denied as a preview does."""
    others = others_of(definition, segment)
    require_fields(reader(), definition, others)
    asked, store = compiler.compiled(definition, others), ledger.current()
    raw = compiler.raw_sql(asked, engine.now(), promoted=engine.promoted(store))
    return Statement(pretty(raw), pretty(f"SELECT person_no FROM features WHERE {asked.test}"))


def pretty(sql: str) -> str:
    """With a line for each part; as it is when it is too long to be read anyway."""
    if len(sql) > 20_000:
        return sql
    from sqlglot import transpile  # loads for a while

    return transpile(sql, read="duckdb", write="duckdb", pretty=True)[0]
