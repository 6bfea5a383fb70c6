"""How many customers have no value for a variable: of those a message is meant for, a bounded number, as the reader may know."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pentad.content.messages import contexts
from pentad.content.messages.access import unseen
from pentad.content.messages.contexts import Needs, void
from pentad.content.messages.models import Message
from pentad.core import clock
from pentad.core.actor import reader
from pentad.data.identity.models import Person

Steps = tuple[str | int, ...]
MOST = 1_000
"""Customers looked at: those seen last."""
COUNTED_FOR = timedelta(minutes=5)
MOST_COUNTS = 2_000
ADDRESSED = {"email": "email", "sms": "phone"}
"""Without it nobody is meant by the channel."""


@dataclass(frozen=True, slots=True)
class Meant:
    """For whom a message is. whose: in words, such as “the audience of “Win back””. within: numbers to keep to."""

    whose: str
    within: Sequence[int]


Audience = Callable[[Message, int], Meant | None]
_audiences: list[Audience] = []
_counted: dict[tuple[str | int, ...], tuple[datetime, str]] = {}
_lock = threading.Lock()


def register_audience(audience: Audience) -> Audience:
    """Let a feature say whom a message is meant for (at most so many), as far as the reader may know."""
    _audiences.append(audience)
    return audience


def told(row: Message, channel: str, path: Steps) -> str:
    """A sentence on how many have no value for a variable; nothing for who does not see it in full. Kept for minutes: it
    is asked at every pause in typing.
    """
    from pentad.content.render.usage import Use  # loads what renders messages

    actor = reader()
    if not actor.may("people.view") or unseen(actor, [Use(path, True, False, False, 0)]):
        return ""
    key, now = (actor.ref, row.id, channel, *path), clock.now()
    with _lock:
        at, text = _counted.get(key, (None, ""))
    if at is not None and timedelta() <= now - at < COUNTED_FOR:
        return text
    text = _said(*_count(row, channel, path))
    with _lock:
        if len(_counted) >= MOST_COUNTS:
            _counted.clear()
        _counted[key] = now, text
    return text


def forget_counts() -> None:
    """Count anew (tests only)."""
    with _lock:
        _counted.clear()


def _count(row: Message, channel: str, path: Steps) -> tuple[int, int, str]:
    """How many have none, of how many, and whose these are."""
    meant = next((found for one in _audiences if (found := one(row, MOST)) is not None), None)
    rows = Person.seen.filter(root=None)
    rows = rows.filter(no__in=meant.within) if meant is not None else rows.filter(known=True)
    if channel in ADDRESSED:
        rows = rows.exclude(**{ADDRESSED[channel]: ""})
    numbers = list(rows.order_by("-last_seen", "-no").values_list("no", flat=True)[:MOST])
    known = contexts.known(numbers, Needs(company=path[0] == "company", user_id=path[-1] == "user_id"))
    missing = sum(not _has({"customer": one.customer, "company": one.company}, path) for one in known.values())
    few = "customers with an address there" if channel in ADDRESSED else "customers"
    others = "customers seen last" if len(numbers) == MOST else few
    return missing, len(known), meant.whose if meant is not None else others


def _has(context: Mapping[str, Any], path: Steps) -> bool:
    value: Any = context
    for step in path:
        if isinstance(value, list) and isinstance(step, int):
            value = value[step] if -len(value) <= step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, Mapping) else None
    return not void(value) and value not in ([], {})


def _said(missing: int, looked_at: int, whose: str) -> str:
    if not looked_at:
        return ""
    return f"{missing:,} of {looked_at:,} {whose} have none." if missing else f"Each of {looked_at:,} {whose} has one."
