"""The control with which a value of a field is entered, and what a form with it sends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from pentad.data.fields.rules import Declared, fits, wanted

INPUTS = {
    "number": "number",
    "date": "date",
    "moment": "datetime-local",
    "link": "url",
    "email": "email",
    "phone": "tel",
}
"""The type of the input, where it is not plain text."""


@dataclass(frozen=True, slots=True)
class Control:
    """options: (value, label, chosen). odd: the present value, when the control cannot show it."""

    field: Declared
    id: str
    name: str
    shape: str
    input: str
    value: str
    options: Sequence[tuple[str, str, bool]]
    odd: str
    wanted: str
    fault: str = ""


def control(field: Declared, value: Any, *, name: str = "value", zone: ZoneInfo, fault: str = "") -> Control:
    """For a stored value, or for what was entered and refused.

    name: of the form's field. zone: the reader's, for date and time.
    """
    right = fits(field, value)
    odd = "" if right or fault else str(value)[:80]
    if field.type == "yes_no":
        said = {True: "yes", False: "no", "true": "yes", "false": "no"}.get(value if right else None, str(value))
        options = [("", "—", False), *((one, one.capitalize(), one == said) for one in ("yes", "no"))]
        return _control(field, name, "select", options=options, odd=odd, fault=fault)
    if field.type == "one":
        said = str(value).lower()
        options = [("", "—", False), *((one, one, one.lower() == said) for one in field.choices)]
        return _control(field, name, "select", options=options, odd=odd, fault=fault)
    if field.type == "several":
        held = {str(one).lower() for one in value} if isinstance(value, list) else set()
        options = [(one, one, one.lower() in held) for one in field.choices]
        return _control(field, name, "checks", options=options, odd=odd, fault=fault)
    text = _shown(field, value, zone) if right or fault or field.type not in ("number", "date", "moment") else ""
    shape = "area" if field.type == "long" else "input"
    return _control(field, name, shape, value=text, odd=odd, fault=fault)


def _control(
    field: Declared,
    name: str,
    shape: str,
    *,
    odd: str,
    fault: str,
    value: str = "",
    options: Sequence[tuple[str, str, bool]] = (),
) -> Control:
    return Control(
        field,
        f"field-{field.name}",
        name,
        shape,
        INPUTS.get(field.type, "text"),
        value,
        options,
        odd,
        wanted(field),
        fault,
    )


def _shown(field: Declared, value: Any, zone: ZoneInfo) -> str:
    if value is None:
        return ""
    text = str(value)
    if field.type == "date":
        return text[:10]
    if field.type != "moment":
        return text
    try:
        at = datetime.fromisoformat(text)
        return (at.astimezone(zone) if at.tzinfo else at).strftime("%Y-%m-%dT%H:%M")
    except (ValueError, OverflowError):
        return ""


def entered(
    field: Declared, form: "QueryDict | MultiValueDict[str, str]", *, name: str = "value", zone: ZoneInfo
) -> Any:
    """What a form sent, for `rules.accepted`: a date and time is that of the reader's zone."""
    if field.type == "several":
        return [one for one in form.getlist(name) if one]
    text = str(form.get(name, "") or "").strip()
    if field.type == "moment":
        try:
            at = datetime.fromisoformat(text)
            return text if at.tzinfo else at.replace(tzinfo=zone).isoformat()
        except (ValueError, OverflowError):
            return text
    return text
