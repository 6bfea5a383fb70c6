"""What the menus of a list send: a filter, or what to display."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pentad.core.errors import Invalid
from pentad.roles.views.layouts import BOARD, GROUP, QUEUE
from pentad.roles.views.spec import Column, ListSpec
from pentad.roles.views.state import Filter, ListState


def is_index(text: str) -> bool:
    """isdigit alone is true of "²" too, and int has a limit of its own."""
    return text.isdecimal() and len(text) < 4


def changed_by_part(request: HttpRequest, spec: ListSpec, part: str) -> ListState:
    """The state after a form of the page: a filter applied, or columns chosen."""
    state = ListState.parse(request.GET.get("state", ""))
    if part == "columns":
        return _displayed(request, spec, state)
    field = spec.field(request.GET.get("field", ""))
    operator = field.operator(request.GET.get("op", ""))
    values = [value.strip() for value in request.GET.getlist("value") if value.strip()]
    if operator.control != "none" and not values:
        raise Invalid(f"{field.label}: no value was chosen.", code="no_value", fix="Choose or type one.")
    one = Filter(field.name, operator.name, "|".join(values) if operator.control != "none" else "")
    field.condition(one.operator, one.value)
    index = request.GET.get("index", "")
    return state.with_filter(one, int(index) if is_index(index) else None)


def _displayed(request: HttpRequest, spec: ListSpec, state: ListState) -> ListState:
    """Columns in the order they stood, what to group by, and the date to go by. To group a list makes it groups."""
    chosen = request.GET.getlist("col")
    shown = [column.name for column in usual_columns(spec, state, state.layout)]
    order = [name for name in shown if name in chosen]
    columns = tuple(order + [name for name in chosen if name not in order])
    group, date = request.GET.get("by", state.group)[:140], request.GET.get("on", state.date)[:140]
    layout = spec.layout(state.layout).name
    if layout in ("", GROUP.name) and "by" in request.GET:
        layout = GROUP.name if group else ""
    kept = columns if state.columns or set(columns) != set(shown) else ()  # the usual ones are not said
    return replace(state.changed(columns=kept, group=group, date=date), layout=layout)


def usual_columns(spec: ListSpec, state: ListState, layout: str) -> list[Column]:
    """The chosen columns; when none is chosen, those that are usual for a table, or for cards."""
    return spec.shown_columns(state.columns or (spec.cards if layout in (BOARD.name, QUEUE.name) else ()))


def filter_form(request: HttpRequest, spec: ListSpec) -> HttpResponse:
    """The second step of adding a filter: operator and value of one field."""
    state = ListState.parse(request.GET.get("state", ""))
    field = spec.field(request.GET.get("field", ""))
    index = request.GET.get("index", "")
    given = state.filters[int(index)] if is_index(index) and int(index) < len(state.filters) else None
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
