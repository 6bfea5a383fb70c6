"""Features that count, sum up or pick a person's events, as aggregates over `events`. Pure."""

import re

from pentad.intelligence.segments.dates_sql import least
from pentad.intelligence.segments.definition import OWN, Aggregate, Event, EventMatch, Occurrence, PropertyTest, When
from pentad.intelligence.segments.features import Feature, Leaf, named
from pentad.intelligence.segments.moments_sql import flip_sql, stamp, within_sql
from pentad.intelligence.segments.numbers_sql import MAX, number_sql
from pentad.intelligence.segments.parts import Aggregated, EventPart, Needed, Read, Scene, all_of
from pentad.intelligence.segments.people_sql import json_value
from pentad.intelligence.segments.periods import Span, bounds, flips
from pentad.intelligence.segments.values_sql import Asked, Value, test_sql, view_sql
from pentad.ledger.sql import literal

TYPES = {"track": ("track",), "page": ("page",), "screen": ("screen",), "any": ("track", "page", "screen")}


# -- which events ----------------------------------------------------------------------------------


def named_sql(match: EventMatch) -> str:
    """Of the type and with the name; without a name none of the events that segments cause."""
    types, names = TYPES[match.type], match.names
    kind = f"type = '{types[0]}'" if len(types) == 1 else f"type IN ({', '.join(map(literal, types))})"
    if not names:
        return f"{kind} AND name NOT IN ({', '.join(map(literal, OWN))})"
    if len(names) == 1:
        return f"{kind} AND name = {literal(names[0])}"
    return f"{kind} AND name IN ({', '.join(map(literal, names))})"


def property_value(match: EventMatch, name: str, scene: Scene, needed: Needed) -> Value:
    """A property of the events of a match: its typed column where it has one, and else (and for the rest) the JSON."""
    own = Needed()
    value = json_value("props", name, own)
    extract = own.sql_of(value.text)
    text = f"x_{named('props', name, match.type, match.names)}"
    value = _renamed(value, text)
    # Reading a property costs more than all else: only where the event is one that is asked about.
    needed.add(text, extract if scene.alone else f"CASE WHEN {named_sql(match)} THEN {extract} END")
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


def _renamed(value: Value, text: str) -> Value:
    return Value(text, kind=value.kind, elements=value.elements, raws=value.raws)


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
    return all_of(named_sql(match), where_sql(match, match.where, scene, asked, needed))


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


def _spanned(when: When | None, scene: Scene, zone: str) -> tuple[str, Span]:
    if when is None:
        return "", Span(None, None)
    span = bounds(when, scene.now, zone)
    return within_sql("ts", span), span


def _counted(one: Event, zone: str, scene: Scene) -> EventPart:
    needed = Needed()
    matched = match_sql(one.event, scene, scene.asked(zone, needed), needed)
    inside, _ = _spanned(one.when, scene, zone)
    count = Aggregated(f"a_{named(matched, inside)}", "count(*)", all_of(matched, inside))
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


def _window_due(matched: str, when: When | None, scene: Scene, zone: str) -> tuple[tuple[Aggregated, ...], str, Needed]:
    """When the first event leaves the span, or the first one ahead enters it. Bounds never run backwards, so the
    earliest event is the one that a bound passes first."""
    after = Needed()
    if when is None or not scene.due:
        return (), "", after
    span = bounds(when, scene.now, zone)
    found, dues = [], []
    leaves, enters = flips(when)
    for flip, guard in (
        (leaves, within_sql("ts", span)),
        (enters, f"ts >= {stamp(span.high)}" if span.high else "FALSE"),
    ):
        if flip is not None and guard != "FALSE":
            one = Aggregated(f"d_{named(matched, guard)}", "min(ts)", all_of(matched, guard))
            found.append(one)
            dues.append(flip_sql(one.name, flip, scene.now, zone, after.keep))
    return tuple(found), least(dues), after


def _figured(one: Aggregate, zone: str, scene: Scene) -> EventPart:
    needed = Needed()
    asked = scene.asked(zone, needed)
    matched = match_sql(one.event, scene, asked, needed)
    inside, _ = _spanned(one.when, scene, zone)
    value = property_value(one.event, one.property, scene, needed)
    number = value.number or needed.add(f"n_{value.text}", f"TRY_CAST({needed.sql_of(value.text)} AS DOUBLE)")
    sql = {
        "sum": f"sum({number})", "average": f"avg({number})", "minimum": f"min({number})", "maximum": f"max({number})",
        "distinct": f"count(DISTINCT nullif(lower({view_sql(value)}), ''))",
    }[one.function]  # fmt: skip
    finite = f"{number} BETWEEN {number_sql(-MAX)} AND {number_sql(MAX)}"
    guard = all_of(matched, inside, "" if one.function == "distinct" else finite)
    figure = Aggregated(f"a_{named(sql, guard)}", sql, guard)
    more, due, after = _window_due(matched, one.when, scene, zone)
    # Engines add floats up in any order: what differs lies far behind six decimals.
    shown = {"sum": f"coalesce(round({figure.name}, 6), 0e0)", "average": f"round({figure.name}, 6)",
             "distinct": f"coalesce({figure.name}, 0)"}.get(one.function, figure.name)  # fmt: skip
    return _assembled(needed, one.event, one.when, scene, zone, (figure, *more), shown, due, after)


def _picked(one: Occurrence, zone: str, scene: Scene) -> EventPart:
    """The time of the first or last event, or whether that one event is as asked."""
    needed = Needed()
    asked = scene.asked(zone, needed)
    matched = match_sql(one.event, scene, asked, needed)
    extreme = "min" if one.which == "first" else "max"
    inside, _ = _spanned(one.when, scene, zone)
    at = Aggregated(f"a_{named(extreme, matched)}", f"{extreme}(ts)", matched)
    aggregates = [at] if scene.due and one.when is not None else []
    if one.where:
        asks = all_of(inside, where_sql(one.event, one.where, scene, asked, needed))
        sql = f"arg_{extreme}(coalesce({asks}, FALSE), (ts, seq))"
        chosen = Aggregated(f"a_{named(sql, matched)}", sql, matched)
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
    return None


__all__ = ["TYPES", "match_sql", "named_sql", "part", "property_value", "read_of", "where_sql", "without_events"]
