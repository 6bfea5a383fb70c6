"""What is durable in the inbox and not in the ledger yet.

Counting reads frame headers alone, and no more than MAX_FRAMES of a log: the rest is estimated from
what was read, so that a page stays quick while a long backlog is worked off.
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

MAX_FRAMES = 20_000
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
        size = path.stat().st_size if path.exists() else 0
        if size <= start:
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
    for path, start in _unloaded(ledger.current().offsets()):
        counts: Counter[int] = Counter()
        read = 0
        for read, (meta, end, size) in enumerate(_headers(path, start), 1):
            if meta.received_us >= least:
                counts[meta.source_no] += meta.count
            if read == MAX_FRAMES and end < size:
                share = (size - start) / (end - start)
                counts = Counter({no: round(count * share) for no, count in counts.items()})
                break
        total.update(counts)
    return {no: count for no, count in total.items() if count}


def oldest(source_no: int | None = None) -> datetime | None:
    """When the message was received that waits longest; None when nothing waits."""
    first: int | None = None
    for path, start in _unloaded(ledger.current().offsets()):
        for read, (meta, _end, _size) in enumerate(_headers(path, start), 1):
            if source_no is None or meta.source_no == source_no:
                first = meta.received_us if first is None else min(first, meta.received_us)
                break
            if read == MAX_FRAMES:
                break
    return clock.from_us(first) if first is not None else None


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
