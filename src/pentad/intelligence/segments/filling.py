"""Asking everybody: for a segment that is new, changed, put away or brought back, and after the table was lost."""

import time
from collections.abc import Callable, Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from pentad.core import clock
from pentad.core.errors import PentadError
from pentad.intelligence.segments import table
from pentad.intelligence.segments.engine import member_numbers
from pentad.intelligence.segments.models import Segment, SegmentMember
from pentad.intelligence.segments.moves import STEP, Moves, write_moves
from pentad.intelligence.segments.refresh import computed, failed, lock, portions, refreshed
from pentad.intelligence.segments.table import Live
from pentad.ledger import Ledger

Progress = Callable[[float], None]
TOGETHER = 25
"""Segments that the table remembers in one statement: it writes each of its rows anew."""

ASKED = 0.3
"""Which part of the work, for whoever watches, is done when all features were asked."""


def fill(store: Ledger, segments: Sequence[Segment], progress: Progress = lambda part: None) -> int:
    """Ask everybody of these segments; those that are not kept up lose their members. Returns how many changes there
    were. A segment that cannot be asked says why and keeps the members it has.
    """
    began, at = time.perf_counter(), clock.now()
    wanted = [one for segment in segments if segment.kept_up and (one := _live(segment)) is not None]
    with lock:
        table.prepare(store, wanted)
        able = {one.no: one for one in computed(store, wanted, None)}
    progress(ASKED)
    spent = (time.perf_counter() - began) * 1000 / max(1, len(able))
    asked = [(one, able.get(one.no)) for one in segments if one.no in able or not one.kept_up]
    done = 0
    for index, (segment, one) in enumerate(asked):
        done += _steps(store, segment, one, _part(progress, index, len(asked)))
    for start in range(0, len(asked), TOGETHER):
        done += _settle(store, asked[start : start + TOGETHER])
    for one in able.values():
        Segment.objects.filter(pk=one.no).update(filled=at, cost_ms=round(spent, 1), failure="", failed=None)
    with lock:
        table.clear(store)
    refreshed.ring()
    return done


def _part(progress: Progress, index: int, whole: int) -> Progress:
    return lambda share: progress(ASKED + (1 - ASKED) * (index + share) / whole)


def _live(segment: Segment) -> Live | None:
    try:
        return Live.of(segment)
    except PentadError as error:
        failed(segment.no, error)
        return None


def _stands(segment: Segment, one: Live | None) -> bool:
    """Whether this is what is to be so still; else a later job has the word."""
    row = Segment.objects.get(pk=segment.pk)
    if one is None or not row.kept_up:
        return one is None and not row.kept_up
    now = _live(row)
    return now is not None and now.asked.test == one.asked.test


def _steps(store: Ledger, segment: Segment, one: Live | None, progress: Progress) -> int:
    """Make the rows of a segment what the table says, in steps in between which others write."""
    enter, leave = _compared(store, segment, one)
    done, waiting = 0, [*leave.to_pylist(), *enter.to_pylist()]
    for at, some in enumerate(portions(waiting, STEP)):
        progress(at * STEP / len(waiting))
        with lock:
            if not _stands(segment, one):
                return done
            wanted = set(table.members_of(store, one, some).to_pylist()) if one is not None else set()
            done += _moved(segment, wanted, set(some) - wanted)
    return done


def _settle(store: Ledger, asked: Sequence[tuple[Segment, Live | None]]) -> int:
    """What others changed meanwhile, with nobody else at it; then the table may remember."""
    done = 0
    with lock:
        standing = [(segment, one) for segment, one in asked if _stands(segment, one)]
        for segment, one in standing:
            enter, leave = _compared(store, segment, one)
            done += _moved(segment, enter.to_pylist(), leave.to_pylist())
            Segment.objects.filter(pk=segment.pk).update(size=SegmentMember.objects.filter(segment=segment).count())
        table.remember(store, [one for _, one in standing if one is not None])
    return done


def _moved(segment: Segment, enter: Iterable[int], leave: Iterable[int]) -> int:
    return write_moves(Moves([(segment.no, no) for no in enter], [(segment.no, no) for no in leave]), clock.now())


def _compared(store: Ledger, segment: Segment, one: Live | None) -> tuple[pa.Array, pa.Array]:
    """Who is to enter and who is to leave."""
    have = member_numbers(segment)
    want = table.members_of(store, one) if one is not None else pa.array([], pa.int32())
    enter = want.filter(pc.invert(pc.is_in(want, value_set=have)))
    return enter, have.filter(pc.invert(pc.is_in(have, value_set=want)))
