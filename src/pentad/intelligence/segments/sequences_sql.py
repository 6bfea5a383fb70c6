"""Events in an order, as window functions over the events of all steps. Pure.

Rows are ordered by time, arrival and then the *later* step first: one event that is good for two steps stands twice,
and never follows itself. Each step carries what the rest must know of the best run that ends there: the time of its
first event when the whole run has a time, its own time when steps have. Of all runs that end in an event the one with
the latest such time is best; only where a whole run has a time *and* ends with an absent step is that not so, and then
each run is followed from its own first event.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations

from pentad.intelligence.segments.dates_sql import least
from pentad.intelligence.segments.definition import Duration, EventMatch, Sequence, Step
from pentad.intelligence.segments.events_sql import TYPES, match_sql, named_sql, property_value
from pentad.intelligence.segments.features import Leaf
from pentad.intelligence.segments.moments_sql import flip_sql, moved_sql, stamp, within_sql
from pentad.intelligence.segments.parts import Needed, Scene, SubPart, all_of, listed, nested
from pentad.intelligence.segments.periods import bounds, flips
from pentad.intelligence.segments.values_sql import view_sql
from pentad.intelligence.segments.zones import day

_EARLIEST = day(1970)  # of an event; see what is set aside on arrival


@dataclass(frozen=True)
class _Run:
    """How runs are told apart, and which columns say so."""

    sequence: Sequence
    scene: Scene
    zone: str
    keys: tuple[str, ...]

    @property
    def since(self) -> str:
        """The first step begins its run: nothing before its time matters, but to who asks for the first of all events."""
        if self._low is None or any(step.first for step in self.sequence.steps):
            return ""
        return f"ts >= {stamp(self._low)}"

    @property
    def _low(self) -> datetime | None:
        """The earliest time of a run's first event, if that is not any."""
        when = self.sequence.when
        low = bounds(when, self.scene.now, self.zone).low if when is not None else None
        return low if low and low > _EARLIEST else None

    def over(self, *, frame: str, group: str = "") -> str:
        keys = ", ".join((*self.keys, *([group] if group else ())))
        # An event that stands once needs no more to be put in order.
        order = "ts, seq" if _all_disjoint(self.sequence.steps) else "ts, seq, step DESC"
        return f"OVER (PARTITION BY {keys} ORDER BY {order} ROWS BETWEEN {frame})"

    def ended(self, rows: str, start: str, duration: Duration) -> tuple[str, str]:
        """The rows with the last moment that belongs to a duration from `start` on, and how that is called."""
        needed = Needed()
        needed.add(start, start)
        high = self.scene.now + timedelta(days=2)
        low = self._low or _EARLIEST
        end = moved_sql(start, duration, self.zone, min(low, high), high, needed.keep)
        return nested(rows, needed.used(end)[1:]), end


def part(leaf: Leaf, scene: Scene) -> SubPart:
    one = leaf.condition
    assert isinstance(one, Sequence)
    same = tuple(f"same{number}" for number in range(len(one.same)))
    # Several steps are read at once: a property is taken out of the events of its own step alone.
    run = _Run(one, replace(scene, alone=False), leaf.zone, ("root_no", *same))
    steps, last = one.steps, one.steps[-1]
    rows = _steps_sql(run, same)
    followed = last.absent and one.within is not None and sum(not step.absent for step in steps) > 1
    if followed:
        found, ends = _followed(run, rows)
    else:
        found, ends = _chained(run, rows), ""
        if last.absent:
            found, ends = run.ended(found, _carried(len(steps) - 1), last.within or one.within)  # type: ignore[arg-type]
    return _summed(run, found, ends, followed=followed)


def steps_sql(leaf: Leaf, scene: Scene) -> str:
    """The events of the scene's persons that are good for a step: root_no, ts, seq, step (from 1), same0, same1 …"""
    one = leaf.condition
    assert isinstance(one, Sequence)
    same = tuple(f"same{number}" for number in range(len(one.same)))
    return _steps_sql(_Run(one, replace(scene, alone=False), leaf.zone, ("root_no", *same)), same)


def _carried(step: int) -> str:
    return f"c{step}"


# -- the events of all steps -----------------------------------------------------------------------


def _steps_sql(run: _Run, same: tuple[str, ...]) -> str:
    """One row for each event and step that it is good for: root_no, ts, seq, step, same…"""
    steps = list(enumerate(run.sequence.steps, 1))
    if _all_disjoint(run.sequence.steps):
        return _one_scan(run, steps, same)
    return " UNION ALL ".join(_one_scan(run, [each], same) for each in steps)


def _all_disjoint(steps: tuple[Step, ...]) -> bool:
    return all(_disjoint(a.event, b.event) for a, b in combinations(steps, 2))


def _disjoint(one: EventMatch, other: EventMatch) -> bool:
    """No event can be both."""
    if not set(TYPES[one.type]) & set(TYPES[other.type]):
        return True
    return bool(one.names and other.names and not set(one.names) & set(other.names))


def _one_scan(run: _Run, steps: list[tuple[int, Step]], same: tuple[str, ...]) -> str:
    needed = Needed()
    asked = run.scene.asked(run.zone, needed)
    guards, firsts = dict[int, str](), dict[str, str]()
    for number, step in steps:
        guard = match_sql(step.event, run.scene, asked, needed)
        if step.first:
            firsts[f"first{number}"], guard = _first_sql(guard), f"first{number}"
        if number == 1 and run.sequence.when is not None:
            guard = all_of(guard, f"({within_sql('ts', bounds(run.sequence.when, run.scene.now, run.zone))})")
        guards[number] = guard
    shared = {}
    for name, prop in zip(same, run.sequence.same, strict=True):
        by_step = [(guards[number], _same_sql(step.event, prop, run, needed)) for number, step in steps]
        arms = " ".join(f"WHEN {guard} THEN {value}" for guard, value in by_step)
        alike = len({value for _, value in by_step}) == 1
        shared[name] = by_step[0][1] if alike else f"CASE {arms} END"
    which = " ".join(f"WHEN {guard} THEN {number}" for number, guard in guards.items())
    step_sql = str(steps[0][0]) if len(steps) == 1 else f"CASE {which} END"
    own, *more = needed.used(which, *shared.values(), *firsts.values())
    inner = ", ".join(("root_no", "ts", "seq", "type", "name", *([listed(own)] if own else [])))
    every = "".join(f", {sql} AS {name}" for name, sql in shared.items())
    any_step = " OR ".join(f"({guard})" for guard in guards.values())
    read = " OR ".join(dict.fromkeys(f"({named_sql(step.event)})" for _, step in steps))
    only = all_of(run.scene.only("root_no"), f"({read})", run.since)
    source = nested(f"SELECT {inner} FROM events WHERE {only}", (*more, tuple(firsts.items())))
    rows = f"SELECT root_no, ts, seq, {step_sql} AS step{every} FROM ({source}) AS e WHERE {any_step}"
    if not same:
        return rows
    present = " AND ".join(f"{name} <> ''" for name in same)
    return f"SELECT * FROM ({rows}) AS k WHERE {present}"


def _first_sql(matched: str) -> str:
    """Whether an event is the first of all for which `matched` is true."""
    true = f"coalesce({matched}, FALSE)"
    return f"{true} AND row_number() OVER (PARTITION BY root_no, {true} ORDER BY ts, seq) = 1"


def _same_sql(match: EventMatch, name: str, run: _Run, needed: Needed) -> str:
    return f"lower({view_sql(property_value(match, name, run.scene, needed))})"


# -- runs ------------------------------------------------------------------------------------------


def _chained(run: _Run, rows: str) -> str:
    """Rows with a column c<step> for each present step: not NULL where a run up to that step ends."""
    found = f"SELECT *, CASE WHEN step = 1 THEN ts END AS {_carried(1)} FROM ({rows}) AS r0"
    return _steps_on(run, found, run.sequence.within)


def _steps_on(run: _Run, found: str, whole: Duration | None) -> str:
    before, gap = 1, 0
    for number, step in enumerate(run.sequence.steps, 1):
        if number == 1:
            continue
        if step.absent:
            gap = number
            continue
        found = _next_step(run, found, before, gap, number, whole)
        before, gap = number, 0
    return _after_last(run, found, gap)


def _next_step(run: _Run, found: str, before: int, gap: int, number: int, whole: Duration | None) -> str:
    group = ""
    if gap:
        # A new group begins with each event that must not come between.
        group = f"g{gap}"
        frame = run.over(frame="UNBOUNDED PRECEDING AND CURRENT ROW")
        found = f"SELECT *, count(CASE WHEN step = {gap} THEN 1 END) {frame} AS {group} FROM ({found}) AS q{number}"
    frame = run.over(frame="UNBOUNDED PRECEDING AND 1 PRECEDING", group=group)
    best = f"b{number}"
    found = f"SELECT *, max({_carried(before)}) {frame} AS {best} FROM ({found}) AS p{number}"
    within, last = whole or run.sequence.steps[number - 1].within, ""
    if within:
        found, last = run.ended(found, best, within)
    fits = all_of(f"step = {number}", f"{best} IS NOT NULL", f"ts <= {last}" if last else "")
    return f"SELECT *, CASE WHEN {fits} THEN {best if whole else 'ts'} END AS {_carried(number)} FROM ({found}) AS r{number}"


def _after_last(run: _Run, found: str, gap: int) -> str:
    """With the time of the next event that must not follow, as `stop`."""
    if not gap:
        return found
    frame = run.over(frame="1 FOLLOWING AND UNBOUNDED FOLLOWING")
    return f"SELECT *, min(CASE WHEN step = {gap} THEN ts END) {frame} AS stop FROM ({found}) AS l"


def _followed(run: _Run, rows: str) -> tuple[str, str]:
    """Each first event with all that came within its time: a run of its own, told apart by that event's number."""
    whole = run.sequence.within
    assert whole is not None
    same = "".join(f" AND b.{name} = a.{name}" for name in run.keys[1:])
    columns = ", ".join(f"b.{name} AS {name}" for name in (*run.keys, "ts", "seq", "step"))
    # Cut to what a run may hold before it is joined: its own first event stays, for what must not come after it.
    starts, end = run.ended(f"SELECT * FROM ({rows}) AS s WHERE step = 1", "ts", whole)
    pairs = (
        f"SELECT {columns}, a.seq AS start_seq, a.last AS last FROM "
        f"(SELECT *, {end} AS last FROM ({starts}) AS o) AS a JOIN ({rows}) AS b "
        f"ON b.root_no = a.root_no{same} WHERE b.ts <= a.last AND (b.seq = a.seq AND b.step = 1 "
        "OR b.step > 1 AND (b.ts > a.ts OR b.ts = a.ts AND b.seq > a.seq))"
    )
    own = _Run(run.sequence, run.scene, run.zone, (*run.keys, "start_seq"))
    found = f"SELECT *, CASE WHEN step = 1 THEN ts END AS {_carried(1)} FROM ({pairs}) AS r0"
    return _steps_on(own, found, None), "last"


# -- one answer for each person --------------------------------------------------------------------


def _summed(run: _Run, found: str, ends: str, *, followed: bool) -> SubPart:
    """value: 1 for who has a run. ends: when a last absent step is over, "" without one."""
    last = max(number for number, step in enumerate(run.sequence.steps, 1) if not step.absent)
    whole = all_of(f"{_carried(last)} IS NOT NULL", _nothing_followed(ends, followed=followed) if ends else "")
    now = stamp(run.scene.now)
    if not run.scene.due:
        over = f" AND {ends} <= {now}" if ends else ""
        return SubPart(
            f"SELECT root_no AS person_no, 1 AS value FROM ({found}) AS f WHERE {whole}{over} GROUP BY root_no",
            "coalesce(value, 0) = 1",
        )
    value = f"CASE WHEN {all_of(whole, f'{ends} <= {now}' if ends else '')} THEN 1 END"
    due = f"min(CASE WHEN {whole} AND {ends} > {now} THEN {ends} END)" if ends else ""
    select = f"SELECT root_no AS person_no, max({value}) AS value{f', {due} AS due' if due else ''} FROM ({found}) AS f GROUP BY root_no"
    start = _start_due_sql(run)
    if not start:
        return SubPart(select, "coalesce(value, 0) = 1", bool(due))
    both = least([*(["r.due"] if due else []), "s.due"])
    joined = (
        f"SELECT s.person_no AS person_no, r.value AS value, {both} AS due "
        f"FROM ({start}) AS s LEFT JOIN ({select}) AS r ON r.person_no = s.person_no"
    )
    return SubPart(joined, "coalesce(value, 0) = 1", due=True)


def _nothing_followed(ends: str, *, followed: bool) -> str:
    # In a run of its own all rows lie within its time already.
    return "stop IS NULL" if followed else f"(stop IS NULL OR stop > {ends})"


def _start_due_sql(run: _Run) -> str:
    """When the first step's time moves into the span, or out of it, for every person with such an event."""
    when = run.sequence.when
    if when is None or not any(flips(when)):
        return ""
    needed = Needed()
    match = run.sequence.steps[0].event
    matched = match_sql(match, run.scene, run.scene.asked(run.zone, needed), needed)
    span = bounds(when, run.scene.now, run.zone)
    leaves, enters = flips(when)
    after = Needed()
    passing = (("inside", leaves), ("ahead", enters))
    due = least([flip_sql(name, one, run.scene.now, run.zone, after.keep) for name, one in passing if one])
    own, *more = needed.used(matched)
    columns = ", ".join(("root_no", "ts", "type", "name", *([listed(own)] if own else [])))
    source = nested(
        f"SELECT {columns} FROM events WHERE {all_of(run.scene.only('root_no'), named_sql(match))}", tuple(more)
    )
    ahead = f"ts >= {stamp(span.high)}" if span.high else "FALSE"
    since = f" AND ts >= {stamp(span.low)}" if span.low else ""
    grouped = (
        f"SELECT root_no AS person_no, min(CASE WHEN {within_sql('ts', span)} THEN ts END) AS inside, "
        f"min(CASE WHEN {ahead} THEN ts END) AS ahead FROM ({source}) AS e "
        f"WHERE {matched}{since} GROUP BY root_no"
    )
    return f"SELECT person_no, {due} AS due FROM ({nested(grouped, after.used(due))}) AS g"
