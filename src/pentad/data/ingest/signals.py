"""What the tracking API saw that never became a message: refusals, telemetry, wrong keys. For the SDK doctor.

Counted in memory, by hour, in the process that accepts; `signal_store` moves what was counted to the database
every few seconds, away from any request. Bounded: a day, a fixed number of kinds, sources that exist, and the
latest wrong keys.
"""

import threading
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from datetime import datetime

from pentad.core import clock
from pentad.core.errors import PentadError

HOURS = 24
_HOUR_US = 3_600_000_000
MOST_KEYS = 50

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


@dataclass(slots=True)
class Noted:
    """What was counted since it was last taken."""

    hours: dict[int, Counter[tuple[int, str]]] = field(default_factory=dict)
    """Hour since the epoch → (source number, kind) → times."""
    wrong: OrderedDict[str, WrongKey] = field(default_factory=OrderedDict)
    """The latest last."""

    def __bool__(self) -> bool:
        return bool(self.hours or self.wrong)


_lock = threading.Lock()
_noted = Noted()


def this_hour() -> int:
    return clock.now_us() // _HOUR_US


def note(kind: str, source_no: int = ANY) -> None:
    """Count one."""
    hour = this_hour()
    with _lock:
        _count(hour, source_no, kind, 1)


def _count(hour: int, source_no: int, kind: str, times: int) -> None:
    hours = _noted.hours
    if hour not in hours:
        hours[hour] = Counter()
        for old in [h for h in hours if h <= hour - HOURS]:
            del hours[old]
    hours[hour][source_no, kind] += times


def refused(error: PentadError) -> None:
    """Count a refusal by its code, for its source when the error names one."""
    kind = _OF_CODE.get(error.code)
    if kind is None:
        return
    note(kind, error.data.get("source_no", ANY))
    key = error.data.get("key")
    if kind == "wrong_key" and isinstance(key, str):
        # A null character would be refused by the database.
        with _lock:
            _remember(WrongKey(key[:12].replace("\0", "�"), 1, clock.now()))


def _remember(found: WrongKey) -> None:
    seen = _noted.wrong.pop(found.key, None)
    if seen is not None:
        found = WrongKey(found.key, seen.count + found.count, max(seen.last, found.last))
    _noted.wrong[found.key] = found
    if len(_noted.wrong) > MOST_KEYS:
        _noted.wrong.popitem(last=False)


def take() -> Noted:
    """What was counted since the last time; it is the caller's from now on."""
    global _noted
    with _lock:
        taken, _noted = _noted, Noted()
        return taken


def put_back(noted: Noted) -> None:
    """Count again what could not be moved to the database; newer signals are kept."""
    with _lock:
        for hour, counter in noted.hours.items():
            for (source_no, kind), times in counter.items():
                _count(hour, source_no, kind, times)
        for found in noted.wrong.values():
            _remember(found)


def waiting() -> Noted:
    """A picture of what is not in the database yet."""
    with _lock:
        return Noted({hour: Counter(counter) for hour, counter in _noted.hours.items()}, OrderedDict(_noted.wrong))


def forget() -> None:
    """Start anew (tests)."""
    take()
