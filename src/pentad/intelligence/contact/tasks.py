"""What the contact policy does now and then, in the process that owns the ledger."""

from pentad.core import clock
from pentad.core.jobs import Context, task
from pentad.intelligence.contact import alike, log, seen_zones


@task("contact.zones", attempts=1)
def zones(job: Context) -> dict[str, int]:
    """Note the time zones that customers' messages tell of."""
    return {"customers": seen_zones.follow(job)}


@task("contact.learn", attempts=1)
def learn(job: Context) -> dict[str, int]:
    """Learn when people alike, and everyone, open messages."""
    return {"groups": alike.learn(job)}


@task("contact.prune", attempts=1)
def prune(job: Context) -> dict[str, int]:
    """Forget contacts that no limit can count any more."""
    return {"contacts": log.prune(job, clock.now())}
