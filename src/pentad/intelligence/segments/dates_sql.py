"""Tests of dates, and when time alone changes their answer, as SQL. Pure.

A date is a text like 2026-11-21, 2026-11-21T14:30, 2026-11-21 14:30:05.25 or 2026-11-21T14:30:00+01:00, from 1900 to
2299; without an offset it is a wall time of the definition's zone, and a day means its first instant.
"""

from calendar import isleap
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Protocol

from pentad.intelligence.segments.definition import Anniversary, OnDate
from pentad.intelligence.segments.moments_sql import Keep, flip_sql, instant_sql, stamp, tree_sql, within_sql
from pentad.intelligence.segments.periods import END, FIRST, Span, bounds, flips, start_of, today, wall_bounds
from pentad.intelligence.segments.zones import TICK, day, instant, wall
from pentad.ledger.sql import literal

_DAY = "^(19|2[0-2])[0-9]{2}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?"
_PLAIN_DAY = "^(19|2[0-2])[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
_WALL = f"{_DAY}({_CLOCK})?$"
_LISTED = 62
"""Days of a span that are told one by one."""

_OFFSET = f"{_DAY}{_CLOCK}(Z|[+-][01][0-9]:?[0-5][0-9])$"


class Place(Protocol):
    """When and where a date is asked about; see `values_sql.Asked`."""

    @property
    def now(self) -> datetime: ...
    @property
    def zone(self) -> str: ...
    @property
    def keep(self) -> Keep | None: ...


def test_sql(text: str, moment: str, test: OnDate | Anniversary, asked: Place) -> str:
    """text: SQL of the value's text; moment: SQL of a TIMESTAMP (UTC) instead, when there is one."""
    if isinstance(test, Anniversary):
        return _anniversary_sql(text, moment, test, asked)
    span = bounds(test.when, asked.now, asked.zone)
    if moment:
        return within_sql(moment, span)
    walls = wall_bounds(span, asked.zone)
    exact = (
        f"CASE WHEN regexp_matches({text}, {literal(_WALL)}) THEN {_once_within(stamp_sql(text), walls)} "
        f"WHEN regexp_matches({text}, {literal(_OFFSET)}) THEN {_once_within(utc_sql(text), span)} ELSE FALSE END"
    )
    return (
        f"CASE WHEN {_near(text, span)} THEN CASE WHEN {_day_sql(text, walls)} THEN TRUE "
        f"WHEN length({text}) = 10 THEN FALSE ELSE {exact} END ELSE FALSE END"
    )


def _once_within(moment: str, span: Span) -> str:
    """As `within_sql`, of a long expression written once: engines prepare every pattern that stands in a statement."""
    if span.empty or not (span.low and span.high and span.low > FIRST and span.high < END):
        return within_sql(moment, span)
    return f"{moment} BETWEEN {stamp(span.low)} AND {stamp(span.high - TICK)}"


def _day_sql(text: str, walls: Span) -> str:
    """A text is a day, without a time, of those that begin in the span."""
    low = (walls.low - TICK).date() + timedelta(days=1) if walls.low and walls.low > FIRST else FIRST.date()
    high = (walls.high - TICK).date() + timedelta(days=1) if walls.high and walls.high < END else END.date()
    if low >= high:
        return "FALSE"
    last = high - timedelta(days=1)
    if (last - low).days <= _LISTED:
        return f"regexp_matches({text}, {literal(_days_pattern(low, last))})"
    # As texts days stand in their order.
    return f"CASE WHEN {text} BETWEEN '{low:%Y-%m-%d}' AND '{last:%Y-%m-%d}' THEN {_real_day_sql(text)} ELSE FALSE END"


def _days_pattern(low: date, last: date) -> str:
    """The days by their names: one look at a text is quicker than reading it as a date, and one beginning and end for all
    of them quicker than one for each.
    """
    tens: dict[str, list[int]] = {}
    for number in range((last - low).days + 1):
        found = low + timedelta(days=number)
        tens.setdefault(f"{found:%Y-%m}-{found.day // 10}", []).append(found.day % 10)
    return f"^(?:{'|'.join(f'{ten}[{ones[0]}-{ones[-1]}]' for ten, ones in tens.items())})$"


def _real_day_sql(text: str) -> str:
    """A text of a year, a month and a day that there is. The 29th and later are not in every month."""
    found = f"TRY_CAST({text} || ' 00:00:00.000000' AS TIMESTAMP)"
    real = f"CASE WHEN right({text}, 2) <= '28' THEN TRUE ELSE {found} IS NOT NULL END"
    return f"CASE WHEN regexp_matches({text}, {literal(_PLAIN_DAY)}) THEN {real} ELSE FALSE END"


def _near(text: str, span: Span) -> str:
    """The day in the text is not far from the span: comparing texts is quicker than reading dates."""
    spare = timedelta(days=2)
    low = max(span.low - spare, FIRST) if span.low and span.low > FIRST + spare else FIRST
    high = min(span.high + spare, END) if span.high and span.high < END - spare else END + timedelta(days=1)
    if span.empty or (span.high and span.high <= FIRST) or (span.low and span.low >= END):
        return "FALSE"
    # In one comparison: where there are two, some engines take the value out of its JSON for each.
    return f"{text} BETWEEN '{low:%Y-%m-%d}' AND '{high:%Y-%m-%d}'"


def stamp_sql(text: str) -> str:
    """The wall time that a text shows, its offset left aside. NULL for a day that the month does not have."""
    clock = f"CASE WHEN length({text}) >= 16 THEN substring({text}, 12, 5) ELSE '00:00' END"
    seconds = f"CASE WHEN substring({text}, 17, 1) = ':' THEN substring({text}, 17, 3) ELSE ':00' END"
    part = f"rpad(regexp_extract({text}, '\\.([0-9]{{1,6}})', 1), 6, '0')"
    return f"TRY_CAST(left({text}, 10) || ' ' || {clock} || {seconds} || '.' || {part} AS TIMESTAMP)"


def utc_sql(text: str) -> str:
    """The instant of a text with an offset: +01:00, +0100 or Z, of which the last letters are no number."""
    offset = f"right(replace(right({text}, 6), ':', ''), 5)"
    hours, minutes = (f"TRY_CAST(substring({offset}, {at}, 2) AS INTEGER)" for at in (2, 4))
    sign = f"CASE WHEN starts_with({offset}, '-') THEN -1 ELSE 1 END"
    return f"({stamp_sql(text)} - INTERVAL (coalesce({hours} * 60 + {minutes}, 0) * {sign}) MINUTE)"


# -- anniversaries ---------------------------------------------------------------------------------


def _stretches(test: Anniversary, now: datetime, zone: str) -> list[tuple[int, str, str, bool]]:
    """The days that count, as (year, first month-day, last month-day, 29 February is kept on the 28th)."""
    first = today(now, zone)
    last = first + timedelta(days=test.days)
    found = []
    for year in range(first.year, last.year + 1):
        low, high = max(first, date(year, 1, 1)), min(last, date(year, 12, 31))
        found.append(
            (year, f"{low:%m-%d}", f"{high:%m-%d}", not isleap(year) and f"{low:%m-%d}" <= "02-28" <= f"{high:%m-%d}")
        )
    return found


def _kept_sql(year_sql: str, day_sql: str, test: Anniversary, now: datetime, zone: str) -> str:
    """year_sql, day_sql: 'YYYY' and 'MM-DD' of a local date."""
    parts = []
    for year, low, high, leapless in _stretches(test, now, zone):
        days = f"{day_sql} BETWEEN '{low}' AND '{high}'"
        days = f"({days} OR {day_sql} = '02-29')" if leapless else days
        parts.append(f"{year_sql} < '{year}' AND {days}")
    return "(" + " OR ".join(parts) + ")"


def _anniversary_sql(text: str, moment: str, test: Anniversary, asked: Place) -> str:
    now, zone = asked.now, asked.zone
    if moment:
        return _kept_at_sql(moment, test, now, zone)
    by_text = _kept_sql(f"left({text}, 4)", f"substring({text}, 6, 5)", test, now, zone)
    valid = f"CASE WHEN {by_text} THEN {stamp_sql(text)} IS NOT NULL ELSE FALSE END"
    by_wall = f"regexp_matches({text}, {literal(_WALL)}) THEN {valid}"
    if asked.keep is None:  # inside of a list no expression can be given a name
        return f"CASE WHEN {by_wall} ELSE FALSE END"
    by_day = f"length({text}) = 10 THEN CASE WHEN {by_text} THEN {_real_day_sql(text)} ELSE FALSE END"
    near = asked.keep(_about_sql(text, test, now, zone))
    at = asked.keep(f"CASE WHEN {near} THEN CASE WHEN length({text}) > 10 THEN {moments_of(text)[1]} END END")
    by_time = f"{at} IS NOT NULL THEN {_kept_at_sql(at, test, now, zone)}"
    return f"CASE WHEN {near} THEN CASE WHEN {by_day} WHEN {by_wall} WHEN {by_time} ELSE FALSE END ELSE FALSE END"


def _about_sql(text: str, test: Anniversary, now: datetime, zone: str) -> str:
    """The month and day in the text are not far off: far quicker than reading dates. 29 February lies between wherever
    28 February counts, for a day after that does, too.
    """
    wider = _stretches(Anniversary(test.days + 4), now - timedelta(days=2), zone)
    parts = [f"substring({text}, 6, 5) BETWEEN '{low}' AND '{high}'" for _, low, high, _ in wider]
    return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"


def _kept_at_sql(value: str, test: Anniversary, now: datetime, zone: str) -> str:
    """An instant lies, in an earlier year, on one of the days that count: from midnight to midnight of the zone."""
    if zone == "UTC":
        return _kept_sql(*_parts_of(value), test, now, zone)
    bounds: list[datetime] = []
    results = ["FALSE"]
    for year in range(FIRST.year, today(now, zone).year + 1):
        for low, high in sorted(_days_of(year, test, now, zone)):
            if bounds and bounds[-1] == instant(low, zone):
                bounds.pop(), results.pop()  # the last day of a year and the first of the next
            else:
                bounds.append(instant(low, zone))
                results.append("TRUE")
            bounds.append(instant(high, zone))
            results.append("FALSE")
    return tree_sql(value, bounds, results)


def _days_of(year: int, test: Anniversary, now: datetime, zone: str) -> Iterator[tuple[datetime, datetime]]:
    for kept_in, low, high, leapless in _stretches(test, now, zone):
        if year < kept_in:
            first = _day_of(year, low)
            yield first, _day_of(year, "02-29" if leapless and high == "02-28" else high) + timedelta(days=1)


def _day_of(year: int, month_day: str) -> datetime:
    month, number = map(int, month_day.split("-"))
    return day(year, month, number) if month_day != "02-29" or isleap(year) else day(year, 2, 28)


def _parts_of(shown: str) -> tuple[str, str]:
    """'YYYY' and 'MM-DD' of a TIMESTAMP."""

    def two(part: str) -> str:
        return f"lpad(CAST({part}({shown}) AS VARCHAR), 2, '0')"

    return f"CAST(year({shown}) AS VARCHAR)", f"({two('month')} || '-' || {two('day')})"


# -- when time alone changes the answer ------------------------------------------------------------


def moments_of(text: str) -> tuple[str, str]:
    """The wall time of a date without an offset, and the instant of one with an offset; NULL for others."""
    shown = f"CASE WHEN regexp_matches({text}, {literal(_WALL)}) THEN {stamp_sql(text)} END"
    at = f"CASE WHEN regexp_matches({text}, {literal(_OFFSET)}) THEN {utc_sql(text)} END"
    return shown, at


def due_sql(text: str, moment: str, test: OnDate | Anniversary, asked: Place) -> str:
    """The next moment at which the answer can change; NULL or "": never."""
    keep = asked.keep
    assert keep is not None
    if moment:
        return _due_sql(moment, test, asked, shown=False)
    shown, at = (keep(one) for one in moments_of(text))
    every = [_due_sql(shown, test, asked, shown=True), _due_sql(at, test, asked, shown=False)]
    return least([one for one in every if one])


def _due_sql(value: str, test: OnDate | Anniversary, asked: Place, *, shown: bool) -> str:
    assert asked.keep is not None
    if isinstance(test, Anniversary):
        return _anniversary_due_sql(value, test, asked, shown=shown)
    every = [flip_sql(value, one, asked.now, asked.zone, asked.keep, shown=shown) for one in flips(test.when) if one]
    return least(every)


def _anniversary_due_sql(value: str, test: Anniversary, asked: Place, *, shown: bool) -> str:
    """It begins `days` before the day and ends with it. Of an instant the day is known but for one more or less, so
    there every midnight about then is named.
    """
    keep, now, zone = asked.keep, asked.now, asked.zone
    assert keep is not None
    year, month_day = (keep(one) for one in _parts_of(value))
    midnight = instant(day(now.year, now.month, now.day), zone)
    while midnight <= now:
        midnight = instant(start_of(wall(midnight, zone), "day", 1), zone)
    found = []
    for number in range(today(now, zone).year - 1, today(now, zone).year + 3):
        kept = keep(
            f"coalesce(TRY_CAST('{number}-' || {month_day} || ' 00:00:00' AS TIMESTAMP), "
            f"CASE WHEN {month_day} = '02-29' THEN {stamp(day(number, 2, 28))} END)"
        )
        for at in (f"{kept} - INTERVAL {test.days} DAY", f"{kept} + INTERVAL 1 DAY"):
            there = keep(instant_sql(keep(at), zone, now - timedelta(days=3), now + timedelta(days=400)))
            if shown:
                found.append(f"CASE WHEN {year} < '{number}' AND {there} > {stamp(now)} THEN {there} END")
            else:
                early, late = f"{there} - INTERVAL 2 DAY", f"{there} + INTERVAL 2 DAY"
                found.append(
                    f"CASE WHEN {early} > {stamp(now)} THEN {early} WHEN {late} > {stamp(now)} THEN {stamp(midnight)} END"
                )
    return least(found)


def least(found: list[str]) -> str:
    """The earliest; those that are NULL do not count."""
    return found[0] if len(found) == 1 else f"least({', '.join(found)})" if found else ""
