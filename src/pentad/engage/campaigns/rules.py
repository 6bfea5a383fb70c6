"""When messages of a campaign are due, and who is in which arm. Pure: no Django, no database.

Wall times become moments by `segments.zones`: a time that clocks skip means the moment of the change, one that comes
twice means the first of them. So nobody is left out on the two days a year on which clocks change, and nobody is told twice.
"""

import calendar
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from pentad.engage.campaigns.plan import HOLDOUT, WINNER, Test, When, clock_time, near
from pentad.engage.campaigns.plan import day as day_of
from pentad.intelligence.segments.zones import instant, wall

DAY = timedelta(days=1)
FIRST_ZONE = "Pacific/Kiritimati"
YEARS_AHEAD = 5
"""How far the next time of a recurring campaign is looked for."""


def moment(day: date, when: When, zone: str = "") -> datetime:
    """The plan's time of day on a day in a zone (its own when none is named), as an instant."""
    return instant(datetime.combine(near(day), clock_time(when)), zone or when.zone).replace(tzinfo=UTC)


def local_day(at: datetime, zone: str) -> date:
    return wall(at.astimezone(UTC).replace(tzinfo=None), zone).date()


# -- when it begins --------------------------------------------------------------------------------------


class Occurrence(NamedTuple):
    """day: it is planned for, by the plan's clock. at: when choosing begins, which may be the day before."""

    day: date
    at: datetime


def first(when: When, now: datetime) -> Occurrence | None:
    """When a campaign that is started now begins; None when there is no such time any more."""
    today = local_day(now, when.zone)
    if when.start in ("now", "trigger"):
        return Occurrence(today, now)
    if when.start == "at":
        day = day_of(when.date)
        return Occurrence(day, max(early(day, when), now)) if moment(day, when) > now else None
    return following(when, today - DAY, now)


def following(when: When, done: date, now: datetime) -> Occurrence | None:
    """The next time of a recurring campaign after the day `done` that is not past; None after its last day."""
    if when.start != "every" or not when.date:
        return None
    for day in days(when, done):
        if moment(day, when) > now:
            return Occurrence(day, max(early(day, when), now))
    return None


def planned(when: When, day: date | None, begins: datetime | None) -> datetime | None:
    """What pages call the time of a campaign by: the plan's time on its day, also where choosing begins the day before."""
    return moment(day, when) if day is not None and when.start in ("at", "every") else begins


def early(day: date, when: When) -> datetime:
    """When choosing must begin: where everybody's own clock counts, the day reaches the far east first."""
    at = moment(day, when)
    return at if when.follows == "moment" else min(at, moment(day, when, FIRST_ZONE))


def days(when: When, after: date) -> Iterator[date]:
    """Days of a recurring campaign from its first one on, later than `after`, in order. One on which nothing may be due is
    left out; of a month it is the next day on which something may.
    """
    begin = day_of(when.date)
    since = max(begin, after + DAY)
    last = near(since + timedelta(days=366 * YEARS_AHEAD))
    if when.until:
        last = min(last, day_of(when.until))
    for day in _months(when, begin, since, last) if when.unit == "month" else _days(when, begin, since, last):
        if since <= day <= last and may_be_due(when, day):
            yield day


def _days(when: When, begin: date, since: date, last: date) -> Iterator[date]:
    weekly = when.unit == "week"
    step = when.interval * (7 if weekly else 1)
    start = begin - timedelta(days=begin.weekday()) if weekly else begin
    start += timedelta(days=(since - start).days // step * step)
    while start <= last:
        yield from (start + timedelta(days=one) for one in sorted(when.days)) if weekly else (start,)
        start += timedelta(days=step)


def _months(when: When, begin: date, since: date, last: date) -> Iterator[date]:
    """On the day of the month of the first one; where a month is shorter, on its last day."""
    number = begin.year * 12 + begin.month - 1
    from_ = since - 6 * DAY  # what falls on a day on which nothing may be due comes up to so much later
    number += max(0, (from_.year * 12 + from_.month - 1 - number) // when.interval) * when.interval
    while number <= last.year * 12 + last.month - 1:
        year, month = divmod(number, 12)
        yield next_day(when, date(year, month + 1, min(begin.day, calendar.monthrange(year, month + 1)[1])))
        number += when.interval


# -- days of the week on which something may be due ---------------------------------------------------------


def may_be_due(when: When, day: date) -> bool:
    return not when.weekdays or day.weekday() in when.weekdays


def next_day(when: When, day: date) -> date:
    """The day itself, or the next one on which something may be due."""
    return next(one for ahead in range(7) if may_be_due(when, one := day + ahead * DAY))


def on_weekday(when: When, at: datetime, zone: str) -> datetime:
    """The moment itself, or else the plan's time of the next day, in this zone, on which something may be due."""
    day = local_day(at, zone)
    return at if may_be_due(when, day) else moment(next_day(when, day), when, zone)


def rest(when: When, due: datetime, zone: str) -> tuple[datetime, datetime] | None:
    """The next days in a row after a moment on which nothing may be due: from their midnight to the plan's time after them."""
    day = local_day(due, zone)
    first = next((one for ahead in range(1, 7) if not may_be_due(when, one := day + ahead * DAY)), None)
    if first is None:
        return None
    return instant(datetime.combine(first, time()), zone).replace(tzinfo=UTC), moment(next_day(when, first), when, zone)


# -- when each is due ------------------------------------------------------------------------------------


def due(when: When, day: date, zone: str, now: datetime) -> datetime:
    """When somebody in a zone is due for what is planned for a day. Whose time has passed by then is due at once."""
    return max(moment(day, when, zone if when.follows == "local" else ""), now)


def triggered(when: When, at: datetime, zone: str, now: datetime) -> datetime:
    """When somebody is due whom something set off: after the delay; by their own clock, at the next such time of day."""
    since = max(at + timedelta(minutes=when.trigger.delay_minutes), now)
    if when.follows != "local":
        return since
    today = local_day(since, zone)
    return next(one for ahead in range(3) if (one := moment(today + ahead * DAY, when, zone)) >= since)


def slots(dues: Sequence[datetime], last: datetime | None, per_hour: int) -> list[datetime]:
    """Due times, in order, moved apart so that no hour has more than `per_hour`. last: the slot given last; 0: not moved."""
    if not per_hour:
        return list(dues)
    step, found = timedelta(hours=1) / per_hour, list[datetime]()
    for one in dues:
        last = one if last is None else max(one, last + step)
        found.append(last)
    return found


# -- arms ------------------------------------------------------------------------------------------------


def arms(test: Test, variants: Sequence[str]) -> dict[str, float]:
    """Arm → its share, adding up to 1. variants: of the message; the first is sent when none has a share."""
    weights = {name: share for name, share in test.weights.items() if share} or {variants[0]: 1}
    told = 1 - test.holdout / 100
    tested = told * test.sample / 100
    total = sum(weights.values())
    found = {name: tested * share / total for name, share in weights.items()}
    if test.sample < 100:
        found[WINNER] = told - tested
    if test.holdout:
        found[HOLDOUT] = test.holdout / 100
    return found


def room(last: datetime | None, now: datetime, until: datetime, per_hour: int) -> int:
    """How many slots there are left up to `until`."""
    step = timedelta(hours=1) / per_hour
    begin = now if last is None else max(now, last + step)
    return 0 if begin > until else (until - begin) // step + 1
