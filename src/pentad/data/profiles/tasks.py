"""Upkeep of profiles."""

from pentad.core.jobs import Context, task
from pentad.data.profiles import attachments


@task("attachments.sweep")
def sweep(job: Context) -> dict[str, int]:
    """Remove files of notes that were never saved."""
    return {"removed": attachments.sweep()}
