"""Keeping saved segments true for some people: those whom events touched, and those who are due by time.

All of it runs in the process that owns the ledger. Features first, then who enters and leaves by them (`moves`), then
the table remembers; whatever is cut off in between is found again, because the comparison is made anew.
"""

import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice

import structlog

from pentad.core import clock
from pentad.core.bell import Bell
from pentad.core.errors import PentadError
from pentad.intelligence.segments import table
from pentad.intelligence.segments.engine import now
from pentad.intelligence.segments.models import Segment, SegmentMember
from pentad.intelligence.segments.moves import STEP, Moves, write_moves
from pentad.intelligence.segments.table import Live
from pentad.ledger import Ledger

log = structlog.get_logger(__name__)

AT_ONCE = 25_000
"""Persons whose features are asked for in one statement: half of what it costs is planning it and passing over everybody
else's events, however few are asked."""

lock = threading.RLock()
"""Held while features are asked and membership is written by them, so that nothing older is written over newer."""

refreshed = Bell()
"""Rings when features were asked: somebody may be due earlier than was known."""


def some_people(store: Ledger, numbers: Collection[int], names: Collection[str] | None = None) -> int:
    """Ask segments of these persons again; returns how many changes there were. Numbers of people who are parts of
    others by now, or gone, are welcome: they leave.

    names: of the events that arrived for them, where nothing but these and what is stated of them can have changed.
    """
    done = 0
    for some in portions(table.whom_it_touches(store, table.ready(store), numbers), AT_ONCE):
        with lock:
            kept_up = table.ready(store)
            known = table.present(store, some) if names is not None else set()
            if new := set(some) - known:
                done += _settle(store, computed(store, kept_up, new), new)
            if known:
                columns = table.changed_by(kept_up, names or ())
                concerned = [one for one in kept_up if not columns.isdisjoint(one.columns)]
                done += _settle(store, computed(store, concerned, known, columns), known)
    refreshed.ring()
    return done


def computed(
    store: Ledger, asked: Sequence[Live], only: Collection[int] | None, columns: Collection[str] | None = None
) -> list[Live]:
    """Ask the features; a segment that cannot be asked is set aside, so that the others go on. Returns the others."""
    if not asked:
        return []
    try:
        table.compute(store, asked, now(), only, columns)
        return list(asked)
    except PentadError as error:
        if len(asked) == 1:
            failed(asked[0].no, error)
            return []
        log.warning("segments_asked_one_by_one", error=str(error)[:500])
    return [able for one in asked for able in computed(store, [one], only, columns)]


def failed(no: int, error: Exception) -> None:
    """Say of a segment that it cannot be kept up; it is asked again later."""
    if getattr(error, "code", "") == "ledger_closed":
        raise error  # the server stops: this is no fault of it, and is done at the next start
    log.error("segment_failed", segment=no, error=str(error)[:500], sql=getattr(error, "sql", "")[:2000])
    said = error.message if isinstance(error, PentadError) else ""
    said = said or f"Asking for it failed ({type(error).__name__}); the log of the server says why."
    Segment.objects.filter(pk=no).update(failure=said[:500], failed=clock.now())


def _settle(store: Ledger, kept_up: Sequence[Live], some: Collection[int]) -> int:
    moves = table.changes(store, kept_up, some)
    gone = _left_behind(set(some) - table.present(store, some)) if kept_up else []
    done = write_moves(Moves(moves.enter, [*moves.leave, *gone]), clock.now())
    table.remember(store, kept_up, {person for _, person in (*moves.enter, *moves.leave)})
    return done


def reconcile(store: Ledger) -> int:
    """Write down what the table knows and the rows do not: a process may have ended in between. Once, at start."""
    filled = set(Segment.objects.filter(filled__isnull=False).values_list("no", flat=True))
    with lock:
        kept_up = [one for one in table.ready(store) if one.no in filled]
        moves = table.changes(store, kept_up, None)
        done = write_moves(moves, clock.now())
        table.remember(store, kept_up, {person for _, person in (*moves.enter, *moves.leave)})
    return done


def _left_behind(gone: Collection[int]) -> list[tuple[int, int]]:
    """Memberships of persons who are no customers of their own any more."""
    rows = SegmentMember.objects.all()
    return [
        pair
        for some in portions(gone, STEP)
        for pair in rows.filter(person_id__in=some).values_list("segment_id", "person_id")
    ]


def portions(numbers: Iterable[int], size: int) -> Iterator[list[int]]:
    waiting = iter(numbers)
    while some := list(islice(waiting, size)):
        yield some
