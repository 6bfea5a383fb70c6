"""Where a person's identifiers stand in text. Pure.

A value that points to one person wherever it stands (an e-mail address, a device id, a phone number) is
*telling*. Others ("42", "anna") are only sought as identifiers and as whole words of quarantined text:
blotting each "42" out of everybody's properties would erase other people's facts.
"""

import json
import re
from collections.abc import Iterable

BLOT = "[erased]"
_TELLING_LENGTH = 12


def telling(value: str) -> bool:
    """An e-mail address, or a text without spaces of 12 characters or more with a digit in it."""
    if re.search(r"\s", value):
        return False
    return "@" in value.strip("@") or (len(value) >= _TELLING_LENGTH and any(c.isdigit() for c in value))


def forms(value: str) -> set[str]:
    """The value as it may stand in JSON text: bare, and escaped in either manner."""
    return {value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}


def pattern_of_telling(values: Iterable[str]) -> str | None:
    """A regular expression (RE2) that finds the telling values in any letter case; None: there are none."""
    found = {form for value in values if telling(value) for form in forms(value)}
    return _any_of(found) if found else None


def pattern_of_all(values: Iterable[str]) -> str | None:
    """As above for every value: short ones as a whole JSON string or number, others as whole words."""
    values = {value for value in values if value}
    parts = []
    for value in sorted(values):
        text = "|".join(re.escape(form) for form in sorted(forms(value)))
        if telling(value):
            parts.append(f"(?:{text})")
        elif len(value) >= 4:
            parts.append(f"(?:^|[^\\w@.-])(?:{text})(?:$|[^\\w@.-])")
        else:
            parts.append(f'"(?:{text})"|(?i:id)"\\s*:\\s*(?:{text})\\s*[,}}]')
    return f"(?i)(?:{'|'.join(parts)})" if parts else None


def _any_of(texts: Iterable[str]) -> str:
    return f"(?i)(?:{'|'.join(re.escape(text) for text in sorted(texts))})"
