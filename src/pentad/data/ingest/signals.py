"""What the tracking API saw that never became a message: refusals, telemetry, wrong keys. For the SDK doctor.

Kept in memory for a day, by hour, in the process that accepts; a restart forgets it. Bounded: a fixed
number of kinds, sources that exist, and the latest wrong keys.
"""

import threading
from collections import Counter, OrderedDict
from dataclasses import dataclass
from datetime import datetime

from pentad.core import clock
from pentad.core.errors import PentadError

HOURS = 24
_HOUR_US = 3_600_000_000
_MOST_KEYS = 50

ANY = 0
"""The number under which signals stand that no source can be told for."""

_OF_CODE = {
    "unknown_write_key": "wrong_key",
    "missing_write_key": "missing_key",
    "source_disabled": "disabled",
    "origin_not_allowed": "origin_refused",
    "rate_limited": "rate_limited",
    "body_too_large": "too_large",
    "malformed_json": "malformed",
}
"""Code of a refusal → kind of signal. Others are of no use to the doctor."""


@dataclass(slots=True)
class WrongKey:
    """A write key that no source has, as it was sent (cut short)."""

    key: str
    count: int
    last: datetime


_lock = threading.Lock()
_hours: dict[int, Counter[tuple[int, str]]] = {}
_wrong: OrderedDict[str, WrongKey] = OrderedDict()


def note(kind: str, source_no: int = ANY) -> None:
    """Count one."""
    hour = clock.now_us() // _HOUR_US
    with _lock:
        if hour not in _hours:
            _hours[hour] = Counter()
            for old in [h for h in _hours if h <= hour - HOURS]:
                del _hours[old]
        _hours[hour][source_no, kind] += 1


def refused(error: PentadError) -> None:
    """Count a refusal by its code, for its source when the error names one."""
    kind = _OF_CODE.get(error.code)
    if kind is None:
        return
    note(kind, error.data.get("source_no", ANY))
    key = error.data.get("key")
    if kind == "wrong_key" and isinstance(key, str):
        _remember(key[:12])


def _remember(key: str) -> None:
    with _lock:
        seen = _wrong.pop(key, None) or WrongKey(key, 0, clock.now())
        seen.count, seen.last = seen.count + 1, clock.now()
        _wrong[key] = seen
        if len(_wrong) > _MOST_KEYS:
            _wrong.popitem(last=False)


def counts(source_no: int = ANY) -> Counter[str]:
    """Signals of the last day: of one source, or those that belong to none."""
    least = clock.now_us() // _HOUR_US - HOURS
    with _lock:
        total: Counter[str] = Counter()
        for hour, counter in _hours.items():
            if hour > least:
                total.update({kind: n for (no, kind), n in counter.items() if no == source_no})
        return total


def wrong_keys() -> list[WrongKey]:
    """The latest keys of the last day that no source has, latest first. Their beginning only."""
    least = clock.now_us() - HOURS * _HOUR_US
    with _lock:
        return [w for w in reversed(_wrong.values()) if clock.to_us(w.last) > least]


def forget() -> None:
    """Start anew (tests)."""
    with _lock:
        _hours.clear()
        _wrong.clear()
