"""Instants (naive UTC) and wall times of a time zone, both ways and without ever running backwards. Pure.

Clocks that are put forward skip wall times, clocks that are put back repeat them. A skipped wall time means the moment
of the change; a repeated one means its first pass. Seen the other way, the second pass stands still at the last
microsecond of the repeated hour. So both ways never run backwards, and what is counted in days of a calendar neither.
"""

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

TICK = timedelta(microseconds=1)
EARLIEST, LATEST = datetime.min, datetime.max  # noqa: DTZ901 - instants here are naive UTC
_DAY = timedelta(days=1)


class Change(NamedTuple):
    """At the instant `at` the offset from UTC goes from `before` to `after`."""

    at: datetime
    before: timedelta
    after: timedelta

    @property
    def skipped(self) -> tuple[datetime, datetime]:
        """The first wall time that is skipped, and the first after it (the same when none is)."""
        return self.at + self.before, self.at + max(self.before, self.after)

    @property
    def repeated(self) -> tuple[datetime, datetime]:
        """The first wall time that comes twice, and the first after it (the same when none does)."""
        return self.at + min(self.before, self.after), self.at + self.before


def day(year: int, month: int = 1, day: int = 1) -> datetime:
    """A midnight, naive as all times here."""
    return datetime(year, month, day)  # noqa: DTZ001


def offset(at: datetime, zone: str) -> timedelta:
    """The offset from UTC that holds at an instant."""
    found = at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset()
    assert found is not None
    return found


@lru_cache(maxsize=4096)
def _changes_of_year(zone: str, year: int) -> tuple[Change, ...]:
    if zone == "UTC" or not 2 <= year <= 9997:
        return ()
    found = []
    at, end = day(year), day(year + 1)
    before = offset(at, zone)
    while at < end:
        after = offset(at + _DAY, zone)
        if after != before:
            found.append(Change(_moment_of_change(at, at + _DAY, zone), before, after))
        at, before = at + _DAY, after
    return tuple(found)


def _moment_of_change(low: datetime, high: datetime, zone: str) -> datetime:
    first = offset(low, zone)
    seconds = int((high - low).total_seconds())
    start, end = 0, seconds
    while end - start > 1:
        middle = (start + end) // 2
        if offset(low + timedelta(seconds=middle), zone) == first:
            start = middle
        else:
            end = middle
    return low + timedelta(seconds=end)


def changes(zone: str, low: datetime, high: datetime) -> list[Change]:
    """The changes of a zone from low to high."""
    years = range(low.year, high.year + 1)
    return [one for year in years for one in _changes_of_year(zone, year) if low <= one.at <= high]


def _near(zone: str, at: datetime) -> list[Change]:
    low = at - 2 * _DAY if at > EARLIEST + 2 * _DAY else at
    high = at + 2 * _DAY if at < LATEST - 2 * _DAY else at
    return changes(zone, low, high)


def wall(at: datetime, zone: str) -> datetime:
    """What the clock on the wall shows at an instant."""
    for one in _near(zone, at):
        first, end = one.repeated
        if one.at <= at < one.at + (end - first):
            return end - TICK
    return at + offset(at, zone)


def instant(shown: datetime, zone: str) -> datetime:
    """The instant at which the clock shows that time, or passes it by."""
    near = _near(zone, shown)
    for one in near:
        first, end = one.skipped
        if first <= shown < end:
            return one.at
    # The offset before the next change whose wall time has not come yet.
    places = [one.at + one.before for one in near]
    place = bisect_right(places, shown)
    if near:
        return shown - (near[place - 1].after if place else near[0].before)
    return shown - offset(shown, zone)


def reached(at: datetime, zone: str) -> datetime:
    """The earliest wall time whose instant is not before this one: the bound for times that are kept as wall times."""
    for one in _near(zone, at):
        if one.at == at:
            return min(at + one.before, at + one.after) if one.after > one.before else one.repeated[1]
        first, end = one.repeated
        if one.at < at < one.at + (end - first):
            return end
    return at + offset(at, zone)
