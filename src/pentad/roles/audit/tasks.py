"""The log's work in the owner of the data folder."""

from dataclasses import asdict
from typing import Any

from pentad.core.actor import CLI, SYSTEM
from pentad.core.jobs import Context, task
from pentad.roles.audit import retention, telling, verifying


@task("audit.verify")
def verify(job: Context) -> dict[str, Any]:
    """Read the whole chain; see verifying.Verdict."""
    telling.write_waiting()
    return asdict(verifying.verify())


@task("audit.prune")
def prune(job: Context) -> int:
    """Once a day: let go what is older than audit.keep_days."""
    return retention.prune(actor=SYSTEM)


@task("audit.accept")
def accept(job: Context, reason: str) -> dict[str, int]:
    """For the command line."""
    point = retention.accept(actor=CLI, reason=reason)
    return {"first": point.first, "last": point.last}
