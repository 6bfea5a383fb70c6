"""Rows of a file into the inbox, and those that cannot be read into a file of their own."""

import csv
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, TextIO

import msgspec

from pentad import __version__
from pentad.core import runtime
from pentad.core.errors import Invalid, RateLimited
from pentad.data.imports.models import Import
from pentad.data.imports.plans import Plan, cells_of
from pentad.data.imports.reading import Row
from pentad.data.imports.rules import Unreadable
from pentad.data.ingest.frames import HISTORICAL, FrameMeta, backlog_bytes
from pentad.data.ingest.inbox import Inbox

BATCH = 2500
GROUP = 8
"""Batches that are written with one sync."""
MAX_BACKLOG = 512 << 20
"""With more than this in the inbox, loading comes first."""
WRITER = "import"

Progress = Callable[[int, int], None]
"""Called with rows read and rows rejected so far."""


def message_prefix(plan: Plan) -> str:
    """What all message ids of a file read in one way begin with."""
    known = msgspec.json.encode([plan.facts.digest, plan.layout.settings], order="deterministic")
    return f"import-{hashlib.sha256(known).hexdigest()[:24]}"


def send(row: Import, plan: Plan, rejects: Path, progress: Progress | None) -> None:
    """Write every row to the inbox or to the rejects."""
    meta = FrameMeta(row.source_no, row.received, 0, "", "", HISTORICAL)
    with closing(Inbox(runtime.folder().inbox, writer=WRITER)) as inbox, closing(_Rejects(rejects)) as bad:
        group: list[tuple[FrameMeta, bytes]] = []
        for batch in _batches(row, plan, bad):
            group.append((msgspec.structs.replace(meta, count=len(batch)), _body(batch)))
            if len(group) == GROUP:
                _append(inbox, group, row)
                group = []
            if progress:
                progress(row.rows, row.rejected)
        _append(inbox, group, row)


def _batches(row: Import, plan: Plan, bad: "_Rejects") -> Iterator[list[bytes]]:
    reader = plan.reader(message_prefix(plan))
    batch: list[bytes] = []
    for record in plan.rows():
        row.rows += 1
        try:
            batch.append(reader.encode(record.line, cells_of(record)))
        except Unreadable as problem:
            row.rejected += 1
            bad.write(record, problem)
        if len(batch) == BATCH:
            row.sent += BATCH
            yield batch
            batch = []
    row.sent += len(batch)
    if batch:
        yield batch


def _body(batch: list[bytes]) -> bytes:
    library = b'{"library":{"name":"pentad-import","version":"%s"}}' % __version__.encode()
    return b'{"batch":[%s],"context":%s}' % (b",".join(batch), library)


def _append(inbox: Inbox, group: list[tuple[FrameMeta, bytes]], row: Import) -> None:
    if backlog_bytes(inbox.folder) > MAX_BACKLOG:
        runtime.as_owner("ingest.settle", timeout=24 * 3600)
    while True:
        try:
            inbox.append_many_sync(group)
        except RateLimited as full:
            time.sleep(full.data.get("retry_after", 1))
            continue
        row.save()
        return


class _Rejects:
    """The file of rows that could not be read, made with the first of them."""

    def __init__(self, path: Path):
        self._path = path
        self._file: TextIO | None = None
        self._writer: Any = None

    def write(self, record: Row, problem: Unreadable) -> None:
        if self._file is None:
            try:
                self._file = self._path.open("w", encoding="utf-8", newline="")
            except OSError as error:
                raise Invalid(
                    f"Rows that cannot be read are to be kept in {self._path}, which cannot be written: {error.strerror}.",
                    code="rejects_unwritable",
                    fix="Say another place with --rejects FILE.",
                ) from None
            self._writer = csv.writer(self._file)
            self._writer.writerow(["line", "reason", "value", "row"])
        told = (problem.reason, problem.value, record.raw.rstrip("\r\n"))
        self._writer.writerow([record.line, *(_cell(text) for text in told)])

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def _cell(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
