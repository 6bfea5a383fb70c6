"""JSON that is nested deeper than anything here walks. No source gets such a thing in; what lies there from before is cut."""

import json
from typing import Any

from django.db import models

MOST_DEPTH = 40
IN_MESSAGE = 3
"""The level of a trait's value in the message that states it."""
TOO_DEEP = "This part is nested too deeply to show."


def read(text: str | bytes) -> Any:
    """The JSON that somebody sent. Raises ValueError for what is none, and for what is nested too deeply."""
    try:
        found = json.loads(text)
    except RecursionError:
        raise ValueError(TOO_DEEP) from None
    level = [found]
    for _ in range(MOST_DEPTH):
        level = [
            one for held in level if isinstance(held, dict | list)
            for one in (held.values() if isinstance(held, dict) else held)
        ]  # fmt: skip
    if any(isinstance(one, dict | list) for one in level):
        raise ValueError(TOO_DEEP)
    return found


def shallow(value: Any, depth: int = 1) -> Any:
    """The value with a sentence for what is nested deeper than MOST_DEPTH."""
    if not isinstance(value, dict | list):
        return value
    if depth > MOST_DEPTH:
        return TOO_DEEP
    if isinstance(value, list):
        return [shallow(one, depth + 1) for one in value]
    return {name: shallow(one, depth + 1) for name, one in value.items()}


class NestedJSON(models.JSONField):
    """JSON from sources. What cannot even be decoded reads as the sentence, as a field of its own where fields are wanted."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        try:
            return super().from_db_value(value, expression, connection)
        except RecursionError:
            return {"": TOO_DEEP} if self.default is dict else TOO_DEEP

    def deconstruct(self) -> Any:
        """To migrations it is what it is made of: the column is the same."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs
