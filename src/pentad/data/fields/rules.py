"""What a custom field accepts from colleagues, and which stored values fit it. Pure.

Whether a stored value fits is told by one regular expression over its text as `profiles.rules.text_of` writes it, so
that a record's page, the counts and the filters in the database say the same. The expressions keep to what Python and
PostgreSQL both understand.
"""

import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from pentad.core.errors import Invalid
from pentad.data.profiles.rules import text_of

MOST_CHOICES = 100
MOST_CHOICE_LENGTH = 100
LONG_TEXT = 200
"""`text_of` keeps so many characters."""


@dataclass(frozen=True, slots=True)
class FieldType:
    """wanted: what is asked for, in the words of a message; None where it depends on the field's choices."""

    label: str
    icon: str
    wanted: str = ""


TYPES = {
    "text": FieldType("Text", "type", "a text"),
    "long": FieldType("Long text", "file-text", "a text"),
    "number": FieldType("Number", "hash", "a number such as 12 or 3.5"),
    "yes_no": FieldType("Yes or no", "circle-check", "yes or no"),
    "date": FieldType("Date", "calendar", "a date such as 2026-11-21"),
    "moment": FieldType("Date and time", "clock", "a date and time such as 2026-11-21 14:30"),
    "one": FieldType("One of a list", "list"),
    "several": FieldType("Several of a list", "list-checks"),
    "link": FieldType("Link", "link", "an address that begins with http:// or https://"),
    "email": FieldType("E-mail address", "mail", "an e-mail address such as name@shop.example"),
    "phone": FieldType("Phone number", "phone", "a phone number such as +49 30 1234567"),
}
LISTS = ("one", "several")
UNSORTED = ("several",)
"""Types whose values have no order."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A custom field as everything but its own settings sees it. name: that of the trait it declares."""

    kind: str
    name: str
    label: str
    type: str
    choices: tuple[str, ...] = ()
    required: bool = False
    help: str = ""
    key_fact: bool = False


def wanted(field: Declared) -> str:
    """What the field asks for, in the words of a message."""
    if field.type not in LISTS:
        return TYPES[field.type].wanted
    shown = ", ".join(field.choices[:8]) + (" …" if len(field.choices) > 8 else "")
    return f"one of {shown}" if field.type == "one" else f"some of {shown}"


# -- what fits -------------------------------------------------------------------------------------

# 29 February of any year: which years have one is asked of what colleagues enter.
_DAY = (
    "[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|[12][0-9]))"
)
_SHAPES = {
    "number": r"-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?",
    "yes_no": "true|false|yes|no",
    "date": rf"{_DAY}(?:t00:00(?::00(?:\.0+)?)?(?:z|\+00:?00)?)?",
    "moment": rf"{_DAY}[t ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?(?:z|[+-][0-9]{{2}}:?[0-9]{{2}})?",
    "link": r"https?://\S+",
    "email": r"[^@ ]+@[^@ ]+\.[^@ ]+",
    "phone": r"[+(]?[0-9][0-9 ()./-]{3,}",
}


def pattern(field: Declared) -> str:
    """The regular expression that the text of each fitting value meets; "" when every value fits."""
    shape = _SHAPES.get(field.type, "")
    if field.type == "one":
        shape = "|".join(re.escape(one.lower()) for one in field.choices)
    if field.type == "several":
        one = f'"(?:{"|".join(re.escape(in_list(choice)) for choice in field.choices)})"'
        # A list that was cut off cannot be told from one that fits.
        shape = rf"\[(?:{one}(?:, {one})*)?\]|.{{{LONG_TEXT}}}"
    return rf"\A(?:{shape})\Z" if shape else ""


def in_list(choice: str) -> str:
    """A choice as it stands inside the text of a list, without its quotes."""
    return json.dumps(choice, ensure_ascii=False)[1:-1].lower()


def fits(field: Declared, value: Any) -> bool:
    """Whether a stored value is what the field asks for. No value fits: nothing was said."""
    if value is None:
        return True
    shape = pattern(field)
    return not shape or re.search(shape, text_of(value)) is not None


# -- what colleagues enter -------------------------------------------------------------------------


def accepted(field: Declared, value: Any) -> Any:
    """What was entered, as it is kept; None when it is empty. Raises Invalid for what the field does not accept."""
    if isinstance(value, str):
        value = value.strip()
    if value is None or value in ("", []):
        if field.required:
            raise Invalid(
                f"“{field.label}” is required.", code="field_required", fix=f"Enter {wanted(field)}.", field=field.name
            )
        return None
    try:
        return _READ[field.type](value, field)
    except (ValueError, OverflowError):
        said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        raise Invalid(
            f"“{said[:80]}” does not fit “{field.label}”: it wants {wanted(field)}.",
            code="value_does_not_fit",
            field=field.name,
        ) from None


def _text(value: Any, field: Declared) -> Any:
    if isinstance(value, dict | list):
        raise ValueError
    return value


def _number(value: Any, field: Declared) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError
    text = value if isinstance(value, str) else repr(value)
    if not re.fullmatch(_SHAPES["number"], text.lower()):
        raise ValueError
    number = float(text)
    if not math.isfinite(number) or abs(number) >= 1e300:
        raise ValueError
    return int(text) if re.fullmatch("-?[0-9]{1,18}", text) else number


def _yes_no(value: Any, field: Declared) -> bool:
    said = {"yes": True, "true": True, "no": False, "false": False}
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or value.lower() not in said:
        raise ValueError
    return said[value.lower()]


def _date(value: Any, field: Declared) -> str:
    if not isinstance(value, str) or len(value) != 10:
        raise ValueError
    return date.fromisoformat(value).isoformat()


def _moment(value: Any, field: Declared) -> str:
    """In UTC, so that texts sort as the moments do. A time without a zone is UTC."""
    if not isinstance(value, str) or len(value) < 16:
        raise ValueError
    at = datetime.fromisoformat(value)
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _one(value: Any, field: Declared) -> str:
    said = text_of(value)
    found = [choice for choice in field.choices if choice.lower() == said]
    if not found:
        raise ValueError
    return found[0]


def _several(value: Any, field: Declared) -> list[str]:
    chosen = {_one(one, field) for one in (value if isinstance(value, list) else [value])}
    return [choice for choice in field.choices if choice in chosen]


def _shaped(value: Any, field: Declared) -> str:
    if not isinstance(value, str) or not re.fullmatch(_SHAPES[field.type], value.lower()):
        raise ValueError
    return value


_READ: dict[str, Callable[[Any, Declared], Any]] = {
    "text": _text, "long": _text, "number": _number, "yes_no": _yes_no, "date": _date, "moment": _moment, "one": _one,
    "several": _several, "link": _shaped, "email": _shaped, "phone": _shaped,
}  # fmt: skip


# -- what a declaration may say --------------------------------------------------------------------


def checked_name(given: str, label: str) -> str:
    """The trait's name: as given, else made from the label, as in “contract_end”. Raises Invalid."""
    name = given.strip() or "_".join(re.findall(r"\w+", label.lower()))
    if not name or len(name) > 120 or not name.isprintable():
        raise Invalid(
            f"The trait name “{name[:40]}” must have 1 to 120 characters.", code="bad_trait_name", field="name"
        )
    return name


def checked_choices(type: str, given: Sequence[str]) -> list[str]:
    """The choices of a list, trimmed; none for other types. Raises Invalid."""
    if type not in LISTS:
        return []
    choices = [one.strip() for one in given if one.strip()]
    if not choices:
        raise Invalid("A list needs choices.", code="bad_choices", fix="Write them one a line.", field="choices")
    if len(choices) > MOST_CHOICES:
        raise Invalid(
            f"A list has at most {MOST_CHOICES} choices; these are {len(choices)}.", code="bad_choices", field="choices"
        )
    seen: set[str] = set()
    for one in choices:
        if len(one) > MOST_CHOICE_LENGTH or "|" in one or not one.isprintable():
            raise Invalid(
                f"“{one[:60]}” cannot be a choice.",
                code="bad_choices",
                field="choices",
                fix=f"At most {MOST_CHOICE_LENGTH} characters, and no “|”.",
            )
        if one.lower() in seen:
            raise Invalid(
                f"“{one}” is among the choices twice.",
                code="bad_choices",
                field="choices",
                fix="Large and small are one.",
            )
        seen.add(one.lower())
    return choices
