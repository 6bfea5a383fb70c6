"""Time-ordered public identifiers."""

import os
import time
import uuid


def new_id(at_us: int | None = None) -> str:
    """A UUID version 7 (RFC 9562, section 5.7) as text: sorts by creation time, safe to show.

    at_us: microseconds since the epoch; now when absent.
    """
    ms = (time.time_ns() // 1_000_000) if at_us is None else at_us // 1000
    value = (ms & 0xFFFF_FFFF_FFFF) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))
