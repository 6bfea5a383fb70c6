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
# RE2 takes 256 device ids in one expression at full speed and becomes 200 times slower with 512.
_ALTERNATIVES = 100


def telling(value: str) -> bool:
    """An e-mail address, or a text without spaces of 12 characters or more with a digit in it."""
    if re.search(r"\s", value):
        return False
    return "@" in value.strip("@") or (len(value) >= _TELLING_LENGTH and any(c.isdigit() for c in value))


def forms(value: str) -> set[str]:
    """The value as it may stand in JSON text: bare, and escaped in either manner."""
    return {value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}


def patterns_of_telling(values: Iterable[str]) -> list[str]:
    """Regular expressions (RE2) of which one finds any telling value, in any letter case."""
    found = {form for value in values if telling(value) for form in forms(value)}
    return _patterns([re.escape(text) for text in sorted(found)])


def patterns_of_all(values: Iterable[str]) -> list[str]:
    """As above for every value: short ones as a whole JSON string or an id, others as whole words."""
    parts = []
    for value in sorted({value for value in values if value}):
        text = "|".join(re.escape(form) for form in sorted(forms(value)))
        if telling(value):
            parts.append(text)
        elif len(value) >= 4:
            parts.append(f"(?:^|[^\\w@.-])(?:{text})(?:$|[^\\w@.-])")
        else:
            parts.append(f'"(?:{text})"|id"\\s*:\\s*(?:{text})\\s*[,}}]')
    return _patterns(parts)


def _patterns(parts: list[str]) -> list[str]:
    steps = range(0, len(parts), _ALTERNATIVES)
    return [f"(?i)(?:{'|'.join(parts[start : start + _ALTERNATIVES])})" for start in steps]
