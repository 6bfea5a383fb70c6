"""A message's JSON made ready for reading. Pure."""

import json
from typing import Any

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
