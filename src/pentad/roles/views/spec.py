"""The declaration of a list: what it lists, its columns, filters, sorts and bulk actions."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from django.db.models import Q, QuerySet

from pentad.core.errors import Invalid, NotFound
from pentad.roles.views.layouts import BOARD, CALENDAR, GROUP, LIST, QUEUE, DateField, Grouping, Layout, Queue, Total

if TYPE_CHECKING:
    from pentad.roles.views.valued import Valued

Row = Any
Control = Literal["none", "text", "number", "choice", "choices", "days", "date"]


@dataclass(frozen=True, slots=True)
class Condition:
    """A filter as the database sees it.

    where: true of a listed row; must probe an index when the list is walked in the order of its sort.
    driver: up to so many primary keys of the rows it holds for, read from an index of its own; used when they are few.
    keys: all of them as a query, for when a walk by `where` takes too long.
    """

    where: Q
    driver: Callable[[int], Collection[int]] | None = None
    keys: "QuerySet[Any, Any] | None" = None


@dataclass(frozen=True, slots=True)
class Operator:
    """`control` is how its value is entered."""

    name: str
    label: str
    control: Control = "text"


@dataclass(frozen=True, slots=True)
class Field:
    """Something a list can be filtered by."""

    name: str
    label: str
    operators: tuple[Operator, ...]
    condition: Callable[[str, str], Condition]
    icon: str = "filter"
    group: str = ""
    choices: Callable[[], Sequence[tuple[str, str]]] = tuple
    """(value, label); also suggested while a text is typed."""
    hint: str = ""

    def operator(self, name: str) -> Operator:
        found = next((one for one in self.operators if one.name == name), None)
        if found is None:
            raise Invalid(
                f"“{self.label}” cannot be compared by “{name}”.", code="bad_filter", fix="Choose another operator."
            )
        return found

    def say(self, operator: str, value: str) -> str:
        """The value as the chip shows it."""
        control = self.operator(operator).control
        if control == "none":
            return ""
        if control == "days":
            return f"{value} days" if value != "1" else "1 day"
        if control in ("choice", "choices"):
            labels = dict(self.choices())
            return ", ".join(labels.get(one, one) for one in value.split("|"))
        return value


@dataclass(frozen=True, slots=True)
class Column:
    """cell: the HTML of a row's cell (escaped, or marked safe). phone: its place in the two lines of a phone's list."""

    name: str
    label: str
    cell: Callable[[Row], str]
    icon: str = ""
    sort: str = ""
    default: bool = True
    number: bool = False
    muted: bool = False
    phone: Literal["", "title", "sub", "end"] = ""
    plain: Callable[[Row], Any] | None = None
    """The value for an export."""
    card: bool = True
    """Whether it has a place on cards."""


@dataclass(frozen=True, slots=True)
class Sort:
    """column: indexed together with the primary key, after `ListSpec.order_prefix`, descending when index_descending."""

    name: str
    label: str
    column: str
    descending: bool = True
    index_descending: bool = True
    words: tuple[str, str] = ("ascending", "descending")
    by: "Valued | None" = None
    """Instead of a column: values that lie in rows of their own."""


@dataclass(frozen=True, slots=True)
class BulkAction:
    """url takes a POST (a page or a download) or, with dialog, a GET that answers the content of the shared dialog."""

    name: str
    label: str
    url: str
    icon: str
    right: str
    dialog: bool = True
    needs: int = 0
    danger: bool = False
    key: str = ""
    also: str = ""
    """A second right it needs, such as the one to change many at once."""


@dataclass(frozen=True, slots=True)
class Empty:
    """What a list says before there is anything in it."""

    title: str
    text: str
    url: str = ""
    action: str = ""
    dialog: str = ""
    """Instead of url: the address of a form that the shared dialog shows."""
    right: str = ""
    """Who may not has no button."""


@dataclass(frozen=True)
class ListSpec:
    """A list of one kind of thing. Build one at import; it asks the database only when shown."""

    name: str
    title: str
    one: str
    many: str
    icon: str
    url: str
    right: str
    base: Callable[[], "QuerySet[Any, Any]"]
    row_url: Callable[[Row], str]
    row_key: Callable[[Row], str]
    label: Callable[[Row], str]
    columns: tuple[Column, ...]
    sorts: tuple[Sort, ...]
    search: Callable[[str], Condition]
    empty: Empty
    search_hint: str = "Search"
    fields: Callable[[], Sequence[Field]] = tuple
    field_named: Callable[[str], Field | None] = lambda name: None
    """Fields that are too many to list ahead, such as traits."""
    column_named: Callable[[str], Column | None] = lambda name: None
    sort_named: Callable[[str], Sort | None] = lambda name: None
    base_by_key: "Callable[[], QuerySet[Any, Any]] | None" = None
    """The base for reading rows by their primary keys; when the condition of `base` would tempt SQLite to an index."""
    open: Callable[[], bool] = lambda: True
    """Whether the reader sees every row in full, so that counts may be shared with others."""
    given: bool = False
    """Whether its rows are given to colleagues and teams: who sees none of them is told that there may be others."""
    sees: Callable[[str], bool] = lambda name: True
    """Whether the reader sees a field (by the name of its column, filter or sort) in full; else it is no way to search."""
    default_columns: Callable[[], Sequence[str]] = tuple
    """Columns shown when none is chosen; those marked as default when empty."""
    extra_columns: Callable[[], Sequence[Column]] = tuple
    load: Callable[[Sequence[Row]], None] = lambda rows: None
    """Attach to a page of rows what their cells need."""
    bulk: tuple[BulkAction, ...] = ()
    peek_url: Callable[[Row], str] | None = None
    """What Space shows of a row beside the list."""
    template: str = "views/list.html"
    order_prefix: str = ""
    figures: "Callable[[Sequence[Row]], Sequence[tuple[str, str]]] | None" = None
    views: tuple[tuple[str, dict[str, Any]], ...] = field(default=())
    """Views that come with the product: (name, saved state)."""
    clear: Mapping[str, Empty] = field(default_factory=dict)
    """What such a view says, by its name, when its filters leave nothing: that is no mistake to look for."""
    groupings: Callable[[], Sequence[Grouping]] = tuple
    """What it can be grouped by, and be a board of; the first is taken when none is chosen."""
    grouping_named: Callable[[str], Grouping | None] = lambda name: None
    dates: Callable[[], Sequence[DateField]] = tuple
    """What it can be a calendar of."""
    queue: Queue | None = None
    cards: tuple[str, ...] = ()
    """Columns on a card, besides the title; at most three are shown."""
    total: Total | None = None

    def field(self, name: str) -> Field:
        """Raises Invalid for a filter there is not."""
        found = self.field_named(name) or next((one for one in self.fields() if one.name == name), None)
        if found is None or not self.sees(name):
            raise Invalid(
                f"{self.title} cannot be filtered by “{name}”.",
                code="bad_filter",
                fix="Remove this filter from the address.",
            )
        return found

    def shown_columns(self, names: Sequence[str]) -> list[Column]:
        """The chosen columns in their order, unknown ones left out; the default ones when none is chosen."""
        names = names or self.default_columns()
        known = {one.name: one for one in self.columns}
        found = [known.get(name) or self.column_named(name) for name in names]
        return [one for one in found if one] or [one for one in self.columns if one.default]

    def sort(self, text: str) -> tuple[Sort, bool]:
        """The sort and whether it descends; "-name" descends. The first sort when unknown, or of a field not seen."""
        name, down = text.removeprefix("-"), text.startswith("-")
        found = next((one for one in self.sorts if one.name == name), None) or self.sort_named(name)
        return (found, down) if found and self.sees(name) else (self.sorts[0], self.sorts[0].descending)

    def layouts(self) -> list[Layout]:
        """What the reader can look at it as."""
        grouped, dated = self.seen_groupings(), self.seen_dates()
        boards = any(one.board for one in grouped)
        able = {GROUP: bool(grouped), BOARD: boards, CALENDAR: bool(dated), QUEUE: self.queue is not None}
        return [LIST, *(layout for layout, is_able in able.items() if is_able)]

    def layout(self, name: str) -> Layout:
        """The layout of that name, or the list."""
        return next((one for one in self.layouts() if one.name == name), LIST)

    def seen_groupings(self) -> list[Grouping]:
        return [one for one in self.groupings() if self.sees(one.name)]

    def seen_dates(self) -> list[DateField]:
        return [one for one in self.dates() if self.sees(one.name)]

    def grouping(self, name: str, *, board: bool = False) -> Grouping:
        """The one of that name; the first when none is named. Raises Invalid."""
        able = [one for one in self.seen_groupings() if one.board or not board]
        found = next((one for one in able if one.name == name), None) if name else next(iter(able), None)
        found = found or (self.grouping_named(name) if name and self.sees(name) else None)
        if found is None or (board and not found.board):
            raise Invalid(
                f"{self.title} cannot be grouped by “{name}”.",
                code="bad_group",
                fix="Choose something else to group by.",
            )
        return found

    def date(self, name: str) -> DateField:
        """The one of that name; the first when none is named. Raises Invalid."""
        able = self.seen_dates()
        found = next((one for one in able if one.name == name or not name), None)
        if found is None:
            raise Invalid(
                f"{self.title} have no calendar by “{name}”.", code="bad_date", fix="Choose another date to go by."
            )
        return found


_known: dict[str, ListSpec] = {}


def register(spec: ListSpec) -> ListSpec:
    """Make a list known by its name: only known ones have saved views."""
    _known[spec.name] = spec
    return spec


def known_list(name: str) -> ListSpec:
    """Raises NotFound."""
    if name not in _known:
        raise NotFound(f"There is no list “{name[:40]}”.", code="list_not_found", fix="Save the view on its list.")
    return _known[name]
