"""A list as a page: the view function of every list, and the parts it answers to htmx."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from pentad.core.actor import Actor
from pentad.core.errors import Invalid
from pentad.roles.views import counts, paging, plans
from pentad.roles.views.models import SavedView
from pentad.roles.views.queries import default_view, find_view, views_of
from pentad.roles.views.spec import Column, ListSpec
from pentad.roles.views.state import Filter, ListState, from_saved

ASKED = ("view", "q", "f", "cols", "sort", "c")


@dataclass(frozen=True, slots=True)
class Chip:
    index: int
    icon: str
    field: str
    operator: str
    value: str
    remove: str
    edit: str


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    url: str
    active: bool
    count: counts.Count | None
    view: SavedView | None = None


@dataclass(frozen=True, slots=True)
class RowView:
    key: str
    url: str
    label: str
    cells: list[tuple[Column, str]]
    peek: str = ""


def show_list(request: HttpRequest, spec: ListSpec) -> HttpResponse:
    """The page of a list; with `part`, one piece of it."""
    part = request.GET.get("part", "")
    if part == "filter":
        return _filter_form(request, spec)
    state = _changed_by_part(request, spec, part) if part in ("apply", "columns") else wanted(request, spec)
    if part == "tabs":
        return render(
            request,
            "views/_tabs.html",
            {"spec": spec, "state": state, **_tabs_context(request, spec, state, fresh=True)},
        )
    if part == "count":
        found = counts.count(spec, state)
        return render(request, "views/_count.html", {"total": found, "spec": spec})
    partial = _is_partial(request)
    context = list_context(request, spec, state)
    response = render(request, "views/_partial.html" if partial else spec.template, context)
    if part:
        response["HX-Push-Url"] = spec.url + state.url(cursor=state.cursor)
        if part == "apply":
            response["HX-Trigger"] = "close-menus"
    patch_vary_headers(response, ("HX-Request-Type",))
    return response


def wanted(request: HttpRequest, spec: ListSpec) -> ListState:
    """The state the address asks for: its own, that of its saved view, or the default view's."""
    asked = ListState.of(request.GET)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not any(key in request.GET for key in ASKED):
        chosen = default_view(views_of(actor, spec.name))
        return from_saved(chosen.state).changed(view=chosen.id) if chosen else asked
    if asked.view and not any(key in request.GET for key in ASKED[1:5]):
        return _of_view(actor, spec, asked.view).changed(view=asked.view, cursor=asked.cursor)
    return asked


def _of_view(actor: Actor, spec: ListSpec, view: str) -> ListState:
    """A saved view's state; views that come with the product go by their place, as in "own-0"."""
    if view.startswith("own-"):
        index = int(view[4:]) if _is_index(view[4:]) else -1
        if not 0 <= index < len(spec.views):
            raise Invalid("This view does not exist any more.", code="view_not_found", fix="Choose another one.")
        return from_saved(spec.views[index][1])
    return from_saved(find_view(actor, view).state)


def _is_index(text: str) -> bool:
    """isdigit alone is true of "²" too, and int has a limit of its own."""
    return text.isdecimal() and len(text) < 4


def list_context(request: HttpRequest, spec: ListSpec, state: ListState) -> dict[str, Any]:
    planned = plans.plan(spec, state)
    page = paging.fetch(spec, state, planned)
    total = counts.count_now(spec, state, planned)
    if total is None and not page.next and not page.previous:
        total = counts.Count(len(page.rows))
    last = page.first + len(page.rows) - 1
    if total is not None and total.number < last:  # counted a moment ago; rows came since
        total = counts.Count(last, bool(page.next))
    columns = spec.shown_columns(state.columns)
    sort, down = spec.sort(state.sort)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return {
        "spec": spec,
        "peeks": spec.peek_url is not None,
        "state": state,
        "columns": columns,
        "heads": _heads(spec, state, columns),
        "page": page,
        "rows": _rows(spec, state, columns, page),
        "total": total,
        "last": last,
        "chips": chips(spec, state),
        **_tabs_context(request, spec, state),
        "sort": sort,
        "down": down,
        "sorts": _sorts(spec, state),
        "fields": _grouped(spec),
        "bulk": [one for one in spec.bulk if actor.may(one.right) and (not one.also or actor.may(one.also))],
        "next_url": state.url(cursor=page.next) if page.next else "",
        "previous_url": state.url(cursor=page.previous) if page.previous else "",
        "choices": _column_choices(spec, columns),
        "figures": spec.figures(page.rows) if spec.figures and page.rows else (),
        "changed": _is_changed(request, spec, state),
        "clear_url": state.url(q="", filters=()),
        "hiding": _hiding(spec, state) if not page.rows else [],
    }


def _rows(spec: ListSpec, state: ListState, columns: Sequence[Column], page: paging.Page) -> list[RowView]:
    back = state.query()
    made = []
    for offset, row in enumerate(page.rows):
        made.append(
            RowView(
                spec.row_key(row),
                f"{spec.row_url(row)}?{_list_place(back, page.first + offset)}",
                spec.label(row),
                [(column, column.cell(row)) for column in columns],
                spec.peek_url(row) if spec.peek_url else "",
            )
        )
    return made


def _list_place(query: str, number: int) -> str:
    return urlencode({"n": number} | ({"list": query} if query else {}))


def _heads(spec: ListSpec, state: ListState, columns: Sequence[Column]) -> list[tuple[Column, str, str]]:
    """(column, address that sorts by it, "", "up" or "down")."""
    current, down = spec.sort(state.sort)
    heads = []
    for column in columns:
        if not column.sort or not spec.sees(column.sort):
            heads.append((column, "", ""))
            continue
        sort, _ = spec.sort(column.sort)
        active = sort.name == current.name
        turn = not down if active else sort.descending
        heads.append(
            (column, state.url(sort=("-" if turn else "") + sort.name), ("down" if down else "up") if active else "")
        )
    return heads


def _sorts(spec: ListSpec, state: ListState) -> list[tuple[str, str, bool]]:
    """(label, address, current) of each sort in both directions."""
    current, down = spec.sort(state.sort)
    return [
        (
            f"{sort.label}, {sort.words[turn]}",
            state.url(sort=("-" if turn else "") + sort.name),
            sort is current and turn == down,
        )
        for sort in spec.sorts
        if spec.sees(sort.name)
        for turn in ((True, False) if sort.descending else (False, True))
    ]


def chips(spec: ListSpec, state: ListState) -> list[Chip]:
    made = []
    for index, one in enumerate(state.filters):
        field = spec.field(one.field)
        operator = field.operator(one.operator)
        made.append(
            Chip(
                index,
                field.icon,
                field.label,
                operator.label,
                field.say(one.operator, one.value),
                "?" + state.without(index).query(),
                f"field={one.field}&index={index}",
            )
        )
    return made


def tabs(request: HttpRequest, spec: ListSpec, state: ListState, *, fresh: bool = False) -> list[Tab]:
    """All, the views that come with the product, then saved ones. Counts only as far as they are known, unless fresh."""
    take = counts.count if fresh else counts.known_count
    made = [Tab(f"All {spec.many}", "?f=", not state.view and not state.narrows, take(spec, ListState()))]
    for index, (name, saved) in enumerate(spec.views):
        made.append(Tab(name, f"?view=own-{index}", state.view == f"own-{index}", take(spec, from_saved(saved))))
    for view in views_of(request.actor, spec.name):  # type: ignore[attr-defined]
        if view.pinned or view.id == state.view:
            try:
                made.append(
                    Tab(view.name, f"?view={view.id}", state.view == view.id, take(spec, from_saved(view.state)), view)
                )
            except Invalid:  # a filter it uses is gone; it still opens, and says so
                made.append(Tab(view.name, f"?view={view.id}", state.view == view.id, counts.Count(0), view))
    return made


def _tabs_context(request: HttpRequest, spec: ListSpec, state: ListState, *, fresh: bool = False) -> dict[str, Any]:
    shown = tabs(request, spec, state, fresh=fresh)
    saved = views_of(request.actor, spec.name)  # type: ignore[attr-defined]
    chosen = next((view for view in saved if view.id == state.view), None)
    row = [view.id for view in saved if chosen and view.owner_id == chosen.owner_id and (view.pinned or view == chosen)]
    return {
        "tabs": shown,
        "tabs_pending": any(tab.count is None for tab in shown),
        "more_views": [view for view in saved if not view.pinned and view != chosen],
        "may_go_left": bool(row) and row[0] != state.view,
        "may_go_right": bool(row) and row[-1] != state.view,
    }


def _is_changed(request: HttpRequest, spec: ListSpec, state: ListState) -> bool:
    """Whether the list shows something that no tab keeps."""
    if not state.view:
        return state.content() != ListState()
    return state.content() != _of_view(request.actor, spec, state.view).content()  # type: ignore[attr-defined]


def _hiding(spec: ListSpec, state: ListState) -> list[tuple[str, str, str]]:
    """Why nothing is shown: for the search and each filter, (what it is, rows without it, address without it)."""
    told = []
    if state.q:
        left = state.changed(q="")
        told.append((f"the search “{state.q}”", str(counts.count(spec, left)), left.url()))
    for chip in chips(spec, state)[:5]:
        left = state.without(chip.index)
        told.append((f"{chip.field} {chip.operator} {chip.value}".strip(), str(counts.count(spec, left)), left.url()))
    return told


def _grouped(spec: ListSpec) -> list[tuple[str, list[Any]]]:
    groups: dict[str, list[Any]] = {}
    for field in (one for one in spec.fields() if spec.sees(one.name)):
        groups.setdefault(field.group, []).append(field)
    return list(groups.items())


def _column_choices(spec: ListSpec, shown: Sequence[Column]) -> list[tuple[Column, bool]]:
    names = {column.name for column in shown}
    listed = [*spec.columns, *spec.extra_columns()]
    listed += [column for column in shown if column.name not in {one.name for one in listed}]
    return [(column, column.name in names) for column in listed]


def _is_partial(request: HttpRequest) -> bool:
    return bool(request.headers.get("HX-Request")) and request.headers.get("HX-Request-Type") == "partial"


def _changed_by_part(request: HttpRequest, spec: ListSpec, part: str) -> ListState:
    """The state after a form of the page: a filter applied, or columns chosen."""
    state = ListState.parse(request.GET.get("state", ""))
    if part == "columns":
        chosen = request.GET.getlist("col")
        order = [name for name in [c.name for c in spec.shown_columns(state.columns)] if name in chosen]
        return state.changed(columns=tuple(order + [name for name in chosen if name not in order]))
    field = spec.field(request.GET.get("field", ""))
    operator = field.operator(request.GET.get("op", ""))
    values = [value.strip() for value in request.GET.getlist("value") if value.strip()]
    if operator.control != "none" and not values:
        raise Invalid(f"{field.label}: no value was chosen.", code="no_value", fix="Choose or type one.")
    one = Filter(field.name, operator.name, "|".join(values) if operator.control != "none" else "")
    field.condition(one.operator, one.value)
    index = request.GET.get("index", "")
    return state.with_filter(one, int(index) if _is_index(index) else None)


def _filter_form(request: HttpRequest, spec: ListSpec) -> HttpResponse:
    """The second step of adding a filter: operator and value of one field."""
    state = ListState.parse(request.GET.get("state", ""))
    field = spec.field(request.GET.get("field", ""))
    index = request.GET.get("index", "")
    given = state.filters[int(index)] if _is_index(index) and int(index) < len(state.filters) else None
    name = request.GET.get("op") or (given.operator if given else field.operators[0].name)
    operator = field.operator(name)
    value = given.value if given else ""
    context = {
        "spec": spec,
        "field": field,
        "operator": operator,
        "index": index,
        "value": value,
        "values": value.split("|"),
        "choices": field.choices(),
    }
    return render(request, "views/_filter_form.html", context)
