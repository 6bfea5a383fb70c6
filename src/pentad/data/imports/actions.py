"""Bringing a file of transactions in.

    plan = make_plan(path, Options())             # look, guess, say what is in the way
    row, holds = import_transactions(actor=…, plan=plan, name="Old shop", rejects=Path("rejects.csv"))

Rows become "Order Completed" events through the inbox, as if a server library had sent them. A message id is
made of the file's digest, its layout and the row's line, so the same file twice is stored once.
"""

import csv
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, TextIO

import msgspec

from pentad import __version__
from pentad.core import clock, runtime
from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Conflict, Invalid, RateLimited
from pentad.data.imports.models import Import
from pentad.data.imports.plans import Plan, cells_of
from pentad.data.imports.reading import Row
from pentad.data.imports.rules import Unreadable
from pentad.data.ingest.actions import add_source
from pentad.data.ingest.frames import HISTORICAL, FrameMeta, backlog_bytes
from pentad.data.ingest.inbox import Inbox
from pentad.data.ingest.models import Source

BATCH = 2500
GROUP = 8
"""Batches that are written with one sync."""
MAX_BACKLOG = 512 << 20
"""With more than this in the inbox, loading comes first."""

Progress = Callable[[int, int], None]
"""Called with rows read and rows rejected so far."""


def import_transactions(
    *, actor: Actor, plan: Plan, name: str, rejects: Path, again: bool = False, progress: Progress | None = None
) -> tuple[Import, dict[str, Any]]:
    """Import a file and wait until it is loaded. Returns the import, and what its source holds now (see tasks.holdings)
    with the reasons for which messages were quarantined.

    rejects: where rows that cannot be read are written, with line, reason and value; only made when there are any.
    again: import although the same file was brought in before in another way. Raises Invalid, Conflict, Denied.
    Not to be called inside a transaction: the loader must see what is written.
    """
    if plan.problems:
        raise Invalid(" ".join(plan.problems), code="import_unclear")
    row = begin_import(actor=actor, plan=plan, name=name, again=again)
    try:
        _send(row, plan, rejects, progress)
        row.status = Import.LOADING
        row.save()
        counts = runtime.as_owner("imports.settle", {"id": row.id}, timeout=24 * 3600)
    except BaseException:
        Import.objects.filter(id=row.id).update(status=Import.FAILED, finished=clock.now())
        raise
    row.stored, row.duplicate, row.quarantined = counts["stored"], counts["duplicate"], counts["quarantined"]
    row.status, row.finished = Import.DONE, clock.now()
    row.save()
    return row, {name: counts[name] for name in ("customers", "events", "items", "amount", "reasons")}


@action("sources.edit")
def begin_import(*, actor: Actor, plan: Plan, name: str, again: bool = False) -> Import:
    """Write down that a file is being imported, into a source of that name, made when missing."""
    source = Source.objects.filter(name__iexact=name.strip()).first()
    if source is None:
        source = add_source(actor=actor, name=name, kind="import")
    elif source.archived is not None:
        raise Conflict(
            f"The source “{source.name}” is in the archive.",
            code="source_archived",
            fix="Restore it, or choose another --name.",
        )
    layout = plan.layout.settings
    if not again:
        _refuse_second_way(plan.facts.digest, layout, source)
    row = Import.objects.create(
        file_name=plan.path.name[:255],
        digest=plan.facts.digest,
        layout=layout,
        source_no=source.no,
        actor=actor.ref,
        received=clock.now_us(),
    )
    note(f"import:{row.id}", source=source.name)
    return row


def _refuse_second_way(digest: str, layout: dict[str, Any], source: Source) -> None:
    """The same file read differently, or into another source, would count every row twice."""
    for former in Import.objects.filter(digest=digest, sent__gt=0).order_by("started"):
        if former.source_no != source.no or former.layout != layout:
            where = (
                Source.objects.filter(no=former.source_no).values_list("name", flat=True).first() or "a former source"
            )
            raise Conflict(
                f"This file was imported on {former.started:%Y-%m-%d} into “{where}”, read in another way or to another place; "
                "importing it like this would count its rows a second time.",
                code="imported_before",
                fix="Import it as before, or say --again if that is what you want.",
            )


def message_prefix(plan: Plan) -> str:
    """What all message ids of a file read in one way begin with."""
    known = msgspec.json.encode([plan.facts.digest, plan.layout.settings], order="deterministic")
    return f"import-{hashlib.sha256(known).hexdigest()[:24]}"


def _send(row: Import, plan: Plan, rejects: Path, progress: Progress | None) -> None:
    """Write every row to the inbox or to the rejects."""
    meta = FrameMeta(row.source_no, row.received, 0, "", "", HISTORICAL)
    with closing(Inbox(runtime.folder().inbox, writer="import")) as inbox, closing(_Rejects(rejects)) as bad:
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
        self._writer.writerow([record.line, problem.reason, problem.value, record.raw.rstrip("\r\n")])

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
