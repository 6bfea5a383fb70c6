"""What a definition says beside what it asks: which fields and which other segments it names. Pure."""

from collections.abc import Callable, Iterator

from pentad.intelligence.segments.definition import (
    Aggregate,
    Colleagues,
    CompanyTrait,
    Condition,
    Consent,
    Definition,
    Identifier,
    Member,
    Occurrence,
    Sequence,
    Standing,
    Trait,
)
from pentad.intelligence.segments.reading import conditions, matches

Named = tuple[str, str]
"""A kind of record as rights call it, and a field of it."""


def fields_named(definition: Definition) -> frozenset[Named]:
    """Every field whose values the answer would tell of, by this definition alone."""
    return frozenset(named for one in conditions(definition.where) for named in _of(one))


def segments_named(definition: Definition) -> list[str]:
    """Ids of the segments whose members it asks for, each once."""
    return list(dict.fromkeys(one.id for one in conditions(definition.where) if isinstance(one, Member)))


def speaks_of_companies(definition: Definition) -> bool:
    """Whether it asks what only who sees every company may know."""
    return any(isinstance(one, CompanyTrait | Colleagues) for one in conditions(definition.where))


def speaks_of_others(definition: Definition) -> bool:
    """Whether a customer's answer tells of other customers."""
    return any(isinstance(one, Colleagues) for one in conditions(definition.where))


def _of(node: Condition) -> Iterator[Named]:
    match node:
        case Trait():
            yield from _parts("people", node.name)
        case CompanyTrait():
            yield from _parts("companies", node.name)
        case Standing():
            yield "people", node.field
        case Identifier():
            yield "people", node.namespace if node.namespace in ("email", "phone") else "identifiers"
        case Consent():
            yield "people", "consents"
    for event in matches(node):
        yield "people", "events"
        for test in event.where:
            yield from _property(test.name)
    match node:
        case Aggregate():
            yield from _property(node.property)
        case Occurrence():
            for test in node.where:
                yield from _property(test.name)
        case Sequence():
            for name in node.same:
                yield from _property(name)


def _parts(kind: str, name: str) -> Iterator[Named]:
    """What a value holds under the name of another field is that field's: “address.city” is of both."""
    yield kind, f"trait:{name}"
    for part in name.split("."):
        yield kind, f"trait:{part}"


def _property(name: str) -> Iterator[Named]:
    """A property follows the trait of its name, but for “name”, which is an article's or a page's."""
    return (one for one in _parts("people", name) if one[1].casefold() != "trait:name")


def circle(id: str, definition: Definition, others: Callable[[str], Definition]) -> list[str]:
    """Ids from the segment back to itself, when the definition leads there; empty when it does not."""

    def onward(path: list[str], asked: Definition) -> list[str]:
        for named in segments_named(asked):
            if named == id:
                return [*path, id]
            if named not in seen:
                seen.add(named)
                if found := onward([*path, named], others(named)):
                    return found
        return []

    seen = set[str]()
    return onward([id], definition)
