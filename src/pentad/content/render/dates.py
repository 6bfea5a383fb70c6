"""Dates in messages: read from what sources state, shown in a time zone, in the language of the message.

Directives are strftime's as Ruby has them, which the leading tools follow: %-d, %B, %A, %H:%M, %P, %Z … Names of days and
months are the language's.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from liquid.exceptions import FilterArgumentError
from liquid.undefined import is_undefined

NOW = ("now", "today")
_DIRECTIVE = re.compile(r"%([-0^_#]?)(:?)(\d{0,2})([A-Za-z%+])")
_SECONDS = re.compile(r"\d{1,10}(\.\d+)?")
LONGEST = 200
"""Characters of a format."""


@lru_cache(maxsize=256)
def locale(language: str) -> Locale:
    """The nearest that is known: English for what is none."""
    for name in (language, language.replace("_", "-").split("-")[0], "en"):
        try:
            return Locale.parse(name.replace("-", "_"))
        except (UnknownLocaleError, ValueError):
            continue
    raise AssertionError("English is known")


@lru_cache(maxsize=256)
def zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise FilterArgumentError(f"{name!r} is no time zone: write one such as “Europe/Berlin”.", token=None) from None


def moment(value: object, context: Any = None) -> datetime | None:
    """A moment as sources write it: ISO 8601, seconds since 1970, or a day. None for what is no date."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a day has no zone
    if isinstance(value, str) and value in NOW:
        now = context.resolve("now", default=None) if context is not None else None
        return now if isinstance(now, datetime) else datetime.now(UTC)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_seconds(float(value))
    return _read(value) if isinstance(value, str) else None


@lru_cache(maxsize=4096)
def _read(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    if _SECONDS.fullmatch(text):
        return _from_seconds(float(text))
    if len(text) > 60 or not any(one.isdigit() for one in text):
        return None
    from dateutil import parser  # type: ignore[import-untyped]

    try:
        found: datetime = parser.parse(text)
        return found
    except (ValueError, OverflowError):
        return None


def _from_seconds(seconds: float) -> datetime | None:
    if abs(seconds) > 1e11:  # milliseconds, as JavaScript has them
        seconds /= 1000
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def in_zone(at: datetime, name: str) -> datetime:
    """The same moment as clocks show it there; what says no zone is meant in UTC."""
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(zone(name))


def written(at: datetime, form: str, language: str = "en") -> str:
    """A moment in a format. Directives that are none stay as they are."""
    return _written(at.replace(tzinfo=None), at.tzinfo, at.fold, form, language)


@lru_cache(maxsize=4096)
def _written(naive: datetime, zone: tzinfo | None, fold: int, form: str, language: str) -> str:
    """By what is not the same for moments that are: the zone, and which of two passes of an hour."""
    at = naive.replace(tzinfo=zone, fold=fold)
    if len(form) > LONGEST:
        raise FilterArgumentError(
            f"The format of a date has {len(form)} characters; {LONGEST} are allowed.", token=None
        )
    names = locale(language)

    def one(found: re.Match[str]) -> str:
        flag, colon, width, letter = found.groups()
        if letter == "z":
            return _offset(at, bool(colon))
        if letter in _NESTED:
            return written(at, _NESTED[letter], language)
        if letter in _NUMBERS:
            number, digits, fill = _NUMBERS[letter](at)
            return _padded(number, int(width or digits), fill, flag)
        if letter in _WORDS:
            text = _WORDS[letter](at, names)
            text = text.upper() if flag == "^" else text.swapcase() if flag == "#" else text
            return text.rjust(int(width), "0" if flag == "0" else " ") if width else text
        return found[0]

    return _DIRECTIVE.sub(one, form)


def _padded(number: int, digits: int, fill: str, flag: str) -> str:
    if flag == "-":
        return str(number)
    fill = {"_": " ", "0": "0"}.get(flag, fill)
    return str(number).rjust(digits, fill)


def _offset(at: datetime, colon: bool) -> str:
    minutes = int((at.utcoffset() or timedelta()).total_seconds() // 60)
    sign, minutes = ("-", -minutes) if minutes < 0 else ("+", minutes)
    return f"{sign}{minutes // 60:02}{':' if colon else ''}{minutes % 60:02}"


def _names(kind: str, width: str) -> Callable[[datetime, Locale], str]:
    def named(at: datetime, names: Locale) -> str:
        key = at.month if kind == "months" else at.weekday()
        return str(getattr(names, kind)["format"][width][key])

    return named


def _half(at: datetime, names: Locale) -> str:
    return "AM" if at.hour < 12 else "PM"


_WORDS: dict[str, Callable[[datetime, Locale], str]] = {
    "A": _names("days", "wide"),
    "a": _names("days", "abbreviated"),
    "B": _names("months", "wide"),
    "b": _names("months", "abbreviated"),
    "h": _names("months", "abbreviated"),
    "p": _half,
    "P": lambda at, names: _half(at, names).lower(),
    "Z": lambda at, names: at.tzname() or "",
    "n": lambda at, names: "\n",
    "t": lambda at, names: "\t",
    "%": lambda at, names: "%",
    "N": lambda at, names: f"{at.microsecond:06}000",
}
_NUMBERS: dict[str, Callable[[datetime], tuple[int, int, str]]] = {
    "Y": lambda at: (at.year, 4, "0"),
    "C": lambda at: (at.year // 100, 2, "0"),
    "y": lambda at: (at.year % 100, 2, "0"),
    "m": lambda at: (at.month, 2, "0"),
    "d": lambda at: (at.day, 2, "0"),
    "e": lambda at: (at.day, 2, " "),
    "j": lambda at: (at.timetuple().tm_yday, 3, "0"),
    "H": lambda at: (at.hour, 2, "0"),
    "k": lambda at: (at.hour, 2, " "),
    "I": lambda at: (at.hour % 12 or 12, 2, "0"),
    "l": lambda at: (at.hour % 12 or 12, 2, " "),
    "M": lambda at: (at.minute, 2, "0"),
    "S": lambda at: (at.second, 2, "0"),
    "L": lambda at: (at.microsecond // 1000, 3, "0"),
    "s": lambda at: (int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()), 1, "0"),
    "u": lambda at: (at.isoweekday(), 1, "0"),
    "w": lambda at: (at.isoweekday() % 7, 1, "0"),
    "G": lambda at: (at.isocalendar()[0], 4, "0"),
    "g": lambda at: (at.isocalendar()[0] % 100, 2, "0"),
    "V": lambda at: (at.isocalendar()[1], 2, "0"),
    "U": lambda at: ((at.timetuple().tm_yday + 6 - at.isoweekday() % 7) // 7, 2, "0"),
    "W": lambda at: ((at.timetuple().tm_yday + 6 - at.weekday()) // 7, 2, "0"),
}
_NESTED = {
    "F": "%Y-%m-%d", "T": "%H:%M:%S", "X": "%H:%M:%S", "R": "%H:%M", "r": "%I:%M:%S %p", "D": "%m/%d/%y", "x": "%m/%d/%y",
    "c": "%a %b %e %H:%M:%S %Y", "v": "%e-%^b-%Y", "+": "%a %b %e %H:%M:%S %Z %Y",
}  # fmt: skip


def date_filter(value: Any, form: Any, zone: Any = None, *, context: Any) -> Any:
    """{{ event.at | date: "%-d %B %Y", "Europe/Berlin" }}. What is no date is written as it is."""
    at = moment(value, context)
    if at is None or is_undefined(form):
        return value
    if zone or (context.zone and at.tzinfo is UTC):
        at = in_zone(at, str(zone or context.zone))
    return written(at, str(form), context.language)


def zone_filter(value: Any, name: Any, *, context: Any) -> Any:
    at = moment(value, context)
    return value if at is None else in_zone(at, str(name))


def _days(sign: int) -> Callable[..., Any]:
    def later(value: Any, days: Any, *, context: Any) -> Any:
        at = moment(value, context)
        try:
            return value if at is None else at + timedelta(days=sign * float(days))
        except (ValueError, OverflowError, TypeError):
            raise FilterArgumentError(f"{days!r} is no number of days.", token=None) from None

    return later


def _between(sign: int) -> Callable[..., Any]:
    def count(value: Any, *, context: Any) -> Any:
        at, now = moment(value, context), moment("now", context)
        if at is None or now is None:
            return value
        return sign * (at.date() - (now.astimezone(at.tzinfo) if at.tzinfo else now).date()).days

    return count


def _with_context(function: Callable[..., Any]) -> Callable[..., Any]:
    function.with_context = True  # type: ignore[attr-defined]
    return function


FILTERS: dict[str, Callable[..., Any]] = {
    "date": _with_context(date_filter),
    "time_zone": _with_context(zone_filter),
    "timezone": _with_context(zone_filter),
    "add_day": _with_context(_days(1)),
    "subtract_day": _with_context(_days(-1)),
    "days_until": _with_context(_between(1)),
    "days_since": _with_context(_between(-1)),
}
