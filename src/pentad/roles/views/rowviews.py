"""Rows of a list as pages show them: with the cells of a table, or as a card."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pentad.core.actor import reader
from pentad.roles.access import seeing
from pentad.roles.views import cells
from pentad.roles.views.layouts import Move
from pentad.roles.views.spec import Column, ListSpec
from pentad.roles.views.state import ListState

MOST_FIELDS = 3
"""So many lines stand under the title of a card."""


@dataclass(frozen=True, slots=True)
class RowView:
    """moves: whether the reader may move it to another column or day."""

    key: str
    url: str
    label: str
    cells: list[tuple[Column, str]]
    peek: str = ""
    moves: bool = False


def rows_of(
    spec: ListSpec, state: ListState, columns: Sequence[Column], rows: Sequence[Any], first: int = 0
) -> list[RowView]:
    """Rows with cells. first: the number of the first one in the list; 0 when they have none."""
    made = []
    for offset, row in enumerate(rows):
        place = ({"n": first + offset} if first else {}) | ({"list": state.query()} if state.query() else {})
        url, peek = spec.row_url(row), spec.peek_url(row) if spec.peek_url else ""
        shown = [(column, column.cell(row)) for column in columns]
        made.append(
            RowView(spec.row_key(row), f"{url}?{urlencode(place)}" if place else url, spec.label(row), shown, peek)
        )
    return made


def title_column(spec: ListSpec) -> Column:
    return next((one for one in spec.columns if one.phone == "title"), spec.columns[0])


def card_columns(spec: ListSpec, state: ListState, grouping: str) -> list[Column]:
    """The title, and the chosen columns but for that by which is grouped; those the list names when none is chosen."""
    title = title_column(spec)
    chosen = state.columns or spec.cards
    rest = [one for one in spec.shown_columns(chosen) if one.card and one.name not in (title.name, grouping)]
    return [title, *rest[:MOST_FIELDS]]


def cards_of(
    spec: ListSpec, state: ListState, columns: Sequence[Column], rows: Sequence[Any], movable: Collection[Any] = ()
) -> list[RowView]:
    """Rows as cards: cells with nothing in them are left out."""
    made = []
    for row, view in zip(rows, rows_of(spec, state, columns, rows), strict=True):
        title, *rest = view.cells
        shown = [title, *((column, cell) for column, cell in rest if cell != cells.NOTHING)]
        made.append(RowView(view.key, view.url, view.label, shown, view.peek, row.pk in movable))
    return made


def movable(move: Move | None, rows: Sequence[Any]) -> set[Any]:
    """Keys of those that the reader may move."""
    if move is None or not rows or not reader().may(move.right) or not move.may():
        return set()
    return seeing.reached(reader(), move.right, rows)
