"""The one clock. Code asks here for the time, so that tests can hold it still."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_held: int | None = None


def now_us() -> int:
    """Microseconds since the epoch, UTC."""
    return time.time_ns() // 1000 if _held is None else _held


def now() -> datetime:
    """The present moment, aware, UTC."""
    return from_us(now_us())


def from_us(us: int) -> datetime:
    return _EPOCH + timedelta(microseconds=us)


def to_us(at: datetime) -> int:
    """Microseconds since the epoch; a naive datetime is taken as UTC."""
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return (at - _EPOCH) // timedelta(microseconds=1)


@contextmanager
def held(at: datetime) -> Iterator[None]:
    """Hold the clock at a moment (tests only)."""
    global _held
    before, _held = _held, to_us(at)
    try:
        yield
    finally:
        _held = before
