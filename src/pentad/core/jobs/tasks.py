"""Housekeeping of the job table itself."""

from datetime import timedelta

from pentad.core import clock, settings
from pentad.core.jobs.context import Context
from pentad.core.jobs.registry import task
from pentad.core.models import Job

KEEP_DAYS = settings.define(
    "jobs.keep_days",
    7,
    "Days that finished jobs stay in the list. Dead letters stay ten times as long.",
    minimum=1,
    maximum=3650,
)


@task("jobs.prune")
def prune(job: Context) -> dict[str, int]:
    """Remove finished jobs that are older than people look at."""
    keep = timedelta(days=KEEP_DAYS.get())
    done = Job.objects.filter(status__in=[Job.DONE, Job.CANCELLED], finished__lt=clock.now() - keep)
    dead = Job.objects.filter(status=Job.DEAD, finished__lt=clock.now() - 10 * keep)
    return {"finished": done.delete()[0], "dead": dead.delete()[0]}
