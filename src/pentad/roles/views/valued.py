"""Lists in the order of values that lie in rows of their own, such as traits.

Rows with a value come first, in its order, equal ones in that of the rows that hold the values; then, whichever way it
goes, those without. An index of values is walked, and each is looked up among the listed rows until a page is full. When
few rows are listed, or the walk finds too few in time, the values of the listed rows are read and sorted instead.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import Combinable

from pentad.roles.views.plans import WALK_SECONDS, Plan, Rows, TooSlow, beyond, in_time, where, within

NONE = ""
"""Stands in a place for the value of a row without one."""
FEW = 8_000
"""So many rows are sorted faster than an index is walked for them."""


@dataclass(frozen=True, slots=True)
class Valued:
    """rows: each holds the value of one listed row, whose key `of` gives; at most one for each.
    column: where the value stands; not null. held: (column) → the same column, asked from a listed row.
    walks: whether an index gives the rows in the order of their values; between: what it has between value and key, the
    same in every row.
    """

    rows: "Callable[[], QuerySet[Any, Any]]"
    column: str
    of: Combinable
    held: Callable[[str], Combinable]
    walks: bool = True
    between: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a listed row stands. key: of the row that holds its value; its own when it has none."""

    value: Any
    key: int


@dataclass(frozen=True, slots=True)
class Found:
    row: int
    """Its primary key."""
    place: Place


def find(
    by: Valued, planned: Plan, base_by_key: Rows, down: bool, after: Place | None, backward: bool, most: int
) -> list[Found]:
    """The rows after a place, at most so many. backward: those before it, the nearest first.

    base_by_key: as of the list. Raises Invalid (too_slow) when no way answers in time.
    """
    ask = partial(_both, by, down, after, backward, most)
    few = planned.rows if planned.driven or not by.walks else _few(planned.rows, base_by_key)
    if few is not None:
        return in_time(lambda: ask(few, _sorted, few))
    by_key = where(base_by_key, planned.conditions)
    try:
        with within(WALK_SECONDS):
            return ask(by_key, _walked, planned.rows)
    except TooSlow:
        return in_time(lambda: ask(by_key, _sorted, planned.other if planned.other is not None else planned.rows))


def place_of(by: Valued, rows: Rows, key: int) -> Place | None:
    """Where one of the rows stands; None when it is not among them."""
    found = rows.filter(pk=key).annotate(held=by.held(by.column), holder=by.held("pk"))
    for value, holder in found.values_list("held", "holder"):
        return Place(NONE, key) if value is None else Place(value, holder)
    return None


def _few(rows: Rows, base_by_key: Rows) -> Rows | None:
    """The rows by their keys, when they are few and found in time."""
    try:
        with within(WALK_SECONDS):
            keys = list(rows.order_by().values_list("pk", flat=True)[: FEW + 1])
    except TooSlow:
        return None
    return base_by_key.filter(pk__in=keys) if len(keys) <= FEW else None


Part = Callable[[Valued, Rows, bool, Place | None, int], list[Found]]


def _both(
    by: Valued, down: bool, after: Place | None, backward: bool, most: int, by_key: Rows, first: Part, rows: Rows
) -> list[Found]:
    """Rows with a value, then those without, which are walked by key; the other way round when going backward."""
    parts: list[tuple[Part, bool]] = [(first, down != backward), (_without, not backward)]
    if backward:
        parts.reverse()
    if after is not None and (after.value == NONE) is (parts[0][0] is not _without):
        del parts[0]
    found: list[Found] = []
    for part, sinks in parts:
        if len(found) < most:
            found += part(
                by,
                by_key if part is _without else rows,
                sinks,
                after if part is parts[0][0] else None,
                most - len(found),
            )
    return found


def _walked(by: Valued, listed: Rows, down: bool, after: Place | None, most: int) -> list[Found]:
    rows = by.rows().annotate(listed=by.of).filter(Exists(listed.order_by().filter(pk=OuterRef("listed"))))
    return _page(rows, (by.column, "pk", "listed"), down, after, most, by.between)


def _sorted(by: Valued, listed: Rows, down: bool, after: Place | None, most: int) -> list[Found]:
    rows = listed.annotate(held=by.held(by.column), holder=by.held("pk")).filter(held__isnull=False)
    return _page(rows, ("held", "holder", "pk"), down, after, most)


def _without(by: Valued, listed: Rows, down: bool, after: Place | None, most: int) -> list[Found]:
    rows = listed.alias(holder=by.held("pk")).filter(holder=None)
    if after is not None:
        rows = rows.filter(**{f"pk__{'lt' if down else 'gt'}": after.key})
    keys = rows.order_by("-pk" if down else "pk").values_list("pk", flat=True)[:most]
    return [Found(key, Place(NONE, key)) for key in keys]


def _page(
    rows: Rows, names: tuple[str, str, str], down: bool, after: Place | None, most: int, between: tuple[str, ...] = ()
) -> list[Found]:
    value, key, _ = names
    if after is not None:
        rows = rows.filter(beyond(value, down, after.value, after.key, key))
    sign = "-" if down else ""
    order = [f"{sign}{one}" for one in (value, *between, key)]
    found = rows.order_by(*order).values_list(*names)[:most]
    return [Found(row, Place(held, holder)) for held, holder, row in found]
