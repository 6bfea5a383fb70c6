"""Entering the value of a trait in a dialog: with the control of its custom field, where it has one."""

import json
from typing import Any

import msgspec
from django.http import HttpRequest

from pentad.core.nested import IN_MESSAGE, shallow
from pentad.data.fields.controls import Control, control, entered
from pentad.data.fields.queries import changeable, declared_field
from pentad.roles.page import zone_of


def entering(request: HttpRequest, kind: str, name: str, value: Any, *, fault: str = "") -> dict[str, Any]:
    """For the dialog: `control` for a trait with a field, and `declared`, the fields that may be chosen.

    value: what is there, or what was entered and refused.
    """
    field = declared_field(kind, name.strip())
    made = control(field, value, zone=zone_of(request), fault=fault) if field is not None else None
    return {"control": made, "declared": changeable(kind)}


def entered_value(request: HttpRequest, kind: str, name: str) -> Any:
    """What the dialog sent, read as its field's control or as typed text."""
    field = declared_field(kind, name.strip())
    if field is None:
        return typed_value(request.POST.get("value", ""))
    return entered(field, request.POST, zone=zone_of(request))


def required_controls(request: HttpRequest) -> list[Control]:
    """What a new customer must be told of at once, as far as one may say it."""
    zone = zone_of(request)
    return [
        control(one, _given(request, one.name, zone), name=f"field:{one.name}", zone=zone)
        for one in changeable("people")
        if one.required and one.name not in ("name", "email", "phone")
    ]


def required_values(request: HttpRequest) -> dict[str, Any]:
    """The same, as sent."""
    zone = zone_of(request)
    return {
        one.name: entered(one, request.POST, name=f"field:{one.name}", zone=zone)
        for one in changeable("people")
        if one.required and f"field:{one.name}" in request.POST
    }


def _given(request: HttpRequest, name: str, zone: Any) -> Any:
    field = declared_field("people", name)
    if request.method != "POST" or field is None:
        return None
    return entered(field, request.POST, name=f"field:{name}", zone=zone)


def typed_value(text: str) -> object:
    """What a person typed, as a value: numbers, true, false and JSON as such, nothing as unknown, else text."""
    text = text.strip()
    if not text:
        return None
    try:
        value = msgspec.json.decode(text)  # strict: NaN, half characters and endless nesting are no JSON
    except (msgspec.DecodeError, RecursionError):
        return text
    if shallow(value, IN_MESSAGE) != value:
        return text
    return (
        text
        if isinstance(value, int | float)
        and not isinstance(value, bool)
        and text[:1] in "0+"
        and len(text) > 1
        and "." not in text
        else value
    )


def typed_text(value: object) -> str:
    """The way back."""
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
