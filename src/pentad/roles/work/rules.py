"""Days and times of tasks, as people say them. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

YEARS = range(1970, 2201)
"""When things can be due."""
MORNING = time(8)
"""When one is reminded of what is due on a day."""


@dataclass(frozen=True, slots=True)
class Due:
    """at: when it is overdue. day: set when only the day was said. remind: when one is reminded of it."""

    at: datetime
    day: date | None
    remind: datetime


def due(day: date, at: time | None, zone: tzinfo) -> Due:
    """A day, with or without a time, in the zone of whoever said it."""
    if at is not None:
        moment = datetime.combine(day, at, zone)
        return Due(moment, None, moment)
    return Due(end_of(day, zone), day, datetime.combine(day, MORNING, zone))


def values(
    title: str, why: str, at: datetime | None, day: date | None, assignee: int | None, remind: bool
) -> dict[str, Any]:
    """The fields of a task as they are compared with one another: a day is the same day in every zone."""
    due = day.isoformat() if day else at.astimezone(UTC).isoformat(timespec="minutes") if at else None
    return {"title": title, "why": why, "due": due, "assignee": assignee, "remind": remind}


def parse(day: str, at: str, zone: tzinfo, now: datetime) -> Due | None:
    """From the two fields of a form; a time alone means today. None without either. Raises ValueError."""
    if not day and not at:
        return None
    said = date.fromisoformat(day) if day else now.astimezone(zone).date()
    if said.year not in YEARS:
        raise ValueError(day)
    return due(said, time.fromisoformat(at).replace(tzinfo=None) if at else None, zone)


def end_of(day: date, zone: tzinfo) -> datetime:
    """The first moment after a day."""
    return datetime.combine(day + timedelta(days=1), time(), zone)


def later(now: datetime, zone: tzinfo) -> list[tuple[str, str, Due]]:
    """(name, words, new due) of what a task can be put off to, each day once: on Sundays tomorrow is Monday."""
    here = now.astimezone(zone)
    hour = (here + timedelta(hours=3)).replace(minute=0, second=0, microsecond=0)
    monday = here.date() + timedelta(days=7 - here.weekday())
    days = {
        ("tomorrow", "Tomorrow"): here.date() + timedelta(days=1),
        ("monday", f"Monday, {monday.day} {monday:%B}"): monday,
        ("week", "In a week"): here.date() + timedelta(days=7),
    }
    once = {day: (name, words, due(day, None, zone)) for (name, words), day in reversed(days.items())}
    return [
        ("hours", f"Later today, {hour:%H:%M}" if hour.date() == here.date() else f"Tonight, {hour:%H:%M}",
         Due(hour, None, hour)),
        *reversed(once.values()),
    ]  # fmt: skip


def words(at: datetime | None, day: date | None, now: datetime, zone: tzinfo) -> str:
    """When it is due, as one says it: “today 14:00”, “tomorrow”, “Mon 2 Mar”."""
    if at is None:
        return ""
    today = now.astimezone(zone).date()
    when = day or at.astimezone(zone).date()
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    said = near.get((when - today).days) or f"{when:%a} {when.day} {when:%b}" + (
        f" {when.year}" if when.year != today.year else ""
    )
    return said if day else f"{said} {at.astimezone(zone):%H:%M}"
