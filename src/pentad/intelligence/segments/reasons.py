"""Explanations arranged for reading: a tree of conditions, each with its mark and what was seen. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any

from pentad.intelligence.segments.explain import Reason

GROUPS = {"all": "All of these", "any": "Any of these", "not": "Not"}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
SHOWN = 5
"""Events, and properties of an event, that stand beside a condition."""


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """An event that a condition is about; said: its properties that the condition asks for, with their values."""

    at: datetime
    name: str
    said: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Node:
    """A condition. group: what it calls what lies below it; a condition that stands for itself has none.

    text: the condition in words. seen: (what, value) that were found. more: events that are not shown.
    """

    kind: str
    group: str
    text: str
    holds: bool
    seen: list[tuple[str, str]] = field(default_factory=list)
    events: list[SeenEvent] = field(default_factory=list)
    more: int = 0
    of: "list[Node]" = field(default_factory=list)


def shown(reason: Reason, name: Callable[[str], str] = lambda id: id, zone: tzinfo = UTC) -> Node:
    """name: what a segment is called, by its id. zone: in which moments are told."""
    below = [shown(one, name, zone) for one in reason.of]
    if reason.kind in GROUPS:
        return Node(reason.kind, GROUPS[reason.kind], "", reason.holds, of=below)
    if reason.kind == "segment":
        called = name(str(reason.values.get("segment", "")))
        return Node(reason.kind, "", f"in the segment “{called}”", reason.holds, of=below)
    run = reason.values.get("run")
    events = [_event(one, zone) for one in run or reason.values.get("events", ())]
    count = reason.values.get("count")
    more = 0 if run else max(0, count - SHOWN) if isinstance(count, int) else max(0, len(events) - SHOWN)
    return Node(
        reason.kind,
        "",
        reason.text,
        reason.holds,
        _values(reason, events, zone),
        events if run else events[:SHOWN],
        more if events else 0,
        below,
    )


def _values(reason: Reason, events: Sequence[SeenEvent], zone: tzinfo) -> list[tuple[str, str]]:
    values = reason.values
    if "companies" in values:
        found = [(str(one["company"]), said(one["value"], zone)) for one in values["companies"]]
        return found or [("", "no company")]
    seen = []
    if "count" in values:
        times = values["count"] or 0
        seen.append(("", "never" if not times else "once" if times == 1 else f"{times:,} times"))
    elif "channels" in values:  # of consent: what was asked for, and what was said by one channel alone
        seen.append(("", "nothing of all channels" if values["value"] == "unknown" else str(values["value"])))
        seen += [(channel, str(state)) for channel, state in values["channels"].items()]
    elif "value" in values:
        seen.append(("", said(values["value"], zone)))
    elif "events" in values and not events:
        seen.append(("", "no such event"))
    if "stops" in values:
        seen = [("", _stop(values["stops"], zone))]  # below stand the events that might have been its steps
    return seen


def _stop(stop: dict[str, Any], zone: tzinfo) -> str:
    text = str(stop["text"])
    for at in stop["times"]:
        text = text.replace(at, _moment(at, zone))
    return text


def _event(one: dict[str, Any], zone: tzinfo) -> SeenEvent:
    properties = one.get("properties") or {}
    pairs = [(name, said(value, zone)) for name, value in list(properties.items())[:SHOWN]]
    return SeenEvent(datetime.fromisoformat(one["at"].replace("Z", "+00:00")), one["name"] or "", pairs)


def said(value: Any, zone: tzinfo = UTC) -> str:
    """A value in words; a moment in this time zone."""
    if value is None or value == "" or value == []:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,.10g}"
    if isinstance(value, list):
        return ", ".join(said(one, zone) for one in value[:SHOWN]) + (" …" if len(value) > SHOWN else "")
    return _moment(value, zone) if isinstance(value, str) and _MOMENT.match(value) else str(value)[:200]


def _moment(text: str, zone: tzinfo) -> str:
    try:
        at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:  # looks like one, but there is no such day
        return text[:200]
    at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(zone)
    return f"{at.day} {at:%b %Y, %H:%M}"
