"""Background work: what runs, waits, gave up and why; try again, stop, discard."""

import json
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from pentad.core import clock, jobs
from pentad.core.actor import Actor
from pentad.core.errors import Invalid, NotFound
from pentad.core.jobs import actions
from pentad.core.models import Job, Schedule
from pentad.roles.access.gate import signed_in

SHOWN = 100
_TITLES = {
    Job.RUNNING: "Running",
    Job.WAITING: "Waiting",
    Job.DEAD: "Given up",
    Job.DONE: "Done",
    Job.CANCELLED: "Stopped",
}
_ORDER = {
    Job.RUNNING: ["started", "id"], Job.WAITING: ["run_at", "id"], Job.DEAD: ["-finished", "-id"],
    Job.DONE: ["-finished", "-id"], Job.CANCELLED: ["-finished", "-id"],
}  # fmt: skip


def _actor(request: HttpRequest) -> Actor:
    actor = request.actor  # type: ignore[attr-defined]
    assert isinstance(actor, Actor)
    return actor


@require_GET
@signed_in("jobs.view")
def job_list(request: HttpRequest) -> HttpResponse:
    """The page; or its changing part alone, which it asks for every two seconds."""
    status = request.GET.get("status", "")
    partial = request.headers.get("HX-Request-Type") == "partial"
    return render(request, "shell/_jobs.html" if partial else "shell/jobs.html", _context(_actor(request), status))


def _context(actor: Actor, status: str) -> dict[str, Any]:
    status = status if status in _TITLES else ""
    counts = jobs.counts()
    wanted = [status] if status else [Job.DEAD, Job.RUNNING, Job.WAITING, Job.DONE, Job.CANCELLED]
    groups: list[tuple[str, str, list[Job]]] = []
    left = SHOWN
    for one in wanted:
        rows = list(Job.objects.filter(status=one).order_by(*_ORDER[one])[:left])
        left -= len(rows)
        if rows:
            groups.append((one, _TITLES[one], [_shown(job) for job in rows]))
    return {
        "groups": groups, "status": status, "shown": SHOWN, "full": left <= 0, "may_edit": actor.may("jobs.edit"), "now": clock.now(),
        "tabs": [("", "All", sum(counts.values())), *((key, title, counts.get(key, 0)) for key, title in _TITLES.items())],
        "schedules": Schedule.objects.order_by("next_at") if not status else [], "total": sum(counts.values()),
    }  # fmt: skip


def _shown(job: Job) -> Job:
    """A job with what the table says of it."""
    job.about = _about(job.kind)  # type: ignore[attr-defined]
    job.percent = round(job.progress * 100)  # type: ignore[attr-defined]
    job.seconds = _seconds(job.started, job.finished or clock.now())  # type: ignore[attr-defined]
    job.hint = (job.result or {}).get("fix", "") if job.status == Job.DEAD and isinstance(job.result, dict) else ""  # type: ignore[attr-defined]
    return job


def _about(kind: str) -> str:
    """What work of this kind does: the first sentence its author wrote about it."""
    try:
        return (jobs.find(kind).function.__doc__ or "").strip().partition("\n")[0].partition(". ")[0].rstrip(".") + "."
    except Invalid:
        return "The plugin that does this work is not installed."


def _seconds(start: datetime | None, end: datetime) -> float | None:
    return (end - start).total_seconds() if start else None


def _find(public_id: str) -> Job:
    job = Job.objects.filter(public_id=public_id).first()
    if job is None:
        raise NotFound("There is no such job any more.", code="job_not_found", fix="Reload the list.")
    return job


def _after(request: HttpRequest, text: str) -> HttpResponse:
    response = render(request, "shell/_jobs.html", _context(_actor(request), request.GET.get("status", "")))
    response["HX-Trigger"] = json.dumps({"toast": {"text": text, "tone": "green"}})
    return response


@require_POST
@signed_in("jobs.edit")
def retry_job(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send a dead letter out again."""
    actions.retry_job(actor=_actor(request), job=_find(public_id))
    return _after(request, "It runs again in a moment.")


@require_POST
@signed_in("jobs.edit")
def cancel_job(request: HttpRequest, public_id: str) -> HttpResponse:
    """Stop a job: at once when it waits, at its next step when it runs."""
    job = _find(public_id)
    actions.cancel_job(actor=_actor(request), job=job)
    return _after(request, "Stopped." if job.status == Job.WAITING else "It stops at its next step.")


@require_POST
@signed_in("jobs.edit")
def discard_job(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a dead letter off the list of those that need somebody."""
    actions.discard_job(actor=_actor(request), job=_find(public_id))
    return _after(request, "Discarded.")
