"""Computed traits' work for the process that owns the ledger, so that any process can ask for it."""

from pentad import ledger
from pentad.core import clock
from pentad.core.jobs import Cancelled, Context, task
from pentad.intelligence.computed import keeping, queries
from pentad.intelligence.computed.actions import fill_again, stopped
from pentad.intelligence.computed.models import ComputedTrait
from pentad.intelligence.computed.queries import FILL


@task(FILL)
def fill(job: Context, trait: str = "") -> dict[str, int]:
    """Work one trait out for everybody, or all that are live."""
    found = list(ComputedTrait.objects.filter(id=trait) if trait else queries.traits(ComputedTrait.LIVE))
    changes = 0
    for n, row in enumerate(found):
        try:
            changes += keeping.fill(ledger.current(), row, _part(job, n, len(found)))
        except Cancelled:
            stopped(row)
            raise
        except Exception as error:
            if row.live and job.attempt >= job.job.max_attempts:
                keeping.failed(row.name, error)
            raise
    return {"changes": changes}


def _part(job: Context, done: int, whole: int) -> keeping.Progress:
    return lambda part: job.progress((done + part) / whole)


@task("computed.late")
def late(job: Context) -> int:
    """Have traits worked out again that failed a while ago, or that no job is at for the first time."""
    now, asked = clock.now(), 0
    for row in queries.traits(ComputedTrait.LIVE):
        waiting = (row.filled is None and not row.failure) or (
            row.failed is not None and row.failed < now - keeping.AGAIN_AFTER
        )
        if waiting and queries.job_of(row) is None:
            fill_again(row)
            asked += 1
    return asked
