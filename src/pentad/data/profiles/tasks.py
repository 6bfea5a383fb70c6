"""Upkeep of profiles."""

from pentad import ledger
from pentad.core.jobs import Context, task
from pentad.data.profiles import attachments, mirror, mirroring
from pentad.data.profiles.touched import bell


@task("attachments.sweep")
def sweep(job: Context) -> dict[str, int]:
    """Remove files of notes that were never saved."""
    return {"removed": attachments.sweep()}


@task("mirror.refill", attempts=1)
def refill(job: Context) -> bool:
    """Write everybody beside the events anew; whether that is done, and not left to the thread that mirrors."""
    mirror.refill(ledger.current())
    if mirroring.at_work():
        bell.ring()
        return False
    mirror.drain()
    return True
