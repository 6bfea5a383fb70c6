"""Tasks that the tests of jobs run, here and in other processes. Their effect is an audit line each."""

import os
import sys
import threading

from django_tasks import TaskContext
from django_tasks import task as django_task

from pentad.core import jobs
from pentad.core.errors import Conflict
from pentad.core.models import AuditLine, Job

started = threading.Event()
"""Set by `test.endless` when it runs in this process."""


def leave_mark(subject: str) -> None:
    AuditLine.objects.create(actor="test", actor_name="Test", action="mark", right="", subject=subject)


def marks() -> list[str]:
    return list(AuditLine.objects.filter(action="mark").order_by("id").values_list("subject", flat=True))


def _hang(job: jobs.Context, at: str) -> None:
    """In the first attempt, tell the parent that we are there and stay until killed."""
    if job.attempt == 1 and os.environ.get("HANG_AT") == at:
        print(at, flush=True)
        sys.stdin.read()


@jobs.task("test.steps")
def steps(job: jobs.Context, number: int) -> dict[str, int]:
    """Marks, each with its step; may hang inside the fourth checkpoint or after it."""
    for step in range(job.step, number):
        with job.checkpoint():
            leave_mark(f"step {step}")
            if step == 3:
                _hang(job, "inside")
        if step == 3:
            _hang(job, "between")
    return {"pid": os.getpid()}


@jobs.task("test.whole", atomic=True)
def whole(job: jobs.Context) -> None:
    leave_mark("whole")
    _hang(job, "inside")


@jobs.task("test.mark")
def mark(job: jobs.Context, number: int) -> int:
    leave_mark(f"mark {number}")
    return number


@jobs.task("test.first", scrub=True)
def first(job: jobs.Context, email: str) -> None:
    job.then("test.second", {"first": job.job.pk}, key="second")


@jobs.task("test.second")
def second(job: jobs.Context, first: int) -> dict[str, str]:
    return {"payload": str(Job.objects.get(pk=first).payload)}


@jobs.task("test.endless", scrub=True)
def endless(job: jobs.Context, email: str = "") -> None:
    started.set()
    pause = threading.Event()
    while not pause.wait(0.01):
        job.progress(0.5)


@jobs.task("test.broken", attempts=3, backoff_seconds=0.01)
def broken(job: jobs.Context, mend_at: int = 99) -> str:
    leave_mark(f"attempt {job.attempt}")
    if job.attempt < mend_at:
        raise ZeroDivisionError("no luck")
    return "mended"


@jobs.task("test.wrong")
def wrong(job: jobs.Context) -> None:
    raise Conflict("Two of these cannot be.", code="two_of_these", fix="Remove one.")


@jobs.task("test.secret", attempts=1, scrub=True)
def secret(job: jobs.Context, email: str, fails: bool) -> None:
    if fails:
        raise ValueError(f"cannot reach {email}")


@jobs.task("test.pid")
def pid(job: jobs.Context) -> int:
    return os.getpid()


@django_task(priority=5)
def add(a: int, b: int) -> int:
    return a + b


@django_task()
def fall_over() -> None:
    raise KeyError("gone")


@django_task(takes_context=True)
def attempt_number(context: TaskContext) -> int:
    return context.attempt
