"""The form of an inbox log on disk: what a frame is, how it is made and how it is read.

A log is a row of frames: `<u32 length><u32 crc32><u16 meta length><meta><body>`, little endian. The
length counts everything after the checksum; the checksum covers the same bytes. `meta` is a
FrameMeta as a JSON array, `body` the request's JSON as received (decompressed).

This module only reads and encodes; `inbox` owns the writing.
"""

import fcntl
import os
import re
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import msgspec

HISTORICAL = 1
"""An import of the past: stored like the rest, but nothing is triggered by it."""
DIRECT = 2
"""The connection is the customer's own (browser, app, or context.direct): its address may fill context.ip."""
OUTBOX = 4
"""Written by Pentad itself."""

MAX_FRAME = 64 << 20
"""No frame is larger: a length above this is damage, not data."""

_HEAD = struct.Struct("<IIH")
_NAME = re.compile(r"[a-z][a-z0-9_]*-\d{8}\.log")


class FrameMeta(msgspec.Struct, array_like=True):
    """What the server knows of a request beyond its body."""

    source_no: int
    received_us: int
    """The server's clock when the request was accepted, microseconds since the epoch."""
    count: int
    """Messages in the body: what was promised to the client."""
    type: str = ""
    """The type of a single message, implied by the path; empty for a batch."""
    ip: str = ""
    flags: int = 0


@dataclass(frozen=True, slots=True)
class Frame:
    """One accepted request; `start` and `end` are its place in the log."""

    meta: FrameMeta
    body: bytes
    start: int
    end: int


_encode_meta = msgspec.json.Encoder().encode
_decode_meta = msgspec.json.Decoder(FrameMeta).decode


def encode_frame(meta: FrameMeta, body: bytes) -> bytes:
    """The bytes of one frame."""
    head = _encode_meta(meta)
    crc = zlib.crc32(body, zlib.crc32(head, zlib.crc32(len(head).to_bytes(2, "little"))))
    return b"".join((_HEAD.pack(2 + len(head) + len(body), crc, len(head)), head, body))


def _parse(data: bytes, at: int, base: int) -> Frame | None:
    """The frame at `at` of `data`, or None when it is incomplete or damaged. `base` is the place of data[0]."""
    if at + _HEAD.size > len(data):
        return None
    length, crc, meta_length = _HEAD.unpack_from(data, at)
    end = at + 8 + length
    if length > MAX_FRAME or end > len(data) or meta_length + 2 > length:
        return None
    if zlib.crc32(memoryview(data)[at + 8 : end]) != crc:
        return None
    body = at + _HEAD.size + meta_length
    try:
        meta = _decode_meta(memoryview(data)[at + _HEAD.size : body])
    except msgspec.DecodeError:
        return None
    return Frame(meta, data[body:end], base + at, base + end)


def read_frames(path: Path, start: int = 0, max_bytes: int = 8 << 20) -> tuple[list[Frame], int]:
    """Whole, sound frames from `start` on, and the place after the last of them.

    Reads about max_bytes, but always the whole of the first frame. Stops before an incomplete or
    damaged frame: in a log that is still written that is the tail under way; in a closed one it is
    what a crash left, and was never acknowledged (`find_frame` tells whether anything follows).
    """
    with path.open("rb") as log:
        log.seek(start)
        data = log.read(max_bytes)
        if len(data) >= 8:
            need = 8 + int.from_bytes(data[:4], "little")
            if len(data) < need <= MAX_FRAME + 8:
                data += log.read(need - len(data))
    frames: list[Frame] = []
    at = 0
    while (frame := _parse(data, at, start)) is not None:
        frames.append(frame)
        at = frame.end - start
    return frames, start + at


def find_frame(path: Path, start: int) -> int | None:
    """The place of the next sound frame at or after `start`: how to get past damage in the middle of a log."""
    with path.open("rb") as log:
        log.seek(start)
        data = log.read()
    # Every frame's meta is a JSON array, which tells most false starts apart without a checksum.
    at = data.find(b"[", _HEAD.size)
    while at >= 0:
        if _parse(data, at - _HEAD.size, start) is not None:
            return start + at - _HEAD.size
        at = data.find(b"[", at + 1)
    return None


def logs(folder: Path) -> list[Path]:
    """The inbox logs, oldest first (numbers rise over all writers and are never used twice)."""
    if not folder.is_dir():
        return []
    return sorted((p for p in folder.iterdir() if _NAME.fullmatch(p.name)), key=number_of)


def number_of(path: Path) -> int:
    return int(path.name[-12:-4])


def next_number(folder: Path) -> int:
    """One more than any log of this folder ever had, over all writers and processes.

    A number that came back would meet the offset kept for its first use, and its events would be skipped.
    """
    handle = os.open(folder / "numbers", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        kept = int(os.pread(handle, 8, 0) or b"0")
        number = max([kept, *(number_of(path) for path in logs(folder))]) + 1
        os.pwrite(handle, b"%08d" % number, 0)
        os.fsync(handle)
        return number
    finally:
        os.close(handle)


def is_open(path: Path) -> bool:
    """Whether a writer, in this process or another, may still append to the log.

    Ask before reading: a log found closed and then read to its last whole frame is finished.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def backlog_bytes(folder: Path) -> int:
    """Bytes of all logs: an upper bound of what waits to be loaded, as loaded logs are deleted."""
    total = 0
    for path in logs(folder):
        try:
            total += path.stat().st_size
        except FileNotFoundError:  # loaded and deleted meanwhile
            continue
    return total


def delete_log(path: Path) -> None:
    """Remove a loaded log for good. Its name is never used again, so offsets kept by name stay true."""
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make created, renamed and removed names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
