"""When people buy coffee: the year, the week and the day as an intensity to draw times from."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import numpy.typing as npt

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_WEEK = (1.0, 0.96, 0.95, 1.0, 1.05, 1.16, 1.22)
_HOURS = np.array([2, 1, 0.6, 0.5, 0.6, 1.5, 4, 7, 8, 7, 6.5, 6.5, 7.5, 7, 6, 5.5, 6, 7, 8.5, 10, 10.5, 9, 6, 3.5])


def black_friday(year: int) -> date:
    """The day after the fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 22)


def _mothers_day(year: int) -> date:
    """The second Sunday of May, as in most of our countries."""
    first = date(year, 5, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7)


def day_factor(day: date) -> float:
    """How busy a day is, 1.0 being an ordinary Monday in spring."""
    factor = _WEEK[day.weekday()]
    factor *= 1 + 0.1 * float(np.cos((day.timetuple().tm_yday - 15) / 365 * 2 * np.pi))
    august = (day - date(day.year, 8, 12)).days
    factor *= 1 - 0.34 * float(np.exp(-((august / 13) ** 2)))
    since = (day - black_friday(day.year)).days
    if 0 <= since <= 3:
        factor *= (3.6, 2.2, 2.1, 2.5)[since]
    elif -4 <= since < 0:
        factor *= 1.35
    elif day.month == 12:
        factor *= 1.15 + 0.035 * day.day if day.day <= 17 else 0.95 if day.day < 24 else 0.5 if day.day <= 26 else 0.8
    if abs((day - _mothers_day(day.year)).days + 3) <= 3 or (day.month == 2 and 9 <= day.day <= 13):
        factor *= 1.25
    return factor


def busy(at: datetime) -> float:
    """How busy an hour is, 1.0 being one of average intensity."""
    return day_factor(at.date()) * float(_HOURS[at.hour] / _HOURS.mean())


def batch_width(received: Ints, end: int) -> Ints:
    """How long messages were gathered into a batch: a quarter of a day long ago, five minutes in the last day."""
    age = end - received
    return np.select([age < DAY_MS, age < 14 * DAY_MS], [HOUR_MS // 12, HOUR_MS], 6 * HOUR_MS)


class Season:
    """Hourly intensity from a day before `start_ms` to a day after `end_ms`, local time, mean about 1.

    Times are drawn by inverting its cumulated sum, so that a thousand people cost one `interp`.
    """

    def __init__(self, start_ms: int, end_ms: int):
        self.start = start_ms - start_ms % DAY_MS - DAY_MS
        days = (end_ms - self.start) // DAY_MS + 3
        first = datetime.fromtimestamp(self.start / 1000, UTC).date()
        factors = np.array([day_factor(first + timedelta(days=int(n))) for n in range(days)])
        hourly = np.outer(factors, _HOURS / _HOURS.mean()).ravel()
        self.edges = self.start + np.arange(len(hourly) + 1, dtype=np.int64) * HOUR_MS
        self.cumulated = np.concatenate([[0.0], np.cumsum(hourly)])

    def weight(self, from_ms: Ints, to_ms: Ints) -> Floats:
        """Busy hours between two moments: an hour of average intensity counts 1."""
        result: Floats = np.interp(to_ms, self.edges, self.cumulated) - np.interp(from_ms, self.edges, self.cumulated)
        return np.maximum(result, 0.0)

    def times(self, from_ms: Ints, to_ms: Ints, u: Floats) -> Ints:
        """The moments at which share `u` of the busy hours between two moments has passed."""
        low = np.interp(from_ms, self.edges, self.cumulated)
        high = np.interp(to_ms, self.edges, self.cumulated)
        result: Ints = np.interp(low + u * (high - low), self.cumulated, self.edges).astype(np.int64)
        return result

    def factor(self, at_ms: Ints) -> Floats:
        """How busy the day of each moment is."""
        day = np.clip((at_ms - self.start) // DAY_MS, 0, len(self.edges) // 24 - 1)
        per_day = np.diff(self.cumulated[::24])
        result: Floats = per_day[np.minimum(day, len(per_day) - 1)] / 24.0
        return result
