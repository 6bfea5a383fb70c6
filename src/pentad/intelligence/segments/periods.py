"""When: the bounds of a period at a given moment. Pure.

Bounds are naive UTC, from the first instant that belongs to it up to the first that no longer does; None: unbounded.
Minutes and hours are exact. Days and longer go by the calendar of the time zone and keep the time of day; where a
shorter month lacks the day it is the last microsecond of its last day, so that bounds never run backwards.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple

from pentad.intelligence.segments import zones
from pentad.intelligence.segments.definition import (
    After,
    Ago,
    Before,
    Between,
    Last,
    Next,
    This,
    Unit,
    When,
)  # fmt: skip
from pentad.intelligence.segments.reading import moment
from pentad.intelligence.segments.zones import EARLIEST, LATEST, TICK, instant, reached, wall

EXACT: dict[str, timedelta] = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1)}
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}
# What both engines can hold and compare.
FIRST, END = zones.day(1900), zones.day(2299, 12, 31)


class Span(NamedTuple):
    """low belongs to it, high does not."""

    low: datetime | None
    high: datetime | None

    @property
    def empty(self) -> bool:
        return (self.low or FIRST) >= (self.high or END)


class Flip(NamedTuple):
    """When a bound passes a moment: that moment moved by n units, or the start of its period so many periods later."""

    kind: Literal["move", "start"]
    n: int = 0
    unit: Unit = "minute"


def naive(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(tzinfo=None) if now.tzinfo else now


def moved(at: datetime, n: int, unit: Unit, zone: str) -> datetime | None:
    """An instant n units later (earlier for negative n); None beyond what a calendar holds."""
    try:
        if unit in EXACT:
            return at + n * EXACT[unit]
        shown = wall(at, zone)
        there = shown + timedelta(days=n * _DAYS[unit]) if unit in _DAYS else _months(shown, n * _MONTHS[unit])
        return instant(there, zone)
    except (OverflowError, ValueError):
        return None


def _months(shown: datetime, n: int) -> datetime:
    year, month = divmod(shown.year * 12 + shown.month - 1 + n, 12)
    last = monthrange(year, month + 1)[1]
    if shown.day > last:
        return datetime.combine(date(year, month + 1, last), time.max)
    return shown.replace(year=year, month=month + 1)


def start_of(shown: datetime, unit: str, later: int = 0) -> datetime:
    """The first wall time of the calendar day, week, month or year, so many periods later."""
    day = datetime.combine(shown.date(), time())
    if unit == "day":
        return day + timedelta(days=later)
    if unit == "week":
        return day + timedelta(days=7 * later - day.weekday())
    months = later if unit == "month" else 12 * later
    return _months(day.replace(day=1, month=day.month if unit == "month" else 1), months)


def today(now: datetime, zone: str) -> date:
    return (now + zones.offset(now, zone)).date()


def bounds(when: When, now: datetime, zone: str) -> Span:
    """now: naive UTC."""
    match when:
        case Last():
            return Span(_after(moved(now, -when.n, when.unit, zone)), now + TICK)
        case Ago():
            low = moved(now, -when.until, when.unit, zone) if when.until else None
            high = moved(now, -when.n, when.unit, zone)
            return Span(_after(low), high + TICK if high else EARLIEST)
        case Next():
            return Span(now + TICK, _after(moved(now, when.n, when.unit, zone)))
        case This():
            return _this(when, now, zone)
        case Between():
            end = _instant_of(when.last, zone, 1) if len(when.last) == 10 else _instant_of(when.last, zone) + TICK
            return Span(_instant_of(when.first, zone), end)
        case Before():
            return Span(None, _instant_of(when.at, zone))
        case After():
            return Span(_instant_of(when.at, zone, 1 if len(when.at) == 10 else 0), None)


def _after(at: datetime | None) -> datetime | None:
    return None if at is None else at + TICK


def _this(when: This, now: datetime, zone: str) -> Span:
    shown = datetime.combine(today(now, zone), time())
    try:
        low, high = (instant(start_of(shown, when.unit, k), zone) for k in (-when.back, 1 - when.back))
    except (OverflowError, ValueError):
        return Span(EARLIEST, EARLIEST)
    return Span(low, high)


def _instant_of(text: str, zone: str, days: int = 0) -> datetime:
    """A moment of a definition; for a day its first instant, or that of a later day."""
    found = moment(text)
    try:
        if isinstance(found, datetime):
            return naive(found) if found.tzinfo else instant(found, zone)
        return instant(datetime.combine(found, time()) + timedelta(days=days), zone)
    except OverflowError:
        return LATEST - TICK if found.year > 1 else EARLIEST


def wall_bounds(span: Span, zone: str) -> Span:
    """The same span for times that are kept as wall times of the zone."""

    def of(at: datetime | None) -> datetime | None:
        return at if at is None or not FIRST < at < END else reached(at, zone)

    return Span(of(span.low), of(span.high))


def flips(when: When) -> tuple[Flip | None, Flip | None]:
    """When the lower bound passes a moment, so that it leaves, and the upper one, so that it enters; None: never."""
    match when:
        case Last():
            return Flip("move", when.n, when.unit), Flip("move")
        case Ago():
            return Flip("move", when.until, when.unit) if when.until else None, Flip("move", when.n, when.unit)
        case Next():
            return Flip("move"), Flip("move", -when.n, when.unit)
        case This():
            return Flip("start", when.back + 1, when.unit), Flip("start", when.back, when.unit)
    return None, None
