"""Bringing a file of transactions in.

    plan = make_plan(path, Options())             # look, guess, say what is in the way
    row, holds = import_transactions(actor=…, plan=plan, name="Old shop", rejects=Path("rejects.csv"))

Rows become "Order Completed" events through the inbox, as if a server library had sent them. A message id is
made of the file's digest, its layout and the row's line, so the same file twice is stored once. What an import
brought arrived at one moment (`received`), by which it is found again when it is undone.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pentad.core import clock, jobs, runtime
from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Conflict, Invalid, PentadError
from pentad.core.models import Job
from pentad.data.imports import uploads
from pentad.data.imports.models import Import
from pentad.data.imports.plans import Plan
from pentad.data.imports.sending import Progress, send
from pentad.data.imports.undoable import IMPORTED
from pentad.data.ingest.actions import add_source, clean_name
from pentad.data.ingest.models import Source
from pentad.roles.undo import actions as undo

RUN = "imports.run"


def import_transactions(
    *, actor: Actor, plan: Plan, name: str, rejects: Path, again: bool = False, progress: Progress | None = None
) -> tuple[Import, dict[str, Any]]:
    """Import a file and wait until it is loaded. Returns the import, and what its source holds now (see tasks.holdings)
    with the reasons for which messages were quarantined.

    rejects: where rows that cannot be read are written, with line, reason and value; only made when there are any.
    again: import although the same file was brought in before in another way. Raises Invalid, Conflict, Denied.
    Not to be called inside a transaction: the loader must see what is written.
    """
    row = begin_import(actor=actor, plan=plan, name=name, again=again)
    counts = bring_in(row, plan, rejects, progress, lambda: _settled(row.id))
    return row, {name: counts[name] for name in ("customers", "events", "items", "amount", "reasons")}


def _settled(id: str) -> dict[str, Any]:
    found: dict[str, Any] = runtime.as_owner("imports.settle", {"id": id}, timeout=24 * 3600)
    return found


def bring_in(
    row: Import, plan: Plan, rejects: Path, progress: Progress | None, settled: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Send every row and see it loaded. When that fails, or is stopped, what was sent is counted all the same."""
    try:
        send(row, plan, rejects, progress)
        row.status = Import.LOADING
        row.save()
        counts = settled()
    except (jobs.Stopping, jobs.LeaseLost):
        raise  # it begins again elsewhere, or later
    except BaseException as problem:
        row.status = Import.STOPPED if isinstance(problem, jobs.Cancelled) else Import.FAILED
        row.problem = problem.message[:500] if isinstance(problem, PentadError) else ""
        _end(row)
        raise
    row.stored, row.duplicate, row.quarantined = counts["stored"], counts["duplicate"], counts["quarantined"]
    row.status = Import.DONE
    _end(row)
    return counts


def _end(row: Import) -> None:
    row.finished = clock.now()
    row.save()


@action("sources.edit")
def begin_import(*, actor: Actor, plan: Plan, name: str, again: bool = False, row: Import | None = None) -> Import:
    """Write down that a file is being imported, into a source of that name, made when missing.

    row: the import that was prepared on the screen. From here on it can be undone, also when it is cut off.
    """
    if plan.problems:
        raise Invalid(" ".join(plan.problems), code="import_unclear")
    source = Source.objects.filter(name__iexact=name.strip()).first()
    if source is None:
        source = add_source(actor=actor, name=name, kind="import")
    elif source.archived is not None:
        raise Conflict(
            f"The source “{source.name}” is in the archive.",
            code="source_archived",
            fix="Restore it, or choose another --name.",
        )
    elif source.own:
        raise Conflict("That source is Pentad's own.", code="source_is_own", fix="Choose another name.")
    layout = plan.layout.settings
    if not again:
        _refuse_second_way(plan.facts.digest, layout, source)
    row = row or Import(file_name=plan.path.name[:255])
    row.digest, row.layout, row.source_no = plan.facts.digest, layout, source.no
    row.actor, row.actor_name = actor.ref, actor.name
    row.received, row.started, row.status = clock.now_us(), clock.now(), Import.RUNNING
    row.save()
    undo.remember(actor=actor, kind=IMPORTED, ref=row.id, what=f"“{row.file_name}” imported", count=0)
    note(f"import:{row.id}", source=source.name)
    return row


def _refuse_second_way(digest: str, layout: dict[str, Any], source: Source) -> None:
    """The same file read differently, or into another source, would count every row twice."""
    former_ones = Import.objects.filter(digest=digest, sent__gt=0).exclude(status=Import.UNDONE)
    for former in former_ones.order_by("started"):
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


# -- on the screen -------------------------------------------------------------------------------------


@action("sources.edit")
def keep_upload(*, actor: Actor, upload: uploads.Upload) -> Import:
    """Keep a file to be looked at and imported: for a day, then it goes. Raises Invalid, TooLarge."""
    key, name = uploads.keep(upload)
    row = Import.objects.create(
        file_name=name, digest="", layout={}, source_no=0, actor=actor.ref, actor_name=actor.name, received=0,
        status=Import.DRAFT, upload=key,
    )  # fmt: skip
    note(f"import:{row.id}")
    return row


@action("sources.edit")
def start_import(*, actor: Actor, row: Import, plan: Plan, name: str, again: bool, options: dict[str, Any]) -> Import:
    """Bring a kept file in, as a job."""
    row = Import.objects.select_for_update().get(pk=row.pk)
    if row.status != Import.DRAFT:
        raise Conflict("This file is being imported, or was.", code="import_started", fix="See the list of imports.")
    row.wanted = {"name": clean_name(name), **options}
    row = begin_import(actor=actor, plan=plan, name=name, again=again, row=row)
    row.status = Import.WAITING
    row.job = jobs.enqueue(RUN, {"id": row.id}, key=f"import:{row.id}", max_attempts=3).public_id
    row.save()
    return row


def has_work(job: Job | None) -> bool:
    """Whether an import's job runs, or will: also after a failure, while it waits to be tried again."""
    return job is not None and job.status in (Job.WAITING, Job.RUNNING)


@action("sources.edit")
def stop_import(*, actor: Actor, row: Import) -> Import:
    """Stop an import: what was brought in stays, until it is undone."""
    job = Job.objects.filter(public_id=row.job).first()
    if job is None or not (row.under_way or has_work(job)):
        raise Conflict("This import is not under way.", code="import_not_running", fix="Reload the page.")
    jobs.cancel(job)
    note(f"import:{row.id}")
    if Job.objects.filter(pk=job.pk, status=Job.CANCELLED).exists():  # it had not begun
        uploads.remove(row.upload)
        Import.objects.filter(pk=row.pk).update(status=Import.STOPPED, finished=clock.now(), upload="")
    row.refresh_from_db()
    return row


@action("sources.edit")
def drop_upload(*, actor: Actor, row: Import) -> None:
    """Throw a file away that was not imported."""
    if row.status != Import.DRAFT:
        raise Conflict("This file is being imported, or was.", code="import_started", fix="See the list of imports.")
    note(f"import:{row.id}")
    uploads.remove_on_commit(row.upload)
    row.delete()
