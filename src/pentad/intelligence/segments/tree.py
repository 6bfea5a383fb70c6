"""A definition with every other segment that it names put in, down to leaves that know their time zone. Pure."""

from collections.abc import Callable

from pentad.core.errors import Invalid
from pentad.intelligence.segments.definition import All, Any, Colleagues, Condition, Definition, Matches, Member, Not
from pentad.intelligence.segments.features import Leaf, Tree
from pentad.intelligence.segments.reading import tests
from pentad.intelligence.segments.values_sql import pattern_of
from pentad.ledger.patterns import refusal

Others = Callable[[str], Definition]
"""A definition by its segment's id; raises when there is none."""

MOST_LEAVES = 2000
MOST_DEPTH = 200
"""Levels of conditions, those of the segments that are named included: as many as every reader of a statement takes."""


def no_others(id: str) -> Definition:
    raise Invalid(f"There is no segment {id!r}.", code="segment_unknown")


def tree_of(definition: Definition, others: Others = no_others, *, own: str = "") -> Tree:
    """own: the id of the segment itself, when it has one. Raises Invalid for a cycle, with the path, for too much,
    and for a pattern that is none.
    """
    left = [MOST_LEAVES]
    return _tree(definition.where, definition.time_zone, others, (own,) if own else (), left)


def _tree(node: Condition, zone: str, others: Others, path: tuple[str, ...], left: list[int], depth: int = 1) -> Tree:
    if depth > MOST_DEPTH:
        raise Invalid("With the segments that it names the definition is nested too deep.", code="definition")
    left[0] -= 1
    if left[0] < 0:
        raise Invalid(
            f"With the segments that it names the definition has more than {MOST_LEAVES:,} conditions.",
            code="definition",
        )
    match node:
        case All():
            return "all", tuple(_tree(one, zone, others, path, left, depth + 1) for one in node.of)
        case Any():
            return "any", tuple(_tree(one, zone, others, path, left, depth + 1) for one in node.of)
        case Not():
            return "not", (_tree(node.of, zone, others, path, left, depth + 1),)
        case Member():
            if node.id in path:
                raise Invalid(
                    f"The segments name each other in a circle: {' → '.join((*path, node.id))}.", code="segment_cycle",
                    fix="Take one of them out of the other.", path=[*path, node.id],
                )  # fmt: skip
            other = others(node.id)
            return _tree(other.where, other.time_zone, others, (*path, node.id), left, depth + 1)
        case Colleagues():
            return Leaf(Colleagues(Any(()), node.which), zone, _tree(node.of, zone, others, path, left, depth + 1))
    _check_patterns(node)
    return Leaf(node, zone)


def leaf_of(node: Condition, zone: str, others: Others) -> Leaf:
    """One condition that is no junction and no segment."""
    found = _tree(node, zone, others, (), [MOST_LEAVES])
    assert isinstance(found, Leaf)
    return found


def _check_patterns(node: Condition) -> None:
    for test in tests(node):
        if isinstance(test, Matches) and (why := refusal(pattern_of(test))):
            raise Invalid(
                f"The pattern {test.value[:80]!r} cannot be read: {why}.", code="definition",
                fix="Write a regular expression as RE2 takes it: without looking ahead or behind.",
            )  # fmt: skip
