"""How values of traits read, on pages and in lists; those of custom fields by their type."""

import json
import re
import zlib
from datetime import date, datetime
from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from pentad.data.fields.rules import TYPES, UNSORTED, Declared, fits, wanted
from pentad.data.profiles.vocabulary import ICONS
from pentad.roles.access import seeing
from pentad.roles.views import cells
from pentad.roles.views.spec import Column

TONES = ("violet", "blue", "green", "gold", "orange")
LONGEST_CELL = 120


def shown(value: Any) -> str:
    """A trait's value as text."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def tone_of(value: str) -> str:
    """The colour of a tagged trait: the same wherever the value is shown."""
    return "gray" if value.lower() in ("none", "free") else TONES[zlib.crc32(value.encode()) % len(TONES)]


# -- custom fields ---------------------------------------------------------------------------------


def icon_of(field: Declared) -> str:
    return ICONS.get(field.name) or TYPES[field.type].icon


def field_text(field: Declared, value: Any) -> str:
    """A fitting value in words; any other as it is."""
    if value in (None, "", []):
        return "—"
    if field.type == "several" and isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if not isinstance(value, str) or not fits(field, value):
        return shown(value)
    if field.type == "yes_no":
        return "yes" if value.lower() in ("true", "yes") else "no"
    if field.type == "number":
        return shown(int(value) if re.fullmatch("-?[0-9]+", value) else float(value))
    try:
        if field.type == "date":
            day = date.fromisoformat(value[:10])
            return f"{day.day} {day:%B %Y}"
        if field.type == "moment":
            at = datetime.fromisoformat(value)
            return f"{at.day} {at:%B %Y, %H:%M}{' UTC' if at.utcoffset() is not None and not at.utcoffset() else ''}"
    except ValueError:  # 29 February of a year without one
        return value
    return value


def misfit_text(field: Declared, value: Any) -> str:
    """Why a value does not fit, to be shown beside it; "" when it does. Not for masked values: they never fit."""
    return "" if fits(field, value) else f"Does not fit: it wants {wanted(field)}."


def field_cell(field: Declared, value: Any, *, in_full: bool = True) -> str:
    """A value in a list. in_full: not masked, so that it can be told whether it fits."""
    text = field_text(field, value)[:LONGEST_CELL]
    if text == "—":
        return cells.NOTHING
    if in_full and (why := misfit_text(field, value)):
        mark = cells.icon("triangle-alert", "size-3.5 dot-orange")
        return format_html(
            '<span class="inline-flex items-center gap-1.5" title="{}">{}{}<span class="sr-only">({})</span></span>',
            why, text, mark, "does not fit",
        )  # fmt: skip
    if field.type == "one":
        return cells.tag(text[:60], tone_of(text))
    return link(str(value)) if field.type == "link" and in_full else escape(text)


def link(address: str) -> SafeString:
    """A link out of the house; other schemes than the web's do not get here, they do not fit."""
    text = re.sub("^https?://(www[.])?|/$", "", address)[:LONGEST_CELL]
    return format_html(
        '<a class="hover:underline" href="{}" rel="noopener noreferrer" target="_blank">{}</a>', address, text
    )


def field_column(field: Declared) -> Column:
    """A field as a column of the list of its kind, whose rows have `traits`."""
    in_full = seeing.sees(field.kind, f"trait:{field.name}")
    return Column(
        f"trait:{field.name}",
        field.label,
        lambda row: field_cell(field, row.traits.get(field.name), in_full=in_full),
        icon_of(field),
        number=field.type == "number",
        sort=f"trait:{field.name}" if field.type not in UNSORTED else "",
        plain=lambda row: row.traits.get(field.name),
    )
