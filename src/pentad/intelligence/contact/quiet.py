"""Quiet hours on the clock of a customer's wall, through changes of that clock. Pure.

It is quiet whenever the clock shows a quiet time: an hour that comes twice is quiet both times, and an end that the
clock leaps over is where it leaps.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from pentad.intelligence.contact.policy import Quiet

_DAY = timedelta(days=1)
_MOST_SPANS = 60
"""Spans on end that are followed: a policy leaves an hour in each week."""


def quiet_until(quiet: Sequence[Quiet], channel: str, zone: str, now: datetime) -> datetime | None:
    """When it is quiet no more, in UTC; None when it is not quiet now."""
    own = [one for one in quiet if one.channel in ("", channel)]
    at = now
    for _ in range(_MOST_SPANS):
        ends = [end for one in own if (end := _end(one, zone, at)) is not None]
        if not ends:
            break
        at = max(ends)
    return at if at > now else None


def _end(quiet: Quiet, zone: str, at: datetime) -> datetime | None:
    """The end of its span that holds the moment."""
    here = ZoneInfo(zone)
    today = at.astimezone(here).date()
    first, last = quiet.minutes
    for day in (today, today - _DAY):
        if day.isoweekday() in quiet.days:
            start = moment(day, first, here, fold=0)
            end = moment(day if last > first else day + _DAY, last, here, fold=1)
            if start <= at < end:
                return end
    return None


def moment(day: date, minutes: int, zone: ZoneInfo, *, fold: int) -> datetime:
    """The instant, in UTC, at which the clock of a zone shows a time; one that it leaps over: where it leaps. fold: which
    of two, 0 for the first.
    """
    shown = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=zone, fold=fold)
    found = shown.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None, fold=0) == shown.replace(tzinfo=None, fold=0):
        return found
    # Leapt over. Seen with the offset from before (fold 0) it lies after the leap, with the one from after before it.
    before, after = (shown.replace(fold=one).utcoffset() for one in (0, 1))
    assert before is not None
    assert after is not None
    late, early = sorted((shown.replace(tzinfo=UTC) - one for one in (before, after)), reverse=True)
    return _leap(zone, early, late)


def _leap(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The first moment, to the second, at which the offset is the later one."""
    last = high.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        middle = middle.replace(microsecond=0)
        if middle <= low:
            break
        if middle.astimezone(zone).utcoffset() == last:
            high = middle
        else:
            low = middle
    return high
