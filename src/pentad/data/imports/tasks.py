"""Bringing a file in from the screen, and waiting for an import to be loaded, in the process that loads."""

from typing import Any

from django.db import transaction

from pentad import ledger
from pentad.core import clock
from pentad.core.errors import Invalid
from pentad.core.jobs import Cancelled, Context, LeaseLost, Stopping, task
from pentad.data.imports import actions, undoing, uploads  # noqa: F401  undoing holds a task
from pentad.data.imports.models import Import
from pentad.data.imports.plans import make_plan, options_of
from pentad.data.imports.undoable import IMPORTED
from pentad.data.ingest.tasks import settle
from pentad.data.ingest.when import naive
from pentad.data.privacy.models import Erasure
from pentad.roles.undo.models import Change


@task(actions.RUN, attempts=3)
def run(job: Context, id: str) -> dict[str, Any]:
    """Bring in a file that was sent from the screen. What a stopped attempt has sent is told apart by its ids."""
    if _taken_back(id):
        _let_go(id)
        return {}
    row = Import.objects.get(id=id)
    path = uploads.path_of(row.upload)
    if not row.upload or not path.is_file():
        raise Invalid("The file is not kept any more.", code="upload_gone", fix="Send it again.")
    plan = make_plan(path, options_of(row.wanted))
    row.rows = row.sent = row.rejected = 0
    row.status, row.problem, whole = Import.RUNNING, "", max(plan.count(), 1)
    row.save()

    def progress(rows: int, rejected: int) -> None:
        job.progress(0.7 * min(rows / whole, 1))

    try:
        counts = actions.bring_in(row, plan, uploads.rejects_of(id), progress, lambda: settle_import(job, id))
    except Cancelled:
        settle_import(job, id)
        _let_go(id)
        raise
    except (Stopping, LeaseLost):
        raise  # it begins again elsewhere, or later
    except BaseException:
        if _erased_since(row):
            _let_go(id)
        raise
    _let_go(id)
    return counts


def _taken_back(id: str) -> bool:
    """Whether the import was undone, or is being: a later attempt would bring it in again.

    The change is locked as `undo` locks it. Whoever comes second sees the other: its job, or that this one runs.
    """
    with transaction.atomic():
        change = Change.objects.select_for_update().filter(kind=IMPORTED, ref=id).first()
        row = Import.objects.select_for_update().get(id=id)
        return row.status == Import.UNDONE or (change is not None and bool(change.job or change.undone))


def _let_go(id: str) -> None:
    row = Import.objects.get(id=id)
    if _erased_since(row):
        uploads.remove(uploads.rejects_of(id).name)
    uploads.remove(row.upload)
    row.upload = ""
    row.save(update_fields=["upload"])


def _erased_since(row: Import) -> bool:
    """Whether somebody was erased meanwhile, who may be in its files: an erasure leaves those alone that are in use."""
    return Erasure.objects.filter(at__gte=clock.from_us(row.received)).exists()


@task("imports.sweep")
def sweep(job: Context) -> dict[str, int]:
    """Remove files that were sent but not imported within a day, and rejected rows after 30 days."""
    gone = uploads.sweep()
    for row in Import.objects.filter(status=Import.DRAFT):
        if not uploads.path_of(row.upload).is_file():
            row.delete()
    return {"removed": gone}


@task("imports.settle")
def settle_import(job: Context, id: str) -> dict[str, Any]:
    """Load what is in the inbox, count what became of an import's messages, and add its source up."""
    settle(job)
    row = Import.objects.get(id=id)
    mine = (row.source_no, naive(clock.from_us(row.received)))
    counts = {
        name: int(
            ledger.current().rows(f"SELECT count(*) AS n FROM {table} WHERE source_no = ? AND received = ?", mine)[0][
                "n"
            ]
        )
        for name, table in (("stored", "events"), ("duplicate", "duplicates"), ("quarantined", "quarantined"))
    }
    Import.objects.filter(id=id).update(**counts)
    Change.objects.filter(kind=IMPORTED, ref=id).update(count=counts["stored"])
    return {**counts, **holdings(row.source_no), "reasons": _reasons(mine)}


def _reasons(mine: tuple[int, Any]) -> dict[str, int]:
    """Why messages of an import were set aside: reason code → how many."""
    sql = "SELECT reason, count(*) AS n FROM quarantined WHERE source_no = ? AND received = ? GROUP BY reason ORDER BY n DESC, reason"
    return {found["reason"]: int(found["n"]) for found in ledger.current().rows(sql, mine)}


def holdings(source_no: int) -> dict[str, Any]:
    """What the ledger holds from a source, added up anew: customers, events, items, amount (as text, exact to four digits)."""
    found = ledger.current().rows(
        "SELECT count(DISTINCT root_no) AS customers, count(*) AS events, sum(CAST(p_quantity AS DECIMAL(18, 4))) AS items,"
        " sum(CAST(p_revenue AS DECIMAL(18, 4))) AS amount FROM events WHERE source_no = ?",
        (source_no,),
    )[0]
    return {
        "customers": int(found["customers"]),
        "events": int(found["events"]),
        "items": _plain(found["items"]),
        "amount": _plain(found["amount"]),
    }


def _plain(value: Any) -> str:
    """A sum without needless zeros: "167881", "2500315.63"."""
    return f"{value or 0:f}".rstrip("0").rstrip(".") if "." in f"{value or 0:f}" else f"{value or 0:f}"
