"""What people may do to jobs."""

from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.jobs import queue
from pentad.core.models import Job


@action("jobs.edit")
def retry_job(*, actor: Actor, job: Job) -> None:
    """Send dead letters out again and stop jobs."""
    queue.retry(job)
    note(f"job:{job.public_id}", kind=job.kind)


@action("jobs.edit")
def cancel_job(*, actor: Actor, job: Job) -> None:
    """Ask a job to stop."""
    queue.cancel(job)
    note(f"job:{job.public_id}", kind=job.kind)


@action("jobs.edit")
def discard_job(*, actor: Actor, job: Job) -> None:
    """Take a dead letter off the list."""
    queue.discard(job)
    note(f"job:{job.public_id}", kind=job.kind)
