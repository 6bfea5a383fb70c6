"""How many rows a list has: exact where an index answers at once, kept for some seconds, never beyond a limit."""

import threading
import time
from dataclasses import dataclass

from pentad.core.errors import Invalid
from pentad.roles.views.plans import Plan, Rows, plan, read
from pentad.roles.views.spec import ListSpec
from pentad.roles.views.state import ListState

LIMIT = 100_000
KEPT_SECONDS = 20.0
MOST_KEPT = 500


@dataclass(frozen=True, slots=True)
class Count:
    """more: there are more than that."""

    number: int
    more: bool = False

    def __str__(self) -> str:
        return f"{self.number:,}{'+' if self.more else ''}"


_kept: dict[tuple[str, str], tuple[float, Count]] = {}
_lock = threading.Lock()


def _key(spec: ListSpec, state: ListState) -> tuple[str, str]:
    return spec.name, ListState(q=state.q, filters=state.filters).query()


def known_count(spec: ListSpec, state: ListState) -> Count | None:
    """The count when it was taken a moment ago."""
    kept = _kept.get(_key(spec, state)) if spec.open() else None
    return kept[1] if kept and kept[0] > time.monotonic() else None


def count(spec: ListSpec, state: ListState, planned: Plan | None = None) -> Count:
    """How many rows the list has under the state's search and filters."""
    kept = known_count(spec, state)
    if kept is not None:
        return kept
    planned = planned or plan(spec, state)
    found = Count(planned.rows.count()) if planned.driven or not planned.conditions else _bounded(planned, spec.open())
    if not spec.open():  # what one may count, another may not know
        return found
    with _lock:
        if len(_kept) > MOST_KEPT:
            _kept.clear()
        _kept[_key(spec, state)] = (time.monotonic() + KEPT_SECONDS, found)
    return found


def _bounded(planned: Plan, all_seen: bool) -> Count:
    # A driver counts keys of rows that the reader may not see.
    driver = planned.conditions[0].driver if all_seen and len(planned.conditions) == 1 else None

    def to_limit(rows: Rows) -> int:
        return rows.order_by().values("pk")[: LIMIT + 1].count()

    try:
        number = len(driver(LIMIT + 1)) if driver else read(planned, to_limit)
    except Invalid:  # too slow: there are some, nobody waits to learn how many
        return Count(0, True)
    return Count(min(number, LIMIT), number > LIMIT)


def count_now(spec: ListSpec, state: ListState, planned: Plan) -> Count | None:
    """The count when it is cheap; None: let the page ask for it afterwards."""
    if planned.driven or not planned.conditions:
        return count(spec, state, planned)
    return known_count(spec, state)


def forget_counts() -> None:
    """After a change that people expect to see at once."""
    _kept.clear()
