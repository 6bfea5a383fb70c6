"""Which records can have custom fields: each kind that rights know and that says here where its values are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from pentad.core.errors import Invalid
from pentad.roles.access.seeing import kinds as kinds_of_records


@dataclass(frozen=True, slots=True)
class FieldKind:
    """name: as rights name the kind. values: one row a record and trait, with `name`, `value` and `text`. traits: names
    of the traits there are.

    url: the list of these records, which takes the filters `trait:NAME~any~` and `trait:NAME~misfit~`.
    """

    name: str
    url: str
    values: "Callable[[], QuerySet[Any]]"
    traits: Callable[[], Sequence[str]] = tuple

    @property
    def one(self) -> str:
        return _words(self.name)[0]

    @property
    def many(self) -> str:
        return _words(self.name)[1]


_kinds: dict[str, FieldKind] = {}


def register(kind: FieldKind) -> None:
    _kinds[kind.name] = kind


def kinds() -> list[FieldKind]:
    """Every kind that can have fields, in the order of registration."""
    return list(_kinds.values())


def kind_named(name: str) -> FieldKind:
    """Raises Invalid."""
    if name not in _kinds:
        raise Invalid(f"“{name[:40]}” have no fields.", code="bad_kind", fix=f"One of {', '.join(_kinds)}.")
    return _kinds[name]


def _words(name: str) -> tuple[str, str]:
    return next((kind.one, kind.many) for kind in kinds_of_records() if kind.name == name)
