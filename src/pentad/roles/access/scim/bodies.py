"""Bodies that identity providers send: JSON that rows can hold, and no more work than a provider means to give."""

import json
import math
from typing import Any

from scim2_models import InvalidSyntaxException, InvalidValueException, PayloadTooLargeException

DEEPEST = 20
MOST_OPERATIONS = 1_000
"""Of one PATCH. Each is looked up and checked by itself: providers send a few, or a hundred members at a time."""
MOST_LISTED = 10_000
"""Members, addresses and operations of one body together: seconds of work."""


def read(body: bytes) -> Any:
    """The JSON of a body. Raises SCIM's 400."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise InvalidSyntaxException(detail="The body is no JSON.") from None
    _check(said)
    for name, listed in said.items() if isinstance(said, dict) else ():
        if name.lower() == "operations" and isinstance(listed, list) and len(listed) > MOST_OPERATIONS:
            raise PayloadTooLargeException(detail=f"At most {MOST_OPERATIONS:,} operations fit into one request.")
    return said


def _check(said: Any) -> None:
    """Raise unless texts and numbers are such as a database keeps, and nothing is nested beyond reason."""
    level, listed = [said], 0
    for _ in range(DEEPEST):
        deeper: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                deeper += [*one.keys(), *one.values()]
            elif isinstance(one, list):
                deeper += one
                listed += len(one)
            elif (isinstance(one, str) and not is_text(one)) or (isinstance(one, float) and not math.isfinite(one)):
                raise InvalidValueException(detail="A value is no text or number that can be kept.")
        if listed > MOST_LISTED:
            raise PayloadTooLargeException(detail=f"At most {MOST_LISTED:,} values fit into the lists of one request.")
        level = deeper
    if level:
        raise InvalidSyntaxException(detail=f"The body is nested deeper than {DEEPEST} levels.")


def is_text(said: str) -> bool:
    """Whether a database keeps it: neither null characters nor halves of a character."""
    try:
        said.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in said
