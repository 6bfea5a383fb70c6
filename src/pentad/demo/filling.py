"""Filling a data folder with the demo company, once.

What is written is decided by a seed and an end that are stored before the first frame. A start after
a crash goes on with the same ones: frames up to the last mark are left out, those after it come again
under the message ids they had, and deduplication keeps one of each.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from itertools import chain, islice
from pathlib import Path
from typing import Any

import structlog

from pentad.core import clock, settings
from pentad.core.models import Setting
from pentad.core.runtime import Folder
from pentad.data.ingest.frames import HISTORICAL, FrameMeta, logs
from pentad.data.ingest.inbox import Inbox
from pentad.demo import cast, kestrel
from pentad.demo.frame import DemoFrame
from pentad.demo.people import CUSTOMERS
from pentad.demo.year import Year
from pentad.shell.settings import WORKSPACE

MARK = "demo.fill"
"""Name of the row that remembers seed, end and how far filling has come."""

GROUP_BYTES = 8 << 20
"""Frames written with one sync."""
MAX_BACKLOG = 40 << 20
"""More than this is not written ahead of the loader: readiness and the disk would suffer."""
WRITER = "demo"

SEED = 1
log = structlog.get_logger(__name__)

_begun: "dict[Path, Filling]" = {}
"""Fillings of this process whose rest is still to be written."""


def fill(folder: Folder, *, everything: bool = False, customers: int = CUSTOMERS) -> bool:
    """Make the demo company's sources, colleagues and views, and write its year to the inbox.

    Without `everything` only the cast and the last weeks are written, in about two seconds; `finish` does
    the rest while the server runs. Returns whether anything was written. Any loader may run meanwhile.
    """
    mark = _mark(customers)
    if mark["done"]:
        return False
    kestrel.add_colleagues()
    kestrel.add_views()
    kestrel.add_purposes()
    if WORKSPACE.get() == WORKSPACE.default:
        settings.put(WORKSPACE.name, "Kestrel Coffee")
    filling = Filling(folder, mark, kestrel.add_sources())
    filling.write_first()
    if everything:
        filling.write_rest(threading.Event(), wait_for_loader=False)
    else:
        _begun[folder.root] = filling
    return True


def finish(folder: Folder, stop: threading.Event) -> None:
    """Write what `fill` has left, no faster than it is loaded, until done or `stop` is set."""
    filling = _begun.pop(folder.root, None)
    if filling is None:
        mark = _mark()
        if mark["done"]:
            return
        filling = Filling(folder, mark, kestrel.add_sources())
    filling.write_rest(stop)


def waiting(folder: Folder) -> int:
    """Bytes of our logs that are not loaded yet, or not deleted."""
    total = 0
    for path in logs(folder.inbox):
        if path.name.startswith(f"{WRITER}-"):
            with suppress(FileNotFoundError):  # loaded and deleted meanwhile
                total += path.stat().st_size
    return total


class Filling:
    """The frames of one demo on their way to the inbox."""

    def __init__(self, folder: Folder, mark: dict[str, Any], sources: dict[str, int]):
        self.folder, self.mark, self.sources = folder, mark, sources
        end = clock.from_us(mark["end_us"])
        self.year = Year(end=end, seed=mark["seed"], customers=mark["customers"])
        # The cast first, so that its pages are there at once.
        self._frames = islice(chain(cast.frames(end), self.year.frames()), mark["frames"], None)
        self._cast = sum(1 for _ in cast.frames(end))
        self._next: DemoFrame | None = next(self._frames, None)

    def write_first(self) -> None:
        """The cast, the CRM's export and the last weeks."""
        with closing(Inbox(self.folder.inbox, writer=WRITER)) as inbox:
            for group in self._groups(only_first=True):
                self._write(inbox, group)

    def write_rest(self, stop: threading.Event, *, wait_for_loader: bool = True) -> None:
        # Short logs: one that is still open stays when it has been loaded, and would count as waiting for ever.
        with closing(Inbox(self.folder.inbox, writer=WRITER, roll_bytes=GROUP_BYTES)) as inbox:
            for group in self._groups(only_first=False):
                while wait_for_loader and waiting(self.folder) > MAX_BACKLOG and not stop.wait(0.2):
                    pass
                if stop.is_set():
                    return
                self._write(inbox, group)
        _keep(self.mark | {"done": True})
        log.info("demo_filled", frames=self.mark["frames"])

    def _groups(self, *, only_first: bool) -> Iterator[list[DemoFrame]]:
        """Frames to be written with one sync; a small group to begin with, so that loading starts."""
        group: list[DemoFrame] = []
        size, enough = 0, GROUP_BYTES // 8 if only_first else GROUP_BYTES
        done = self.mark["frames"]
        while (frame := self._next) is not None:
            if only_first and done >= self._cast and not self.year.is_first(frame):
                break
            group.append(frame)
            size, done = size + len(frame.body), done + 1
            self._next = next(self._frames, None)
            if size >= enough:
                yield group
                group, size, enough = [], 0, GROUP_BYTES
        if group:
            yield group

    def _write(self, inbox: Inbox, group: list[DemoFrame]) -> None:
        inbox.append_many_sync(self._entries(group))
        self.mark["frames"] += len(group)
        _keep(self.mark)

    def _entries(self, group: list[DemoFrame]) -> Iterable[tuple[FrameMeta, bytes]]:
        for frame in group:
            yield FrameMeta(self.sources[frame.source], frame.received_us, frame.count, "", "", HISTORICAL), frame.body


def _mark(customers: int = CUSTOMERS) -> dict[str, Any]:
    first = {"seed": SEED, "customers": customers, "end_us": clock.now_us(), "frames": 0, "done": False}
    row, _ = Setting.objects.get_or_create(name=MARK, defaults={"value": first})
    return dict(row.value)


def _keep(mark: dict[str, Any]) -> None:
    Setting.objects.filter(name=MARK).update(value=mark, changed=clock.now())


def filled_year() -> Year | None:
    """The year that was filled in; None when this folder holds no demo."""
    row = Setting.objects.filter(name=MARK).first()
    if row is None:
        return None
    return Year(end=clock.from_us(row.value["end_us"]), seed=row.value["seed"], customers=row.value["customers"])
