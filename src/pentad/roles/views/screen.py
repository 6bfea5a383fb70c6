"""A list as a page: the view function of every list, and the parts it answers to htmx."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from pentad.core.actor import Actor
from pentad.core.errors import Invalid
from pentad.roles.views import calendars, counts, heads, paging, plans, shelves, worklist
from pentad.roles.views.forms import changed_by_part, filter_form, is_index, usual_columns
from pentad.roles.views.models import SavedView
from pentad.roles.views.queries import find_view, opening_view
from pentad.roles.views.readable import Lost, readable
from pentad.roles.views.rowviews import rows_of
from pentad.roles.views.spec import ListSpec
from pentad.roles.views.state import ASKED, CONTENT, ListState, from_saved

Part = Callable[[HttpRequest, ListSpec, ListState], HttpResponse]
FORMS = ("apply", "columns")
"""Parts that send a menu's form."""


def show_list(request: HttpRequest, spec: ListSpec) -> HttpResponse:
    """The page of a list; with `part`, one piece of it."""
    part = request.GET.get("part", "")
    if part == "filter":
        return filter_form(request, spec)
    state, lost = (changed_by_part(request, spec, part), []) if part in FORMS else wanted(request, spec)
    if part in PARTS:
        return PARTS[part](request, spec, state)
    context = list_context(request, spec, state) | {"part": part, "lost": lost}
    response = render(request, "views/_partial.html" if _is_partial(request) else spec.template, context)
    if part:
        response["HX-Push-Url"] = spec.url + state.url(cursor=state.cursor, day=state.day)
        if part == "apply":
            response["HX-Trigger"] = "close-menus"
    patch_vary_headers(response, ("HX-Request-Type",))
    return response


def _tabs(request: HttpRequest, spec: ListSpec, state: ListState) -> HttpResponse:
    context = {"spec": spec, "state": state, **heads.tabs_context(request, spec, state, fresh=True)}
    return render(request, "views/_tabs.html", context)


def _count(request: HttpRequest, spec: ListSpec, state: ListState) -> HttpResponse:
    return render(request, "views/_count.html", {"total": counts.count(spec, state), "spec": spec})


PARTS: dict[str, Part] = {
    "tabs": _tabs,
    "count": _count,
    "bucket": shelves.bucket_part,
    "sizes": shelves.sizes_part,
    "undated": calendars.undated_part,
    "waiting": worklist.more_part,
}


def wanted(request: HttpRequest, spec: ListSpec) -> tuple[ListState, list[Lost]]:
    """The state the address asks for: its own, that of its saved view, or that of the view the list opens with; and what
    of that view does not work any more.
    """
    asked = ListState.of(request.GET)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not any(key in request.GET for key in ASKED):
        chosen = opening_view(actor, spec.name)
        return readable(spec, _opened(spec, chosen)) if chosen else (asked, [])
    if asked.view and not any(key in request.GET for key in CONTENT):
        saved = _of_view(actor, spec, asked.view).changed(view=asked.view, cursor=asked.cursor, day=asked.day)
        return readable(spec, saved)
    return asked, []


def _opened(spec: ListSpec, chosen: SavedView) -> ListState:
    """The state the list opens with."""
    if not chosen.own:
        return from_saved(chosen.state).changed(view=chosen.id)
    found = [(index, state) for index, (name, state) in enumerate(spec.views) if name == chosen.own]
    return from_saved(found[0][1]).changed(view=f"own-{found[0][0]}") if found else ListState()


def _of_view(actor: Actor, spec: ListSpec, view: str) -> ListState:
    """A saved view's state; views that come with the product go by their place, as in "own-0"."""
    if view.startswith("own-"):
        index = int(view[4:]) if is_index(view[4:]) else -1
        if not 0 <= index < len(spec.views):
            raise Invalid("This view does not exist any more.", code="view_not_found", fix="Choose another one.")
        return from_saved(spec.views[index][1])
    return from_saved(find_view(actor, view).state)


def list_context(request: HttpRequest, spec: ListSpec, state: ListState) -> dict[str, Any]:
    """Everything the page shows, whatever its layout."""
    layout = spec.layout(state.layout)
    columns = spec.shown_columns(state.columns)
    sort, down = spec.sort(state.sort)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return {
        "spec": spec,
        "layout": layout,
        "switch": heads.switch(spec, state),
        "peeks": spec.peek_url is not None,
        "state": state,
        "columns": columns,
        "chips": heads.chips(spec, state),
        **heads.tabs_context(request, spec, state),
        **heads.display(spec, state),
        "sort": sort,
        "down": down,
        "sorts": heads.sorts(spec, state, columns),
        "fields": heads.grouped(spec),
        "bulk": [one for one in spec.bulk if actor.may(one.right) and (not one.also or actor.may(one.also))],
        "choices": heads.column_choices(spec, usual_columns(spec, state, layout.name)),
        "changed": _is_changed(request, spec, state),
        "clear_url": state.url(q="", filters=()),
        "fresh_url": spec.url + state.url(day=state.day),
        "span": len(columns) + 1,
        **BODIES[layout.name](request, spec, state),
    }


def _table(request: HttpRequest, spec: ListSpec, state: ListState) -> dict[str, Any]:
    planned = plans.plan(spec, state)
    page = paging.fetch(spec, state, planned)
    total = counts.count_now(spec, state, planned)
    if total is None and not page.next and not page.previous:
        total = counts.Count(len(page.rows))
    last = page.first + len(page.rows) - 1
    if total is not None and total.number < last:  # counted a moment ago; rows came since
        total = counts.Count(last, bool(page.next))
    columns = spec.shown_columns(state.columns)
    return {
        "heads": heads.heads(spec, state, columns),
        "page": page,
        "rows": rows_of(spec, state, columns, page.rows, page.first),
        "total": total,
        "last": last,
        "next_url": state.url(cursor=page.next) if page.next else "",
        "previous_url": state.url(cursor=page.previous) if page.previous else "",
        "figures": spec.figures(page.rows) if spec.figures and page.rows else (),
        **heads.nothing(spec, state, not page.rows),
    }


BODIES: dict[str, Callable[[HttpRequest, ListSpec, ListState], dict[str, Any]]] = {
    "": _table,
    "group": shelves.context,
    "board": shelves.context,
    "calendar": calendars.context,
    "queue": worklist.context,
}


def _is_changed(request: HttpRequest, spec: ListSpec, state: ListState) -> bool:
    """Whether the list shows something that no tab keeps."""
    if not state.view:
        return state.content() != ListState()
    saved = _of_view(request.actor, spec, state.view).content()  # type: ignore[attr-defined]
    kept, lost = readable(spec, saved)
    # What is hidden from the reader is not theirs to mend.
    return state.content() != (kept.content() if all(one.hidden for one in lost) else saved)


def _is_partial(request: HttpRequest) -> bool:
    return bool(request.headers.get("HX-Request")) and request.headers.get("HX-Request-Type") == "partial"
