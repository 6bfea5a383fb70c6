"""Whose segments, and whose answers: what a definition asks must be seen in full by who reads or writes it."""

from collections.abc import Callable, Iterator

from django.db.models import QuerySet

from pentad.core.actor import Actor, reader
from pentad.core.errors import Denied, Invalid
from pentad.data.identity.models import Person
from pentad.data.identity.queries import field_of
from pentad.data.profiles.kinds import property_levels
from pentad.intelligence.segments.definition import Definition
from pentad.intelligence.segments.rules import (
    fields_named,
    segments_named,
    segments_told,
    speaks_of_companies,
    speaks_of_others,
)
from pentad.roles.access import seeing
from pentad.roles.access.rights import Level

Others = Callable[[str], Definition]


def require_fields(actor: Actor, definition: Definition, others: Others) -> None:
    """Raise Denied when the definition, or a segment that it names, asks for what the actor does not see in full."""
    levels = {kind: seeing.levels(kind, actor) for kind in ("people", "companies")}
    in_full = all(seeing.in_full(kind, actor) for kind in levels)
    levels["events"] = levels["people"] if in_full else property_levels(actor)
    levels["identifiers"] = lambda namespace: levels["people"](field_of(namespace))
    for one in _whole(definition, others, told=not in_full):
        hidden = sorted(name for kind, name in fields_named(one) if levels[kind](name) < Level.SEE)
        if hidden and one is definition:
            named = ", ".join(f"“{name.removeprefix('trait:')}”" for name in dict.fromkeys(hidden))
            raise _denied(f"The definition asks for {named}, which {actor.name} does not see in full.")
        if hidden:
            raise _denied(f"A segment that the definition names asks for what {actor.name} does not see in full.")
        if speaks_of_companies(one) and not _all(actor, "companies"):
            raise _denied(f"The definition asks for companies, of which {actor.name} does not see all.")
        if speaks_of_others(one) and not _all(actor, "people"):
            raise _denied(f"The definition asks for other customers, of whom {actor.name} does not see all.")


def may_ask(actor: Actor, definition: Definition, others: Others) -> bool:
    """Not what names a segment that is gone, where something may be hidden: an earlier version, one in the archive."""
    try:
        require_fields(actor, definition, others)
    except (Denied, Invalid):
        return False
    return True


def _all(actor: Actor, kind: str) -> bool:
    return seeing.within(actor, f"{kind}.view", kind) is None


def _whole(definition: Definition, others: Others, told: bool) -> Iterator[Definition]:
    """The definition and every one that it names, at any depth; each once. told: those too of whose entering and leaving
    it asks as events. Raises Denied when these may be anybody's. What a segment asked that is gone concerns only whom
    something may be hidden from.
    """
    seen, waiting = set[str](), [definition]
    while waiting:
        one = waiting.pop()
        yield one
        for id in segments_named(one):
            if id not in seen:
                seen.add(id)
                try:
                    waiting.append(others(id))
                except Invalid:
                    if told:
                        raise
        for id in _told(one) if told else ():
            if id not in seen:
                seen.add(id)
                try:
                    waiting.append(others(id))
                except Invalid:  # gone, or no segment's id: what it asked is not known any more
                    raise _whose() from None


def _told(definition: Definition) -> list[str]:
    if (ids := segments_told(definition)) is None:
        raise _whose()
    return ids


def _whose() -> Denied:
    return Denied(
        "The definition asks for customers who entered or left segments that may not be read.", code="segment_fields",
        fix="Name a segment that you may read, by its segment_id.", right="people.view",
    )  # fmt: skip


def _denied(message: str) -> Denied:
    return Denied(
        message, code="segment_fields", fix="Leave it out, or ask an administrator for a role that sees it.",
        right="people.view",
    )  # fmt: skip


def everybody() -> bool:
    """Whether the reader may see every customer, so that an answer needs no narrowing."""
    return seeing.within(reader(), "people.view", "people") is None


def seen_people() -> "QuerySet[Person]":
    """Customers the reader may see."""
    return Person.seen.filter(root=None)


def seen_numbers() -> list[int] | None:
    """Their numbers; None for everybody."""
    return None if everybody() else list(seen_people().order_by().values_list("no", flat=True))
