"""Events in an order, as window functions over the events of all steps. Pure.

Rows are ordered by time, arrival and then the *later* step first: one event that is good for two steps stands twice,
and never follows itself. Each step carries what the rest must know of the best run that ends there: the time of its
first event when the whole run has a time, its own time when steps have. Of all runs that end in an event the one with
the latest such time is best; only where a whole run has a time *and* ends with an absent step is that not so, and then
each run is followed from its own first event.
"""

from pentad.intelligence.segments.dates_sql import least
from pentad.intelligence.segments.definition import Duration, Sequence
from pentad.intelligence.segments.events_sql import match_sql, named_sql
from pentad.intelligence.segments.features import Leaf
from pentad.intelligence.segments.moments_sql import flip_sql, stamp, within_sql
from pentad.intelligence.segments.parts import Needed, Scene, SubPart, all_of, listed, nested
from pentad.intelligence.segments.periods import bounds, flips
from pentad.intelligence.segments.steps_sql import Run, rows_sql, run_of


def part(leaf: Leaf, scene: Scene) -> SubPart:
    one, run = leaf.condition, run_of(leaf, scene)
    assert isinstance(one, Sequence)
    steps, last = one.steps, one.steps[-1]
    rows = rows_sql(run)
    followed = last.absent and one.within is not None and sum(not step.absent for step in steps) > 1
    if followed:
        found, ends = _followed(run, rows)
    else:
        found, ends = _chained(run, rows), ""
        if last.absent:
            found, ends = run.ended(found, _carried(len(steps) - 1), last.within or one.within)  # type: ignore[arg-type]
    return _summed(run, found, ends, followed=followed)


def _carried(step: int) -> str:
    return f"c{step}"


# -- runs ------------------------------------------------------------------------------------------


def _chained(run: Run, rows: str) -> str:
    """Rows with a column c<step> for each present step: not NULL where a run up to that step ends."""
    found = f"SELECT *, CASE WHEN step = 1 THEN ts END AS {_carried(1)} FROM ({rows}) AS r0"
    return _steps_on(run, found, run.sequence.within)


def _steps_on(run: Run, found: str, whole: Duration | None) -> str:
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


def _next_step(run: Run, found: str, before: int, gap: int, number: int, whole: Duration | None) -> str:
    group = ""
    if gap:
        # A new group begins with each event that must not come between.
        group = f"g{gap}"
        frame = run.over(frame="UNBOUNDED PRECEDING AND CURRENT ROW")
        found = f"SELECT *, count(CASE WHEN step = {gap} THEN 1 END) {frame} AS {group} FROM ({found}) AS q{number}"
    frame = run.over(frame="UNBOUNDED PRECEDING AND 1 PRECEDING", group=group)
    best = f"b{number}"
    carried = _carried(before) if before > 1 else "CASE WHEN step = 1 THEN ts END"
    found = f"SELECT *, max({carried}) {frame} AS {best} FROM ({found}) AS p{number}"
    within, last = whole or run.sequence.steps[number - 1].within, ""
    if within:
        found, last = run.ended(found, best, within)
    fits = all_of(f"step = {number}", f"{best} IS NOT NULL", f"ts <= {last}" if last else "")
    return f"SELECT *, CASE WHEN {fits} THEN {best if whole else 'ts'} END AS {_carried(number)} FROM ({found}) AS r{number}"


def _after_last(run: Run, found: str, gap: int) -> str:
    """With the time of the next event that must not follow, as `stop`."""
    if not gap:
        return found
    frame = run.over(frame="1 FOLLOWING AND UNBOUNDED FOLLOWING")
    return f"SELECT *, min(CASE WHEN step = {gap} THEN ts END) {frame} AS stop FROM ({found}) AS l"


def _followed(run: Run, rows: str) -> tuple[str, str]:
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
    own = Run(run.sequence, run.scene, run.zone, (*run.keys, "start_seq"))
    found = f"SELECT *, CASE WHEN step = 1 THEN ts END AS {_carried(1)} FROM ({pairs}) AS r0"
    return _steps_on(own, found, None), "last"


# -- one answer for each person --------------------------------------------------------------------


def _summed(run: Run, found: str, ends: str, *, followed: bool) -> SubPart:
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


def _start_due_sql(run: Run) -> str:
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
