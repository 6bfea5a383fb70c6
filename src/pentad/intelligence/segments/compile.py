"""A definition as SQL: features of each person, and one test over them. Pure.

The SQL is DuckDB's, of which the ledger makes the other engines' own. The same test gives the same members over
features asked for on the spot (`raw_sql`) and over those that the feature table keeps (`features_sql` fills it).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pentad.intelligence.segments import companies_sql, events_sql, people_sql, scans, sequences_sql
from pentad.intelligence.segments.definition import (
    Colleagues,
    CompanyTrait,
    Condition,
    Consent,
    Definition,
    Event,
    Identifier,
    Member,
    Standing,
    Trait,
)  # fmt: skip
from pentad.intelligence.segments.features import Feature, Leaf, Tree, feature, junction, leaves, properties
from pentad.intelligence.segments.moments_sql import HORIZON, stamp
from pentad.intelligence.segments.parts import EventPart, PersonPart, Scene, SubPart, all_of
from pentad.intelligence.segments.periods import naive
from pentad.intelligence.segments.reading import matches
from pentad.intelligence.segments.tree import Others, no_others, tree_of
from pentad.ledger import schema
from pentad.ledger.schema import Promoted


@dataclass(frozen=True, slots=True)
class Compiled:
    """features: what it needs to know of each person. test: SQL over their columns, two-valued."""

    tree: Tree
    features: tuple[Feature, ...]
    test: str


def compiled(definition: Definition, others: Others = no_others, *, own: str = "") -> Compiled:
    """own: the id of the segment itself, to find cycles. Raises Invalid, with the path for a cycle."""
    return _compiled(tree_of(definition, others, own=own))


def _compiled(tree: Tree) -> Compiled:
    found = {one.column: one for one, _ in (feature(leaf) for leaf in leaves(tree))}
    return Compiled(tree, tuple(found.values()), test_sql(tree))


def test_sql(tree: Tree) -> str:
    if isinstance(tree, Leaf):
        return feature(tree)[1]
    kind, of = tree
    if kind == "not":
        inner = of[0]
        # Two negations are none: brackets cost the translation of the SQL dear.
        return test_sql(inner[1][0]) if isinstance(inner, tuple) and inner[0] == "not" else f"NOT ({test_sql(inner)})"
    if len(of) == 1:
        return test_sql(of[0])
    if not of:
        return "TRUE" if kind == "all" else "FALSE"
    return (" AND " if kind == "all" else " OR ").join(f"({test_sql(one)})" for one in of)


# -- asking ----------------------------------------------------------------------------------------


def raw_sql(asked: Compiled, now: datetime, scope: str = "", *, promoted: Sequence[Promoted] = schema.PROMOTED) -> str:
    """SELECT person_no of all who meet it now, in no order.

    scope: the name of a relation with the column person_no, to ask of these alone. promoted: the properties that have
    a column of their own.
    """
    scene = Scene(naive(now), promoted, scope)
    if found := _never_sql(asked, scene):
        return found
    return f"SELECT person_no FROM ({_features(asked, scene)}) AS features WHERE {asked.test}"


def _never_sql(asked: Compiled, scene: Scene) -> str:
    """Who has no such event, when that is all that is asked: nobody's events need be counted."""
    if len(asked.features) != 1 or not isinstance(asked.features[0].leaf.condition, Event):
        return ""
    one = asked.features[0]
    if asked.test not in (f"{one.column} = 0", f"{one.column} <= 0", f"NOT ({one.column} >= 1)"):
        return ""
    part = events_sql.part(one.leaf, replace(scene, alone=True, loose=True))
    where = all_of(scene.only("person_no"), f"person_no NOT IN ({scans.who_sql(part, scene)})")
    return f"SELECT person_no FROM people WHERE {where}"


def features_sql(
    features: Sequence[Feature], now: datetime, scope: str = "", *, promoted: Sequence[Promoted] = schema.PROMOTED
) -> str:
    """SELECT person_no, each feature by its column and due: when the next of them can change by time alone, or NULL.

    One row for each person of `people`, or of those in scope; all events are read once.
    """
    scene = Scene(naive(now), promoted, scope, due=True)
    rows = scans.select_sql([(one.column, _part(one, scene)) for one in features], scene)
    horizon = stamp(scene.now + HORIZON)
    columns = "".join(f", {one.column}" for one in features)
    return (
        f"SELECT person_no{columns}, CASE WHEN due > {horizon} THEN {horizon} ELSE due END AS due FROM ({rows}) AS dues"
    )


def _features(asked: Compiled, scene: Scene) -> str:
    """As few rows as will do: only persons with events where nobody else can meet the test."""
    of_events = [one for one in asked.features if one.source == "event"]
    scene = replace(scene, alone=len(of_events) == 1, loose="NOT " not in asked.test)
    parts = [(one.column, _part(one, scene)) for one in asked.features]
    return scans.select_sql(parts, scene, eventful=_without_events(asked.tree) is False)


def _part(one: Feature, scene: Scene) -> PersonPart | EventPart | SubPart:
    match one.source:
        case "person":
            return people_sql.part(one.leaf, scene)
        case "event":
            return events_sql.part(one.leaf, scene)
        case "sequence":
            return sequences_sql.part(one.leaf, scene)
        case "company":
            return companies_sql.trait_part(one.leaf, scene)
        case "colleagues":
            return companies_sql.colleagues_part(one.leaf, scene, _judged)


def _judged(tree: Tree, scene: Scene, few: bool) -> str:
    """person_no, holds and, where the scene wants it, due of everybody in the scene's scope; few: of those at least who
    hold.
    """
    asked = _compiled(tree)
    scene = replace(scene, alone=False, loose=False)
    parts = [(one.column, _part(one, scene)) for one in asked.features]
    rows = scans.select_sql(parts, scene, eventful=few and _without_events(tree) is False)
    return f"SELECT person_no, ({asked.test}) AS holds{', due' if scene.due else ''} FROM ({rows}) AS judged"


def judged_sql(features: Sequence[Feature], tests: Sequence[str], scene: Scene) -> str:
    """Each feature by its column, and each test as j0, j1 …, of everybody in the scene's scope."""
    asked = list({one.column: one for one in features}.values())
    rows = scans.select_sql([(one.column, _part(one, scene)) for one in asked], scene)
    judged = ", ".join(f"({test}) AS j{n}" for n, test in enumerate(tests))
    return f"SELECT *{', ' if judged else ''}{judged} FROM ({rows}) AS judged"


def _without_events(tree: Tree) -> bool | None:
    """What the test says of somebody without any event, when that can be told from the test alone."""
    if isinstance(tree, Leaf):
        one, test = feature(tree)
        if one.source in ("sequence", "colleagues"):
            return False
        if one.source == "company":
            return None if getattr(tree.condition, "which", "") == "none" else False
        return None if one.source != "event" else events_sql.without_events(one, test)
    kind, of = tree
    every = [_without_events(one) for one in of]
    if kind == "not":
        return None if every[0] is None else not every[0]
    wins = kind == "any"
    if wins in every:
        return wins
    return None if None in every else not wins


# -- what a definition speaks of -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Used:
    """Names that a definition mentions itself; any_event: it asks for events of any name."""

    events: frozenset[str]
    any_event: bool
    properties: frozenset[str]
    traits: frozenset[str]
    company_traits: frozenset[str]
    namespaces: frozenset[str]
    purposes: frozenset[str]
    segments: frozenset[str]
    colleagues: bool


def used(definition: Definition) -> Used:
    """Without what the segments that it names mention."""
    every = list(_every(definition.where))
    matched = [one for each in every for one in matches(each)]
    standing = any(isinstance(one, Standing) and one.field != "known" for one in every)
    return Used(
        events=frozenset(name for one in matched for name in one.names),
        any_event=standing or any(not one.names for one in matched),
        properties=frozenset(name for one in every for name in properties(Leaf(one, ""))),
        traits=frozenset(one.name for one in every if isinstance(one, Trait)),
        company_traits=frozenset(one.name for one in every if isinstance(one, CompanyTrait)),
        namespaces=frozenset(one.namespace for one in every if isinstance(one, Identifier)),
        purposes=frozenset(one.purpose for one in every if isinstance(one, Consent)),
        segments=frozenset(one.id for one in every if isinstance(one, Member)),
        colleagues=any(isinstance(one, Colleagues) for one in every),
    )


def _every(node: Condition) -> list[Condition]:
    inside = (node.of,) if isinstance(node, Colleagues) else junction(node) or ()
    return [node, *(one for each in inside for one in _every(each))]
