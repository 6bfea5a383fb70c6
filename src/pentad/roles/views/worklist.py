"""A list as a queue: what waits, one after the other, each with why it is here and what to do with it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString

from pentad.core import clock
from pentad.core.actor import reader
from pentad.core.errors import Invalid
from pentad.roles.access import seeing
from pentad.roles.views import cells, counts, heads, paging, plans, words
from pentad.roles.views.layouts import Queue
from pentad.roles.views.rowviews import RowView, card_columns, cards_of
from pentad.roles.views.spec import ListSpec
from pentad.roles.views.state import ListState

PAGE = 30
SOON = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Button:
    name: str
    label: str
    icon: str
    key: str
    url: str
    dialog: bool


@dataclass(frozen=True, slots=True)
class Line:
    """seconds: until it is due, negative when it is over, None without a moment."""

    row: RowView
    reason: str
    due: SafeString
    seconds: int | None
    buttons: list[Button]


def context(request: HttpRequest, spec: ListSpec, state: ListState) -> dict[str, Any]:
    queue, inner = _queue(spec, state)
    planned = plans.plan(spec, inner)
    page = paging.fetch(spec, inner, planned, PAGE)
    total = counts.count(spec, inner, planned)
    return {
        "lines": _lines(spec, state, queue, page),
        "waiting": counts.Count(max(total.number, len(page.rows)), total.more),
        "total": counts.known_count(spec, state),
        "more_url": _more(spec, state, page),
        "hiding": heads.hiding(spec, state) if not page.rows and state.narrows else [],
        "blank": heads.blank(spec, state) if not page.rows else None,
    }


def more_part(request: HttpRequest, spec: ListSpec, state: ListState) -> HttpResponse:
    """What follows."""
    queue, inner = _queue(spec, state)
    page = paging.fetch(spec, inner, plans.plan(spec, inner), PAGE)
    lines = _lines(spec, state.changed(), queue, page)
    return render(request, "views/_queue_lines.html", {"lines": lines, "more_url": _more(spec, state, page)})


def _queue(spec: ListSpec, state: ListState) -> tuple[Queue, ListState]:
    """The queue and the list it is: in the order of the first sort, without what does not wait."""
    if spec.queue is None:
        raise Invalid(f"{spec.title} are no queue.", code="no_queue", fix="Look at them as a list.")
    waiting = spec.queue.waiting
    inner = state if waiting in state.filters else state.with_filter(waiting)
    return spec.queue, inner.changed(sort="", cursor=state.cursor)


def _more(spec: ListSpec, state: ListState, page: paging.Page) -> str:
    return f"{spec.url}{state.url(cursor=page.next)}&part=waiting" if page.next else ""


def _lines(spec: ListSpec, state: ListState, queue: Queue, page: paging.Page) -> list[Line]:
    actor, now = reader(), clock.now()
    able = [one for one in queue.actions if actor.may(one.right)]
    reached = {one.name: seeing.reached(actor, one.right, page.rows) for one in able}
    views = cards_of(spec, state.changed(), card_columns(spec, state, "due"), page.rows)
    made = []
    for row, view in zip(page.rows, views, strict=True):
        due = queue.due(row)
        buttons = [
            Button(one.name, one.label, one.icon, one.key, one.url(row), one.dialog)
            for one in able
            if row.pk in reached[one.name]
        ]
        seconds = int((due - now).total_seconds()) if due else None
        made.append(Line(view, queue.reason(row), due_tag(due, now), seconds, buttons))
    return made


def due_tag(due: datetime | None, now: datetime) -> SafeString:
    """When it is due, coloured by how soon: red when it is over, orange within a day."""
    if due is None:
        return cells.tag("No due day", "none")
    said = format_html(
        '<time datetime="{}" data-relative title="{}">{}</time>',
        due.isoformat(timespec="seconds"), words.exact(due), words.relative(due, now),
    )  # fmt: skip
    if due <= now:
        return cells.tag(format_html("<span>Overdue, {}</span>", said), "red", True)
    return cells.tag(format_html("<span>Due {}</span>", said), "orange" if due - now <= SOON else "gray", True)
