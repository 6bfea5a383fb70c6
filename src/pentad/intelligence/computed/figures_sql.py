"""Computed traits as SQL, by the same parts as the features of segments. Pure.

Each figure is a column of what its value is made of (see `values.py`): a number, a moment, or a property's value as text
with a letter for its kind before it. All of them share one look at the events.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pentad.intelligence.computed.definition import Computed
from pentad.intelligence.segments import events_sql, scans
from pentad.intelligence.segments.definition import Aggregate, Event, IsSet
from pentad.intelligence.segments.features import Leaf, named
from pentad.intelligence.segments.moments_sql import HORIZON, stamp, within_sql
from pentad.intelligence.segments.parts import (
    Aggregated,
    EventPart,
    Levels,
    Needed,
    Scene,
    SubPart,
    all_of,
    listed,
    merged,
    nested,
)
from pentad.intelligence.segments.periods import bounds, naive
from pentad.intelligence.segments.values_sql import Value, view_sql
from pentad.ledger import schema
from pentad.ledger.schema import Promoted

TEXT, TRUTH, NUMBER = "s", "b", "n"
"""Letters before the text of a value: what kind it is."""


def figures_sql(
    asked: Mapping[str, Computed], now: datetime, scope: str = "", *, promoted: Sequence[Promoted] = schema.PROMOTED
) -> str:
    """SELECT person_no, each figure by its column and due: when the next of them can change by time alone, but for
    those of days, or NULL. One row for each person of `people`, or of those in scope.
    """
    scene = Scene(naive(now), promoted, scope, due=True)
    parts = [part for column, one in asked.items() for part in _parts(column, one, scene)]
    horizon = stamp(scene.now + HORIZON)
    columns = "".join(f", {column}" for column in asked)
    due = f"CASE WHEN due > {horizon} THEN {horizon} ELSE due END"
    return f"SELECT person_no{columns}, {due} AS due FROM ({scans.select_sql(parts, scene)}) AS figures"


def _parts(column: str, one: Computed, scene: Scene) -> list[scans.Named]:
    counted = _counted(one, scene)
    match one.function:
        case "count":
            return [(column, _shown(counted, f"nullif({counted.sql}, 0)"))]
        case "sum" | "average" | "minimum" | "maximum" | "distinct":
            return [(column, _aggregate(one, scene))]
        case "most_frequent":
            return [(column, _most_frequent(one, scene)), (f"n_{column}", counted)]
        case "first" | "last":
            needed = Needed()
            guard = _guard(one, scene, needed)
            value = _told(events_sql.property_value(one.event, one.property or "", scene, needed))
            return [(column, _picked(counted, needed, f"{_extreme(one, 'arg_')}({value}, (ts, seq))", guard))]
    needed = Needed()
    return [(column, _picked(counted, needed, f"{_extreme(one)}(ts)", _guard(one, scene, needed)))]


def _counted(one: Computed, scene: Scene) -> EventPart:
    """How many events there are, and when that changes by time alone: then any figure of them may."""
    found = events_sql.part(Leaf(Event(one.event, when=one.when), one.time_zone), scene)
    assert isinstance(found, EventPart)
    return found


def _shown(part: EventPart, sql: str, columns: Levels = (), *more: Aggregated) -> EventPart:
    return EventPart(merged((part.columns, columns)), part.read, (*part.aggregates, *more), sql, part.after, part.due)


def _aggregate(one: Computed, scene: Scene) -> EventPart:
    """As segments have it, but without a value where no event has one; there a sum is 0."""
    of, zone = one.property or "", one.time_zone

    def part(function: str) -> EventPart:
        asked = Aggregate(function, of, one.event, IsSet(), one.when)  # type: ignore[arg-type]
        return events_sql.part(Leaf(asked, zone), scene)

    found = part(one.function)
    if one.function == "distinct":
        return _shown(found, f"nullif({found.sql}, 0)")
    if one.function == "sum":
        some = part("minimum")
        return _shown(found, f"CASE WHEN {some.sql} IS NOT NULL THEN {found.sql} END", some.columns, *some.aggregates)
    return found


def _extreme(one: Computed, before: str = "") -> str:
    return f"{before}{'max' if 'last' in one.function else 'min'}"


def _guard(one: Computed, scene: Scene, needed: Needed) -> str:
    asked = scene.asked(one.time_zone, needed)
    matched = events_sql.match_sql(one.event, scene, asked, needed)
    inside = within_sql("ts", bounds(one.when, scene.now, one.time_zone)) if one.when is not None else ""
    return all_of(matched, inside)


def _picked(counted: EventPart, needed: Needed, sql: str, guard: str) -> EventPart:
    found = Aggregated(f"a_{named(sql, guard)}", sql, guard)
    return _shown(counted, found.name, needed.used(sql, guard), found)


def _told(value: Value) -> str:
    """The text of a property's value after the letter of its kind; empty where there is none."""
    letter = f"CASE {value.kind} WHEN 'VARCHAR' THEN '{TEXT}' WHEN 'BOOLEAN' THEN '{TRUTH}' ELSE '{NUMBER}' END"
    view = view_sql(value)
    return f"CASE WHEN coalesce({view}, '') <> '' THEN concat({letter}, {view}) ELSE '' END"


def _most_frequent(one: Computed, scene: Scene) -> SubPart:
    """Values are one in any letter case, as everywhere; shown is how it was written last."""
    needed = Needed()
    value = events_sql.property_value(one.event, one.property or "", scene, needed)
    guard = _guard(one, scene, needed)
    word, told = f"lower({view_sql(value)})", _told(value)
    own, *more = needed.used(guard, word, told)
    columns = listed(tuple(own))
    rows = nested(
        f"SELECT root_no, ts, seq, type, name, {columns} FROM events"
        f" WHERE {all_of(scene.only('root_no'), events_sql.named_sql(one.event))}",
        tuple(more),
    )
    words = f"SELECT root_no, ts, seq, {word} AS word, {told} AS told FROM ({rows}) AS r WHERE {guard}"
    counted = (
        "SELECT root_no AS person_no, word, count(*) AS often, max(ts) AS latest, arg_max(seq, (ts, seq)) AS place,"
        f" arg_max(told, (ts, seq)) AS shown FROM ({words}) AS w WHERE word <> '' GROUP BY root_no, word"
    )
    select = (
        f"SELECT person_no, arg_max(shown, (often, latest, place)) AS value FROM ({counted}) AS c GROUP BY person_no"
    )
    return SubPart(select, "value")
