"""Verbs on custom fields. They change declarations alone: no value of any record is touched by them."""

from collections.abc import Sequence
from typing import Any

from pentad.core import clock
from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Conflict, Invalid
from pentad.data.fields.kinds import kind_named
from pentad.data.fields.models import CustomField
from pentad.data.fields.queries import forget, sensitivity
from pentad.data.fields.rules import TYPES, checked_choices, checked_name
from pentad.roles.access.manage.actions import set_field_class


@action("fields.edit")
def add_field(
    *,
    actor: Actor,
    kind: str,
    label: str,
    type: str,
    name: str = "",
    choices: Sequence[str] = (),
    required: bool = False,
    help: str = "",
    key_fact: bool = False,
    sensitivity: str = "",
) -> CustomField:
    """Declare a custom field of a trait, new or known. Raises Invalid, and Conflict when the trait has one."""
    kind_named(kind)
    field = CustomField(kind=kind, name=checked_name(name, label))
    _fill(field, label=label, type=type, choices=choices, required=required, help=help, key_fact=key_fact)
    if (other := CustomField.objects.filter(kind=kind, name=field.name).first()) is not None:
        raise Conflict(
            f"The trait “{field.name}” has the field “{other.label}”{' in the archive' if other.archived else ''}.",
            code="field_taken",
            field="name",
            fix="Restore that one." if other.archived else "Change that one, or take another name.",
        )
    field.save()
    _class(actor, field, sensitivity)
    note(f"custom_field:{field.id}", kind=kind, trait=field.name, type=type)
    forget()
    return field


@action("fields.edit")
def change_field(
    *,
    actor: Actor,
    field: CustomField,
    label: str,
    type: str,
    choices: Sequence[str] = (),
    required: bool = False,
    help: str = "",
    key_fact: bool = False,
    sensitivity: str = "",
) -> CustomField:
    """Change what a custom field asks for. Values that do not fit any more stay as they are. Raises Invalid."""
    before = {name: getattr(field, name) for name in ("label", "type", "choices", "required", "help", "key_fact")}
    _fill(field, label=label, type=type, choices=choices, required=required, help=help, key_fact=key_fact)
    field.save()
    _class(actor, field, sensitivity)
    changed = {name: getattr(field, name) for name, old in before.items() if getattr(field, name) != old}
    note(f"custom_field:{field.id}", kind=field.kind, trait=field.name, **changed)
    forget()
    return field


@action("fields.edit")
def archive_field(*, actor: Actor, field: CustomField) -> CustomField:
    """Put a custom field into the archive. Its values stay, as those of a plain trait."""
    if field.archived is None:
        field.archived = clock.now()
        field.save(update_fields=["archived"])
    note(f"custom_field:{field.id}", kind=field.kind, trait=field.name)
    forget()
    return field


@action("fields.edit")
def restore_field(*, actor: Actor, field: CustomField) -> CustomField:
    """Take a custom field out of the archive."""
    if field.archived is not None:
        field.archived = None
        field.save(update_fields=["archived"])
    note(f"custom_field:{field.id}", kind=field.kind, trait=field.name)
    forget()
    return field


def _fill(field: CustomField, **said: Any) -> None:
    if said["type"] not in TYPES:
        raise Invalid(
            f"“{said['type'][:40]}” is no type.", code="bad_field_type", field="type", fix=f"One of {', '.join(TYPES)}."
        )
    field.label = _text(said["label"], "label", "The label", 80, least=1)
    field.help = _text(said["help"], "help", "The help text", 300)
    field.type, field.choices = said["type"], checked_choices(said["type"], said["choices"])
    field.required, field.key_fact = said["required"], said["key_fact"]


def _text(given: str, field: str, what: str, most: int, *, least: int = 0) -> str:
    text = " ".join(given.replace("\0", " ").split())
    if not least <= len(text) <= most:
        raise Invalid(
            f"{what} has {len(text)} characters; it must have {least} to {most}.",
            code="bad_field_text",
            field=field,
            fix="Shorten it.",
        )
    return text


def _class(actor: Actor, field: CustomField, said: str) -> None:
    """How sensitive it is, where that is said anew: the class of fields that rights know, by their own action and right."""
    if said and said != sensitivity(field.kind, field.name):
        set_field_class(actor=actor, kind=field.kind, field=f"trait:{field.name}", sensitivity=said)
