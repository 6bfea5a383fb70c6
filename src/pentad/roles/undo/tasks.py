"""Taking back what was done to many records, and forgetting what is too old to be taken back."""

from pentad.core.action import counted
from pentad.core.jobs import Context, task
from pentad.roles.access.queries import actor_named
from pentad.roles.undo import actions
from pentad.roles.undo.kinds import kind_named
from pentad.roles.undo.models import Change

STEP = 50


@task(actions.RUN)
def run(job: Context, change: str, actor: str) -> dict[str, int]:
    """Take a change back, some records at a time: what a stopped run has restored is done."""
    row = Change.objects.get(id=change)
    who, kind = actor_named(actor), kind_named(row.kind)
    last = 0
    while some := list(row.records.filter(stays=False, id__gt=last).order_by("id")[:STEP]):
        with job.checkpoint(), counted():
            actions.restore(who, row, kind, some)
        last = some[-1].pk
        job.progress(1 - row.records.filter(stays=False, id__gt=last).count() / max(row.count, 1))
    with job.checkpoint():
        row.refresh_from_db()
        if row.undone is None and not actions.leave(row, who):
            actions.finish(row, who)
    return {"records": row.count, "stayed": row.stayed}


@task("undo.prune")
def prune(job: Context) -> dict[str, int]:
    """Forget what was done more than 30 days ago; what was deleted goes for good."""
    gone = 0
    while found := actions.prune():
        gone += found
        job.check()
    return {"forgotten": gone}
