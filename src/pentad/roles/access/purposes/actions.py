"""Verbs on purposes: which there are, which roles work for them, which fields may be used for them alone."""

from collections.abc import Collection
from dataclasses import replace

from django.utils.text import slugify

from pentad.core import clock
from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Conflict, Denied, Invalid
from pentad.roles.access import builtin, giving
from pentad.roles.access.naming import field_meant
from pentad.roles.access.purposes import queries
from pentad.roles.access.purposes.models import FieldPurpose, Purpose, RolePurpose
from pentad.roles.access.rights import Policy
from pentad.roles.access.rights_models import Role
from pentad.roles.access.seeing import works_for

EVERY = "every"
"""How audit lines say that somebody works for every purpose: no purpose is called so."""


@action("admin.rights")
def add_purpose(*, actor: Actor, label: str, note_text: str = "") -> Purpose:
    """Add a purpose. Roles that are given none work for it too. Raises Invalid, and Conflict for one that is there."""
    label = _label(label)
    name = slugify(label)[:40].strip("-") or f"purpose-{Purpose.objects.count() + 1}"
    if name == EVERY:
        raise Invalid("“Every” is what roles without a purpose work for.", code="bad_purpose", field="label")
    if Purpose.objects.filter(name=name).exists() or _taken(label):
        raise Conflict(f"There is a purpose “{label}” already.", code="purpose_exists", field="label")
    made = Purpose.objects.create(name=name, label=label, note=note_text.strip()[:300])
    note(f"purpose:{name}", label=label)
    return made


@action("admin.rights")
def change_purpose(*, actor: Actor, purpose: Purpose, label: str, note_text: str = "") -> Purpose:
    """Rename a purpose. Raises Invalid, and Conflict for a label that is taken."""
    label = _label(label)
    if _taken(label, purpose):
        raise Conflict(f"There is a purpose “{label}” already.", code="purpose_exists", field="label")
    before, purpose.label, purpose.note = purpose.label, label, note_text.strip()[:300]
    purpose.save(update_fields=["label", "note"])
    note(f"purpose:{purpose.name}", label=[before, label])
    return purpose


@action("admin.rights")
def retire_purpose(*, actor: Actor, purpose: Purpose) -> Purpose:
    """Use nothing for a purpose any more. Raises Conflict while a field may be used for it alone: nobody would see it."""
    limited = {(row.kind, row.field) for row in FieldPurpose.objects.filter(purpose=purpose)}
    alone = [one for one, held in queries.of_fields().items() if one in limited and held <= {purpose.name}]
    if alone and purpose.retired is None:
        names = ", ".join(f"{kind}.{field}" for kind, field in sorted(alone)[:5])
        raise Conflict(
            f"“{purpose.label}” is all that {names} may be used for: nobody would see that any more.",
            code="purpose_in_use",
            fix="Say first what else it may be used for.",
        )
    if purpose.retired is None:
        purpose.retired = clock.now()
        purpose.save(update_fields=["retired"])
    note(f"purpose:{purpose.name}")
    return purpose


@action("admin.rights")
def restore_purpose(*, actor: Actor, purpose: Purpose) -> Purpose:
    """Bring a retired purpose back, with the roles and fields it had."""
    giving.require_purposes(actor, frozenset({purpose.name}))
    purpose.retired = None
    purpose.save(update_fields=["retired"])
    note(f"purpose:{purpose.name}")
    return purpose


@action("admin.rights")
def set_role_purposes(*, actor: Actor, role: Role, purposes: Collection[str]) -> None:
    """Say what a role works for; none: for every purpose. Nobody gives a purpose they do not work for.

    Raises Conflict for the administrator's role, Invalid for an unknown purpose.
    """
    giving.require_changeable(role)
    had = RolePurpose.objects.filter(role=role)
    chosen = _known(purposes, had.values_list("purpose_id", flat=True))
    giving.require_may_rule(actor, role.name)
    giving.require_purposes(actor, _added(queries.of_role(role.name), chosen))
    had.delete()
    RolePurpose.objects.bulk_create(RolePurpose(role=role, purpose_id=name) for name in chosen)
    note(f"role:{role.name}", purposes=chosen or EVERY)


@action("admin.rights")
def set_field_purposes(*, actor: Actor, kind: str, field: str, purposes: Collection[str]) -> None:
    """Say what a field may be used for; none: for every purpose.

    Who works for some purposes only opens a field to no other one, and none at all of which they see nothing.
    Raises Invalid for an unknown kind, field or purpose.
    """
    had = FieldPurpose.objects.filter(kind=kind, field=field.strip())
    field = field.strip() if not purposes and had.exists() else field_meant(kind, field)
    had = FieldPurpose.objects.filter(kind=kind, field=field)
    chosen = _known(purposes, had.values_list("purpose_id", flat=True))
    policy, limits = actor.policy, queries.of_fields()
    blind = isinstance(policy, Policy) and not replace(policy, limits=limits).may_use(kind, field)
    if blind and works_for(actor) is not None:
        raise Denied(
            f"{actor.name} works for nothing that “{field}” may be used for.",
            code="not_for_purpose",
            fix="Ask an administrator.",
            right="*",
        )
    giving.require_purposes(actor, _added(limits.get((kind, field)), chosen))
    had.delete()
    FieldPurpose.objects.bulk_create(FieldPurpose(kind=kind, field=field, purpose_id=name) for name in chosen)
    note(f"field:{kind}.{field}", purposes=chosen or EVERY)


def put_back(actor: Actor, role: str) -> None:
    """Let a built-in role work for what it came for, in the action under way."""
    came = frozenset(builtin.ROLES[role].purposes) or None
    giving.require_purposes(actor, _added(queries.of_role(role), sorted(came or ())))
    builtin.put_purposes_back(RolePurpose, role)


def copy(actor: Actor, like: str, role: Role) -> None:
    """Let a new role work for what another one does, in the action under way."""
    giving.require_purposes(actor, queries.of_role(like))
    rows = RolePurpose.objects.filter(role_id=like)
    RolePurpose.objects.bulk_create(RolePurpose(role=role, purpose_id=row.purpose_id) for row in rows)


def _added(before: queries.Held, chosen: Collection[str]) -> queries.Held:
    """What is given by a change: the purposes that were not there; None when it is every one."""
    if before is None:
        return frozenset()
    return frozenset(chosen) - before if chosen else None


def _known(chosen: Collection[str], had: Collection[str]) -> list[str]:
    """In order. Retired ones may stay, and not be added."""
    known = {**queries.in_force(), **dict.fromkeys(had)}
    for name in chosen:
        if name not in known:
            raise Invalid(
                f"There is no purpose “{name[:40]}”.",
                code="unknown_purpose",
                fix=f"Choose among {', '.join(known)}.",
                field="purposes",
            )
    return sorted(set(chosen))


def _label(label: str) -> str:
    label = " ".join(label.split())
    if not label or len(label) > 80:
        raise Invalid("A purpose has a name of 1 to 80 characters.", code="bad_purpose", field="label")
    return label


def _taken(label: str, but: Purpose | None = None) -> bool:
    others = Purpose.objects.filter(label__iexact=label)
    return others.exclude(name=but.name if but else "").exists()
