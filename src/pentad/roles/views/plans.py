"""How the rows of a list are found.

When an index says that few rows meet a filter, those rows drive the query and are sorted. Otherwise the list is
walked in the order of its sort, and filters probe each row until the page is full. A walk that does not fill its
page in time (filters that hardly ever hold together) is given up for the sets of rows each filter holds for.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import OperationalError, connection, transaction
from django.db.models import Q, QuerySet

from pentad.core.errors import Invalid
from pentad.roles.views.spec import Condition, ListSpec
from pentad.roles.views.state import ListState

T = TypeVar("T")
Rows = QuerySet[Any, Any]

LIMITS = (1_500, 8_000)
"""At most so many keys are read from an index to drive a query: first a few from each filter, then more."""
WALK_SECONDS = 0.2
SET_SECONDS = 8.0
STEPS = 20_000
"""SQLite looks at the clock after so many of its instructions, some milliseconds."""


@dataclass(frozen=True, slots=True)
class Plan:
    """rows: in any order, to be sorted and cut. other: the same rows by another way, when this one takes long."""

    rows: Rows
    driven: bool
    conditions: list[Condition]
    other: Rows | None = None


def beyond(column: str, down: bool, value: Any, key: int | str, key_column: str = "pk") -> Q:
    """Rows after (value, key) in that direction. The first comparison is what the index can start at."""
    strict, loose = ("lt", "lte") if down else ("gt", "gte")
    after = Q(**{f"{column}__{strict}": value}) | Q(**{f"{key_column}__{strict}": key})
    return Q(**{f"{column}__{loose}": value}) & after


def conditions(spec: ListSpec, state: ListState) -> list[Condition]:
    """The search and each filter. Raises Invalid for one that cannot be."""
    found = [spec.search(state.q)] if state.q else []
    for one in state.filters:
        field = spec.field(one.field)
        field.operator(one.operator)
        found.append(field.condition(one.operator, one.value))
    return found


def plan(spec: ListSpec, state: ListState) -> Plan:
    asked = conditions(spec, state)
    rows = spec.base()
    for limit in LIMITS:
        pools = [(one, one.driver(limit + 1)) for one in asked if one.driver]
        few = [(one, set(keys)) for one, keys in pools if len(keys) <= limit]
        if few:
            pool = set[int].intersection(*(keys for _, keys in few))
            drove = [one for one, _ in few]
            left = [one for one in asked if one not in drove]
            by_key = (spec.base_by_key or spec.base)().filter(pk__in=pool)
            return Plan(where(by_key, left), True, asked)
    return Plan(where(rows, asked), False, asked, _by_sets(rows, asked))


def where(rows: Rows, asked: Sequence[Condition]) -> Rows:
    for one in asked:
        rows = rows.filter(one.where)
    return rows


def _by_sets(rows: Rows, asked: Sequence[Condition]) -> Rows | None:
    sets = [one for one in asked if one.keys is not None]
    for one in sets:
        rows = rows.filter(pk__in=one.keys)
    return where(rows, [one for one in asked if one.keys is None]) if sets else None


def read(planned: Plan, ask: Callable[[Rows], T]) -> T:
    """Ask the plan's rows. Raises Invalid (too_slow) when no way answers in time."""
    if planned.other is None:
        return in_time(lambda: ask(planned.rows))
    try:
        with within(WALK_SECONDS):
            return ask(planned.rows)
    except TooSlow:
        other = planned.other
        return in_time(lambda: ask(other))


def in_time(ask: Callable[[], T]) -> T:
    """Raises Invalid (too_slow) when the database does not answer in time."""
    try:
        with within(SET_SECONDS):
            return ask()
    except TooSlow:
        raise Invalid(
            "These filters take too long together.", code="too_slow", fix="Take one away, or add one that few meet."
        ) from None


class TooSlow(Exception):
    """The database did not answer within its time."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Let the database work no longer than this inside. Raises TooSlow."""
    connection.ensure_connection()
    limit = _sqlite_limit if connection.vendor == "sqlite" else _postgres_limit
    try:
        with limit(seconds):
            yield
    except OperationalError as error:
        if "interrupted" in str(error) or "statement timeout" in str(error):
            raise TooSlow from None
        raise


@contextmanager
def _sqlite_limit(seconds: float) -> Iterator[None]:
    end = time.monotonic() + seconds
    connection.connection.set_progress_handler(lambda: time.monotonic() > end, STEPS)
    try:
        yield
    finally:
        connection.connection.set_progress_handler(None, 0)


@contextmanager
def _postgres_limit(seconds: float) -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(int(seconds * 1000))])
        yield
        cursor.execute("SELECT set_config('statement_timeout', '0', true)")
