"""Features that count, sum up or pick a person's events, as aggregates over `events`. Pure."""

import re
from dataclasses import replace

from pentad.intelligence.segments.dates_sql import least
from pentad.intelligence.segments.definition import OWN, Aggregate, Event, EventMatch, Occurrence, PropertyTest, When
from pentad.intelligence.segments.features import Feature, Leaf, named
from pentad.intelligence.segments.moments_sql import flip_sql, stamp, within_parts, within_sql
from pentad.intelligence.segments.numbers_sql import MAX, number_sql
from pentad.intelligence.segments.parts import Aggregated, EventPart, Needed, Read, Scene, all_of, one_of
from pentad.intelligence.segments.people_sql import json_value
from pentad.intelligence.segments.periods import Span, bounds, flips
from pentad.intelligence.segments.values_sql import Asked, Value, test_sql, view_sql
from pentad.ledger.sql import literal

TYPES = {"track": ("track",), "page": ("page",), "screen": ("screen",), "any": ("track", "page", "screen")}


# -- which events ----------------------------------------------------------------------------------


def named_sql(match: EventMatch) -> str:
    """Of the type and with the name; without a name none of the events that segments cause."""
    return all_of(*named_parts(match))


def named_parts(match: EventMatch) -> tuple[str, str]:
    types, names = TYPES[match.type], match.names
    if not names:
        return one_of("type", types), f"name NOT IN ({', '.join(map(literal, OWN))})"
    return one_of("type", types), one_of("name", sorted(set(names)))


def property_value(match: EventMatch, name: str, scene: Scene, needed: Needed) -> Value:
    """A property of the events of a match: its typed column where it has one, and else (and for the rest) the JSON."""
    own = Needed()
    value = json_value("props", name, own)
    extract = own.sql_of(value.text)
    text = f"x_{named('props', name, match.type, match.names)}"
    elements = f"l_{named('props', name, match.type, match.names)}"
    listed, value = value.elements, replace(value, text=text, elements=elements)
    # Reading a property costs more than all else: only where the event is one that is asked about.
    for column, sql in ((text, extract), (elements, own.sql_of(listed))):
        needed.add(column, sql if scene.alone else f"CASE WHEN {named_sql(match)} THEN {sql} END")
    needed.add("props", "props")
    item = scene.by_name.get(name) if "." not in name else None
    if item is None or item.type not in ("string", "number"):
        return value
    column = needed.add(item.column, item.column)
    there = f"CASE WHEN {text} = '[]' THEN {value.kind} <> 'ARRAY' ELSE {text} <> '' END"
    if item.type == "number":
        return _typed(value, number=column, present=f"CASE WHEN {column} IS NOT NULL THEN TRUE ELSE {there} END")
    own_there = f"CASE WHEN {column} = '[]' THEN {value.kind} <> 'ARRAY' ELSE {column} <> '' END"
    return _typed(value, text=column, present=f"CASE WHEN {column} IS NULL THEN {there} ELSE {own_there} END")


def _typed(value: Value, *, text: str = "", number: str = "", present: str) -> Value:
    return Value(text or value.text, number, value.kind, value.elements, value.raws, present=present)


def where_sql(match: EventMatch, where: tuple[PropertyTest, ...], scene: Scene, asked: Asked, needed: Needed) -> str:
    """All the properties are as said; NULL means false."""
    parts = []
    for one in where:
        value = property_value(match, one.name, scene, needed)
        parts.append(test_sql(value, one.test, asked, loose=True))
    return all_of(*(f"({part})" for part in parts)) if parts else ""


def match_sql(match: EventMatch, scene: Scene, asked: Asked, needed: Needed) -> str:
    return all_of(*match_parts(match, scene, asked, needed))


def match_parts(match: EventMatch, scene: Scene, asked: Asked, needed: Needed) -> tuple[str, ...]:
    where = where_sql(match, match.where, scene, asked, needed)
    # Where many ask, the same is asked of one event for several spans: worked out once, by a name.
    return (*named_parts(match), where if scene.alone or not where else needed.keep(where))


def read_of(match: EventMatch, when: When | None, scene: Scene, zone: str) -> Read:
    span = Span(None, None) if when is None else bounds(when, scene.now, zone)
    # What lies ahead of the span is not counted, but tells when the answer changes.
    high = None if scene.due else span.high
    return Read(TYPES[match.type], match.names, span.low, high)


# -- features --------------------------------------------------------------------------------------


def part(leaf: Leaf, scene: Scene) -> EventPart:
    match leaf.condition:
        case Event():
            return _counted(leaf.condition, leaf.zone, scene)
        case Aggregate():
            return _figured(leaf.condition, leaf.zone, scene)
        case Occurrence():
            return _picked(leaf.condition, leaf.zone, scene)
    raise TypeError(leaf.condition)


def _inside(when: When | None, scene: Scene, zone: str) -> tuple[str, ...]:
    return within_parts("ts", bounds(when, scene.now, zone)) if when is not None else ()


def _counted(one: Event, zone: str, scene: Scene) -> EventPart:
    needed = Needed()
    matched = match_parts(one.event, scene, scene.asked(zone, needed), needed)
    inside = _inside(one.when, scene, zone)
    count = Aggregated.of(f"a_{named(all_of(*matched), all_of(*inside))}", "count(*)", (*matched, *inside))
    more, due, after = _window_due(matched, one.when, scene, zone)
    return _assembled(
        needed, one.event, one.when, scene, zone, (count, *more), f"coalesce({count.name}, 0)", due, after
    )


def _assembled(
    needed: Needed, match: EventMatch, when: When | None, scene: Scene, zone: str,
    aggregates: tuple[Aggregated, ...], sql: str, due: str, after: Needed,
) -> EventPart:  # fmt: skip
    columns = needed.used(*(text for one in aggregates for text in (one.sql, one.guard)))
    return EventPart(columns, read_of(match, when, scene, zone), aggregates, sql, after.used(due), due)


def _window_due(
    matched: tuple[str, ...], when: When | None, scene: Scene, zone: str
) -> tuple[tuple[Aggregated, ...], str, Needed]:
    """When the first event leaves the span, or the first one ahead enters it. Bounds never run backwards, so the
    earliest event is the one that a bound passes first."""
    after = Needed()
    if when is None or not scene.due:
        return (), "", after
    span = bounds(when, scene.now, zone)
    found, dues = [], []
    leaves, enters = flips(when)
    for flip, guard in (
        (leaves, within_parts("ts", span)),
        (enters, (f"ts >= {stamp(span.high)}" if span.high else "FALSE",)),
    ):
        if flip is not None and guard != ("FALSE",):
            one = Aggregated.of(f"d_{named(all_of(*matched), all_of(*guard))}", "min(ts)", (*matched, *guard))
            found.append(one)
            dues.append(flip_sql(one.name, flip, scene.now, zone, after.keep))
    return tuple(found), least(dues), after


def _figured(one: Aggregate, zone: str, scene: Scene) -> EventPart:
    needed = Needed()
    asked = scene.asked(zone, needed)
    matched = match_parts(one.event, scene, asked, needed)
    inside = _inside(one.when, scene, zone)
    value = property_value(one.event, one.property, scene, needed)
    number = value.number or needed.add(f"n_{named(value.text)}", f"TRY_CAST({needed.sql_of(value.text)} AS DOUBLE)")
    # Not among the guards: engines would read the property once for these and once more for the figure.
    finite = f"CASE WHEN {number} BETWEEN {number_sql(-MAX)} AND {number_sql(MAX)} THEN {number} END"
    sql = {
        "sum": f"sum({finite})", "average": f"avg({finite})", "minimum": f"min({finite})", "maximum": f"max({finite})",
        "distinct": f"count(DISTINCT nullif(lower({view_sql(value)}), ''))",
    }[one.function]  # fmt: skip
    parts = (*matched, *inside)
    figure = Aggregated.of(f"a_{named(sql, all_of(*parts))}", sql, parts)
    more, due, after = _window_due(matched, one.when, scene, zone)
    # Engines add floats up in any order: what differs lies far behind six decimals.
    shown = {"sum": f"coalesce(round({figure.name}, 6), 0e0)", "average": f"round({figure.name}, 6)",
             "distinct": f"coalesce({figure.name}, 0)"}.get(one.function, figure.name)  # fmt: skip
    return _assembled(needed, one.event, one.when, scene, zone, (figure, *more), shown, due, after)


def _picked(one: Occurrence, zone: str, scene: Scene) -> EventPart:
    """The time of the first or last event, or whether that one event is as asked."""
    needed = Needed()
    asked = scene.asked(zone, needed)
    parts = match_parts(one.event, scene, asked, needed)
    matched = all_of(*parts)
    extreme = "min" if one.which == "first" else "max"
    inside = all_of(*_inside(one.when, scene, zone)) if one.when is not None else ""
    at = Aggregated.of(f"a_{named(extreme, matched)}", f"{extreme}(ts)", parts)
    aggregates = [at] if scene.due and one.when is not None else []
    if one.where:
        asks = all_of(inside, where_sql(one.event, one.where, scene, asked, needed))
        sql = f"arg_{extreme}(coalesce({asks}, FALSE), (ts, seq))"
        chosen = Aggregated.of(f"a_{named(sql, matched)}", sql, parts)
        aggregates.append(chosen)
        shown = f"coalesce({chosen.name}, FALSE)"
    else:
        aggregates = [at]
        shown = f"{at.name} IS NOT NULL" if one.when is None else ""
        shown = shown or f"coalesce({within_sql(at.name, bounds(one.when, scene.now, zone))}, FALSE)"  # type: ignore[arg-type]
    after = Needed()
    passing = flips(one.when) if one.when and scene.due else ()
    due = least([flip_sql(at.name, flip, scene.now, zone, after.keep) for flip in passing if flip])
    return _assembled(needed, one.event, None, scene, zone, tuple(aggregates), shown, due, after)


def without_events(one: Feature, test: str) -> bool | None:
    """What a test of an event feature says of somebody without any event; None: not worth finding out."""
    if one.type == "BOOLEAN":
        return False
    condition = one.leaf.condition
    found = re.fullmatch(rf"{one.column} (>=|<=|=) ([0-9]+)", test)
    if isinstance(condition, Event) and found:
        return {">=": int(found[2]) <= 0, "<=": True, "=": int(found[2]) == 0}[found[1]]
    if isinstance(condition, Aggregate) and condition.function not in ("sum", "distinct"):
        return test.startswith("NOT ")
    within = re.fullmatch(rf"{one.column} BETWEEN (\S+) AND (\S+)", test)
    return float(within[1]) <= 0 <= float(within[2]) if within else None


__all__ = ["TYPES", "match_sql", "named_sql", "part", "property_value", "read_of", "where_sql", "without_events"]
