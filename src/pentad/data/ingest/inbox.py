"""The durable inbox: what is appended here has reached the disk before anybody is told "accepted".

One thread writes. It takes everything that waits, writes it in one go and calls fdatasync once
(group commit without a delay: 17 to 22 requests share a sync under load on their own). The loader
tails the logs; see `frames` for their form and reading.

A writer never appends to a log of an earlier process: it opens a new one, holds a lock (flock) on it
for as long as it may append, and rolls to the next at ROLL_BYTES. After a failed sync the log is left
for good, because the kernel may have dropped the pages it could not write.
"""

import asyncio
import fcntl
import os
import re
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from queue import SimpleQueue

from pentad.core.errors import RateLimited, Unavailable
from pentad.data.ingest import frames
from pentad.data.ingest.frames import (
    DIRECT,
    HISTORICAL,
    OUTBOX,
    Frame,
    FrameMeta,
    backlog_bytes,
    delete_log,
    find_frame,
    is_open,
    logs,
    read_frames,
)
from pentad.data.ingest.waiters import Waiter, settle

__all__ = [
    "DIRECT",
    "HISTORICAL",
    "OUTBOX",
    "Frame",
    "FrameMeta",
    "Inbox",
    "backlog_bytes",
    "delete_log",
    "find_frame",
    "is_open",
    "logs",
    "read_frames",
]

ROLL_BYTES = 64 << 20
MAX_WAITING = 64 << 20
MAX_BACKLOG = 4 << 30
_GROUP_BYTES = 16 << 20
_LOOK_SECONDS = 1.0


_Entry = tuple[list[bytes], int, "asyncio.Future[None] | Waiter"]
"""Frames that are acknowledged together, their size, and who waits. No frames: leave the log."""


class Inbox:
    """Appends frames durably. Safe to use from one event loop and any number of threads."""

    def __init__(
        self,
        folder: Path,
        writer: str = "web",
        *,
        roll_bytes: int = ROLL_BYTES,
        max_waiting: int = MAX_WAITING,
        max_backlog: int = MAX_BACKLOG,
    ):
        if not re.fullmatch("[a-z][a-z0-9_]*", writer):
            raise ValueError(f"A writer's name is small letters, digits and _: {writer!r}")
        self.folder = Path(folder)
        self.writer = writer
        self.written = threading.Event()
        """Set after each group: a loader in the same process waits on it (and clears it)."""
        self._roll_bytes, self._max_waiting, self._max_backlog = roll_bytes, max_waiting, max_backlog
        self._queue: SimpleQueue[_Entry | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._waiting = 0
        self._backlog = 0
        self._looked = 0.0
        self._thread: threading.Thread | None = None
        self._closed = False
        self._handle = -1
        self._size = 0

    # -- for callers -------------------------------------------------------------------------

    async def append(self, meta: FrameMeta, body: bytes) -> None:
        """Return once the frame is on disk.

        Raises RateLimited (code "backlog") when too much waits, Unavailable when the disk is full or fails.
        """
        frame = frames.encode_frame(meta, body)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._offer([frame], future)
        await future

    def append_many_sync(self, entries: Iterable[tuple[FrameMeta, bytes]]) -> None:
        """The same from a thread or a script: all frames are on disk on return; one sync.

        On an error some of the frames may have been stored: send all again, deduplication sorts it out.
        """
        encoded = [frames.encode_frame(meta, body) for meta, body in entries]
        if not encoded:
            return
        waiter = Waiter()
        self._offer(encoded, waiter)
        waiter.done.wait()
        if waiter.error is not None:
            raise waiter.error

    def roll(self) -> None:
        """Leave the log under way: what was appended so far stands in closed logs when this returns."""
        waiter = Waiter()
        with self._lock:
            if self._closed or self._thread is None:
                return
            self._queue.put(([], 0, waiter))
        waiter.done.wait()

    def close(self) -> None:
        """Write what waits, then release the log."""
        with self._lock:
            already, self._closed = self._closed, True
            thread = self._thread
        if already:
            return
        if thread is not None:
            self._queue.put(None)
            thread.join()
        self._leave_log()

    @property
    def waiting(self) -> int:
        """Bytes accepted into memory and not yet on disk."""
        return self._waiting

    # -- back-pressure -----------------------------------------------------------------------

    def _offer(self, encoded: list[bytes], waiter: "asyncio.Future[None] | Waiter") -> None:
        size = sum(map(len, encoded))
        with self._lock:
            if self._closed:
                raise Unavailable("Pentad is shutting down.", fix="Send again in a moment.", retry_after=1)
            if self._waiting > self._max_waiting:
                raise RateLimited(
                    "The disk does not keep up with what is sent.",
                    code="backlog",
                    fix="Send again later.",
                    retry_after=1,
                )
            if self._thread is None:
                self._start()
            elif self._backlog > self._max_backlog and time.monotonic() > self._looked + _LOOK_SECONDS:
                self._look()
            if self._backlog > self._max_backlog:
                raise RateLimited(
                    "More events wait to be loaded than the inbox may hold.",
                    code="backlog",
                    fix="Send again later; the operator sees why on the sources page.",
                    retry_after=10,
                )
            self._waiting += size
            self._queue.put((encoded, size, waiter))

    def _start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._look()
        self._thread = threading.Thread(target=self._run, name=f"inbox-{self.writer}", daemon=True)
        self._thread.start()

    def _look(self) -> None:
        self._backlog = backlog_bytes(self.folder)
        self._looked = time.monotonic()

    # -- the writer thread -------------------------------------------------------------------

    def _run(self) -> None:
        queue = self._queue
        last = False
        while not last:
            group: list[_Entry] = []
            size = 0
            entry = queue.get()
            while entry is not None:
                group.append(entry)
                size += entry[1]
                if size >= _GROUP_BYTES or queue.empty():
                    break
                entry = queue.get()
            last = entry is None
            if group:
                self._commit(group, size)

    def _commit(self, group: list[_Entry], size: int) -> None:
        error: BaseException | None = None
        try:
            if size:
                self._write([frame for encoded, _, _ in group for frame in encoded])
            if any(not encoded for encoded, _, _ in group):
                self._leave_log()
        except Exception as problem:  # whatever it is, nobody may wait for ever
            why = getattr(problem, "strerror", None) or type(problem).__name__
            error = Unavailable(
                f"The event could not be stored: {why}.",
                code="storage_failed",
                fix="Send again; the operator must look at the disk of the data folder.",
                retry_after=5,
            )
            error.__cause__ = problem
        with self._lock:
            self._waiting -= size
        if time.monotonic() > self._looked + _LOOK_SECONDS:
            self._look()
        self.written.set()
        settle([waiter for _, _, waiter in group], error)

    def _write(self, group: list[bytes]) -> None:
        """Write whole frames and sync. On an error the log keeps only whole frames, none of them acknowledged."""
        if self._handle < 0:
            self._open_log()
        data = memoryview(b"".join(group))
        done = 0
        try:
            while done < len(data):
                done += os.write(self._handle, data[done:])
        except OSError:
            self._cut_back(group, done)
            raise
        try:
            os.fdatasync(self._handle)
        except OSError:
            self._leave_log()
            raise
        self._size += done
        self._backlog += done
        if self._size >= self._roll_bytes:
            self._leave_log()

    def _cut_back(self, group: list[bytes], written: int) -> None:
        """Drop the torn last frame. Whole ones stay: a reader may have passed them already."""
        whole = 0
        for frame in group:
            if whole + len(frame) > written:
                break
            whole += len(frame)
        self._size += whole
        try:
            os.ftruncate(self._handle, self._size)
            os.lseek(self._handle, self._size, os.SEEK_SET)
        except OSError:
            self._leave_log()

    def _open_log(self) -> None:
        """Create the next log. It gets its name only once it is locked, so that no reader takes it for closed."""
        number = frames.next_number(self.folder)
        path = self.folder / f"{self.writer}-{number:08d}.log"
        fresh = path.with_suffix(".new")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fresh.rename(path)
            frames.sync_folder(self.folder)
        except BaseException:
            os.close(handle)
            fresh.unlink(missing_ok=True)
            raise
        self._handle, self._size = handle, 0

    def _leave_log(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
        self._handle = -1
