"""Reads of custom fields: what is declared, and how far the values there are fit it."""

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.core.signals import request_finished, request_started
from django.db.models import Count, Q, QuerySet

from pentad.core.errors import NotFound
from pentad.data.fields.kinds import kind_named
from pentad.data.fields.models import CustomField
from pentad.data.fields.rules import Declared, accepted, pattern
from pentad.roles.access.rights import Level, usual_class
from pentad.roles.access.rights_models import FieldClass
from pentad.roles.access.seeing import level, sees, sees_all

MOST_EXAMPLES = 5
NOTHING = "null"
"""The text of a value that says that there is none."""

_memo: ContextVar[dict[str, dict[str, Declared]] | None] = ContextVar("fields", default=None)


def _begin(**_: Any) -> None:
    _memo.set({})


def _end(**_: Any) -> None:
    _memo.set(None)


# A list asks for its fields dozens of times while it is drawn. Kept for one request, nobody sees them outdated.
request_started.connect(_begin)
request_finished.connect(_end)


def forget() -> None:
    """After a change within a request."""
    if _memo.get() is not None:
        _memo.set({})


def declared(kind: str) -> dict[str, Declared]:
    """The fields of a kind that are in force, by the trait's name, in the order in which they were made."""
    memo = _memo.get()
    if memo is not None and kind in memo:
        return memo[kind]
    rows = CustomField.objects.filter(kind=kind, archived=None).order_by("created", "id")
    found = {row.name: row.declared for row in rows}
    if memo is not None:
        memo[kind] = found
    return found


def declared_field(kind: str, name: str) -> Declared | None:
    return declared(kind).get(name)


def meant(kind: str, typed: str) -> str:
    """The trait that a colleague means who typed its name, or what a field of theirs is called."""
    typed = typed.strip()
    if typed in declared(kind):
        return typed
    called = (one.name for one in visible(kind) if one.label.casefold() == typed.casefold())
    return next(called, typed)


def accept(kind: str, name: str, value: Any) -> Any:
    """What a colleague entered for a trait, as it is kept: as the field wants it, if it has one. Raises Invalid."""
    field = declared_field(kind, name)
    return accepted(field, value) if field is not None else value


def visible(kind: str) -> list[Declared]:
    """The fields in force of which the reader sees anything."""
    return [one for one in declared(kind).values() if level(kind, f"trait:{one.name}") > Level.HIDDEN]


def changeable(kind: str) -> list[Declared]:
    """The fields in force that the reader may enter values for."""
    return [one for one in declared(kind).values() if level(kind, f"trait:{one.name}") >= Level.CHANGE]


def find_field(id: str) -> CustomField:
    """Raises NotFound."""
    found = CustomField.objects.filter(pk=id).first()
    if found is None:
        raise NotFound(
            f"There is no field with the id {id[:40]!r}.", code="field_not_found", fix="Go back to the fields."
        )
    return found


def fields_of(kind: str, *, archived: bool = False) -> "QuerySet[CustomField]":
    return CustomField.objects.filter(kind=kind, archived__isnull=not archived).order_by("created", "id")


def sensitivities(kind: str) -> dict[str, str]:
    """The class somebody gave to a trait of this kind, by the trait's name."""
    rows = FieldClass.objects.filter(kind=kind, field__startswith="trait:").values_list("field", "sensitivity")
    return {name.removeprefix("trait:"): said for name, said in rows}


def sensitivity(kind: str, name: str) -> str:
    """The class of a trait: given, or usual for its name."""
    return sensitivities(kind).get(name) or usual(name)


def usual(name: str) -> str:
    """The class that a trait has by its name."""
    return usual_class(f"trait:{name}")


# -- usage -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Usage:
    """records: how many have a value. misfits: how many of those do not fit. examples: of those, most frequent first."""

    records: int
    misfits: int
    examples: list[str] = field(default_factory=list)


def misfit(of: Declared) -> Q | None:
    """Values that do not fit a field, as a condition on its rows; None when all do."""
    shape = pattern(of)
    return ~Q(text__regex=shape) & ~Q(text=NOTHING) if shape else None


def usage(of: Declared, *, examples: bool = False) -> Usage | None:
    """Counted over all records, as a change is about all; None for who does not see all of them in full: how many have
    a value, and how many of those are among some choices, would tell what they are.
    """
    if not (sees_all(of.kind) and sees(of.kind, f"trait:{of.name}")):
        return None
    rows = kind_named(of.kind).values().filter(name=of.name).exclude(text=NOTHING)
    wrong = misfit(of)
    if wrong is None:
        return Usage(rows.count(), 0)
    found = rows.aggregate(records=Count("pk"), misfits=Count("pk", filter=wrong))
    if not (examples and found["misfits"]):
        return Usage(**found)
    texts = rows.filter(wrong).values_list("text").annotate(n=Count("pk")).order_by("-n", "text")
    return Usage(**found, examples=[text[:60] for text, _ in texts[:MOST_EXAMPLES]])
