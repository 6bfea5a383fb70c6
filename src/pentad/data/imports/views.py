"""Screens of imports: the list, a file that is looked at before it is brought in, its progress and what became of it."""

import csv
import re
from itertools import islice
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pentad.core.errors import Invalid, NotFound, PentadError
from pentad.core.models import Job
from pentad.data.imports import actions, uploads
from pentad.data.imports.models import Import
from pentad.data.imports.plans import Plan, make_plan, options_of
from pentad.data.imports.rules import DATE_FORMATS, ROLES
from pentad.data.imports.undoable import IMPORTED
from pentad.data.ingest.models import Source
from pentad.data.ingest.page import actor_of, is_part, modal_done
from pentad.roles.access import signed_in
from pentad.roles.access.seeing import require_all, self_ref
from pentad.roles.audit import looked_at
from pentad.roles.page import in_readers_zone
from pentad.roles.undo import queries as undo
from pentad.roles.undo.models import Change

SHOWN = 200
PREVIEW = 8
LOOKED_AT = 1_000
"""Rows read for the preview, so that bad lines beyond the first few are named too."""
BAD = 100
DELIMITERS = ("comma", "semicolon", "tab", "pipe", "spaces")
TONES = {
    Import.DRAFT: ("Not imported yet", "gray"), Import.WAITING: ("Waiting", "blue"), Import.RUNNING: ("Reading", "blue"),
    Import.LOADING: ("Loading", "blue"), Import.DONE: ("Imported", "green"), Import.FAILED: ("Failed", "red"),
    Import.STOPPED: ("Stopped", "orange"), Import.UNDONE: ("Undone", "gray"),
}  # fmt: skip


@require_GET
@signed_in("sources.view")
@in_readers_zone
def import_list(request: HttpRequest) -> HttpResponse:
    """Every import, the latest first."""
    rows = [_shown(row) for row in Import.objects.order_by("-started")[:SHOWN]]
    names = dict(Source.objects.values_list("no", "name"))
    for row in rows:
        row.source_name = names.get(row.source_no, "")  # type: ignore[attr-defined]
    context = {"rows": rows, "may_edit": actor_of(request).may("sources.edit")}
    return render(request, "imports/imports.html", context)


@require_http_methods(["GET", "POST"])
@signed_in("sources.edit")
def new_import(request: HttpRequest) -> HttpResponse:
    """The dialog that takes a file, and what it sends."""
    context: dict[str, Any] = {"most": uploads.LARGEST.get()}
    if request.method == "GET":
        return render(request, "imports/_new.html", context)
    try:
        upload = request.FILES.get("file")
        if upload is None:
            raise Invalid("No file was chosen.", code="file_missing", fix="Choose a CSV or Parquet file.")
        row = actions.keep_upload(actor=actor_of(request), upload=upload)
    except PentadError as error:
        return render(request, "imports/_new.html", context | {"fault": f"{error.message} {error.fix}"}, status=422)
    return modal_done(f"/imports/{row.id}/")


def _find(request: HttpRequest, id: str) -> Import:
    row = Import.objects.filter(id=id).first()
    if row is None:
        raise NotFound("There is no such import.", code="import_not_found", fix="See the list of imports.")
    return row


def _draft(request: HttpRequest, id: str) -> Import:
    """A file that waits; its rows are for whoever sent it, and for those who see all customers."""
    row = _find(request, id)
    _may_read(request, row)
    if row.status == Import.DRAFT and not uploads.path_of(row.upload).is_file():
        raise NotFound("This file is not kept any more.", code="upload_gone", fix="Send it again.")
    return row


def _may_read(request: HttpRequest, row: Import) -> None:
    if row.actor != actor_of(request).ref:
        require_all("people")


@require_GET
@signed_in("sources.view")
@in_readers_zone
def import_page(request: HttpRequest, import_id: str) -> HttpResponse:
    """A file before it is imported, its progress, or what became of it."""
    row = _find(request, import_id)
    if row.status == Import.DRAFT:
        row = _draft(request, import_id)
        context = _look(row, request.GET.dict())
        return render(request, "imports/_look.html" if is_part(request) else "imports/look.html", context)
    context = _result(request, row)
    return render(request, "imports/_result.html" if is_part(request) else "imports/import.html", context)


def _look(row: Import, given: dict[str, Any]) -> dict[str, Any]:
    """How the file is understood, its first rows as they would be imported, and lines that cannot be read."""
    context: dict[str, Any] = {
        "row": row, "given": given, "roles": ROLES, "formats": DATE_FORMATS, "name": given.get("name") or Path(row.file_name).stem,
        "delimiters": DELIMITERS, "insist": given.get("again") == "1",
        "sources": Source.objects.filter(archived=None, kind="import").order_by("name"),
    }  # fmt: skip
    try:
        plan = make_plan(uploads.path_of(row.upload), options_of(given))
    except PentadError as error:
        return context | {"fault": _without_path(row, f"{error.message} {error.fix}")}
    good, bad = plan.preview(LOOKED_AT) if not plan.problems else ([], [])
    return context | {
        "plan": plan, "about": plan.count() - int(plan.header and bool(plan.facts.encoding)),
        "problems": [_here(one) for one in plan.problems],
        "columns": _columns(plan), "chosen": {role: plan.layout.columns[at] for role, at in plan.layout.roles.items()},
        "first": [_message(one) for one in good[:PREVIEW]], "bad": [_bad(one, why) for one, why in bad[:BAD]],
        "bad_count": len(bad), "looked_at": len(good) + len(bad),
        "ready": not plan.problems and bool(good),
    }  # fmt: skip


def _columns(plan: Plan) -> list[dict[str, Any]]:
    """Each column with the role it has and its first values."""
    roles = {at: role for role, at in plan.layout.roles.items()}
    first = [row.cells for row in islice(plan.rows(), 3) if not row.fault]
    return [
        {"name": name, "role": roles.get(at, ""), "values": [cells[at] for cells in first if at < len(cells)]}
        for at, name in enumerate(plan.layout.columns)
    ]


def _message(message: dict[str, Any]) -> dict[str, Any]:
    said = [
        (key, value if isinstance(value, str) else bytes(value).decode())
        for key, value in message["properties"].items()
    ]
    return {"customer": message["userId"], "at": message["timestamp"], "event": message["event"], "said": said}


def _bad(row: Any, why: Any) -> dict[str, Any]:
    return {"line": row.line, "reason": why.reason, "value": why.value}


def _without_path(row: Import, text: str) -> str:
    return _here(text.replace(str(uploads.path_of(row.upload)), f"“{row.file_name}”"))


def _here(text: str) -> str:
    """What the command line says, in the words of this page."""
    for said, here in (
        (r"say --map \w+=COLUMN, one of [^.]*", "choose it below"),
        (r"say --date-format, such as", "say how dates are written, such as"),
        (r"say which with --date-format", "say which under “Dates”"),
        (r"or say --again if", "or tick “Import again” if"),
        (r"choose another --name", "choose another name"),
        (r"Say --delimiter", "Say by what the columns are parted"),
    ):
        text = re.sub(said, here, text)
    return text


@require_POST
@signed_in("sources.edit")
def start(request: HttpRequest, import_id: str) -> HttpResponse:
    """Import the file as the form says."""
    row, given = _draft(request, import_id), request.POST.dict()
    try:
        plan = make_plan(uploads.path_of(row.upload), options_of(given))
        options = {key: given[key] for key in given if key.startswith("role_") or key in KEPT}
        again = given.get("again") == "1"
        actions.start_import(
            actor=actor_of(request), row=row, plan=plan, name=given.get("name", ""), again=again, options=options
        )
    except PentadError as error:
        if error.status == 403:
            raise
        fault = _without_path(row, f"{error.message} {error.fix}")
        context = _look(row, given) | {"fault": fault}
        context["insist"] = context["insist"] or error.code == "imported_before"
        return render(request, "imports/_look.html", context, status=422)
    return modal_done(f"/imports/{row.id}/")


KEPT = ("date_format", "delimiter", "header", "currency", "encoding", "decimal")


@require_POST
@signed_in("sources.edit")
def stop(request: HttpRequest, import_id: str) -> HttpResponse:
    """Stop an import that is under way."""
    actions.stop_import(actor=actor_of(request), row=_find(request, import_id))
    messages.success(request, "The import stops. What was brought in stays until you undo it.")
    return modal_done(f"/imports/{import_id}/")


@require_POST
@signed_in("sources.edit")
def drop(request: HttpRequest, import_id: str) -> HttpResponse:
    """Throw the file away."""
    actions.drop_upload(actor=actor_of(request), row=_draft(request, import_id))
    messages.success(request, "The file is gone. Nothing was imported.")
    return modal_done("/imports/")


@require_GET
@signed_in("sources.view")
def rejects(request: HttpRequest, import_id: str) -> FileResponse:
    """The rows that could not be read, as a file."""
    row = _find(request, import_id)
    _may_read(request, row)
    path = uploads.rejects_of(row.id)
    if not path.is_file():
        raise NotFound("The rejected rows are not kept any more.", code="rejects_gone", fix="Look into your own file.")
    looked_at(actor_of(request), f"import:{row.id}", "rejects")
    name = f"{Path(row.file_name).stem}.rejects.csv"
    response = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="text/csv; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    return response


def _result(request: HttpRequest, row: Import) -> dict[str, Any]:
    actor, job = actor_of(request), Job.objects.filter(public_id=row.job).first() if row.job else None
    change = undo.visible(actor, Change.objects.filter(kind=IMPORTED, ref=row.id)).first()
    readable = row.actor == self_ref(actor) or _sees_all()
    path = uploads.rejects_of(row.id)
    bad: list[dict[str, str]] = []
    if readable and row.rejected and path.is_file():
        with path.open(encoding="utf-8", newline="") as file:
            bad = list(islice(csv.DictReader(file), BAD))
    may_undo = change is not None and change.undone is None and actor.may("sources.edit")
    return {
        "row": _shown(row), "source": Source.objects.filter(no=row.source_no).first(), "job": job, "change": change,
        "percent": round(job.progress * 100) if job else 0, "bad": bad, "has_file": bool(bad),
        "may_stop": job is not None and (row.under_way or actions.has_work(job)) and actor.may("sources.edit"),
        "may_undo": may_undo and not row.under_way and not actions.has_work(job),
        "roles": [(role, row.layout["columns"][at]) for role, at in row.layout.get("roles", {}).items()],
    }  # fmt: skip


def _sees_all() -> bool:
    try:
        require_all("people")
    except PentadError:
        return False
    return True


def _shown(row: Import) -> Import:
    row.label, row.tone = TONES[row.status]  # type: ignore[attr-defined]
    return row
