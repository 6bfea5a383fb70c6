"""What a list can be besides a table: groups, a board, a calendar, a queue. Declared by its `ListSpec`.

A group, a column of a board and a day of a calendar are each the list with one filter more. So rights, search, limits
and counts hold for them as they do for the list, and nothing here reads a row in a way of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pentad.core.actor import Actor
from pentad.roles.views.state import Filter

Row = Any


@dataclass(frozen=True, slots=True)
class Layout:
    name: str
    label: str
    icon: str


LIST, GROUP, BOARD, CALENDAR, QUEUE = LAYOUTS = (
    Layout("", "List", "table-2"),
    Layout("group", "Groups", "layers"),
    Layout("board", "Board", "columns-3"),
    Layout("calendar", "Calendar", "calendar"),
    Layout("queue", "Queue", "list-checks"),
)


@dataclass(frozen=True, slots=True)
class Move:
    """How a row gets to another column or day: by the same action as everywhere else.

    right: what one needs for that, asked for each record. run: moves a row to the key of a bucket (or a day, as in
    "on:2026-11-24"); answers what it has to be given to take that back. may: whether the reader may change the field.
    note: what else a move does, for the dialog.
    """

    right: str
    run: Callable[[Actor, Row, str], str]
    may: Callable[[], bool] = lambda: True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bucket:
    """One group or column: the rows for which the grouping's field meets this operator and value.

    drop: whether rows can be moved there.
    """

    key: str
    label: str
    operator: str = "is"
    value: str = ""
    tone: str = "gray"
    drop: bool = True


@dataclass(frozen=True, slots=True)
class Grouping:
    """By what rows can be put together; `name` is that of the field to filter by.

    buckets: in the order they are shown, at most `MOST_BUCKETS`, as far as the reader may know of them; they stay when
    empty. Rows of no bucket are not shown: then `note` tells so. board: whether it makes a board as well.
    sizes: key of each bucket → rows and what they add up to, by one query over the whole list, where that is cheaper than
    a count of each; None when the reader does not see the whole list.
    """

    name: str
    label: str
    icon: str
    buckets: Callable[[], Sequence[Bucket]]
    move: Move | None = None
    note: str = ""
    board: bool = True
    sizes: "Callable[[], Mapping[str, tuple[int, float | None]] | None]" = lambda: None

    def filter(self, bucket: Bucket) -> Filter:
        return Filter(self.name, bucket.operator, bucket.value)


MOST_BUCKETS = 40


@dataclass(frozen=True, slots=True)
class DateField:
    """By what a list is a calendar; `name` is that of the field, `operator` what holds on one day.

    column: the row's own, with an index, when there is one: each day is walked by it. none: the operator that holds for
    rows without a day.
    """

    name: str
    label: str
    operator: str = "on"
    column: str = ""
    none: str = ""
    move: Move | None = None

    def on(self, day: date) -> Filter:
        return Filter(self.name, self.operator, day.isoformat())


@dataclass(frozen=True, slots=True)
class RowAction:
    """A button of a row in a queue. url takes a POST whose answer empties the row, or, with dialog, a GET of the dialog."""

    name: str
    label: str
    icon: str
    key: str
    right: str
    url: Callable[[Row], str]
    dialog: bool = False


@dataclass(frozen=True, slots=True)
class Queue:
    """The list as work to be done one after the other, in the order of its first sort.

    waiting: what belongs to it, whatever else the list shows. due: the moment that colours a row. reason: why it is here.
    """

    waiting: Filter
    due: Callable[[Row], datetime | None]
    reason: Callable[[Row], str]
    actions: tuple[RowAction, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """What the columns of a board add up: a column of the rows, seen under this name of a field."""

    column: str
    label: str
