"""Which process may do what on a data folder.

One process at a time *owns* a data folder: it alone opens the ledger and runs the loader and the
jobs. The kernel keeps the lock and drops it when the process ends, however it ends. Any process
may write rows of the relational database.
"""

import fcntl
import importlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from pentad.core.errors import Unavailable

if TYPE_CHECKING:
    from pentad.core.models import Job

Equipment = Callable[["Folder"], AbstractContextManager[Any]]

_owned: dict[Path, int] = {}
"""Lock file → process that took it here; the number tells a forked child that it owns nothing."""

_equipment: list[Equipment] = []


@dataclass(frozen=True, slots=True)
class Folder:
    """The data folder and what lies where in it."""

    root: Path

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def ledger(self) -> Path:
        return self.root / "ledger"

    @property
    def database(self) -> Path:
        return self.root / "pentad.db"

    @property
    def lock(self) -> Path:
        return self.root / "owner.lock"

    def make(self) -> "Folder":
        """Create what is missing, readable by this user only."""
        for path in (self.root, self.inbox, self.ledger):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self


def folder() -> Folder:
    """The data folder of this process."""
    return Folder(Path(settings.DATA))


def equip(factory: Equipment) -> Equipment:
    """Register what a process needs beside the lock to do an owner's work, e.g. the open ledger.

    `as_owner` enters these when it takes the lock for one piece of work. A server that owns the
    folder for its whole life opens them itself.
    """
    if factory not in _equipment:
        _equipment.append(factory)
    return factory


@contextmanager
def own(folder: Folder, wait: float = 0.0) -> Iterator[Folder]:
    """Own the data folder while inside. Raises Unavailable when another holds it after `wait` seconds."""
    folder.make()
    handle = os.open(folder.lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(handle, folder, time.monotonic() + wait)
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        _owned[folder.lock] = os.getpid()
        try:
            yield folder
        finally:
            del _owned[folder.lock]
    finally:
        os.close(handle)


def _take(handle: int, folder: Folder, deadline: float) -> None:
    while True:
        try:
            return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < deadline:
                time.sleep(0.05)
                continue
        holder = os.pread(handle, 20, 0).decode().strip() or "unknown"
        raise Unavailable(
            f"The data folder {folder.root} is in use by process {holder}.",
            code="folder_in_use",
            fix="Stop the other Pentad process, or give this one another folder with --data.",
        )


def is_owner() -> bool:
    """Whether this process owns its data folder now."""
    return _owned.get(folder().lock) == os.getpid()


def as_owner(kind: str, payload: dict[str, Any] | None = None, timeout: float = 600.0) -> Any:
    """Do a job in the owner process, wherever that is, and return its result.

    Here, when this process owns the folder or nobody does; else in the process that owns it, by
    its job workers. Should that process end first, the work moves here. An error of the work is
    raised as it was; Unavailable after `timeout` seconds. Not to be called inside a transaction:
    the other process would never see the job.
    """
    from pentad.core import jobs

    return see_through(jobs.enqueue(kind, payload, max_attempts=1, priority=100), timeout)


def see_through(job: "Job", timeout: float = 600.0) -> Any:
    """The same for a job that was enqueued before, by an action for instance."""
    from pentad.core import jobs

    deadline = time.monotonic() + timeout
    while True:
        _try_here(job.pk)
        left = deadline - time.monotonic()
        try:
            return jobs.outcome(jobs.wait(job, timeout=min(1.0, left)))
        except jobs.Unfinished:
            if left <= 1.0:
                raise


def _try_here(job_id: int) -> None:
    from pentad.core import jobs

    if not jobs.is_due(job_id):  # asked first, because an owner's equipment takes a while to open
        return
    if is_owner():
        jobs.run_here(job_id)
        return
    with ExitStack() as stack:
        try:
            stack.enter_context(own(folder()))
        except Unavailable:
            return
        importlib.import_module(settings.EQUIPMENT)
        for factory in _equipment:
            stack.enter_context(factory(folder()))
        jobs.run_here(job_id)
