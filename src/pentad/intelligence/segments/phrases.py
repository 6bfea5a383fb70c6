"""Parts of sentences: events, tests, times, names and values, as saying.py puts them together. Pure."""

import json
import re
from typing import Any as Anything

import msgspec

from pentad.intelligence.segments import words
from pentad.intelligence.segments.definition import (
    Ago,
    Anniversary,
    Between,
    Duration,
    EventMatch,
    Last,
    Next,
    OnDate,
    PropertyTest,
    Range,
    Test,
    This,
    When,
)

_UNSEEN = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
"""Ends of lines and marks of direction: as they stand they would change how everything after them looks."""

_PLAIN = {
    "equals": "is {}",
    "not_equals": "is not {}",
    "contains": "contains {}",
    "not_contains": "does not contain {}",
    "starts": "starts with {}",
    "ends": "ends with {}",
    "matches": "matches {}",
    "greater": "is more than {}",
    "at_least": "is at least {}",
    "less": "is less than {}",
    "at_most": "is at most {}",
    "set": "is set",
    "not_set": "is not set",
    "in": "is one of {}",
    "not_in": "is not one of {}",
    "list_any": "has any of {}",
    "list_all": "has all of {}",
    "list_none": "has none of {}",
}


def did(event: EventMatch) -> str:
    return f"{'viewed' if event.type in ('page', 'screen') else 'did'} {matched(event)}"


def matched(event: EventMatch) -> str:
    names = ", ".join(map(written, event.names))
    if len(event.names) > 1:
        names = f"any of {names}"
    if event.type == "any":
        return f"anything named {names}" if names else "anything"
    if not names:
        return "any event" if event.type == "track" else f"any {event.type}"
    return names if event.type == "track" else f"{event.type} {names}"


def where(word: str, tests: tuple[PropertyTest, ...], brackets: bool = False) -> str:
    """brackets: also around a single test, where the sentence goes on after it."""
    if not tests:
        return ""
    said = [f"{named(one.name)} {tested(one.test)}" for one in tests]
    if word == "with":
        said = [f"{named(one.name)} {tested(one.test).removeprefix('is ')}" for one in tests]
    return f" {word} {said[0]}" if len(said) == 1 and not brackets else f" {word} ({' and '.join(said)})"


def tested(test: Test) -> str:
    match test:
        case Range():
            return f"is between {written(test.low)} and {written(test.high)}"
        case OnDate():
            return f"is{timed(test.when)}"
        case Anniversary(0):
            return "has its anniversary today"
        case Anniversary(days):
            return f"has its anniversary in the next {counted(days, 'day')}"
    given: Anything = getattr(test, "values", None) or (getattr(test, "value", None),)
    return _PLAIN[str(test.__struct_config__.tag)].format(", ".join(map(written, given)))


def timed(when: When | None) -> str:
    return "" if when is None else f" {_time(when)}"


def _time(when: When) -> str:
    match when:
        case Last():
            return f"in the last {counted(when.n, when.unit)}"
        case Next():
            return f"in the next {counted(when.n, when.unit)}"
        case Ago(until=None):
            return f"more than {counted(when.n, when.unit)} ago"
        case Ago():
            return f"between {when.n} and {counted(when.until or 0, when.unit)} ago"
        case This(unit, 0 | 1 as back):
            return {"day": ("today", "yesterday")}.get(unit, (f"this {unit}", f"last {unit}"))[back]
        case This():
            return f"in the calendar {when.unit} {counted(when.back, when.unit)} ago"
        case Between():
            return f"between {when.first} and {when.last}"
    return f"{when.__struct_config__.tag} {when.at}"


def lasting(duration: Duration) -> str:
    return counted(duration.n, duration.unit)


def counted(n: int, unit: str) -> str:
    return f"{n} {unit}" if n == 1 else f"{n} {unit}s"


def named(name: str) -> str:
    """As it is when it is a word that nobody could take for another."""
    return name if words.NAME.fullmatch(name) and name not in words.KEYWORDS else written(name)


def written(value: str | bool | int | float) -> str:
    if isinstance(value, str):
        said = json.dumps(value, ensure_ascii=False)
        return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", said)
    return msgspec.json.encode(value).decode()
