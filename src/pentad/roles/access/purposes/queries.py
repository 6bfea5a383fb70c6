"""Reads of purposes: what roles work for, what fields may be used for, and both for those who review them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from django.db.models import F, QuerySet

from pentad.core.errors import Invalid
from pentad.roles.access.purposes.models import FieldPurpose, Purpose, RolePurpose
from pentad.roles.access.rights_models import Role

K = TypeVar("K")
Held = frozenset[str] | None
"""Purposes by name; None: every one."""


def purposes() -> "QuerySet[Purpose]":
    """All, retired ones last."""
    return Purpose.objects.order_by(F("retired").asc(nulls_first=True), "order", "label")


def in_force() -> dict[str, str]:
    """Name → label of those that are not retired."""
    rows = Purpose.objects.filter(retired=None).order_by("order", "label")
    return dict(rows.values_list("name", "label"))


def labels() -> dict[str, str]:
    """Name → label, of retired ones too."""
    return dict(Purpose.objects.values_list("name", "label"))


def of_roles(roles: Iterable[str]) -> dict[str, frozenset[str]]:
    """Role → the purposes in force that it works for; roles that work for every purpose are left out."""
    rows = RolePurpose.objects.filter(role__in=list(roles))
    return gathered(rows.values_list("role_id", "purpose_id", "purpose__retired"))


def of_role(role: str) -> Held:
    """What a role works for."""
    return of_roles([role]).get(role)


def of_fields() -> dict[tuple[str, str], frozenset[str]]:
    """(kind, field) → the purposes in force that it may be used for; fields that are not limited are left out."""
    rows = FieldPurpose.objects.values_list("kind", "field", "purpose_id", "purpose__retired")
    return gathered(((kind, name), purpose, retired) for kind, name, purpose, retired in rows)


def gathered(rows: Iterable[tuple[K, str, object]]) -> dict[K, frozenset[str]]:
    """(key, purpose, whether retired) as key → its purposes in force.

    Who has retired purposes alone stays, with none: to leave it out would be to give it every purpose.
    """
    found: dict[K, set[str]] = {}
    for key, purpose, retired in rows:
        found.setdefault(key, set()).update(() if retired else (purpose,))
    return {key: frozenset(held) for key, held in found.items()}


def check_purposes(role: str, chosen: Collection[str]) -> list[str]:
    """The chosen ones, in order. Raises Invalid unless they are in force and the role works for them."""
    known, held = in_force(), of_role(role)
    for name in chosen:
        if name not in known or (held is not None and name not in held):
            raise Invalid(
                f"The role works for no purpose “{name[:40]}”.",
                code="unknown_purpose",
                fix=f"Choose among {', '.join(one for one in known if held is None or one in held) or 'none'}.",
                field="purposes",
            )
    return sorted(set(chosen))


@dataclass(slots=True)
class PurposeLine:
    """A purpose with the roles that work for it (those that work for every one are counted) and its fields."""

    purpose: Purpose
    roles: list[Role] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FieldLine:
    """A limited field, with the labels of its purposes."""

    kind: str
    name: str
    purposes: list[str]

    @property
    def label(self) -> str:
        return f"{self.kind}.{self.name}"


@dataclass(slots=True)
class Overview:
    """every: the roles that work for every purpose."""

    lines: list[PurposeLine]
    fields: list[FieldLine]
    every: list[Role]


def overview() -> Overview:
    """Roles and fields by purpose."""
    lines = {one.name: PurposeLine(one) for one in purposes()}
    limited = set[str]()
    for row in RolePurpose.objects.select_related("role").order_by("role__order", "role__label"):
        lines[row.purpose_id].roles.append(row.role)
        limited.add(row.role_id)
    fields: dict[tuple[str, str], list[str]] = {}
    ordered = FieldPurpose.objects.order_by("kind", "field", "purpose__order", "purpose__label")
    for kind, name, purpose in ordered.values_list("kind", "field", "purpose_id"):
        lines[purpose].fields.append(f"{kind}.{name}")
        fields.setdefault((kind, name), []).append(lines[purpose].purpose.label)
    every = Role.objects.exclude(name__in=limited).order_by("order", "label")
    return Overview(
        list(lines.values()), [FieldLine(kind, name, held) for (kind, name), held in fields.items()], list(every)
    )


def choices(chosen: Iterable[str]) -> list[tuple[Purpose, bool]]:
    """(purpose, whether it is chosen) to tick: all in force, and retired ones where they were chosen before."""
    held = set(chosen)
    return [(one, one.name in held) for one in purposes() if one.retired is None or one.name in held]


def role_choices(role: Role) -> list[tuple[Purpose, bool]]:
    """What a role may be given to work for."""
    return choices(RolePurpose.objects.filter(role=role).values_list("purpose_id", flat=True))
