"""Pages of a list by keyset: a page costs the same wherever it lies, and rows do not shift under it."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from pentad.core.errors import Invalid
from pentad.core.secretbox import cover, uncover
from pentad.roles.views import valued
from pentad.roles.views.plans import Plan, Rows, plan, read
from pentad.roles.views.plans import beyond as beyond
from pentad.roles.views.spec import ListSpec
from pentad.roles.views.state import ListState

PAGE = 50
PLACES = "places in lists"
"""Covered: numbers of rows would tell how many there are."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """After (or before) which row a page starts, and what number its first row has in the list."""

    forward: bool
    value: Any
    key: int
    number: int

    def __str__(self) -> str:
        value = {"t": self.value.isoformat()} if isinstance(self.value, datetime) else self.value
        text = json.dumps([int(self.forward), value, self.key, self.number], separators=(",", ":"), ensure_ascii=False)
        return cover(PLACES, text)

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        try:
            forward, value, key, number = json.loads(uncover(PLACES, text))
            if isinstance(value, dict):
                value = datetime.fromisoformat(value["t"])
            if not isinstance(value, str | int | float | datetime):
                raise ValueError(value)
            return cls(bool(forward), value, int(key), int(number))
        except (ValueError, TypeError, KeyError, OverflowError):
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


def order(spec: ListSpec, state: ListState, *, backward: bool = False) -> tuple[str, bool, list[str]]:
    """(column, descending, order_by) such that the index of the sort can be walked."""
    sort, down = spec.sort(state.sort)
    down = down != backward
    sign = "-" if down else ""
    keys = [f"{sign}{sort.column}", f"{sign}pk"]
    if spec.order_prefix:  # constant in every row of the list; named so that PostgreSQL uses the whole index
        keys.insert(0, f"{'' if down == sort.index_descending else '-'}{spec.order_prefix}")
    return sort.column, down, keys


def fetch(spec: ListSpec, state: ListState, planned: Plan, size: int = PAGE, *, load: bool = True) -> Page:
    """The page where the state's cursor points. load: whether cells get what they need now."""
    cursor = Cursor.parse(state.cursor) if state.cursor else None
    if spec.sort(state.sort)[0].by is not None:
        return _fetch_by_value(spec, state, planned, cursor, size, load)
    backward = cursor is not None and not cursor.forward
    column, down, keys = order(spec, state, backward=backward)

    def page(rows: Rows) -> list[Any]:
        if cursor:
            try:
                rows = rows.filter(beyond(column, down, cursor.value, cursor.key))
            except (TypeError, ValueError, OverflowError, ValidationError):  # a place in a list with another sort
                raise _foreign(state.cursor) from None
        if not planned.driven:
            return list(rows.order_by(*keys)[: size + 1])
        # Sorting whole rows would carry every column through the sort.
        chosen = list(rows.order_by(*keys[-2:]).values_list("pk", flat=True)[: size + 1])
        return list((spec.base_by_key or spec.base)().filter(pk__in=chosen).order_by(*keys[-2:]))

    rows = read(planned, page)
    if load:
        spec.load(rows[:size])
    return _page([(row, getattr(row, column), row.pk) for row in rows], cursor, size)


def _page(found: list[tuple[Any, Any, int]], cursor: Cursor | None, size: int) -> Page:
    """Rows with their places (value, key), in the order in which they were asked for, one more than the page has."""
    backward = cursor is not None and not cursor.forward
    more = len(found) > size
    found = found[:size]
    first = cursor.number if cursor else 1
    if backward:
        found.reverse()
        first = max(1, first - len(found)) if more else 1

    def mark(at: int, forward: bool, number: int) -> str:
        _, value, key = found[at]
        return "" if value is None else str(Cursor(forward, value, key, number))

    has_next, has_previous = (True, more) if backward else (more, cursor is not None)
    return Page(
        [row for row, _, _ in found], first,
        mark(-1, True, first + len(found)) if found and has_next else "",
        mark(0, False, first) if found and has_previous else "",
    )  # fmt: skip


def _fetch_by_value(
    spec: ListSpec, state: ListState, planned: Plan, cursor: Cursor | None, size: int, load: bool
) -> Page:
    place = valued.Place(cursor.value, cursor.key) if cursor else None
    backward = cursor is not None and not cursor.forward
    found = _by_value(spec, state, planned, place, backward, size + 1)
    keys = [one.row for one in found]
    rows = {row.pk: row for row in (spec.base_by_key or spec.base)().filter(pk__in=keys)}
    if load:
        spec.load([rows[key] for key in keys[:size] if key in rows])
    return _page([(rows[one.row], one.place.value, one.place.key) for one in found if one.row in rows], cursor, size)


def _by_value(
    spec: ListSpec, state: ListState, planned: Plan, after: valued.Place | None, backward: bool, most: int
) -> list[valued.Found]:
    sort, down = spec.sort(state.sort)
    assert sort.by is not None
    try:
        return valued.find(sort.by, planned, (spec.base_by_key or spec.base)(), down, after, backward, most)
    except (TypeError, ValueError, OverflowError, ValidationError):  # a place in a list with another sort
        raise _foreign(state.cursor) from None


def checked_limit(limit: int, most: int) -> None:
    """Raise Invalid for a number of rows that a call of the API may not ask for at once."""
    if not 1 <= limit <= most:
        raise Invalid(f"limit is {limit}; it must lie between 1 and {most}.", code="bad_limit")


def neighbours(spec: ListSpec, state: ListState, row: Any) -> tuple[Any, Any]:
    """The rows before and after one in the list, or None."""
    planned = plan(spec, state)
    return _near(spec, state, planned, row, backward=True), _near(spec, state, planned, row, backward=False)


def _near(spec: ListSpec, state: ListState, planned: Plan, row: Any, *, backward: bool) -> Any:
    if (by := spec.sort(state.sort)[0].by) is not None:
        rows = (spec.base_by_key or spec.base)()
        place = valued.place_of(by, rows, row.pk)
        found = _by_value(spec, state, planned, place, backward, 1) if place else []
        return rows.filter(pk=found[0].row).first() if found else None
    column, down, keys = order(spec, state, backward=backward)
    value = getattr(row, column)
    if value is None:
        return None
    return read(planned, lambda rows: rows.filter(beyond(column, down, value, row.pk)).order_by(*keys).first())
