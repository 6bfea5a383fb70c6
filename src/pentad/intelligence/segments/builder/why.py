"""Why these people are in, one line each: what was seen of them, of those conditions that decide. Two statements for all
of them, so that it costs what it costs for one.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import groupby
from typing import Any

from pentad.intelligence.segments import compile as compiler
from pentad.intelligence.segments import definition as d
from pentad.intelligence.segments import phrases
from pentad.intelligence.segments.explain import SCOPE, Eyes, inside
from pentad.intelligence.segments.features import Feature, Leaf, feature
from pentad.intelligence.segments.parts import Scene
from pentad.intelligence.segments.periods import naive
from pentad.intelligence.segments.runs import Taken, run_of
from pentad.intelligence.segments.saying import say
from pentad.intelligence.segments.steps_sql import steps_sql
from pentad.intelligence.segments.tree import Others, leaf_of
from pentad.ledger.schema import Promoted

Runs = dict[int, list[Taken]]
Ask = Callable[[str], list[dict[str, Any]]]
MOST_PARTS = 4
MOST_LETTERS = 60
_FIGURES = {"sum": "sum of", "average": "average", "minimum": "least", "maximum": "most", "distinct": "different"}


@dataclass(frozen=True, slots=True)
class _Known:
    """A person's features and judged tests, and what stands of them in `people`."""

    row: dict[str, Any]
    people: dict[str, Any]
    judged: dict[str, bool]


def lines(
    definition: d.Definition, now: datetime, others: Others, names: Callable[[str], str], ask: Ask,
    eyes: Eyes, promoted: Sequence[Promoted], shown_in: tzinfo = UTC,
) -> dict[int, list[str]]:  # fmt: skip
    """Person number → what decided, most a few words each. ask: runs SQL with the relation `scope`. names: of segments.
    shown_in: the time zone in which times are told.
    """
    scene = Scene(naive(now), promoted, SCOPE)
    found = _leaves(definition.where, definition.time_zone, others)
    every = [feature(leaf) for leaf in found]
    rows = ask(compiler.judged_sql([one for one, _ in every], [test for _, test in every], scene))
    columns = "person_no, first_seen, last_seen, event_count, traits, identifiers"
    people = {row["person_no"]: row for row in ask(f"SELECT {columns} FROM people WHERE {scene.only('person_no')}")}
    says = _Says(others, names, eyes, _runs(found, scene, ask), shown_in)
    told = {}
    for row in rows:
        judged = {test: bool(row[f"j{n}"]) for n, (_, test) in enumerate(every)}
        known = _Known(row, people.get(row["person_no"], {}), judged)
        said = list(dict.fromkeys(says.parts(definition.where, definition.time_zone, known)))
        told[row["person_no"]] = said[:MOST_PARTS] + (["…"] if len(said) > MOST_PARTS else [])
    return told


def _leaves(node: d.Condition, zone: str, others: Others) -> list[Leaf]:
    match node:
        case d.All() | d.Any():
            return [leaf for one in node.of for leaf in _leaves(one, zone, others)]
        case d.Not():
            return _leaves(node.of, zone, others)
        case d.Member():
            other = others(node.id)
            return _leaves(other.where, other.time_zone, others)
    return [leaf_of(node, zone, others)]


def _runs(every: list[Leaf], scene: Scene, ask: Ask) -> dict[str, Runs]:
    """Of each sequence, the run of each person: one more statement each."""
    found = {}
    for leaf in every:
        if isinstance(one := leaf.condition, d.Sequence) and (column := feature(leaf)[0].column) not in found:
            rows = sorted(ask(steps_sql(leaf, scene)), key=lambda row: int(row["root_no"]))
            people = groupby(rows, key=lambda row: int(row["root_no"]))
            found[column] = {person: run_of(one, list(some), scene.now, leaf.zone) for person, some in people}
    return found


class _Says:
    def __init__(self, others: Others, names: Callable[[str], str], eyes: Eyes, runs: dict[str, Runs], zone: tzinfo):
        self.others, self.names, self.eyes, self.runs, self.zone = others, names, eyes, runs, zone

    def parts(self, node: d.Condition, zone: str, known: _Known) -> list[str]:
        """Of what holds: of all, each; of any, the first that does."""
        match node:
            case d.All():
                return [part for one in node.of for part in self.parts(one, zone, known)]
            case d.Any():
                first = next((one for one in node.of if self.holds(one, zone, known)), None)
                return [] if first is None else self.parts(first, zone, known)
            case d.Not():
                return [self.denied(node.of, zone, known)]
            case d.Member():
                return [f"in “{self.names(node.id)}”"]
        return [self.seen(leaf_of(node, zone, self.others), known)]

    def holds(self, node: d.Condition, zone: str, known: _Known) -> bool:
        match node:
            case d.All():
                return all(self.holds(one, zone, known) for one in node.of)
            case d.Any():
                return any(self.holds(one, zone, known) for one in node.of)
            case d.Not():
                return not self.holds(node.of, zone, known)
            case d.Member():
                other = self.others(node.id)
                return self.holds(other.where, other.time_zone, known)
        return known.judged[feature(leaf_of(node, zone, self.others))[1]]

    def denied(self, node: d.Condition, zone: str, known: _Known) -> str:
        match node:
            case d.Member():
                return f"not in “{self.names(node.id)}”"
            case d.Event() | d.Aggregate():
                return self.seen(leaf_of(node, zone, self.others), known)
        return _short(f"not: {say(d.Definition(node))}")

    def seen(self, leaf: Leaf, known: _Known) -> str:
        one, (asked, _) = leaf.condition, feature(leaf)
        match one:
            case d.Trait():
                value = self.eyes.trait(inside(json.loads(known.people.get("traits") or "{}"), one.name))
                return f"{one.name}: {_value(value)}"
            case d.Identifier():
                values = json.loads(known.people.get("identifiers") or "{}").get(one.namespace, [])
                return f"{one.namespace}: {_value(values[0] if values else None)}"
            case d.Standing() if one.field != "known":
                return _standing(one.field, known.people.get(one.field), self.zone)
            case d.Event():
                return _times(one, _figure(known.row, asked))
            case d.Aggregate():
                figure = _number(_figure(known.row, asked))
                return f"{_FIGURES[one.function]} {one.property}: {figure}{phrases.timed(one.when)}"
            case d.Sequence():
                run = self.runs.get(asked.column, {}).get(known.row["person_no"], [])
                return _steps(one, run, self.zone) if run else _short(say(d.Definition(one)))
            case d.Colleagues():
                return f"{one.which} of the company’s customers meets it"
        return _short(say(d.Definition(one)))


def _figure(row: dict[str, Any], asked: Feature) -> Any:
    return row.get(asked.column)


def _times(one: d.Event, count: Any) -> str:
    what = phrases.matched(one.event).replace('"', "").removeprefix("any ") + phrases.timed(one.when)
    return f"{count:,} × {what}" if count else f"no {what}"


def _steps(one: d.Sequence, run: list[Taken], zone: tzinfo) -> str:
    """Each step that was taken, with its time."""
    said = [f"{phrases.matched(one.steps[each.step - 1].event)} {_shown(each.at, zone):%-d %b %H:%M}" for each in run]
    if one.steps[-1].absent:
        said.append(f"no {phrases.matched(one.steps[-1].event)}")
    return " → ".join(said).replace('"', "")


def _standing(field: str, value: Any, zone: tzinfo) -> str:
    if field == "event_count":
        return f"{value or 0:,} events"
    return f"{field.replace('_', ' ')} {_shown(value, zone):%-d %b %Y}" if value else f"never {field.replace('_', ' ')}"


def _shown(at: datetime, zone: tzinfo) -> datetime:
    return at.replace(tzinfo=UTC).astimezone(zone)


def _number(value: Any) -> str:
    return "none" if value is None else f"{round(value, 2):,}".removesuffix(".0")


def _value(value: Any) -> str:
    if value is None:
        return "not set"
    return _short(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"
