"""What is durable in the inbox and not in the ledger yet.

Counting reads frame headers alone. It is exact up to MAX_FRAMES requests; of a longer backlog the
rest is estimated from what was read, so that a page stays quick while it is worked off.
"""

import mmap
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from pentad import ledger
from pentad.core import clock, runtime
from pentad.data.ingest import frames

MAX_FRAMES = 200_000
MAX_SEARCH_BYTES = 64 << 20

_decode_meta = msgspec.json.Decoder(frames.FrameMeta).decode


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that is durable and waits for the loader."""

    source_no: int
    received: datetime
    message: dict[str, Any]


def _unloaded(offsets: dict[str, int]) -> Iterator[tuple[Path, int]]:
    for path in frames.logs(runtime.folder().inbox):
        yield path, offsets.get(path.name, 0)


def _headers(path: Path, start: int) -> Iterator[tuple[frames.FrameMeta, int, int]]:
    """(meta, end of the frame, size of the log) of each whole frame, without reading bodies."""
    try:
        log = path.open("rb")
    except FileNotFoundError:  # loaded and deleted meanwhile
        return
    with log:
        if _size(path) <= start:
            return
        with mmap.mmap(log.fileno(), 0, access=mmap.ACCESS_READ) as data:
            size = len(data)
            at = start
            while at + 10 <= size:
                end = at + 8 + int.from_bytes(data[at : at + 4], "little")
                meta_end = at + 10 + int.from_bytes(data[at + 8 : at + 10], "little")
                if end > size or meta_end > end:
                    return
                try:
                    yield _decode_meta(data[at + 10 : meta_end]), end, size
                except msgspec.DecodeError:
                    return
                at = end


def by_source(since: datetime | None = None) -> dict[int, int]:
    """Messages that wait for the loader, by source number. since: by time of receipt."""
    least = clock.to_us(since) if since else 0
    total: Counter[int] = Counter()
    left = MAX_FRAMES
    unread = read = 0
    for path, start in _unloaded(ledger.current().offsets()):
        if left <= 0:
            unread += max(0, _size(path) - start)
            continue
        for meta, end, size in _headers(path, start):
            if meta.received_us >= least:
                total[meta.source_no] += meta.count
            read += end - start
            start = end
            left -= 1
            if left <= 0:
                unread += size - end
                break
    share = 1 + unread / read if read else 1.0
    return {no: round(count * share) for no, count in total.items() if count}


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # loaded and deleted meanwhile
        return 0


def oldest_by_source() -> dict[int, datetime]:
    """When the message was received that waits longest, by source number. Looks at the first MAX_FRAMES requests."""
    first: dict[int, int] = {}
    left = MAX_FRAMES
    for path, start in _unloaded(ledger.current().offsets()):
        for meta, _, _ in _headers(path, start):
            first[meta.source_no] = min(meta.received_us, first.get(meta.source_no, meta.received_us))
            left -= 1
            if left <= 0:
                break
        if left <= 0:
            break
    return {no: clock.from_us(us) for no, us in first.items()}


def since(offsets: dict[str, int]) -> datetime | None:
    """When the first message was received that is behind these offsets, as a log's first is its oldest; None: none is."""
    firsts = (next(_headers(path, start), None) for path, start in _unloaded(offsets))
    oldest = min((found[0].received_us for found in firsts if found), default=None)
    return None if oldest is None else clock.from_us(oldest)


def find(message_id: str) -> list[Waiting]:
    """Waiting messages with this id. Searches the first MAX_SEARCH_BYTES of what waits."""
    needle = msgspec.json.encode(message_id)
    found: list[Waiting] = []
    budget = MAX_SEARCH_BYTES
    for path, start in _unloaded(ledger.current().offsets()):
        while budget > 0:
            try:
                batch, end = frames.read_frames(path, start)
            except FileNotFoundError:
                break
            if not batch:
                break
            budget -= end - start
            start = end
            for frame in batch:
                if needle in frame.body:
                    found.extend(_messages_with(frame, message_id))
    return found


def _messages_with(frame: frames.Frame, message_id: str) -> Iterator[Waiting]:
    try:
        body = msgspec.json.decode(frame.body)
    except msgspec.DecodeError:
        return
    messages = body.get("batch", [body]) if isinstance(body, dict) else body
    for message in messages if isinstance(messages, list) else []:
        if isinstance(message, dict) and message.get("messageId") == message_id:
            yield Waiting(frame.meta.source_no, clock.from_us(frame.meta.received_us), message)
