"""Features: what a definition needs to know of each person, named by what it computes. Pure.

A feature is a value per person, and the same wherever it is asked for: in the feature table, where saved segments
share it, or on the spot. The name is a hash of the condition without its threshold and its negation, so "at least 2
orders" and "never an order" are two tests of one feature.
"""

import math
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any as Anything
from typing import Literal

import msgspec

from pentad.intelligence.segments.definition import (
    Aggregate,
    All,
    Anniversary,
    Any,
    Colleagues,
    CompanyTrait,
    Condition,
    Consent,
    Equals,
    Event,
    EventMatch,
    HowOften,
    Identifier,
    IsSet,
    Not,
    NumberTest,
    Occurrence,
    OnDate,
    PropertyTest,
    Sequence,
    Share,
    Standing,
    Trait,
)  # fmt: skip
from pentad.intelligence.segments.numbers_sql import number_sql, range_sql
from pentad.intelligence.segments.values_sql import positive

Source = Literal["person", "event", "sequence", "company", "colleagues"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A condition that is no junction, in the time zone of the definition that it stands in.

    inner: of Colleagues, the condition asked of them.
    """

    condition: Condition
    zone: str
    inner: "Tree | None" = None


Tree = tuple[Literal["all", "any", "not"], tuple["Tree | Leaf", ...]] | Leaf


@dataclass(frozen=True, slots=True)
class Feature:
    """column: its name. type: BOOLEAN, BIGINT or DOUBLE. leaf: what is computed.

    events: names of the events it depends on, None for any event; empty: it depends on none.
    """

    column: str
    type: str
    source: Source
    leaf: Leaf
    events: frozenset[str] | None
    traits: frozenset[str]


def named(*what: Anything) -> str:
    """A stable name for what is computed: 64 bits of a hash of its JSON."""
    return blake2b(msgspec.json.encode(what, order="deterministic"), digest_size=8).hexdigest()


def feature(leaf: Leaf) -> tuple[Feature, str]:
    """The feature that a leaf needs, and its truth as SQL over that feature's column: two-valued."""
    one = leaf.condition
    match one:
        case Event():
            found = _feature("BIGINT", "event", Leaf(Event(one.event, when=one.when), leaf.zone))
            return found, _often_sql(found.column, one.count)
        case Aggregate():
            # Any test will do: the figure does not depend on it.
            asked = Aggregate(one.function, one.property, one.event, IsSet(), one.when)
            kind = "BIGINT" if one.function == "distinct" else "DOUBLE"
            found = _feature(kind, "event", Leaf(asked, leaf.zone))
            return found, _figure_sql(found.column, one.test, always=one.function in ("sum", "distinct"))
        case Occurrence():
            found = _feature("BOOLEAN", "event", leaf)
        case Sequence():
            found = _feature("BOOLEAN", "sequence", leaf)
        case CompanyTrait():
            found = _feature("BOOLEAN", "company", leaf)
        case Colleagues():
            found = _feature("BOOLEAN", "colleagues", leaf)
        case Trait() | Standing() | Identifier():
            test, negated = positive(one.test)
            found = _feature("BOOLEAN", "person", Leaf(msgspec.structs.replace(one, test=test), leaf.zone))
            return found, f"NOT {found.column}" if negated else found.column
        case Consent() | Share():
            found = _feature("BOOLEAN", "person", leaf)
        case _:
            raise TypeError(one)
    return found, found.column


def _feature(kind: str, source: Source, leaf: Leaf) -> Feature:
    zone = leaf.zone if needs_zone(leaf.condition) else ""
    inner = None if leaf.inner is None else _plain(leaf.inner)
    condition = leaf.condition if inner is None else [leaf.condition.which, inner]  # type: ignore[union-attr]
    return Feature(
        f"f_{named(source, condition, zone)}", kind, source, leaf, _events(leaf), frozenset(_traits(leaf))
    )  # fmt: skip


def needs_zone(one: Condition) -> bool:
    """Whether a condition that is no junction means something else in another time zone."""
    match one:
        case Trait() | Standing() | Identifier() | CompanyTrait():
            return isinstance(one.test, OnDate | Anniversary)
        case Event() | Aggregate() | Occurrence() | Sequence():
            wheres = [one.event.where, getattr(one, "where", ())] if not isinstance(one, Sequence) else []
            wheres += [step.event.where for step in one.steps] if isinstance(one, Sequence) else []
            dated = any(isinstance(each.test, OnDate | Anniversary) for where in wheres for each in where)
            return dated or one.when is not None or isinstance(one, Sequence)
    return False


def _plain(tree: Tree) -> Anything:
    """A tree as something that can be encoded: other definitions put in, each leaf with its zone."""
    if isinstance(tree, Leaf):
        return [tree.condition if tree.inner is None else _plain(tree.inner), tree.zone]
    return [tree[0], [_plain(one) for one in tree[1]]]


def leaves(tree: Tree) -> list[Leaf]:
    """Every leaf, those asked of colleagues not."""
    return [tree] if isinstance(tree, Leaf) else [leaf for one in tree[1] for leaf in leaves(one)]


# -- tests of a feature ----------------------------------------------------------------------------


def _often_sql(column: str, count: HowOften) -> str:
    sign = {"at_least": ">=", "at_most": "<=", "exactly": "="}[count.op]
    return f"{column} {sign} {count.n}"


def _figure_sql(column: str, test: NumberTest, *, always: bool) -> str:
    """always: there is a figure of everybody."""
    plain, negated = positive(test)
    match plain:
        case IsSet():
            sql = f"{column} IS NOT NULL"
        case Equals():
            number = _as_number(plain.value)
            sql = "FALSE" if number is None else f"coalesce({column} = {number_sql(number)}, FALSE)"
        case _:
            sql = range_sql(column, plain) if always else f"coalesce({range_sql(column, plain)}, FALSE)"
    return f"NOT ({sql})" if negated else sql


def _as_number(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if math.isfinite(number) else None  # no figure is infinite or not a number


# -- what it depends on ----------------------------------------------------------------------------


def _matches(leaf: Leaf) -> list[EventMatch]:
    match leaf.condition:
        case Event() | Aggregate() | Occurrence():
            return [leaf.condition.event]
        case Sequence():
            return [step.event for step in leaf.condition.steps]
    return []


def _events(leaf: Leaf) -> frozenset[str] | None:
    found: set[str] = set()
    for one in _matches(leaf):
        if not one.names:
            return None
        found |= set(one.names)
    if isinstance(leaf.condition, Standing) and leaf.condition.field != "known":
        return None
    for each in leaves(leaf.inner) if leaf.inner is not None else ():
        names = _events(each)
        if names is None:
            return None
        found |= names
    return frozenset(found)


def _traits(leaf: Leaf) -> set[str]:
    match leaf.condition:
        case Trait():
            return {leaf.condition.name}
        case Colleagues() if leaf.inner is not None:
            return {name for each in leaves(leaf.inner) for name in _traits(each)}
    return set()


def properties(leaf: Leaf) -> set[str]:
    """The properties of events that a leaf asks for."""
    one = leaf.condition
    wheres: list[PropertyTest] = [each for match in _matches(leaf) for each in match.where]
    found = {each.name for each in wheres}
    match one:
        case Occurrence():
            found |= {each.name for each in one.where}
        case Aggregate():
            found.add(one.property)
        case Sequence():
            found |= set(one.same)
    return found


def junction(node: Condition) -> tuple[Condition, ...] | None:
    """What stands in All, Any and Not; None for a leaf."""
    match node:
        case All() | Any():
            return node.of
        case Not():
            return (node.of,)
    return None
