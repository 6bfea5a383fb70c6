"""The loader: tails the inbox logs, a slice at a time, and keeps two stores in step.

For each slice: stage and tell duplicates apart → one relational transaction (persons, identifiers,
traits, LoaderOffset) → one ledger transaction (events, receipts, its own offset). The relational rows
go first, because deduplication asks the ledger: after a crash between the two, the slice is still new
to the ledger, its persons are looked up again without a change, and it is appended once.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import structlog
from django.db import InterfaceError, OperationalError, close_old_connections, connection, transaction

from pentad.core.bell import Bell
from pentad.core.errors import Conflict, Unavailable
from pentad.core.runtime import Folder
from pentad.data.consent.keeping import keep_staged
from pentad.data.identity import store
from pentad.data.identity.models import Person
from pentad.data.identity.resolver import Combo, Resolution, Resolver
from pentad.data.ingest import audit, slices
from pentad.data.ingest.frames import delete_log, find_frame, is_open, logs, read_frames
from pentad.data.ingest.models import LoaderOffset
from pentad.data.ingest.slices import Slice
from pentad.data.privacy.queries import Erased
from pentad.data.profiles import fold
from pentad.data.profiles.touched import touch
from pentad.ledger import Ledger, staging

SLICE_BYTES = 8 << 20
"""About 20,000 messages: large enough for set-by-set work, small enough to stay fresh and small in memory."""

MAX_UNAUDITED = 16
"""Loaded logs (of 64 MB) that may wait for their second look while events pour in faster than they can be loaded."""

log = structlog.get_logger("pentad.loader")

_running: "Loader | None" = None


def running() -> "Loader | None":
    """The loader that runs in this process, if one does."""
    return _running


class Loader:
    """One per owner process. Call `start` for a thread of its own, or `drain` to work here and now."""

    def __init__(self, folder: Folder, ledger: Ledger, roll: Callable[[], None] = lambda: None):
        """roll: makes the inbox of this process leave its log, so that `settle` can finish it."""
        self.folder, self.ledger, self._roll = folder, ledger, roll
        self.bell = Bell()
        self.failure: str | None = None
        """Why the loader stands still, for /readyz and the receipts page."""
        self._staging = staging()
        self._staging.run("SET TimeZone = 'UTC'")
        self._work = threading.RLock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._audited: dict[str, int] = {}
        self._reach: dict[str, int] = {}
        """Bytes to take of a log whose last slice failed."""
        ledger.set_links(dict(Person.objects.exclude(root=None).values_list("no", "root_id")))

    # -- running ---------------------------------------------------------------------------------

    def start(self) -> None:
        global _running
        _running = self
        self._thread = threading.Thread(target=self._run, name="loader", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the slice under way, then stop."""
        global _running
        _running = None if _running is self else _running
        self._stop.set()
        self.bell.ring()
        if self._thread is not None:
            self._thread.join()
        self._staging.close()

    def wake(self) -> None:
        self.bell.ring()

    def _run(self) -> None:
        pause = 0.0
        with self._work:
            slices.warm(self._staging)
        while not self._stop.is_set():
            heard = self.bell.count
            try:
                busy = self.step()
                self.failure, pause = None, 0.0
            except Exception as problem:  # the loader must outlive any one failure, and say so
                self.failure = f"{type(problem).__name__}: {problem}"
                log.exception("slice failed, will be tried again", pause=pause)
                pause = min(pause * 2 + 0.5, 30.0)
                self._stop.wait(pause)
                close_old_connections()
                continue
            if not busy:
                self.bell.wait(heard, timeout=0.25)
        connection.close()

    def drain(self, until: float = float("inf")) -> None:
        """Load everything that is on disk now; stop after `until` seconds."""
        deadline = time.monotonic() + until
        while self.step() and time.monotonic() < deadline:
            pass

    def settle(self) -> None:
        """Load everything accepted before this call and delete its logs. Raises Conflict when one must be kept."""
        self._roll()
        before = [path for path in logs(self.folder.inbox) if not is_open(path)]
        for path in before:
            while path.exists():
                with self._work:
                    if not path.exists() or self._step_log(path):
                        continue
                raise Conflict(
                    f"The inbox log {path.name} is kept because messages in it are not in the ledger.",
                    code="gap_open", fix="Load them again, on the receipts page or by `pentad load-again`.",
                )  # fmt: skip

    def finish(self, path: Path) -> bool:
        """Load a closed log to its end and look for its messages, again if need be. True when it could go."""
        with self._work:
            self._audited.pop(path.name, None)
            while path.exists() and self._step_log(path):
                pass
            return not path.exists()

    @contextmanager
    def resting(self) -> Iterator[None]:
        """No slice is under way inside: both stores are in step."""
        with self._work:
            yield

    def missing(self, path: Path) -> list[audit.Missing]:
        """Messages of a loaded log that are not in the ledger."""
        with self._work:
            return audit.missing_messages(self._staging, self.ledger, path, self.ledger.offset(path.name))

    # -- one step --------------------------------------------------------------------------------

    def step(self) -> bool:
        """Load one slice of each log. False when there was nothing to do."""
        with self._work:
            busy = False
            paths = logs(self.folder.inbox)
            behind = len(paths) <= MAX_UNAUDITED and self.lag_bytes() > SLICE_BYTES
            for path in paths:
                if self._stop.is_set():
                    return False
                busy |= self._step_log(path, audit=not behind)
            return busy

    def lag_bytes(self) -> int:
        """Bytes on disk that are not loaded yet."""
        offsets = self.ledger.offsets()
        total = 0
        for path in logs(self.folder.inbox):
            try:
                total += max(0, path.stat().st_size - offsets.get(path.name, 0))
            except FileNotFoundError:
                continue
        return total

    def _step_log(self, path: Path, *, audit: bool = True) -> bool:
        closed = not is_open(path)
        start = self.ledger.offset(path.name)
        done = LoaderOffset.objects.filter(log=path.name).values_list("offset", flat=True).first() or 0
        if done > start:
            frames = [f for f in read_frames(path, start, done - start + 8)[0] if f.end <= done]
            self._load(Slice(path.name, start, done, frames), replay=True)
            return True
        if path.stat().st_size == start:
            return closed and audit and self._retire(path, start)
        frames, end = read_frames(path, start, self._reach.get(path.name, SLICE_BYTES))
        if frames:
            self._attempt(Slice(path.name, start, end, frames))
            return True
        return closed and self._past_damage(path, start)

    def _past_damage(self, path: Path, start: int) -> bool:
        """A closed log goes on after bytes that are no frame: the tail of a crash, or damage on disk."""
        following = find_frame(path, start)
        if following is None:
            return self._retire(path, start)
        log.error("damaged bytes in an inbox log were skipped", log=path.name, start=start, bytes=following - start)
        frames, end = read_frames(path, following, SLICE_BYTES)
        self._load(Slice(path.name, start, end, frames), replay=False)
        return True

    def _attempt(self, piece: Slice) -> None:
        """Load a slice; on a failure narrow it down to the one request that cannot be loaded, and set that aside."""
        try:
            self._load(piece, replay=False)
            self._reach.pop(piece.log, None)
        except (OperationalError, InterfaceError, OSError, Unavailable):
            raise  # the store's trouble, not the message's: try the same again
        except Exception as problem:
            if len(piece.frames) > 1:
                log.exception("a slice failed, a smaller one follows", log=piece.log, start=piece.start, end=piece.end)
                self._reach[piece.log] = max(1, (piece.end - piece.start) // 2)
                return
            log.exception("a request cannot be loaded and is set aside", log=piece.log, start=piece.start)
            with transaction.atomic():
                LoaderOffset.objects.update_or_create(log=piece.log, defaults={"offset": piece.end})
            reason = f"{type(problem).__name__}: {problem}"
            self.ledger.append(slices.set_aside(piece, self.ledger.next_seq(), reason))

    def _load(self, piece: Slice, *, replay: bool) -> None:
        slices.stage(self._staging, piece, self.ledger.known)
        combos, table = slices.combos(self._staging)
        base = self.ledger.next_seq()
        if replay:
            answer = Resolver(store.rules_in_force()).look_up(combos)
            slices.place(self._staging, table, answer, base)
        else:
            with transaction.atomic():
                answer = self._relational(piece, combos, table, base)
        self.ledger.append(slices.ledger_slice(self._staging, piece))
        if answer.moved:
            self.ledger.set_links(answer.moved)

    def _relational(self, piece: Slice, combos: list[Combo], table: pa.Table, base: int) -> Resolution:
        """Everything the slice changes in the relational database, with its offset."""
        answer = Resolver(store.rules_in_force()).resolve(combos, Erased())
        slices.place(self._staging, table, answer, base)
        persons, names = slices.arrived(self._staging)
        stated = slices.stated(self._staging)
        fold.fold(slices.seen(self._staging), stated, answer.roots, answer.linked, arrived=persons, names=names)
        keep_staged(self._staging, answer.roots)
        touch(answer.moved, regrouped=True)
        LoaderOffset.objects.update_or_create(log=piece.log, defaults={"offset": piece.end})
        return answer

    def _retire(self, path: Path, end: int) -> bool:
        """Delete a closed, loaded log, once every message in it has been found again."""
        if self._audited.get(path.name) == end:
            return False
        missing = audit.missing_messages(self._staging, self.ledger, path, end)
        self._audited[path.name] = end
        audit.remember(path.name, missing)
        if missing:
            log.error(
                "messages of an inbox log are not in the ledger; the log is kept", log=path.name, messages=len(missing)
            )
            return False
        self.let_go(path)
        return True

    def let_go(self, path: Path) -> None:
        """Delete a loaded log, and what was remembered of it."""
        delete_log(path)
        self.ledger.forget_log(path.name)
        LoaderOffset.objects.filter(log=path.name).delete()
        audit.remember(path.name, [])
