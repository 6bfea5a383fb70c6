"""Segments' work for the process that owns the ledger, so that any process can ask for it."""

from datetime import timedelta
from typing import Any

import msgspec

from pentad import ledger
from pentad.core import clock
from pentad.core.jobs import Context, task
from pentad.data.identity.queries import find_person
from pentad.intelligence.segments import filling, ideas, queries, refresh, shown
from pentad.intelligence.segments.actions import FILL, fill_again
from pentad.intelligence.segments.catalogue import seen
from pentad.intelligence.segments.models import Segment
from pentad.intelligence.segments.reading import read

AGAIN_AFTER = timedelta(minutes=5)
"""How long a segment that could not be asked waits until it is asked again."""


@task(FILL)
def fill(job: Context, segment: str = "") -> dict[str, int]:
    """Ask everybody of one segment, or of all that are kept up."""
    found = list(Segment.objects.filter(id=segment) if segment else queries.segments(Segment.LIVE))
    try:
        return {"changes": filling.fill(ledger.current(), found, job.progress)}
    except Exception as error:
        if job.attempt >= job.job.max_attempts:
            for one in found:
                refresh.failed(one.no, error)
        raise


@task("segments.late")
def late(job: Context) -> int:
    """Have segments asked again that failed a while ago, or that no job is asking for the first time."""
    now, asked = clock.now(), 0
    for one in queries.segments(Segment.LIVE):
        waiting = one.filled is None or (one.failed is not None and one.failed < now - AGAIN_AFTER)
        if waiting and queries.job_of(one) is None:
            fill_again(one)
            asked += 1
    return asked


@task("segments.names", attempts=1)
def count_names(job: Context) -> None:
    """So that nobody who is offered names of events, or segments to begin with, waits until they are counted."""
    seen.keep_true()
    ideas.keep_true()


@task("segments.count", attempts=1, scrub=True)
def count(job: Context, definition: str) -> dict[str, Any]:
    """Count a definition, given as JSON text."""
    found = shown.counted(read(definition))
    return {"count": found["count"], "milliseconds": found["milliseconds"]}


@task("segments.explain", attempts=1, scrub=True)
def explain(job: Context, definition: str, person: str) -> Any:
    """Why a customer, by public id, meets a definition or not. The answer tells of the customer: whoever asked takes it
    away with the row.
    """
    return msgspec.to_builtins(shown.explained(read(definition), find_person(person)))
