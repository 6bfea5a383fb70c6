"""SQL of moments: spans as comparisons, time zones as literal offsets, and when a moment passes a bound. Pure.

No engine's own time zones are used: they differ in their data, and one of them needs an extension. Where an
expression may lie decides which changes of the clock stand in it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from pentad.intelligence.segments import zones
from pentad.intelligence.segments.definition import Duration, Unit
from pentad.intelligence.segments.periods import END, EXACT, FIRST, Flip, Span
from pentad.ledger.sql import literal

Keep = Callable[[str], str]
HORIZON = timedelta(days=400)
"""Nothing is said to become due later than this: a look in vain once a year costs less than the changes until then."""
_MONTHS = {"month": 1, "year": 12}
_LONGEST = 200 * 366
"""Days after which no moment that is kept anywhere passes a bound within the horizon."""


def stamp(at: datetime) -> str:
    return f"TIMESTAMP {literal(at.isoformat(sep=' ', timespec='microseconds'))}"


def within_sql(value: str, span: Span) -> str:
    """value: a TIMESTAMP expression."""
    return " AND ".join(within_parts(value, span))


def within_parts(value: str, span: Span) -> tuple[str, ...]:
    if span.empty or (span.high and span.high <= FIRST) or (span.low and span.low >= END):
        return ("FALSE",)
    parts = []
    if span.low and span.low > FIRST:
        parts.append(f"{value} >= {stamp(span.low)}")
    if span.high and span.high < END:
        parts.append(f"{value} < {stamp(span.high)}")
    return tuple(parts) or (f"{value} IS NOT NULL",)


def tree_sql(value: str, bounds: Sequence[datetime], results: Sequence[str]) -> str:
    """results[i]: for values before bounds[i] and not before bounds[i - 1]. Halved again and again."""
    if not bounds:
        return results[0]
    middle = len(bounds) // 2
    low = tree_sql(value, bounds[:middle], results[: middle + 1])
    high = tree_sql(value, bounds[middle + 1 :], results[middle + 1 :])
    return f"CASE WHEN {value} < {stamp(bounds[middle])} THEN {low} ELSE {high} END"


def _plus(value: str, by: timedelta) -> str:
    seconds = int(by.total_seconds())
    if not seconds:
        return value
    return f"{value} {'+' if seconds > 0 else '-'} INTERVAL {abs(seconds)} SECOND"


def wall_sql(value: str, zone: str, low: datetime, high: datetime) -> str:
    """As `zones.reached`, for instants from low to high: at or after the wall time, by the repeated hour at most."""
    bounds: list[datetime] = []
    results = [_plus(value, zones.offset(low, zone))]
    for one in zones.changes(zone, low, high):
        first, end = one.repeated
        if end > first:
            bounds += [one.at + zones.TICK, one.at + (end - first)]
            results += [stamp(end), _plus(value, one.after)]
        else:
            bounds.append(one.at)
            results.append(_plus(value, one.after))
    return tree_sql(value, bounds, results)


def instant_sql(value: str, zone: str, low: datetime, high: datetime) -> str:
    """As `zones.instant`, for wall times from low to high."""
    bounds: list[datetime] = []
    results = [_plus(value, -zones.offset(low, zone))]
    for one in zones.changes(zone, low - timedelta(days=2), high + timedelta(days=2)):
        first, end = one.skipped
        if not bounds:
            results = [_plus(value, -one.before)]
        bounds.append(first)
        if end > first:
            bounds.append(end)
            results.append(stamp(one.at))
        results.append(_plus(value, -one.after))
    return tree_sql(value, bounds, results)


def moved_sql(value: str, duration: Duration, zone: str, low: datetime, high: datetime, keep: Keep) -> str:
    """An instant between low and high so much later, as `periods.moved`. keep: gives an expression a name."""
    if duration.unit in EXACT:
        return f"({value} + INTERVAL {duration.n} {duration.unit.upper()})"
    shown = keep(wall_sql(value, zone, low, high))
    there = keep(_shifted(shown, duration.n, duration.unit, whole="end"))
    return keep(instant_sql(there, zone, low, high + HORIZON))


def _shifted(shown: str, n: int, unit: Unit, *, whole: str = "start") -> str:
    """A wall time moved by a calendar. Where the day is missing: the end of that month, or the start of the next."""
    sign = "-" if n < 0 else "+"
    if unit not in _MONTHS:
        return f"{shown} {sign} INTERVAL {abs(n)} {unit.upper()}"
    there = f"{shown} {sign} INTERVAL {abs(n) * _MONTHS[unit]} MONTH"
    next_month = f"CAST(date_trunc('month', {there}) AS TIMESTAMP) + INTERVAL 1 MONTH"
    missing = f"({next_month} - INTERVAL 1 MICROSECOND)" if whole == "end" else next_month
    return f"CASE WHEN day({there}) < day({shown}) THEN {missing} ELSE {there} END"


def flip_sql(value: str, flip: Flip, now: datetime, zone: str, keep: Keep, *, shown: bool = False) -> str:
    """The moment (UTC) at which a bound passes a value: exact up to now + HORIZON. NULL where it passed already.

    value: the name of an instant, or of a wall time of the zone when `shown`. keep: gives an expression a name.
    """
    horizon = now + HORIZON
    if flip.kind == "move" and (flip.unit in EXACT or not flip.n):
        by = flip.n * EXACT.get(flip.unit, timedelta())
        if shown:
            value = keep(instant_sql(value, zone, _clamped(now - abs(by)), _clamped(horizon + abs(by))))
        at = keep(_plus(value, by)) if by else value
    else:
        days = abs(flip.n) * {"day": 1, "week": 7, "month": 31, "year": 366}[flip.unit]
        if days > _LONGEST:
            return "CAST(NULL AS TIMESTAMP)"
        reach = timedelta(days=days + 400)
        if not shown:
            value = keep(wall_sql(value, zone, _clamped(now - reach), _clamped(horizon + reach)))
        if flip.kind == "move":
            there = keep(_shifted(value, flip.n, flip.unit))
        else:
            there = keep(
                f"CAST(date_trunc('{flip.unit}', {value}) AS TIMESTAMP) + INTERVAL {flip.n} {flip.unit.upper()}"
            )
        at = keep(instant_sql(there, zone, _clamped(now - timedelta(days=3)), horizon))
    return f"CASE WHEN {at} > {stamp(now)} THEN {at} END"


def _clamped(at: datetime) -> datetime:
    return min(max(at, zones.day(1970)), zones.day(2100))
