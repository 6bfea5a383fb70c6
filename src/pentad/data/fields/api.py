"""/api/v1/fields: what is declared; declare, change and archive, with what that means for the values there are."""

from dataclasses import asdict, replace
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from pentad.core.action import check
from pentad.core.errors import Denied
from pentad.data.fields import actions, queries
from pentad.data.fields.kinds import kind_named, kinds
from pentad.data.fields.models import CustomField
from pentad.data.fields.rules import MOST_CHOICES, Declared, checked_choices
from pentad.roles.access.rights import Level
from pentad.roles.access.seeing import level
from pentad.roles.page import actor_of

router = Router(tags=["fields"])
EDIT = "fields.edit"
Type = Literal["text", "long", "number", "yes_no", "date", "moment", "one", "several", "link", "email", "phone"]
Sensitivity = Literal["public", "internal", "personal", "sensitive"]


class FieldOut(Schema):
    id: str
    kind: str
    name: str
    label: str
    type: Type
    choices: list[str]
    required: bool
    help: str
    key_fact: bool
    sensitivity: str
    archived: bool


class FieldsOut(Schema):
    results: list[FieldOut]


class FieldChange(Schema):
    label: str = Field("", max_length=80)
    type: Type = "text"
    choices: list[str] = Field([], max_length=MOST_CHOICES)
    required: bool = False
    help: str = Field("", max_length=300)
    key_fact: bool = Field(False, description="Among the key facts of a record’s page")
    sensitivity: Sensitivity | None = Field(None, description="Needs “admin.rights” where it is another than before")


class FieldIn(FieldChange):
    kind: str = Field(max_length=20, description="people or companies")
    name: str = Field("", max_length=120, description="The trait; made from the label when empty")
    label: str = Field(max_length=80)


class Planned(Schema):
    """The field as it is, or as it would be."""

    kind: str
    name: str
    type: Type | None = None
    choices: list[str] = []


class UsageOut(Schema):
    records: int | None = Field(description="How many have a value; null for a key that does not see all of them")
    misfits: int | None = Field(description="How many of those values do not fit")
    examples: list[str] = Field(description="Values that do not fit, the most frequent first")


def _out(row: CustomField, classes: dict[str, str]) -> dict[str, Any]:
    return {
        "id": row.id, "kind": row.kind, "name": row.name, "label": row.label, "type": row.type,
        "choices": row.choices, "required": row.required, "help": row.help, "key_fact": row.key_fact,
        "sensitivity": classes.get(row.name) or queries.usual(row.name), "archived": row.archived is not None,
    }  # fmt: skip


def _answer(row: CustomField) -> dict[str, Any]:
    return _out(row, queries.sensitivities(row.kind))


@router.get("/fields", response=FieldsOut, summary="Custom fields of people, companies …")
def list_fields(request: HttpRequest, kind: str | None = None, archived: bool = False) -> dict[str, Any]:
    """Those in force, of one kind or of every kind one may see; without those that are hidden from the key.

    With `archived`, those in the archive, for who may change fields.
    """
    actor = actor_of(request)
    if archived:
        check(actor, EDIT)
    asked = [kind_named(kind)] if kind else kinds()
    seen = [one for one in asked if actor.may(f"{one.name}.view")]
    if not seen:
        raise Denied(
            f"{actor.name} sees no {' and no '.join(one.many.lower() for one in asked)}.",
            fix="Ask an administrator for a role that does.",
            right=f"{asked[0].name}.view",
        )
    found = []
    for one in seen:
        classes = queries.sensitivities(one.name)
        rows = queries.fields_of(one.name, archived=archived)
        found += [_out(row, classes) for row in rows if level(one.name, f"trait:{row.name}") > Level.HIDDEN]
    return {"results": found}


@router.post("/fields", response={201: FieldOut}, summary="Declare a custom field")
def add_field(request: HttpRequest, body: FieldIn) -> Status[dict[str, Any]]:
    """Of a trait, new or known; 409 `field_taken` when it has one. Values there are stay as they are."""
    said = body.dict() | {"sensitivity": body.sensitivity or ""}
    return Status(201, _answer(actions.add_field(actor=actor_of(request), **said)))


@router.get("/fields/usage", response=UsageOut, summary="What a field means for the values there are")
def field_usage(request: HttpRequest, asked: Query[Planned]) -> dict[str, Any]:
    """Of the trait `name`; with `type` (and `choices`), of the field as it would be: ask before you change it."""
    check(actor_of(request), EDIT)
    kind_named(asked.kind)
    row = CustomField.objects.filter(kind=asked.kind, name=asked.name).first()
    field = row.declared if row else Declared(asked.kind, asked.name, asked.name, "text")
    if asked.type is not None:
        field = replace(field, type=asked.type, choices=tuple(checked_choices(asked.type, asked.choices)))
    found = queries.usage(field, examples=True)
    return asdict(found) if found else {"records": None, "misfits": None, "examples": []}


@router.patch("/fields/{id}", response=FieldOut, summary="Change a custom field")
def change_field(request: HttpRequest, id: str, body: FieldChange) -> dict[str, Any]:
    """What is given. The trait stays; values that do not fit any more stay as they are."""
    check(actor_of(request), EDIT)
    row = queries.find_field(id)
    said = {name: getattr(row, name) for name in ("label", "type", "choices", "required", "help", "key_fact")}
    given = body.dict(exclude_unset=True)
    said |= given | {"sensitivity": given.get("sensitivity") or ""}
    return _answer(actions.change_field(actor=actor_of(request), field=row, **said))


@router.post("/fields/{id}/archive", response=FieldOut, summary="Put a custom field into the archive")
def archive_field(request: HttpRequest, id: str) -> dict[str, Any]:
    """Its values stay, as those of a plain trait."""
    check(actor_of(request), EDIT)
    return _answer(actions.archive_field(actor=actor_of(request), field=queries.find_field(id)))


@router.post("/fields/{id}/restore", response=FieldOut, summary="Take a custom field out of the archive")
def restore_field(request: HttpRequest, id: str) -> dict[str, Any]:
    check(actor_of(request), EDIT)
    return _answer(actions.restore_field(actor=actor_of(request), field=queries.find_field(id)))
