"""What a figure is as the value of a trait, and when days make another of it. Pure."""

import json
from datetime import datetime
from typing import Any

from pentad.intelligence.computed.definition import OF_DAYS, Computed
from pentad.intelligence.computed.figures_sql import NUMBER, TRUTH
from pentad.intelligence.segments.periods import END, moved

LONGEST_TEXT = 1_000
"""Characters of a property's text that are kept."""


def value_of(computed: Computed, found: Any, now: datetime) -> Any:
    """As JSON has it; None: the customer has none. found: of the column. now: naive UTC."""
    if found is None or found == "":
        return None
    if computed.function in OF_DAYS:
        return days_since(found, now, computed.time_zone)
    if isinstance(found, datetime):
        return found.isoformat() + "Z"
    if isinstance(found, str):
        return _read(found[0], found[1:])
    return _whole(found)


def _read(letter: str, text: str) -> Any:
    if letter == TRUTH:
        return text == "true"
    return _whole(json.loads(text)) if letter == NUMBER else text[:LONGEST_TEXT]


def _whole(number: int | float) -> int | float:
    """5.0 is 5, as everywhere; beyond 2^53 not every whole number can be told."""
    return int(number) if isinstance(number, float) and number.is_integer() and abs(number) < 2**53 else number


def days_since(at: datetime, now: datetime, zone: str) -> int:
    """Whole days passed: so many that the same time of day, that many days later, has been reached. Nothing has passed
    since what lies ahead.
    """
    days = max((now - at).days + 1, 0)  # the clock may have been changed in between
    while days and _later(at, days, zone) > now:
        days -= 1
    return days


def due_of(computed: Computed, found: Any, now: datetime) -> datetime | None:
    """When one more day will have passed; None for what days do not change."""
    if computed.function not in OF_DAYS or found is None:
        return None
    return _later(found, days_since(found, now, computed.time_zone) + 1, computed.time_zone)


def _later(at: datetime, days: int, zone: str) -> datetime:
    return moved(at, days, "day", zone) or END
