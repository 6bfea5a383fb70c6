"""How large a segment was over time, counted back from its size by who entered and left."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from django.db.models import Count

from pentad.core import clock
from pentad.intelligence.segments import queries
from pentad.intelligence.segments.models import Segment, SegmentMove

SPANS = {"7": "7 days", "30": "30 days", "90": "90 days", "365": "A year"}
HOURLY = timedelta(days=3)
"""A history shorter than this is told by the hour."""
A_DAY = 24
"""More hours than these need their day to be told apart."""


@dataclass(frozen=True, slots=True)
class Point:
    """size: at the end of the stretch of time that ends at `until`. entered, left: within it."""

    since: datetime
    until: datetime
    entered: int
    left: int
    size: int


def growth(segment: Segment, days: int, zone: tzinfo) -> list[Point]:
    """The last so many days, as far as the reader may see the members: by the day in the reader's time zone; by the
    hour for a segment that is new; by the week for a year.
    """
    now = clock.now()
    begin = max(now - timedelta(days=days), segment.created - timedelta(hours=1))  # from nobody on
    edges = list(stretches(begin, now, zone))
    rows = queries.seen_moves(SegmentMove.objects.filter(segment=segment)).order_by()
    moves = []
    for since, until in edges:
        counts = dict(rows.filter(at__gte=since, at__lt=until).values_list("entered").annotate(n=Count("pk")))
        moves.append((counts.get(True, 0), counts.get(False, 0)))
    ends = counted_back(queries.size(segment), moves)
    return [Point(*edge, *moved, size) for edge, moved, size in zip(edges, moves, ends, strict=True)]


def counted_back(size: int, moves: Sequence[tuple[int, int]]) -> list[int]:
    """The sizes at the ends of stretches of time, oldest first, from the last one and from who entered and left in each."""
    found = []
    for entered, left in reversed(moves):
        found.append(max(0, size))  # what the reader sees of moves and of members may part for a moment
        size -= entered - left
    return found[::-1]


def stretches(begin: datetime, now: datetime, zone: tzinfo) -> Iterator[tuple[datetime, datetime]]:
    """Whole hours, days or weeks from `begin` on; the last one ends after `now`."""
    first = begin.astimezone(zone)
    if now - begin < HOURLY:
        since = first.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
        while since <= now:
            yield since, since + timedelta(hours=1)
            since += timedelta(hours=1)
        return
    step = timedelta(days=7 if now - begin > timedelta(days=100) else 1)
    day = first.date()
    while (since := _midnight(day, zone)) <= now:
        yield since, _midnight(day + step, zone)
        day += step


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)


def charts(points: list[Point], zone: tzinfo) -> tuple[dict[str, Any], dict[str, Any]]:
    """The line of sizes, and the bars of who entered and left."""
    hours = bool(points) and points[0].until - points[0].since < timedelta(hours=2)
    form = "%-d %b" if not hours else "%H:%M" if len(points) <= A_DAY else "%-d %b %H:%M"
    labels = [f"{one.since.astimezone(zone):{form}}" for one in points]
    sizes = [{"name": "Members", "data": [one.size for one in points], "smooth": False}]
    moves = [
        {"name": "Entered", "data": [one.entered for one in points], "tone": "chart-2"},
        {"name": "Left", "data": [-one.left for one in points], "tone": "muted-foreground"},
    ]
    return {"labels": labels, "series": sizes}, {"type": "bar", "stack": True, "labels": labels, "series": moves}
