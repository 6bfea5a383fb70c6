"""/api/v1/fields: what is declared."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema

from pentad.core.errors import Denied
from pentad.data.fields import queries
from pentad.data.fields.kinds import kind_named, kinds
from pentad.roles.page import actor_of

router = Router(tags=["fields"])


class FieldOut(Schema):
    kind: str
    name: str
    label: str
    type: Literal["text", "long", "number", "yes_no", "date", "moment", "one", "several", "link", "email", "phone"]
    choices: list[str]
    required: bool
    help: str
    key_fact: bool
    sensitivity: str


class FieldsOut(Schema):
    results: list[FieldOut]


@router.get("/fields", response=FieldsOut, summary="Custom fields of people, companies …")
def list_fields(request: HttpRequest, kind: str | None = None) -> dict[str, Any]:
    """Those in force, of one kind or of every kind one may see; without those that are hidden from the key."""
    asked = [kind_named(kind)] if kind else kinds()
    seen = [one for one in asked if actor_of(request).may(f"{one.name}.view")]
    if not seen:
        raise Denied(
            f"{actor_of(request).name} sees no {' and no '.join(one.many.lower() for one in asked)}.",
            fix="Ask an administrator for a role that does.",
            right=f"{asked[0].name}.view",
        )
    found = []
    for one in seen:
        classes = queries.sensitivities(one.name)
        found += [
            {
                "kind": field.kind, "name": field.name, "label": field.label, "type": field.type,
                "choices": list(field.choices), "required": field.required, "help": field.help,
                "key_fact": field.key_fact, "sensitivity": classes.get(field.name) or queries.usual(field.name),
            }
            for field in queries.visible(one.name)
        ]  # fmt: skip
    return {"results": found}
