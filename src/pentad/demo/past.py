"""Who would have been in a segment of the demo before it was saved, asked of the events as of each midnight.

Only what events alone decide can be asked of a past day: traits, consents and the last visit are kept as they are now.
No events of entering and leaving are written for it; the customers' timelines begin to tell of them today.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from pentad import ledger
from pentad.core import clock
from pentad.data.identity.models import Person
from pentad.intelligence.segments import compile as compiler
from pentad.intelligence.segments import definition as d
from pentad.intelligence.segments.engine import promoted
from pentad.intelligence.segments.models import Segment, SegmentMember, SegmentMove

DAYS = 60
"""Nights that are asked."""
ROWS = 2_000
"""Written in one statement."""

Numbers = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Night:
    """Who entered and who left since the night before."""

    at: datetime
    entered: Numbers
    left: Numbers


def nights(definition: d.Definition, days: int) -> list[Night]:
    """Of the last so many midnights (UTC), oldest first: on the first one everybody enters. Empty when it cannot be told."""
    last = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    before, found = np.array([], np.int32), []
    for back in range(days, -1, -1):
        at = last - timedelta(days=back)
        where = as_of(definition.where, at)
        if where is None:
            return []
        here = _members(replace(definition, where=where), at)
        found.append(Night(at, np.setdiff1d(here, before), np.setdiff1d(before, here)))
        before = here
    return found


def as_of(node: d.Condition, at: datetime) -> d.Condition | None:
    """The condition with what came after `at` left out. None where the events do not tell."""
    match node:
        case d.All() | d.Any():
            parts = [as_of(one, at) for one in node.of]
            return None if None in parts else replace(node, of=tuple(parts))
        case d.Not():
            inner = as_of(node.of, at)
            return None if inner is None else replace(node, of=inner)
        case d.Event() | d.Aggregate() if node.when is None:
            return replace(node, when=d.Before(at.isoformat()))
        case d.Occurrence() if node.which == "last":
            return None
        case d.Event() | d.Aggregate() | d.Occurrence() | d.Sequence() | d.Share():
            return node if getattr(node, "when", True) is not None else None
    return None


def _members(definition: d.Definition, at: datetime) -> Numbers:
    store = ledger.current()
    sql = compiler.raw_sql(compiler.compiled(definition), at, promoted=promoted(store))
    found: Numbers = np.sort(store.query(sql)["person_no"].to_numpy())
    return found


def write(segment: Segment, past: list[Night]) -> None:
    """Have it so. To be called in the transaction that saves the segment: who asks everybody finds what is left to change."""
    if not past:
        return
    there = np.array(sorted(Person.objects.filter(root=None).values_list("no", flat=True)))
    SegmentMove.objects.bulk_create(_moves(segment, past, there), batch_size=ROWS)
    since: dict[int, datetime] = {}
    for night in past:
        for no in night.left.tolist():
            since.pop(no, None)
        since |= dict.fromkeys(night.entered[np.isin(night.entered, there)].tolist(), night.at)
    rows = (SegmentMember(segment=segment, person_id=no, since=at) for no, at in since.items())
    SegmentMember.objects.bulk_create(rows, batch_size=ROWS)
    begun, moved = past[0].at, [night.at for night in past if len(night.entered) or len(night.left)]
    Segment.objects.filter(pk=segment.pk).update(
        created=begun, changed=begun, moved=max(moved, default=None), size=len(since)
    )
    segment.versions.update(at=begun)


def _moves(segment: Segment, past: list[Night], there: Numbers) -> Iterator[SegmentMove]:
    for night in past:
        for numbers, entered in ((night.left, False), (night.entered, True)):
            for no in numbers[np.isin(numbers, there)].tolist():
                yield SegmentMove(segment=segment, person_id=no, entered=entered, at=night.at)
