"""Series made ready for drawing: the sparkline of a source, the verdicts over time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pentad.core import clock
from pentad.data.ingest.counts import Step, per_minute
from pentad.data.ingest.models import Source

_STEPS: dict[str, timedelta] = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
_FORMS = {"minute": "{:%H:%M}", "hour": "{:%H:%M}", "day": "{0.day} {0:%b}"}


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a sparkline. height: 0 to 100."""

    height: int
    title: str


@dataclass(frozen=True, slots=True)
class Spark:
    """A sparkline, and the same in words for those who cannot see it."""

    bars: list[Bar]
    total: int
    label: str


def spark(hours: list[int]) -> Spark:
    """Counts of the last hours, oldest first."""
    most, total = max(hours, default=0), sum(hours)
    now = clock.now().replace(minute=0, second=0, microsecond=0)
    bars = []
    for place, count in enumerate(hours):
        at = now - timedelta(hours=len(hours) - 1 - place)
        # A bar that stands for anything at all is at least visible.
        height = max(8, round(100 * count / most)) if count else 0
        bars.append(Bar(height, f"{at:%H}:00: {count:,}"))
    peak = f", most at {now - timedelta(hours=len(hours) - 1 - hours.index(most)):%H}:00" if total else ""
    return Spark(bars, total, f"{total:,} events in {len(hours)} hours{peak}")


def verdicts(source: Source | None, since: datetime, step: Step) -> dict[str, Any]:
    """The stacked chart of what became of messages; every slot is there, empty ones too."""
    size = _STEPS[step]
    at = {
        "minute": since.replace(second=0, microsecond=0),
        "hour": since.replace(minute=0, second=0, microsecond=0),
    }.get(step, since.replace(hour=0, minute=0, second=0, microsecond=0))
    slots = {slot.at: slot for slot in per_minute(source, at, step)}
    labels, stored, duplicate, quarantined = [], [], [], []
    while at <= clock.now():
        slot = slots.get(at)
        labels.append(_FORMS[step].format(at))
        stored.append(slot.stored if slot else 0)
        duplicate.append(slot.duplicate if slot else 0)
        quarantined.append(slot.quarantined if slot else 0)
        at += size
    series = [
        {"name": "Stored", "data": stored}, {"name": "Duplicates", "data": duplicate}, {"name": "Quarantined", "data": quarantined},
    ]  # fmt: skip
    return {
        "type": "bar",
        "stack": True,
        "labels": labels,
        "series": series,
        "total": sum(stored) + sum(duplicate) + sum(quarantined),
    }
