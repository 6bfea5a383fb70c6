"""A message's JSON made ready for reading. Pure."""

import json
from typing import Any

from pentad.data.ingest.rules import TYPES

_ONLY = {
    "missing_event": "track", "missing_group_id": "group", "group_id_too_long": "group", "missing_previous_id": "alias",
}  # fmt: skip
"""Reasons for which messages of one type alone are set aside."""
_TELLING = (("event", "track"), ("previousId", "alias"), ("groupId", "group"), ("traits", "identify"))
"""Fields that tell the type of a message which came to the address of its type and does not name it."""
_PARTS = (("props", "Properties"), ("traits", "Traits"), ("context", "Context"))


def parts(row: dict[str, Any]) -> list[tuple[str, str]]:
    """(title, indented JSON) of what a ledger row holds; the raw text of one that was set aside."""
    if row.get("raw"):
        return [("As received", pretty(row["raw"]))]
    found = [(title, pretty(row[column])) for column, title in _PARTS if row.get(column)]
    return found or [("Content", "{}")]


def pretty(text: str) -> str:
    """Indented JSON; text that is no JSON as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def type_of(raw: str, reason: str) -> str:
    """The type of a message that was set aside, by what it says, or by why it was and what is in it; else ""."""
    try:
        message = json.loads(raw)
    except (ValueError, RecursionError):
        message = None
    said = message.get("type") if isinstance(message, dict) else None
    if isinstance(said, str):
        return said if said in TYPES else ""
    if reason in _ONLY or not isinstance(message, dict):
        return _ONLY.get(reason, "")
    return next((kind for field, kind in _TELLING if field in message), "")
