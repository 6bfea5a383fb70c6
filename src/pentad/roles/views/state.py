"""What a list shows, as its address says it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol
from urllib.parse import parse_qs, quote, unquote, urlencode

SEPARATOR = "~"
MAX_FILTERS = 20
MAX_TEXT = 200
CONTENT = ("q", "f", "cols", "sort", "as", "by", "on", "span")
"""Parts of an address that a saved view keeps."""
PLACE = ("c", "at")
ASKED = ("view", *CONTENT, *PLACE)


class Query(Protocol):
    """The part of Django's QueryDict that is needed here."""

    def get(self, key: str, default: Any = None, /) -> Any: ...
    def getlist(self, key: str, /) -> Sequence[Any]: ...


class _Parsed:
    def __init__(self, values: dict[str, list[str]]):
        self.values = values

    def get(self, key: str, default: Any = None, /) -> Any:
        return self.values[key][-1] if key in self.values else default

    def getlist(self, key: str, /) -> Sequence[Any]:
        return self.values.get(key, [])


@dataclass(frozen=True, slots=True)
class Filter:
    """One chip: field, operator, value, as texts."""

    field: str
    operator: str
    value: str = ""

    def __str__(self) -> str:
        """`trait:plan~is~pro`; a tilde inside a part is written %7E."""
        return SEPARATOR.join(
            part.replace("%", "%25").replace(SEPARATOR, "%7E") for part in (self.field, self.operator, self.value)
        )

    @classmethod
    def parse(cls, text: str) -> "Filter | None":
        """None when it does not look like one."""
        parts = [unquote(part)[:MAX_TEXT] for part in text.split(SEPARATOR)]
        return cls(*parts) if len(parts) == 3 and parts[0] and parts[1] else None


@dataclass(frozen=True, slots=True)
class ListState:
    """Search, filters, columns, sort, layout, saved view and place of a list. Empty parts are the list's own defaults.

    layout: one of `layouts.LAYOUTS`; "" is the list. group: the grouping of groups and boards. date, span: what a
    calendar goes by, and "week" or "" for a month. day: where the calendar is, as cursor says where a list is.
    """

    q: str = ""
    filters: tuple[Filter, ...] = ()
    columns: tuple[str, ...] = ()
    sort: str = ""
    view: str = ""
    cursor: str = ""
    layout: str = ""
    group: str = ""
    date: str = ""
    span: str = ""
    day: str = ""

    @classmethod
    def of(cls, query: Query) -> "ListState":
        filters = [Filter.parse(text) for text in query.getlist("f")[:MAX_FILTERS]]
        columns = tuple(name[:140] for name in query.get("cols", "").split(",") if name)
        return cls(
            query.get("q", "").strip()[:MAX_TEXT],
            tuple(one for one in filters if one),
            tuple(unquote(name) for name in columns),
            query.get("sort", "")[:60],
            query.get("view", "")[:40],
            query.get("c", "")[:1200],
            query.get("as", "")[:20],
            query.get("by", "")[:140],
            query.get("on", "")[:140],
            "week" if query.get("span", "") == "week" else "",
            query.get("at", "")[:10],
        )

    @classmethod
    def parse(cls, text: str) -> "ListState":
        """From a query string, as `query` writes it."""
        return cls.of(_Parsed(parse_qs(text.removeprefix("?"), keep_blank_values=True)))

    def query(self) -> str:
        """The query string, shortest form, without the question mark."""
        pairs: list[tuple[str, str]] = []
        pairs += [("view", self.view)] if self.view else []
        pairs += [("q", self.q)] if self.q else []
        pairs += [("f", str(one)) for one in self.filters]
        pairs += [("cols", ",".join(quote(name, safe=":") for name in self.columns))] if self.columns else []
        pairs += [("sort", self.sort)] if self.sort else []
        said = {
            "as": self.layout,
            "by": self.group,
            "on": self.date,
            "span": self.span,
            "c": self.cursor,
            "at": self.day,
        }
        pairs += [(key, value) for key, value in said.items() if value]
        if self.view and self.content() == ListState():
            pairs.append(("f", ""))  # a view whose every filter was taken away; the view alone would bring them back
        return urlencode(pairs, safe=":,~")

    def url(self, **changes: Any) -> str:
        """The address after changes; any change but that of the place goes back to the first page."""
        return "?" + self.changed(**changes).query()

    def changed(self, **changes: Any) -> "ListState":
        return replace(self, **({"cursor": ""} | changes))

    def without(self, index: int) -> "ListState":
        return self.changed(filters=self.filters[:index] + self.filters[index + 1 :])

    def with_filter(self, one: Filter, index: int | None = None) -> "ListState":
        """One filter more, or another in the place of `index`."""
        if index is None or not 0 <= index < len(self.filters):
            return self.changed(filters=(*self.filters, one))
        return self.changed(filters=(*self.filters[:index], one, *self.filters[index + 1 :]))

    def content(self) -> "ListState":
        """What a saved view keeps: neither the place nor the view it came from."""
        return replace(self, cursor="", view="", day="")

    @property
    def narrows(self) -> bool:
        return bool(self.q or self.filters)


def as_saved(state: ListState) -> dict[str, Any]:
    """For the JSON of a saved view."""
    shape = {"layout": state.layout, "group": state.group, "date": state.date, "span": state.span}
    return {
        "q": state.q, "filters": [[f.field, f.operator, f.value] for f in state.filters],
        "columns": list(state.columns), "sort": state.sort, **{key: value for key, value in shape.items() if value},
    }  # fmt: skip


def from_saved(saved: Mapping[str, Any]) -> ListState:
    filters: Iterable[Sequence[str]] = saved.get("filters", [])
    shape = {key: str(saved.get(key, "")) for key in ("layout", "group", "date", "span")}
    return ListState(
        str(saved.get("q", "")), tuple(Filter(*one) for one in filters),
        tuple(saved.get("columns", [])), str(saved.get("sort", "")), **shape,
    )  # fmt: skip
