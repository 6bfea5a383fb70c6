"""Taking jobs, keeping them, giving them back: every change of a job's state but its completion.

A worker holds a job by a lease that its keeper renews. A worker that dies stops renewing, and any
other takes the job over when the lease has run out. Every write names owner and attempt, so that a
worker that merely slept cannot finish what another now does.
"""

import os
import random
import secrets
import socket
import traceback
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import F, Min, Model, Q, QuerySet

from pentad.core import clock
from pentad.core.errors import PentadError
from pentad.core.jobs.context import Context
from pentad.core.jobs.registry import Task
from pentad.core.models import Job

M = TypeVar("M", bound=Model)

_HOST = socket.gethostname()[:30]
_LIFE = secrets.token_hex(4)
"""Tells this process from an earlier one with its number: in a container that is always 1."""

LEASE_SECONDS = 30.0
BACKOFF_MOST = 3600.0
LOST_MOST = 2
"""A lost worker is seldom the work's fault, so a job may lose this many beyond its attempts."""


def lock_free_rows(rows: "QuerySet[M]") -> "QuerySet[M]":
    """Lock rows, passing over those that another transaction holds. SQLite's write lock does it alone."""
    if connection.features.has_select_for_update_skip_locked:
        return rows.select_for_update(skip_locked=True)
    return rows


def is_due(job_id: int) -> bool:
    """Whether this job could be taken now."""
    now = clock.now()
    due = Q(status=Job.WAITING, run_at__lte=now) | Q(status=Job.RUNNING, lease_until__lt=now)
    return Job.objects.filter(due, pk=job_id).exists()


def next_due() -> datetime | None:
    """When the next job can be taken: a moment past means now; None means there is none."""
    waiting = Job.objects.filter(status=Job.WAITING).aggregate(at=Min("run_at"))["at"]
    running = Job.objects.filter(status=Job.RUNNING).aggregate(at=Min("lease_until"))["at"]
    return min((at for at in (waiting, running) if at is not None), default=None)


def claim(owner: str, lease_seconds: float = LEASE_SECONDS, only: int | None = None) -> Job | None:
    """Take the most urgent job that is due, or the one with the id `only`; None when there is none."""
    with transaction.atomic():
        now = clock.now()
        rows = Job.objects.filter(pk=only) if only is not None else Job.objects.all()
        lost = rows.filter(status=Job.RUNNING, lease_until__lt=now).order_by("lease_until")
        due = rows.filter(status=Job.WAITING, run_at__lte=now).order_by("-priority", "run_at", "id")
        for query in (lost, due):
            job = lock_free_rows(query).first()
            if job is not None and not _given_up(job, now):
                break
        else:
            return None
        job.owner, job.attempts, job.status = owner, job.attempts + 1, Job.RUNNING
        job.lease_until = now + timedelta(seconds=lease_seconds)
        job.started = job.started or now
        job.save(update_fields=["owner", "attempts", "status", "lease_until", "started"])
        return job


def taker(part: str) -> str:
    """The name of a taker of jobs: `host:process:life:part:chance`, unique also after a restart with the same number."""
    return f"{_HOST}:{os.getpid()}:{_LIFE}:{part}:{secrets.token_hex(4)}"


def free_lost() -> int:
    """Free the jobs of processes of this machine that have ended without giving them back. How many.

    Waiting for their leases would only delay what they were about, an erasure for example.
    """
    held = Job.objects.filter(status=Job.RUNNING, owner__startswith=f"{_HOST}:").values_list("pk", "owner")
    lost = [pk for pk, owner in held if ended(owner)]
    return Job.objects.filter(pk__in=lost, status=Job.RUNNING).update(lease_until=clock.now()) if lost else 0


def ended(owner: str) -> bool:
    """Whether a taker was a process of this machine that has ended, by its name."""
    host, process, life, *_ = [*owner.split(":"), "", ""]
    if host != _HOST or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)  # asks only whether it is there
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return process == str(os.getpid()) and life != _LIFE


def _given_up(job: Job, now: datetime) -> bool:
    """Close a job that was cancelled while its worker was lost, or that has lost too many workers."""
    if job.status != Job.RUNNING:
        return False
    if job.cancel:
        job.status = Job.CANCELLED
    elif job.attempts >= job.max_attempts + LOST_MOST:
        job.status = Job.DEAD
        job.error = f"Each of {job.attempts} workers ended in the middle of this job."
        job.result = {"code": "worker_lost", "status": 500, "message": job.error, "fix": "See what the log says."}
    else:
        return False
    job.key, job.lease_until, job.finished = None, None, now
    job.save(update_fields=["status", "key", "lease_until", "finished", "error", "result"])
    return True


def renew(contexts: list[Context], lease_seconds: float) -> None:
    """Heartbeat: lengthen the leases of running work and tell it what happened to its row meanwhile."""
    for context in contexts:
        with transaction.atomic():
            row = lock_free_rows(context.mine()).first()
            if row is not None:
                context.mine().update(lease_until=clock.now() + timedelta(seconds=lease_seconds))
                context.cancelled = context.cancelled or row.cancel
                continue
        # Locked by its own checkpoint, or lost. A plain read tells which and waits for nobody.
        context.lost = context.lost or not context.mine().exists()


def fail(context: Context, error: BaseException, task: Task | None) -> bool:
    """Put a failed job back for later, or among the dead letters. True when it is dead.

    An error that says the request itself is wrong (status below 500) will not go away: no retry.
    """
    job = context.job
    hopeless = isinstance(error, PentadError) and error.status < 500
    dead = hopeless or job.attempts >= job.max_attempts
    said = _said(error, hide=task is None or task.scrub)
    change: dict[str, Any] = {"error": said["message"], "lease_until": None}
    if dead:
        change |= {"status": Job.DEAD, "result": said, "finished": clock.now(), "key": None}
    else:
        base = task.backoff_seconds if task else 2.0
        jitter = random.uniform(0.75, 1.25)  # noqa: S311  spreads retries; nothing secret
        wait = min(base * 2.0 ** (job.attempts - 1), BACKOFF_MOST) * jitter
        change |= {"status": Job.WAITING, "run_at": clock.now() + timedelta(seconds=wait)}
    return bool(context.mine().update(**change)) and dead


def _said(error: BaseException, hide: bool) -> dict[str, Any]:
    """The error as data, to be raised again by whoever waits."""
    path = f"{type(error).__module__}.{type(error).__qualname__}"
    if isinstance(error, PentadError):
        message = f"It failed with “{error.code}”." if hide else error.message
        fix = "" if hide else error.fix
        return {"code": error.code, "status": error.status, "message": message, "fix": fix, "exception": path}
    frame = traceback.extract_tb(error.__traceback__)[-1:]
    where = f" ({frame[0].name}, line {frame[0].lineno})" if frame else ""
    message = type(error).__name__ + ("" if hide else f": {error}") + where
    fix = "See what the log says."
    return {"code": "internal", "status": 500, "message": message[:2000], "fix": fix, "exception": path}


def give_back(context: Context) -> None:
    """Return unfinished work to the queue without counting the attempt: this process is stopping."""
    context.mine().update(status=Job.WAITING, run_at=clock.now(), lease_until=None, attempts=F("attempts") - 1)


def drop(context: Context, scrub: bool) -> None:
    """Close a job that was asked to stop."""
    change: dict[str, Any] = {"payload": {}} if scrub else {}
    context.mine().update(status=Job.CANCELLED, finished=clock.now(), lease_until=None, key=None, **change)
