"""How often, and until when not at all: what customers wish beyond yes and no. Pure.

A wish is kept for one purpose by one channel, for a purpose, for a channel, or for everything ("" stands for all). How
often follows the one that speaks most closely of a message; a pause holds wherever it was said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pentad.data.consent.rules import EVERY

ALL, WEEKLY, MONTHLY = "all", "weekly", "monthly"
FREQUENCIES = (ALL, WEEKLY, MONTHLY)
SPAN = {WEEKLY: timedelta(days=7), MONTHLY: timedelta(days=30)}
"""Within which one message at most may come."""
PREFERENCES_CHANGED = "Preferences Changed"


@dataclass(frozen=True, slots=True)
class Wish:
    """unwatched: whether they open and click is not to be kept."""

    frequency: str = ALL
    paused_until: datetime | None = None
    unwatched: bool = False


Held = Mapping[tuple[str, str], Wish]
"""(purpose, channel) → wish, of one customer."""


def wish(held: Held, purpose: str, channel: str) -> Wish:
    """What holds for a message of this purpose by this channel."""
    speaking = [held[key] for key in _keys(purpose, channel) if key in held]
    pauses = [one.paused_until for one in speaking if one.paused_until is not None]
    frequency = speaking[0].frequency if speaking else ALL
    return Wish(frequency, max(pauses, default=None), any(one.unwatched for one in speaking))


def _keys(purpose: str, channel: str) -> list[tuple[str, str]]:
    """Closest first."""
    return [(purpose, channel), (purpose, EVERY), (EVERY, channel), (EVERY, EVERY)]
