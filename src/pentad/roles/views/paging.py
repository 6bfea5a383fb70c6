"""Pages of a list by keyset: a page costs the same wherever it lies, and rows do not shift under it.

Two plans. When an index says that few rows meet a filter, those rows drive the query and are sorted.
Otherwise the list is walked in the order of its sort, and filters probe each row until the page is full.
"""

import base64
import binascii
import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from pentad.core.errors import Invalid
from pentad.roles.views.spec import Condition, ListSpec
from pentad.roles.views.state import ListState

PAGE = 50
FEW = 20_000
"""At most so many keys are read from an index to drive a query, alone or together."""
COUNT_LIMIT = 100_000
COUNT_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Cursor:
    """After (or before) which row a page starts, and what number its first row has in the list."""

    forward: bool
    value: Any
    key: int
    number: int

    def __str__(self) -> str:
        value = {"t": self.value.isoformat()} if isinstance(self.value, datetime) else self.value
        text = json.dumps([int(self.forward), value, self.key, self.number], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        try:
            forward, value, key, number = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            if isinstance(value, dict):
                value = datetime.fromisoformat(value["t"])
            if not isinstance(value, str | int | float | datetime):
                raise ValueError(value)
            return cls(bool(forward), value, int(key), int(number))
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError, binascii.Error):
            raise _foreign(text) from None


def _foreign(text: str) -> Invalid:
    return Invalid(f"{text[:60]!r} is not a place in this list.", code="bad_cursor", fix="Go back to the first page.")


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Any]
    first: int
    """The number of the first row in the list, from 1."""
    next: str
    previous: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows a list has. more: there are more than that."""

    number: int
    more: bool = False

    def __str__(self) -> str:
        return f"{self.number:,}{'+' if self.more else ''}"


@dataclass(frozen=True, slots=True)
class Plan:
    rows: "QuerySet[Any, Any]"
    driven: bool
    conditions: list[Condition]


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
    pool: set[int] | None = None
    left: list[Condition] = []
    for one in asked:
        keys = set(one.driver(FEW + 1)) if one.driver is not None else None
        if keys is None or len(keys) > FEW:
            left.append(one)
        else:
            pool = keys if pool is None else pool & keys
    rows = spec.base()
    if pool is not None:
        return Plan(_where(rows.filter(pk__in=pool), left), True, asked)
    return Plan(_where(rows, asked), False, asked)


def _where(rows: "QuerySet[Any, Any]", asked: Sequence[Condition]) -> "QuerySet[Any, Any]":
    for one in asked:
        rows = rows.filter(one.where)
    return rows


def order(spec: ListSpec, state: ListState, *, backward: bool = False) -> tuple[str, bool, list[str]]:
    """(column, descending, order_by) such that the index of the sort can be walked."""
    sort, down = spec.sort(state.sort)
    down = down != backward
    sign = "-" if down else ""
    keys = [f"{sign}{sort.column}", f"{sign}pk"]
    if spec.order_prefix:  # constant in every row of the list; named so that PostgreSQL uses the whole index
        keys.insert(0, f"{'' if down == sort.index_descending else '-'}{spec.order_prefix}")
    return sort.column, down, keys


def beyond(column: str, down: bool, value: Any, key: int) -> Q:
    """Rows after (value, key) in that direction. The first comparison is what the index can start at."""
    strict, loose = ("lt", "lte") if down else ("gt", "gte")
    return Q(**{f"{column}__{loose}": value}) & (Q(**{f"{column}__{strict}": value}) | Q(**{f"pk__{strict}": key}))


def fetch(spec: ListSpec, state: ListState, rows: "QuerySet[Any, Any]", size: int = PAGE) -> Page:
    """The page where the state's cursor points."""
    cursor = Cursor.parse(state.cursor) if state.cursor else None
    backward = cursor is not None and not cursor.forward
    column, down, keys = order(spec, state, backward=backward)
    if cursor:
        try:
            rows = rows.filter(beyond(column, down, cursor.value, cursor.key))
        except (TypeError, ValueError, OverflowError, ValidationError):  # a place in a list with another sort
            raise _foreign(state.cursor) from None
    found = list(rows.order_by(*keys)[: size + 1])
    more = len(found) > size
    found = found[:size]
    first = cursor.number if cursor else 1
    if backward:
        found.reverse()
        first = max(1, first - len(found)) if more else 1
    spec.load(found)

    def mark(row: Any, forward: bool, number: int) -> str:
        value = getattr(row, column)
        return "" if value is None else str(Cursor(forward, value, row.pk, number))

    has_next, has_previous = (True, more) if backward else (more, cursor is not None)
    return Page(
        found, first,
        mark(found[-1], True, first + len(found)) if found and has_next else "",
        mark(found[0], False, first) if found and has_previous else "",
    )  # fmt: skip


def neighbours(spec: ListSpec, state: ListState, row: Any) -> tuple[Any, Any]:
    """The rows before and after one in the list, or None."""
    rows = plan(spec, state).rows
    found = []
    for backward in (True, False):
        column, down, keys = order(spec, state, backward=backward)
        value = getattr(row, column)
        near = rows.filter(beyond(column, down, value, row.pk)) if value is not None else rows.none()
        found.append(near.order_by(*keys).first())
    return found[0], found[1]


# -- counts: exact where an index answers at once, kept for some seconds, never beyond a limit ------

_counts: dict[tuple[str, str], tuple[float, Count]] = {}
_lock = threading.Lock()


def _key(spec: ListSpec, state: ListState) -> tuple[str, str]:
    return spec.name, ListState(q=state.q, filters=state.filters).query()


def known_count(spec: ListSpec, state: ListState) -> Count | None:
    """The count when it was taken a moment ago."""
    kept = _counts.get(_key(spec, state))
    return kept[1] if kept and kept[0] > time.monotonic() else None


def count(spec: ListSpec, state: ListState, planned: Plan | None = None) -> Count:
    """How many rows the list has under the state's search and filters."""
    kept = known_count(spec, state)
    if kept is not None:
        return kept
    planned = planned or plan(spec, state)
    found = Count(planned.rows.count()) if planned.driven or not planned.conditions else _bounded(planned)
    with _lock:
        if len(_counts) > 500:
            _counts.clear()
        _counts[_key(spec, state)] = (time.monotonic() + COUNT_SECONDS, found)
    return found


def _bounded(planned: Plan) -> Count:
    driver = planned.conditions[0].driver if len(planned.conditions) == 1 else None
    if driver is not None:
        number = len(driver(COUNT_LIMIT + 1))
    else:
        number = planned.rows.order_by().values("pk")[: COUNT_LIMIT + 1].count()
    return Count(min(number, COUNT_LIMIT), number > COUNT_LIMIT)


def count_now(spec: ListSpec, state: ListState, planned: Plan) -> Count | None:
    """The count when it is cheap; None: let the page ask for it afterwards."""
    if planned.driven or not planned.conditions:
        return count(spec, state, planned)
    return known_count(spec, state)


def forget_counts() -> None:
    """After a change that people expect to see at once."""
    _counts.clear()
