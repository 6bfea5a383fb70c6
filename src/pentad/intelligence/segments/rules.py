"""What a definition says beside what it asks: which fields and which other segments it names. Pure."""

from collections.abc import Callable, Iterator

from pentad.core.errors import Invalid
from pentad.intelligence.segments.definition import (
    OWN,
    Aggregate,
    Colleagues,
    CompanyTrait,
    Condition,
    Consent,
    Definition,
    Equals,
    EventMatch,
    Identifier,
    In,
    Member,
    Occurrence,
    Sequence,
    Standing,
    Trait,
)
from pentad.intelligence.segments.reading import conditions, matches

Named = tuple[str, str]
"""A kind of record as rights call it and a field of it; or “events” and what they say, or “identifiers” and a namespace."""


def fields_named(definition: Definition) -> frozenset[Named]:
    """Every field whose values the answer would tell of, by this definition alone."""
    return frozenset(named for one in conditions(definition.where) for named in _of(one))


def segments_named(definition: Definition) -> list[str]:
    """Ids of the segments whose members it asks for, each once."""
    return list(dict.fromkeys(one.id for one in conditions(definition.where) if isinstance(one, Member)))


def segments_told(definition: Definition) -> list[str] | None:
    """Ids of the segments whose entering and leaving it asks for as events, each once; None when it does not say whose."""
    found = list[str]()
    for one in conditions(definition.where):
        for event in matches(one):
            if not set(OWN).isdisjoint(event.names):
                if (ids := _ids_in(event)) is None:
                    return None
                found += ids
    return list(dict.fromkeys(found))


def _ids_in(event: EventMatch) -> list[str] | None:
    """The values to one of which the event's `segment_id` is held; None when it may be any."""
    for one in event.where:
        if one.name == "segment_id" and isinstance(one.test, Equals | In):
            return [str(value) for value in (one.test.values if isinstance(one.test, In) else [one.test.value])]
    return None


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
            yield "identifiers", node.namespace
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
    return _parts("events", name)


def traits_named(definition: Definition) -> list[str]:
    """Names of the customers' traits it asks for, each once."""
    return list(dict.fromkeys(one.name for one in conditions(definition.where) if isinstance(one, Trait)))


def circle(
    id: str, definition: Definition, others: Callable[[str], Definition],
    made_of: Callable[[str], Definition | None] = lambda name: None,
) -> list[str]:  # fmt: skip
    """Ids from the segment back to itself, when the definition leads there; empty when it does not. By members, and by who
    entered and left, asked for at once or by a trait that is worked out of it: a segment that follows its own comings and
    goings flips without end. made_of: the events a trait is worked out of.
    """

    def onward(path: list[str], asked: Definition) -> list[str]:
        told = _told(asked, id, made_of)
        for named in dict.fromkeys([*segments_named(asked), *told]):
            if named == id:
                return [*path, id]
            if named not in seen:
                seen.add(named)
                try:
                    inner = others(named)
                except Invalid:
                    if named in told:  # who entered one that is gone may be asked
                        continue
                    raise
                if found := onward([*path, named], inner):
                    return found
        return []

    seen = set[str]()
    return onward([id], definition)


def _told(asked: Definition, own: str, made_of: Callable[[str], Definition | None]) -> list[str]:
    """Segments of whose entering and leaving it asks, the own one where it does not say whose."""
    found = list[str]()
    for one in (asked, *filter(None, map(made_of, traits_named(asked)))):
        ids = segments_told(one)
        found += [own] if ids is None else ids
    return found
