"""The log's work in the owner of the data folder."""

from dataclasses import asdict
from typing import Any

from pentad.core.actor import CLI, SYSTEM
from pentad.core.jobs import Context, task
from pentad.roles.audit import retention, telling, verifying


@task("audit.verify")
def verify(job: Context) -> dict[str, Any]:
    """Check every seal of the audit log. See verifying.Verdict for what is found."""
    telling.write_waiting()
    return asdict(verifying.verify())


@task("audit.prune")
def prune(job: Context) -> int:
    """Let go of audit lines that are older than they are kept."""
    return retention.prune(actor=SYSTEM)


@task("audit.accept")
def accept(job: Context, reason: str) -> dict[str, int]:
    """Accept the audit log as it is from here on, for the command line."""
    point = retention.accept(actor=CLI, reason=reason)
    return {"first": point.first, "last": point.last}
