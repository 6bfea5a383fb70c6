"""The events of a sequence's steps, as rows: root_no, ts, seq, step (from 1) and what is to be the same. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import combinations

from pentad.intelligence.segments.definition import Duration, EventMatch, Sequence, Step
from pentad.intelligence.segments.events_sql import TYPES, match_parts, named_parts, named_sql, property_value
from pentad.intelligence.segments.features import Leaf
from pentad.intelligence.segments.moments_sql import moved_sql, stamp, within_parts
from pentad.intelligence.segments.parts import Needed, Scene, all_of, listed, nested, one_of
from pentad.intelligence.segments.periods import bounds
from pentad.intelligence.segments.values_sql import doubtful_sql, view_sql
from pentad.intelligence.segments.zones import day

_Numbered = tuple[int, Step]

_EARLIEST = day(1970)  # of an event; see what is set aside on arrival


@dataclass(frozen=True)
class Run:
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
        order = "ts, seq" if all_disjoint(self.sequence.steps) else "ts, seq, step DESC"
        return f"OVER (PARTITION BY {keys} ORDER BY {order} ROWS BETWEEN {frame})"

    def ended(self, rows: str, start: str, duration: Duration) -> tuple[str, str]:
        """The rows with the last moment that belongs to a duration from `start` on, and how that is called."""
        needed = Needed()
        needed.add(start, start)
        high = self.scene.now + timedelta(days=2)
        low = self._low or _EARLIEST
        end = moved_sql(start, duration, self.zone, min(low, high), high, needed.keep)
        return nested(rows, needed.used(end)[1:]), end


def run_of(leaf: Leaf, scene: Scene) -> Run:
    """Several steps are read at once: a property is taken out of the events of its own step alone."""
    one = leaf.condition
    assert isinstance(one, Sequence)
    same = tuple(f"same{number}" for number in range(len(one.same)))
    return Run(one, replace(scene, alone=False), leaf.zone, ("root_no", *same))


def steps_sql(leaf: Leaf, scene: Scene) -> str:
    """The events of the scene's persons that are good for a step: root_no, ts, seq, step (from 1), same0, same1 …"""
    return rows_sql(run_of(leaf, scene))


# -- the events of all steps -----------------------------------------------------------------------


def rows_sql(run: Run) -> str:
    """One row for each event and step that it is good for: root_no, ts, seq, step, same…"""
    steps = list(enumerate(run.sequence.steps, 1))
    if all_disjoint(run.sequence.steps):
        return _scanned(run, steps)
    return " UNION ALL ".join(_scanned(run, [each]) for each in steps)


def _scanned(run: Run, steps: list[_Numbered]) -> str:
    """What is to be the same is in columns of its own, mostly: then the JSON beside it, which costs more than all else,
    is read for those events alone whose text does not tell what it is in there.
    """
    found = [run.scene.by_name.get(name) for name in run.sequence.same if "." not in name]
    columns = [one.column for one in found if one and one.type == "string"]
    first = any(step.first for _, step in steps)  # of all its events, so that they are not to be parted
    if first or not columns or len(columns) < len(run.sequence.same):
        return _one_scan(run, steps)
    doubtful = " OR ".join(doubtful_sql(column) for column in columns)
    return f"{_one_scan(run, steps, f'NOT ({doubtful})', columns)} UNION ALL {_one_scan(run, steps, f'({doubtful})')}"


def all_disjoint(steps: tuple[Step, ...]) -> bool:
    return all(_disjoint(a.event, b.event) for a, b in combinations(steps, 2))


def _disjoint(one: EventMatch, other: EventMatch) -> bool:
    """No event can be both."""
    if not set(TYPES[one.type]) & set(TYPES[other.type]):
        return True
    return bool(one.names and other.names and not set(one.names) & set(other.names))


def _one_scan(run: Run, steps: list[_Numbered], which: str = "", columns: list[str] | None = None) -> str:
    """which: a condition on events. columns: of what is to be the same, where nothing else need be looked at."""
    needed = Needed()
    known = _known(steps)
    guards, firsts = _guards(run, steps, known, needed)
    same = run.keys[1:]
    if columns is None:
        keys = [_same_sql(run, steps, guards, name, needed) for name in run.sequence.same]
    else:
        keys = [f"lower({needed.add(column, column)})" for column in columns]
    arms = " ".join(f"WHEN {guard} THEN {number}" for number, guard in guards.items())
    if _plain(steps):  # what is no other step's is the last one's
        last, guard = steps[-1][0], guards[steps[-1][0]]
        arms = arms.removesuffix(f"WHEN {guard} THEN {last}") + f"ELSE {last}"
    step_sql = str(steps[0][0]) if len(steps) == 1 else f"CASE {arms} END"
    own, *more = needed.used(arms, *keys, *firsts.values())
    inner = ", ".join(("root_no", "ts", "seq", "type", "name", *([listed(own)] if own else [])))
    every = "".join(f", {sql} AS {name}" for name, sql in zip(same, keys, strict=True))
    only = all_of(run.scene.only("root_no"), _read_sql(steps, known), run.since, which)
    source = nested(f"SELECT {inner} FROM events WHERE {only}", (*more, tuple(firsts.items())))
    good = _good_sql(run, steps, guards)
    rows = f"SELECT root_no, ts, seq, {step_sql} AS step{every} FROM ({source}) AS e{f' WHERE {good}' if good else ''}"
    if not same:
        return rows
    present = " AND ".join(f"{name} <> ''" for name in same)
    return f"SELECT * FROM ({rows}) AS k WHERE {present}"


def _known(steps: list[_Numbered]) -> str:
    """What is true of the type of every event that is read."""
    types = {named_parts(step.event)[0] for _, step in steps}
    return types.pop() if len(types) == 1 else ""


def _read_sql(steps: list[_Numbered], known: str) -> str:
    """The type and the names of all of them; in one comparison, where that can be."""
    names = {name for _, step in steps for name in step.event.names}
    if known and all(step.event.names for _, step in steps):
        return all_of(known, one_of("name", sorted(names)))
    return "(" + " OR ".join(dict.fromkeys(f"({named_sql(step.event)})" for _, step in steps)) + ")"


def _guards(run: Run, steps: list[_Numbered], known: str, needed: Needed) -> tuple[dict[int, str], dict[str, str]]:
    """Of each step what makes an event good for it, and the columns that it takes to tell the first of events."""
    asked = run.scene.asked(run.zone, needed)
    guards, firsts = dict[int, str](), dict[str, str]()
    for number, step in steps:
        guard = all_of(*(one for one in match_parts(step.event, run.scene, asked, needed) if one != known))
        if step.first:
            firsts[f"first{number}"], guard = _first_sql(guard), f"first{number}"
        inside = _inside_sql(run) if number == 1 and not _plain(steps) else ""
        guards[number] = all_of(guard, f"({inside})" if inside else "")
    return guards, firsts


def _plain(steps: list[_Numbered]) -> bool:
    """The name of an event that is read says which step it is good for, if its time does not forbid it."""
    return not any(step.first or step.event.where for _, step in steps)


def _inside_sql(run: Run) -> str:
    """Which times of a run's first event are good, of the events that are read."""
    when = run.sequence.when
    parts = () if when is None else within_parts("ts", bounds(when, run.scene.now, run.zone))
    return " AND ".join(part for part in parts if part != run.since)


def _good_sql(run: Run, steps: list[_Numbered], guards: dict[int, str]) -> str:
    """Which of the events that are read are good for a step; "" for all."""
    if not _plain(steps):
        return " OR ".join(f"({guard})" for guard in guards.values())
    # Times are quicker to compare than names.
    inside = _inside_sql(run) if steps[0][0] == 1 else ""
    others = [guard for number, guard in guards.items() if number > 1]
    return " OR ".join(f"({one})" for one in (inside, *others)) if inside else ""


def _first_sql(matched: str) -> str:
    """Whether an event is the first of all for which `matched` is true."""
    true = f"coalesce({matched}, FALSE)"
    return f"{true} AND row_number() OVER (PARTITION BY root_no, {true} ORDER BY ts, seq) = 1"


def _same_sql(run: Run, steps: list[_Numbered], guards: dict[int, str], prop: str, needed: Needed) -> str:
    by_step = {
        guards[number]: f"lower({view_sql(property_value(step.event, prop, run.scene, needed))})"
        for number, step in steps
    }
    arms = " ".join(f"WHEN {guard} THEN {value}" for guard, value in by_step.items())
    values = set(by_step.values())
    return values.pop() if len(values) == 1 else f"CASE {arms} END"
