"""Asking for work, and asking about it."""

import time
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet

from pentad.core import clock
from pentad.core.bell import Bell
from pentad.core.errors import Conflict, Unavailable, from_data
from pentad.core.jobs.registry import find
from pentad.core.models import Job

POLL_SECONDS = 0.25
"""How often to look whether another process has finished a job; in this process a bell rings."""

enqueued = Bell()
finished = Bell()


class Unfinished(Unavailable):
    """A job was not finished within the time one was ready to wait. It goes on."""

    code = "job_unfinished"


def enqueue(
    kind: str,
    payload: dict[str, Any] | None = None,
    *,
    key: str | None = None,
    run_at: datetime | None = None,
    priority: int = 0,
    queue: str = "default",
    max_attempts: int | None = None,
) -> Job:
    """Ask for work; it is seen when the transaction under way commits.

    key: while a job with this key waits or runs, that one is returned and nothing is added. Never
        put a customer's identifier in it.
    priority: higher goes first.
    Raises Invalid (unknown_task).
    """
    task = find(kind)
    job = Job(
        kind=kind,
        payload=payload or {},
        key=key,
        run_at=run_at or clock.now(),
        priority=priority,
        queue=queue,
        max_attempts=max_attempts or task.attempts,
    )
    if key is None:
        job.save(force_insert=True)
    else:
        job = _once(job, key)
    enqueued.ring_on_commit()
    return job


def _once(job: Job, key: str) -> Job:
    """Insert unless the key is held; finished jobs give their key up, so a holder is unfinished."""
    while True:
        holder = Job.objects.filter(key=key).first()
        if holder is not None:
            return holder
        try:
            with transaction.atomic():
                job.save(force_insert=True)
            return job
        except IntegrityError:
            job.pk = None  # another was quicker: look again


def wait(job: Job, timeout: float = 60.0) -> Job:
    """The job, once done, dead or cancelled. Raises Unfinished after `timeout` seconds.

    Not inside a transaction: there, what another thread commits may never be seen.
    """
    deadline = time.monotonic() + timeout
    while True:
        seen = finished.count
        job.refresh_from_db()
        if job.status not in (Job.WAITING, Job.RUNNING):
            return job
        left = deadline - time.monotonic()
        if left <= 0:
            raise Unfinished(
                f"The job {job.kind} is {job.status} and not finished after {timeout:.0f} s.",
                fix="It goes on; the jobs page shows how far it is. Is a Pentad server running?",
            )
        finished.wait(seen, min(POLL_SECONDS, left))


def outcome(job: Job) -> Any:
    """The result of a finished job; raises the error that ended it."""
    if job.status == Job.DONE:
        return job.result
    if job.status == Job.CANCELLED:
        raise Conflict(f"The job {job.kind} was cancelled.", code="job_cancelled", fix="Start it again if wanted.")
    raise from_data(job.result or {"message": job.error})


def cancel(job: Job) -> None:
    """Ask a job to stop: at once when it waits, at its next progress or checkpoint when it runs."""
    waiting = Job.objects.filter(pk=job.pk, status=Job.WAITING)
    if not waiting.update(status=Job.CANCELLED, finished=clock.now(), key=None, cancel=True, **_scrubbed(job)):
        Job.objects.filter(pk=job.pk, status=Job.RUNNING).update(cancel=True)
    finished.ring_on_commit()


def _scrubbed(job: Job) -> dict[str, Any]:
    return {"payload": {}} if find(job.kind).scrub else {}


def retry(job: Job) -> None:
    """Send a dead letter out again, from the step it had reached. Raises Conflict when it is not dead."""
    again = {"attempts": 0, "cancel": False, "error": "", "result": None, "finished": None, "owner": ""}
    dead = Job.objects.filter(pk=job.pk, status=Job.DEAD)
    if not dead.update(status=Job.WAITING, run_at=clock.now(), **again):
        raise Conflict(f"The job {job.kind} is not a dead letter.", code="job_not_dead", fix="Reload the page.")
    enqueued.ring_on_commit()


def discard(job: Job) -> None:
    """Close a dead letter for good: it stays in the list as stopped, its payload goes. Raises Conflict when it is not dead."""
    if not Job.objects.filter(pk=job.pk, status=Job.DEAD).update(status=Job.CANCELLED, payload={}):
        raise Conflict(f"The job {job.kind} is not a dead letter.", code="job_not_dead", fix="Reload the page.")


def dead() -> "QuerySet[Job]":
    """Dead letters, the latest first."""
    return Job.objects.filter(status=Job.DEAD).order_by("-finished")


def counts(kind: str = "") -> dict[str, int]:
    """How many jobs have each status, of all kinds or of one."""
    rows = Job.objects.filter(kind=kind) if kind else Job.objects.all()
    found = dict(rows.values_list("status").annotate(n=Count("id")).order_by())
    return {status: found.get(status, 0) for status in (Job.WAITING, Job.RUNNING, Job.DONE, Job.DEAD, Job.CANCELLED)}
