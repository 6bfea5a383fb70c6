"""Background work that survives: one table, leases, retries, dead letters, schedules.

    @task("privacy.rewrite", scrub=True)
    def rewrite(job: Context, person_no: int) -> dict[str, int]:
        for month in months[job.step:]:          # where an earlier attempt got to
            with job.checkpoint():               # effects and progress commit together, or not at all
                ...
            job.progress(done / total)           # raises Cancelled when someone asked to stop

    enqueue("privacy.rewrite", {"person_no": 7}, key="rewrite:7")

Tasks live in modules named `tasks` of our apps (any depth) or of plugins; they are found when first
needed. A job runs at least once; what it does inside `checkpoint` (or all of it, with `atomic=True`)
has its effect on the database exactly once.
"""

from pentad.core.jobs.context import Cancelled, Context, LeaseLost, Stopping
from pentad.core.jobs.leases import is_due
from pentad.core.jobs.pool import Pool, run_here
from pentad.core.jobs.queue import (
    Unfinished,
    cancel,
    counts,
    dead,
    enqueue,
    outcome,
    retry,
    wait,
)
from pentad.core.jobs.registry import Task, find, task
from pentad.core.jobs.schedules import schedule

__all__ = [
    "Cancelled",
    "Context",
    "LeaseLost",
    "Pool",
    "Stopping",
    "Task",
    "Unfinished",
    "cancel",
    "counts",
    "dead",
    "enqueue",
    "find",
    "is_due",
    "outcome",
    "retry",
    "run_here",
    "schedule",
    "task",
    "wait",
]
