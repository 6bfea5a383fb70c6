"""Background work: what runs, waits, gave up and why; try again, stop, discard.

What comes again and again and was done without a fault is one line for each kind: hundreds of them would hide the rest.
"""

import json
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
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
NEAR = timedelta(minutes=1)
"""What comes sooner is due now: words for a time that near are those of the past."""
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
    partial = request.headers.get("HX-Request-Type") == "partial"
    return render(request, "shell/_jobs.html" if partial else "shell/jobs.html", _context(request))


def _context(request: HttpRequest) -> dict[str, Any]:
    status, kind = request.GET.get("status", ""), request.GET.get("kind", "")[:200].replace("\0", "")
    status = status if status in _TITLES else ""
    kinds = dict(Job.objects.values_list("kind").annotate(n=Count("id")).order_by())
    found = Job.objects.filter(kind=kind) if kind else Job.objects.all()
    counts = jobs.counts(kind)
    schedules = [_scheduled(one) for one in Schedule.objects.order_by("next_at")]
    groups, full = _groups(found, status, [] if kind else [one.kind for one in schedules])
    return {
        "groups": groups, "status": status, "kind": kind, "shown": SHOWN, "full": full, "soon": clock.now() + NEAR,
        "may_edit": _actor(request).may("jobs.edit"), "total": sum(counts.values()), "all": sum(kinds.values()),
        "tabs": [("", "All", sum(counts.values())), *((key, title, counts.get(key, 0)) for key, title in _TITLES.items())],
        "kinds": sorted(((name, _about(name), number) for name, number in kinds.items()), key=lambda one: one[1]),
        "about": _about(kind) if kind else "", "schedules": schedules if not status and not kind else [],
    }  # fmt: skip


def _groups(found: "QuerySet[Job]", status: str, quiet: list[str]) -> tuple[list[tuple[str, str, list[Job]]], bool]:
    """(status, its title, jobs), and whether there are more. Of what was done of a quiet kind, the latest stands for all."""
    wanted = [status] if status else [Job.DEAD, Job.RUNNING, Job.WAITING, Job.DONE, Job.CANCELLED]
    groups: list[tuple[str, str, list[Job]]] = []
    left = SHOWN
    for one in wanted:
        rows, times = found.filter(status=one), dict[int, int]()
        if one == Job.DONE and quiet:
            times = dict(rows.filter(kind__in=quiet).values("kind").annotate(n=Count("id"), last=Max("id"))
                         .order_by().values_list("last", "n"))  # fmt: skip
            rows = rows.filter(~Q(kind__in=quiet) | Q(pk__in=list(times)))
        shown = list(rows.order_by(*_ORDER[one])[:left])
        left -= len(shown)
        if shown:
            groups.append((one, _TITLES[one], [_shown(job, times.get(job.pk, 1)) for job in shown]))
    return groups, left <= 0


def _scheduled(schedule: Schedule) -> Schedule:
    schedule.about = _about(schedule.kind)  # type: ignore[attr-defined]
    return schedule


def _shown(job: Job, times: int) -> Job:
    """A job with what the table says of it. times: how many it stands for."""
    job.about, job.times = _about(job.kind), times  # type: ignore[attr-defined]
    job.percent = round(job.progress * 100)  # type: ignore[attr-defined]
    job.seconds = _seconds(job.started, job.finished or clock.now())  # type: ignore[attr-defined]
    job.hint = (job.result or {}).get("fix", "") if job.status == Job.DEAD and isinstance(job.result, dict) else ""  # type: ignore[attr-defined]
    return job


def _about(kind: str) -> str:
    """What work of this kind does: the first sentence its author wrote about it, or its name."""
    try:
        said = (jobs.find(kind).function.__doc__ or "").strip().partition("\n")[0]
    except Invalid:
        return f"{kind} (the plugin that does it is not installed)"
    return said.partition(". ")[0].partition("; ")[0].partition(": ")[0].rstrip(".") or kind


def _seconds(start: datetime | None, end: datetime) -> float | None:
    return (end - start).total_seconds() if start else None


def _find(public_id: str) -> Job:
    job = Job.objects.filter(public_id=public_id).first()
    if job is None:
        raise NotFound("There is no such job any more.", code="job_not_found", fix="Reload the list.")
    return job


def _after(request: HttpRequest, text: str) -> HttpResponse:
    response = render(request, "shell/_jobs.html", _context(request))
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
