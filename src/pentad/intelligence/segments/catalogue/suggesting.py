"""What a reader may be offered while writing a condition: names, and values where the reader sees them in full."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, get_args

from pentad.core.actor import reader
from pentad.core.errors import Invalid
from pentad.data.consent.queries import channels, purposes, sees_consents
from pentad.data.fields.queries import declared
from pentad.data.identity.queries import field_of
from pentad.data.profiles.kinds import property_levels
from pentad.data.profiles.vocabulary import company_trait_names, namespaces, stated_values, trait_names
from pentad.intelligence.segments import queries
from pentad.intelligence.segments.access import everybody, seen_people
from pentad.intelligence.segments.catalogue import seen
from pentad.intelligence.segments.catalogue.judging import Path, Scalar, Type, rank
from pentad.intelligence.segments.definition import OWN
from pentad.intelligence.segments.events_sql import TYPES
from pentad.roles.access.rights import Level
from pentad.roles.access.seeing import in_full, levels, sees_all

What = Literal[
    "event", "property", "property_value", "trait", "trait_value", "company", "company_value", "identifier",
    "purpose", "channel", "segment",
]  # fmt: skip
EventType = Literal["track", "page", "screen", "any"]
MOST = 50
SOME = 500
"""Who may not see every customer is offered what so many of those they may see did and have."""

_DECLARED: dict[str, Type] = {
    "number": "number", "yes_no": "yes_no", "date": "date", "moment": "date", "several": "list",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Suggestion:
    """value: what the definition says. label: what to show. count: how often it was seen, None where that is not known
    or not to be told; of values: in a sample. detail: more about it in a few words.
    """

    value: Scalar
    label: str
    type: Type = ""
    count: int | None = None
    last: datetime | None = None
    detail: str = ""


def suggest(
    what: What, typed: str = "", *, events: Sequence[str] = (), type: EventType = "track", name: str = ""
) -> list[Suggestion]:
    """The best first. Of nothing that is hidden from the reader, nor by its values what they do not see in full."""
    offers = _OFFERS[what](_Asked(tuple(events), type, name))
    fitting = [(found, at, one) for at, one in enumerate(offers) if (found := _fit(one, typed)) is not None]
    return [one for _, _, one in sorted(fitting, key=lambda each: each[:2])][:MOST]


def _fit(one: Suggestion, typed: str) -> int | None:
    found = rank(one.label, typed)
    return rank(one.detail, typed) if found is None and one.detail else found


def type_of(what: str, name: str, events: Sequence[str] = (), type: EventType = "track") -> Type:
    """The type of the values of a trait of customers (`trait`) or of a company (`company`), or of a property of events;
    "" when it was never seen, or is nothing that the reader may know.
    """
    if what not in ("trait", "company", "property"):
        raise Invalid(f"{what!r} has no type.", code="bad_suggestion", fix="Ask for trait, company or property.")
    if what == "property":
        return _properties(_Asked(tuple(events), type)).get(name, Path()).type if _seen_property()(name) else ""
    kind = "people" if what == "trait" else "companies"
    return _trait_type(kind, name, _traits(kind)) if _seen_trait(kind)(name) else ""


@dataclass(frozen=True, slots=True)
class _Asked:
    events: tuple[str, ...] = ()
    type: EventType = "track"
    name: str = ""


# -- whom it may be about --------------------------------------------------------------------------


def _some() -> list[int] | None:
    """Customers to look at; None for everybody."""
    return None if everybody() else list(seen_people().order_by("-known", "-no").values_list("no", flat=True)[:SOME])


def _seen_trait(kind: str) -> Callable[[str], bool]:
    at = levels(kind)
    return lambda name: all(at(f"trait:{part}") >= Level.SEE for part in (name, *name.split(".")))


def _seen_property() -> Callable[[str], bool]:
    if not _seen_events():
        return lambda name: False
    at = levels("people") if _everything() else property_levels(reader())
    return lambda name: all(at(f"trait:{part}") >= Level.SEE for part in (name, *name.split(".")))


def _seen_events() -> bool:
    return levels("people")("events") >= Level.SEE


def _everything() -> bool:
    return in_full("people") and in_full("companies")


# -- events ----------------------------------------------------------------------------------------


def _events(asked: _Asked) -> Iterable[Suggestion]:
    if not _seen_events():
        return []
    types = TYPES[asked.type]
    found: dict[str, Suggestion] = {}
    whole = everybody()
    for one in sorted(seen.names(_some()).values(), key=lambda each: -each.count):
        if one.type in types and one.name and one.name not in found:
            count = one.count if whole else None
            detail = one.type if len(types) > 1 else ""
            found[one.name] = Suggestion(one.name, one.name, "", count, one.last if whole else None, detail)
    return found.values()


def _properties(asked: _Asked) -> dict[str, Path]:
    return seen.properties(asked.type, asked.events, _some())


def _property_names(asked: _Asked) -> Iterator[Suggestion]:
    may = _seen_property()
    for name, path in _often(_properties(asked)):
        if may(name) and path.present:
            yield Suggestion(name, name, path.type)


def _property_values(asked: _Asked) -> Iterator[Suggestion]:
    path = _properties(asked).get(asked.name)
    if path is None or not _seen_property()(asked.name):
        return
    allowed = _segments_told(asked)
    for one in _values(path):
        if allowed is None or one.value in allowed:
            yield one


def _segments_told(asked: _Asked) -> set[Any] | None:
    """Segments whose entering and leaving the reader may know by name; None where it is about something else."""
    own = not asked.events or not set(OWN).isdisjoint(asked.events)
    if not own or asked.name not in ("segment", "segment_id"):
        return None
    readable = [one for one in queries.segments() if queries.readable(one)]
    return {one.name if asked.name == "segment" else one.id for one in readable}


# -- traits ----------------------------------------------------------------------------------------


def _traits(kind: str) -> dict[str, Path]:
    if kind == "companies":
        return seen.traits(kind) if sees_all(kind) else {}
    return seen.traits(kind, _some())


def _trait_type(kind: str, name: str, found: dict[str, Path]) -> Type:
    field = declared(kind).get(name)
    if field is not None:
        return _DECLARED.get(field.type, "text")
    return found[name].type if name in found else ""


def _trait_names(kind: str) -> Callable[[_Asked], Iterator[Suggestion]]:
    def offers(asked: _Asked) -> Iterator[Suggestion]:
        if kind == "companies" and not sees_all(kind):  # what a condition on companies asks, see access
            return
        may, found, fields = _seen_trait(kind), _traits(kind), declared(kind)
        there = trait_names() if kind == "people" else company_trait_names()
        for name in dict.fromkeys([*fields, *(one for one, _ in _often(found)), *there]):
            if may(name):
                kept = _declared_as(name, fields[name].label if name in fields else name)
                yield replace(kept, type=_trait_type(kind, name, found))

    return offers


def _trait_values(kind: str) -> Callable[[_Asked], Iterator[Suggestion]]:
    def offers(asked: _Asked) -> Iterator[Suggestion]:
        name = asked.name
        if not _seen_trait(kind)(name):
            return
        field, path = declared(kind).get(name), _traits(kind).get(name, Path())
        more = list(field.choices if field else ())
        # Rare ones are in no sample: where there are few different values they are all looked up.
        if kind == "people" and sees_all(kind) and path.type in ("text", ""):
            more += stated_values(name)
        told = set[str]()
        for one in (*_values(path), *(Suggestion(value, value) for value in more)):
            if one.label.lower() not in told:
                told.add(one.label.lower())
                yield one

    return offers


def _values(path: Path) -> Iterator[Suggestion]:
    for value, often in path.frequent:
        label = ("yes" if value else "no") if isinstance(value, bool) else str(value)
        yield Suggestion(value, label, count=often)


def _often(found: dict[str, Path]) -> list[tuple[str, Path]]:
    return sorted(found.items(), key=lambda each: -each[1].present)


# -- the rest --------------------------------------------------------------------------------------


def _namespaces(asked: _Asked) -> Iterator[Suggestion]:
    at = levels("people")
    yield from (Suggestion(one, one) for one in namespaces() if at(field_of(one)) >= Level.SEE)


def _purposes(asked: _Asked) -> Iterator[Suggestion]:
    yield from (_declared_as(one.name, one.label) for one in (purposes() if sees_consents() else ()))


def _channels(asked: _Asked) -> Iterator[Suggestion]:
    yield from (_declared_as(one.name, one.label) for one in (channels() if sees_consents() else ()))


def _declared_as(name: str, label: str) -> Suggestion:
    return Suggestion(name, name, detail=label if label != name else "")


def _segments(asked: _Asked) -> Iterator[Suggestion]:
    for one in queries.segments():
        if one.state != one.ARCHIVED and queries.readable(one):
            size = queries.size(one) if one.state == one.LIVE and one.filled else None
            yield Suggestion(one.id, one.name, count=size, detail=one.state if one.state != one.LIVE else "")


_OFFERS: dict[What, Callable[[_Asked], Iterable[Suggestion]]] = {
    "event": _events,
    "property": _property_names,
    "property_value": _property_values,
    "trait": _trait_names("people"),
    "trait_value": _trait_values("people"),
    "company": _trait_names("companies"),
    "company_value": _trait_values("companies"),
    "identifier": _namespaces,
    "purpose": _purposes,
    "channel": _channels,
    "segment": _segments,
}
assert set(_OFFERS) == set(get_args(What))
