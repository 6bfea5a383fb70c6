"""An import undone: what it brought leaves the ledger, and customers who came only from it leave with it.

In steps that may be repeated: the customers are written down; the ledger's files are written anew without the rows,
which are counted as removed, so that receipts stay in balance; then the customers are counted anew, some at a time.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext

from pentad import ledger
from pentad.core import clock, runtime
from pentad.core.errors import Unavailable
from pentad.core.jobs import Context, task
from pentad.core.models import Job
from pentad.data.imports import refold, uploads
from pentad.data.imports.actions import has_work
from pentad.data.imports.models import Import
from pentad.data.imports.sending import WRITER
from pentad.data.imports.undoable import TASK
from pentad.data.ingest import loader
from pentad.data.ingest.frames import is_open, logs
from pentad.data.ingest.models import LoaderOffset
from pentad.data.ingest.tasks import settle
from pentad.data.ingest.when import naive
from pentad.roles.access.queries import actor_named
from pentad.roles.undo import actions as undo
from pentad.roles.undo.models import Change, ChangedRecord
from pentad.roles.views import counts

STEP = 500
LISTED = 5_000
"""Customers written down in one transaction."""


@task(TASK)
def undo_import(job: Context, change: str, actor: str) -> dict[str, int]:
    """Take an import back: its events leave the ledger, then customers are counted anew or go."""
    kept, who = Change.objects.get(id=change), actor_named(actor)
    row = Import.objects.get(id=kept.ref)
    settle(job)
    if not kept.data.get("listed"):
        _write_down(job, kept, row)
    job.progress(0.1)
    ledger.current().take_back(row.source_no, naive(clock.from_us(row.received)))
    whole = max(kept.records.count(), 1)
    while some := list(kept.records.order_by("id")[:STEP]):
        with _resting(), job.checkpoint():
            _in_step()
            went, stay = refold.refold(row, [one.no for one in some])
            kept.records.filter(pk__in=[one.pk for one in some]).delete()
            row.taken = {"customers": row.taken.get("customers", 0) + went, "stay": row.taken.get("stay", 0) + stay}
            row.save(update_fields=["taken"])
        job.progress(0.3 + 0.7 * (1 - kept.records.count() / whole))
    with job.checkpoint():
        row.status, row.taken = Import.UNDONE, {"customers": 0, "stay": 0, **row.taken, "events": row.stored}
        row.save(update_fields=["status", "taken"])
        undo.finish(kept, who)
    uploads.remove(uploads.rejects_of(row.id).name)
    counts.forget_counts()
    return {name: int(number) for name, number in row.taken.items()}


def _write_down(job: Context, kept: Change, row: Import) -> None:
    """Whom the import tells of. A list that was cut off is begun anew: the ledger is untouched until it is whole."""
    with job.checkpoint():
        kept.records.all().delete()
    for numbers in _numbers(row):
        with job.checkpoint():
            ChangedRecord.objects.bulk_create(ChangedRecord(change=kept, kind="", no=no) for no in numbers)
        job.check()
    with job.checkpoint():
        kept.data = {**kept.data, "listed": True}
        kept.save(update_fields=["data"])


def _numbers(row: Import) -> Iterator[list[int]]:
    found = ledger.current().query(
        "SELECT DISTINCT person_no FROM events WHERE source_no = ? AND received = ? ORDER BY person_no",
        (row.source_no, naive(clock.from_us(row.received))),
    )
    numbers = found["person_no"].to_pylist()
    for start in range(0, len(numbers), LISTED):
        yield numbers[start : start + LISTED]


def _resting() -> AbstractContextManager[None]:
    running = loader.running()
    return running.resting() if running is not None else nullcontext()


def _in_step() -> None:
    """Raise Unavailable while the ledger lacks what the relational database has of a slice: it is stored in a moment."""
    offsets = ledger.current().offsets()
    for log, offset in LoaderOffset.objects.values_list("log", "offset"):
        if offset > offsets.get(log, 0):
            raise Unavailable("A slice is half stored.", code="loader_behind", fix="Try again in a moment.")


def busy(change: Change) -> str:
    """Why an import cannot be undone yet: its job runs, or a command still writes."""
    row = Import.objects.filter(id=change.ref).first()
    if row is None:
        return ""
    if row.job:
        alive = has_work(Job.objects.filter(public_id=row.job).first())
    else:
        alive = row.under_way and any(
            is_open(path) for path in logs(runtime.folder().inbox) if path.name.startswith(f"{WRITER}-")
        )
    return "This import is still under way." if alive else ""
