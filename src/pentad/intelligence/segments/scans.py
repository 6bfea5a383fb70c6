"""One SELECT for many features: `people` once, `events` once, and one sub-select for each of the others. Pure."""

from collections.abc import Collection, Sequence

from pentad.intelligence.segments.dates_sql import least
from pentad.intelligence.segments.moments_sql import stamp
from pentad.intelligence.segments.parts import (
    Aggregated,
    EventPart,
    PersonPart,
    Read,
    Scene,
    SubPart,
    all_of,
    listed,
    merged,
    nested,
    one_of,
)  # fmt: skip
from pentad.intelligence.segments.periods import END, FIRST

MANY, SOME, MOST_SCANS = 12, 4, 10
"""Aggregates from which on events are read more than once, those that a scan of its own is worth, and how many scans."""

_OF_CASES = {
    "count(*)": "count(CASE WHEN {} THEN 1 END)",
    **{f"{name}(ts)": f"{name}(CASE WHEN {{}} THEN ts END)" for name in ("min", "max")},
}
"""The same without FILTER: for each of those, some engines copy what all the aggregates of a scan need."""

Named = tuple[str, PersonPart | EventPart | SubPart]


def select_sql(parts: Sequence[Named], scene: Scene, *, eventful: bool = False) -> str:
    """person_no, each part's value by its name, and in a scene with due the earliest due.

    eventful: persons without events may be left out.
    """
    persons = [part for _, part in parts if isinstance(part, PersonPart)]
    events = [part for _, part in parts if isinstance(part, EventPart)]
    subs = [(name, part) for name, part in parts if isinstance(part, SubPart)]
    scans = _scans(events)
    sources = [*(f"e{n}" for n in range(len(scans))), *(["s"] if subs else [])]
    # Joined to one source alone: with several a person may be in any of them.
    first = sources[0] if eventful and len(sources) == 1 else "p"
    joins = []
    if first == "p":
        joins.append(f"({_people_sql(persons, scene)}) AS p")
    joins += [_joined(f"({_events_sql(some, scene)})", f"e{n}", first) for n, some in enumerate(scans)]
    if subs:
        joins.append(_joined(f"({_subs_sql(subs)})", "s", first))
    if first != "p" and persons:
        joins.append(f"JOIN ({_people_sql(persons, scene)}) AS p ON p.person_no = {first}.person_no")
    values = [f"{_value(name, part)} AS {name}" for name, part in parts]
    if scene.due:
        values.append(f"{_due(parts)} AS due")
    nobody = "" if first == "p" or persons else f" WHERE {first}.person_no <> 0"
    return f"SELECT {', '.join([f'{first}.person_no AS person_no', *values])} FROM {' '.join(joins)}{nobody}"


def _scans(events: Sequence[EventPart]) -> list[list[EventPart]]:
    """All events are read once while the aggregates are few. Of many, those of the same events have a scan of their own:
    each event would be held against every aggregate, and most are about others.
    """
    if len(events) < MANY:
        return [list(events)] if events else []
    alike: dict[tuple[tuple[str, ...], tuple[str, ...]], list[EventPart]] = {}
    for part in events:
        alike.setdefault((part.read.types, part.read.names), []).append(part)
    own = sorted((some for some in alike.values() if len(some) >= SOME), key=len, reverse=True)[:MOST_SCANS]
    rest = [part for some in alike.values() if some not in own for part in some]
    return [*own, *([rest] if rest else [])]


def _joined(select: str, alias: str, first: str) -> str:
    return (
        f"{select} AS {alias}"
        if alias == first
        else f"LEFT JOIN {select} AS {alias} ON {alias}.person_no = {first}.person_no"
    )


def _value(name: str, part: PersonPart | EventPart | SubPart) -> str:
    return part.sql.replace("value", f"s.v_{name}", 1) if isinstance(part, SubPart) else part.sql


def _due(parts: Sequence[Named]) -> str:
    found = [part.due for _, part in parts if not isinstance(part, SubPart) and part.due]
    if any(isinstance(part, SubPart) and part.due for _, part in parts):
        found.append("s.due")
    return least(list(dict.fromkeys(found))) or "CAST(NULL AS TIMESTAMP)"


def _subs_sql(subs: Sequence[tuple[str, SubPart]]) -> str:
    """person_no, v_<name> of each and the earliest due: one below the other, as engines plan a long row of joins badly."""
    dues = any(part.due for _, part in subs)
    if len(subs) == 1:
        name, part = subs[0]
        return f"SELECT person_no, value AS v_{name}{', due' if dues else ''} FROM ({part.select}) AS u"
    below = " UNION ALL ".join(
        f"SELECT person_no, {n} AS which, value{_own_due(part) if dues else ''} FROM ({part.select}) AS u{n}"
        for n, (_, part) in enumerate(subs)
    )
    values = (f"max(CASE WHEN which = {n} THEN value END) AS v_{name}" for n, (name, _) in enumerate(subs))
    soonest = ", min(due) AS due" if dues else ""
    return f"SELECT person_no, {', '.join(values)}{soonest} FROM ({below}) AS u GROUP BY person_no"


def _own_due(part: SubPart) -> str:
    return ", due" if part.due else ", CAST(NULL AS TIMESTAMP) AS due"


# -- people ----------------------------------------------------------------------------------------


def _people_sql(parts: Sequence[PersonPart], scene: Scene) -> str:
    only = scene.only("person_no")
    levels = merged(part.columns for part in parts) or ((),)
    names = f", {listed(levels[0])}" if levels[0] else ""
    return nested(f"SELECT person_no{names} FROM people{f' WHERE {only}' if only else ''}", levels[1:])


# -- events ----------------------------------------------------------------------------------------


def _events_sql(parts: Sequence[EventPart], scene: Scene) -> str:
    """person_no and every aggregate, from one look at the events."""
    aggregates = list({one.name: one for part in parts for one in part.aggregates}.values())
    levels = merged(part.columns for part in parts) or ((),)
    known = _read_parts([part.read for part in parts])
    if len(aggregates) == 1:
        only = aggregates[0]
        guard = only.guard_but(known)
        wanted, where = f"{only.sql} AS {only.name}", f" WHERE {guard}" if guard else ""
    else:
        wanted, where = ", ".join(_filtered(one, known, many=len(aggregates) >= MANY) for one in aggregates), ""
    mentioned = " ".join([wanted, where, *(sql for more in levels[1:] for _, sql in more)])
    own = [name for name in ("ts", "seq", "type", "name") if name in mentioned]
    read = all_of(scene.only("root_no"), *known)
    inner = (
        f"SELECT {', '.join(['root_no', *own, *([listed(levels[0])] if levels[0] else [])])} FROM events WHERE {read}"
    )
    grouped = f"SELECT root_no AS person_no, {wanted} FROM ({nested(inner, levels[1:])}) AS x{where} GROUP BY root_no"
    return nested(grouped, merged(part.after for part in parts))


def who_sql(part: EventPart, scene: Scene) -> str:
    """The persons with an event that a count counts."""
    known = _read_parts([part.read])
    guard = part.aggregates[0].guard_but(known)
    levels = part.columns or ((),)
    own = ["root_no", *(name for name in ("ts", "seq", "type", "name") if name in guard)]
    named = f", {listed(levels[0])}" if levels[0] else ""
    inner = f"SELECT {', '.join(own)}{named} FROM events WHERE {all_of(scene.only('root_no'), *known)}"
    return f"SELECT root_no FROM ({nested(inner, levels[1:])}) AS x{f' WHERE {guard}' if guard else ''}"


def _filtered(one: Aggregated, known: Collection[str], *, many: bool) -> str:
    guard = one.guard_but(known)
    if guard and many and one.sql in _OF_CASES:
        return f"{_OF_CASES[one.sql].format(guard)} AS {one.name}"
    return f"{one.sql}{f' FILTER (WHERE {guard})' if guard else ''} AS {one.name}"


def _read_parts(reads: Sequence[Read]) -> list[str]:
    """The events that any of them looks at, or a few more: what is true of each event that is read."""
    kinds: dict[tuple[str, ...], set[str] | None] = {}
    for one in reads:
        names = kinds.get(one.types, set())
        kinds[one.types] = None if names is None or not one.names else names | set(one.names)
    found = [
        [one_of("type", types), *([one_of("name", sorted(names))] if names else [])] for types, names in kinds.items()
    ]
    named = found[0] if len(found) == 1 else ["(" + " OR ".join(f"({all_of(*one)})" for one in found) + ")"]
    lows = [one.low for one in reads]
    highs = [one.high for one in reads]
    low = min((at for at in lows if at), default=None) if None not in lows else None
    high = max((at for at in highs if at), default=None) if None not in highs else None
    if low and FIRST < low < END:
        named.append(f"ts >= {stamp(low)}")
    if high and FIRST < high < END:
        named.append(f"ts < {stamp(high)}")
    return named
