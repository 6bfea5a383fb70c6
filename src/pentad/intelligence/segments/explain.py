"""Why one person meets a definition or not, condition by condition, with the values seen. Pure but for `ask`.

Whether a condition holds is told by the very features and tests that decide on membership; the values beside it are
read apart from that and decide nothing.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec import Struct

from pentad.core.errors import NotFound
from pentad.intelligence.segments import compile as compiler
from pentad.intelligence.segments import definition as d
from pentad.intelligence.segments import seen_sql
from pentad.intelligence.segments.features import Leaf, feature, needs_zone, properties
from pentad.intelligence.segments.parts import Scene
from pentad.intelligence.segments.periods import naive
from pentad.intelligence.segments.runs import run_of
from pentad.intelligence.segments.steps_sql import steps_sql
from pentad.intelligence.segments.stops import name_of, stop_of
from pentad.intelligence.segments.text import say
from pentad.intelligence.segments.tree import Others, leaf_of, no_others, tree_of

Ask = Callable[[str], list[dict[str, Any]]]
"""Runs SQL that may name the relation `scope`: the one person."""

SCOPE = "scope"


@dataclass(frozen=True, slots=True)
class Eyes:
    """How the reader sees values: of a trait, an event's properties, a company's trait, a company's name."""

    trait: Callable[[Any], Any]
    properties: Callable[[dict[str, Any]], dict[str, Any]]
    company_trait: Callable[[Any], Any]
    company: Callable[[str], str]


def _as_it_is(value: Any) -> Any:
    return value


ALL_SEEING = Eyes(_as_it_is, _as_it_is, _as_it_is, _as_it_is)


class Reason(Struct):
    """kind: of the condition. text: the condition in words. values: what was seen, as JSON; times are UTC."""

    kind: str
    text: str
    holds: bool
    values: dict[str, Any]
    of: list["Reason"]


def explain(
    definition: d.Definition,
    person_no: int,
    now: datetime,
    others: Others = no_others,
    ask: Ask = lambda _: [],
    eyes: Eyes = ALL_SEEING,
) -> Reason:
    """Raises NotFound when there is no such person among `people`."""
    tree_of(definition, others)  # refuses circles and what is too long
    scene = Scene(naive(now), scope=SCOPE)
    found = _Found(scene, others, ask, eyes)
    if not found.person:
        raise NotFound(f"There is no customer with the number {person_no}.", code="person_unknown")
    leaves = found.leaves(definition.where, definition.time_zone)
    found.judge(leaves)
    return found.reason(definition.where, definition.time_zone)


class _Found:
    """What is known of the person."""

    def __init__(self, scene: Scene, others: Others, ask: Ask, eyes: Eyes):
        self.scene, self.others, self.ask, self.eyes = scene, others, ask, eyes
        rows = ask(seen_sql.person_sql(scene))
        self.person: dict[str, Any] = rows[0] if rows else {}
        self.judged: dict[str, bool] = {}
        self.features: dict[str, Any] = {}

    def leaves(self, node: d.Condition, zone: str) -> list[Leaf]:
        match node:
            case d.All() | d.Any():
                return [leaf for one in node.of for leaf in self.leaves(one, zone)]
            case d.Not():
                return self.leaves(node.of, zone)
            case d.Member():
                other = self.others(node.id)
                return self.leaves(other.where, other.time_zone)
            case d.Colleagues():
                # The person's own answer stands below that of the company.
                return [leaf_of(node, zone, self.others), *self.leaves(node.of, zone)]
        return [leaf_of(node, zone, self.others)]

    def judge(self, leaves: list[Leaf]) -> None:
        """Ask all features at once, and every test over them."""
        every = [feature(leaf) for leaf in leaves]
        rows = self.ask(compiler.judged_sql([one for one, _ in every], [test for _, test in every], self.scene))
        row = rows[0] if rows else {}
        self.judged = {test: bool(row.get(f"j{n}")) for n, (_, test) in enumerate(every)}
        self.features = {one.column: row.get(one.column) for one, _ in every}

    def reason(self, node: d.Condition, zone: str) -> Reason:
        match node:
            case d.All() | d.Any():
                of = [self.reason(one, zone) for one in node.of]
                holds = (all if isinstance(node, d.All) else any)(one.holds for one in of)
                return Reason(_kind(node), _words(node, zone), holds, {}, of)
            case d.Not():
                inner = self.reason(node.of, zone)
                return Reason("not", _words(node, zone), not inner.holds, {}, [inner])
            case d.Member():
                other = self.others(node.id)
                inner = self.reason(other.where, other.time_zone)
                return Reason("segment", _words(node, zone), inner.holds, {"segment": node.id}, [inner])
        leaf = leaf_of(node, zone, self.others)
        one, test = feature(leaf)
        of = [self.reason(node.of, zone)] if isinstance(node, d.Colleagues) else []
        return Reason(
            _kind(node), _words(node, zone), self.judged[test], self.values(leaf, self.features[one.column]), of
        )

    def values(self, leaf: Leaf, value: Any) -> dict[str, Any]:
        """What was seen of a leaf; value: of its feature."""
        one = leaf.condition
        match one:
            case d.Trait():
                return {"value": self.eyes.trait(inside(self._json("traits"), one.name))}
            case d.Standing():
                return {"value": _plain(self.person[one.field])}
            case d.Identifier():
                return {"value": self._json("identifiers").get(one.namespace, [])}
            case d.Consent():
                said = self._json("consents").get(one.purpose, {})
                by_channel = {name: state for name, state in sorted(said.items()) if name and name != one.channel}
                return {"value": said.get(one.channel, said.get("", "unknown"))} | (
                    {"channels": by_channel} if by_channel else {}
                )
            case d.CompanyTrait():
                rows = self.ask(seen_sql.companies_sql(self.scene))
                return {"companies": [self._company(row, one.name) for row in rows]}
            case d.Event():
                return {"count": value, "events": self._events(leaf)}
            case d.Aggregate():
                return {"value": value, "events": self._events(leaf)}
            case d.Occurrence():
                return {"events": self._events(leaf)}
            case d.Sequence():
                return {"events": self._of_steps(leaf, one)} | self._run(leaf, one)
        return {}

    def _run(self, leaf: Leaf, sequence: d.Sequence) -> dict[str, Any]:
        """The events that were taken as its steps, in order; none when it does not hold, but where it stops."""
        rows = self.ask(steps_sql(leaf, self.scene))
        run = run_of(sequence, rows, self.scene.now, leaf.zone)
        found = [{"at": _plain(one.at), "name": name_of(sequence.steps[one.step - 1].event)} for one in run]
        if self.judged[feature(leaf)[1]]:
            return {"run": found}
        stop = stop_of(sequence, rows, self.scene.now, leaf.zone)
        return {"run": found, "stops": {"step": stop.step, "text": stop.text, "times": stop.times}}

    def _of_steps(self, leaf: Leaf, sequence: d.Sequence) -> list[dict[str, Any]]:
        """The latest events of the steps, and the first ever where a step is about that one."""
        found = self._events(leaf)
        for step in sequence.steps:
            if step.first:
                alone = Leaf(d.Occurrence("first", step.event), leaf.zone)
                found += [one for one in self._events(alone, properties(leaf)) if one not in found]
        return found

    def _events(self, leaf: Leaf, names: set[str] | None = None) -> list[dict[str, Any]]:
        names = properties(leaf) if names is None else names
        found = []
        for row in self.ask(seen_sql.events_sql(leaf, self.scene)):
            props = self.eyes.properties(json.loads(row["props"] or "{}")) if names else {}
            one = {"at": _plain(row["ts"]), "name": row["name"]}
            found.append(one | ({"properties": {name: inside(props, name) for name in sorted(names)}} if names else {}))
        return found

    def _company(self, row: dict[str, Any], name: str) -> dict[str, Any]:
        value = self.eyes.company_trait(inside(json.loads(row["traits"]), name))
        return {"company": self.eyes.company(row["name"] or "") or row["group_id"], "value": value}

    def _json(self, column: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.person[column])
        return found


def inside(found: Any, name: str) -> Any:
    """What lies under a name; dots lead into objects."""
    keys = name.split(".")
    for key in keys if all(keys) else [name]:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _plain(value: Any) -> Any:
    return f"{value.isoformat()}Z" if isinstance(value, datetime) else value


def _kind(node: d.Condition) -> str:
    return str(node.__struct_config__.tag)


def _words(node: d.Condition, zone: str) -> str:
    """With the time zone where it means something."""
    return say(d.Definition(node, zone) if _by_clock(node) else d.Definition(node))


def _by_clock(node: d.Condition) -> bool:
    match node:
        case d.All() | d.Any():
            return any(_by_clock(one) for one in node.of)
        case d.Not() | d.Colleagues():
            return _by_clock(node.of)
    return needs_zone(node)
