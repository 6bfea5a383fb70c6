"""Groups and boards: a list in parts, each the list with one filter more (see `layouts`).

A page asks for the first few parts at once; the others are asked for when somebody gets there. How many rows each
part has comes afterwards in one answer, as far as it was not known a moment ago: nobody waits for a count.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pentad.core.errors import Invalid
from pentad.roles.views import counts, heads, paging, plans, words
from pentad.roles.views.layouts import MOST_BUCKETS, Bucket, Grouping, Total
from pentad.roles.views.rowviews import RowView, card_columns, cards_of, movable, rows_of
from pentad.roles.views.spec import ListSpec
from pentad.roles.views.state import ListState

OPENED, GROUP_ROWS = 5, 10
AT_ONCE, CARDS, MOST_CARDS = 6, 15, 100


@dataclass(frozen=True, slots=True)
class Shelf:
    """One group or column. rows: None when they were not asked for yet. url: of the part of the page that it is."""

    index: int
    bucket: Bucket
    url: str
    list_url: str
    rows: list[RowView] | None
    more: str
    count: counts.Count | None
    drops: bool


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is shown of one bucket: the state of the list in it, and its rows."""

    bucket: Bucket
    inner: ListState
    page: paging.Page | None = None
    first: Any = None
    """A row that was just moved here and stands before the others."""

    @property
    def rows(self) -> list[Any]:
        found = self.page.rows if self.page else []
        return [self.first, *(row for row in found if row.pk != self.first.pk)] if self.first is not None else found


def context(request: HttpRequest, spec: ListSpec, state: ListState) -> dict[str, Any]:
    board = state.layout == "board"
    grouping, buckets = _grouped(spec, state)
    first = AT_ONCE if board else OPENED
    asked = [
        _ask(spec, state, grouping, bucket, size=CARDS if board else GROUP_ROWS) if index < first
        else _Asked(bucket, _inner(state, grouping, bucket))
        for index, bucket in enumerate(buckets)
    ]  # fmt: skip
    shelves = _shelves(spec, state, grouping, asked)
    pending = any(shelf.count is None for shelf in shelves)
    bare = not any(shelf.rows for shelf in shelves) and not plans.plan(spec, state).rows.exists()
    return {
        "grouping": grouping,
        "shelves": shelves,
        "sizes_url": _part(spec, state, "sizes") if pending or (board and spec.total) else "",
        "heads": heads.heads(spec, state, spec.shown_columns(state.columns)) if not board else [],
        "total": counts.known_count(spec, state),
        "bare": bare,
        **heads.nothing(spec, state, bare),
    }


def bucket_part(request: HttpRequest, spec: ListSpec, state: ListState) -> HttpResponse:
    """One column or group; with a cursor, what follows in it."""
    board = state.layout == "board"
    grouping, buckets = _grouped(spec, state)
    key = request.GET.get("bucket", "")
    index = next((at for at, one in enumerate(buckets) if one.key == key), None)
    if index is None:
        raise Invalid(
            f"There is no {grouping.label.lower()} “{key[:40]}”.", code="no_bucket", fix="Open the list anew."
        )
    bucket = buckets[index]
    shown = request.GET.get("n", "")
    size = min(int(shown), MOST_CARDS) if shown.isdecimal() and len(shown) < 4 and int(shown) else 0
    size = max(size, CARDS if board else GROUP_ROWS)
    asked = _ask(spec, state, grouping, bucket, size=size, first=request.GET.get("with", ""))
    (shelf,) = _shelves(spec, state, grouping, [asked], index)
    context = {
        "spec": spec,
        "state": state,
        "grouping": grouping,
        "shelf": shelf,
        "span": len(spec.shown_columns(state.columns)) + 1,
        "bulk": not board and any(reader_may(request, one) for one in spec.bulk),
    }
    template = ("_cards" if state.cursor else "_column") if board else "_group_rows"
    return render(request, f"views/{template}.html", context)


def reader_may(request: HttpRequest, action: Any) -> bool:
    actor = request.actor  # type: ignore[attr-defined]
    return actor.may(action.right) and (not action.also or actor.may(action.also))


def sizes_part(request: HttpRequest, spec: ListSpec, state: ListState) -> HttpResponse:
    """How many rows each part has, and what they add up to."""
    board = state.layout == "board"
    grouping, buckets = _grouped(spec, state)
    known = grouping.sizes() if not state.narrows else None
    summed = spec.total if board and spec.total and spec.sees(spec.total.column) else None
    sizes = []
    for index, bucket in enumerate(buckets):
        if known is not None and bucket.key in known:
            number, total = known[bucket.key]
            told = f"{words.short(total)} {summed.label}" if summed and total is not None else ""
            sizes.append((index, counts.Count(number), told))
            continue
        inner = _inner(state, grouping, bucket)
        planned = plans.plan(spec, inner)
        count = counts.count(spec, inner, planned)
        sizes.append((index, count, _total(planned, count, summed) if summed else ""))
    return render(request, "views/_sizes.html", {"sizes": sizes, "spec": spec, "state": state})


def _grouped(spec: ListSpec, state: ListState) -> tuple[Grouping, list[Bucket]]:
    """The grouping the state names with its buckets; when it names none, the first that has few enough."""
    board = state.layout == "board"
    if state.group:
        grouping = spec.grouping(state.group, board=board)
        return grouping, list(grouping.buckets())[:MOST_BUCKETS]
    for grouping in spec.seen_groupings():
        if grouping.board or not board:
            with suppress(Invalid):
                return grouping, list(grouping.buckets())[:MOST_BUCKETS]
    raise Invalid(f"{spec.title} cannot be grouped.", code="bad_group", fix="Look at them as a list.")


def _total(planned: plans.Plan, count: counts.Count, total: Total) -> str:
    """What the rows add up to; nothing when they are too many to be read while somebody waits."""
    if count.more or not count.number:
        return ""
    try:
        summed = plans.read(planned, lambda rows: rows.order_by().aggregate(summed=Sum(total.column))["summed"])
    except Invalid:
        return ""
    return f"{words.short(summed or 0)} {total.label}"


def _inner(state: ListState, grouping: Grouping, bucket: Bucket) -> ListState:
    return state.with_filter(grouping.filter(bucket))


def _ask(spec: ListSpec, state: ListState, grouping: Grouping, bucket: Bucket, *, size: int, first: str = "") -> _Asked:
    inner = _inner(state, grouping, bucket).changed(cursor=state.cursor)
    planned = plans.plan(spec, inner)
    page = paging.fetch(spec, inner, planned, size, load=False)
    found = plans.read(planned, lambda rows: rows.filter(id=first).first()) if first else None
    return _Asked(bucket, inner, page, found)


def _shelves(
    spec: ListSpec, state: ListState, grouping: Grouping, asked: Sequence[_Asked], index: int = 0
) -> list[Shelf]:
    board = state.layout == "board"
    every = [row for one in asked for row in one.rows]
    spec.load(every)
    may_move = movable(grouping.move, every) if board else set()
    drops = board and grouping.move is not None and bool(may_move)
    columns = card_columns(spec, state, grouping.name) if board else spec.shown_columns(state.columns)
    made = []
    for offset, one in enumerate(asked):
        back = state.changed()
        views = cards_of(spec, back, columns, one.rows, may_move) if board else rows_of(spec, back, columns, one.rows)
        url = _part(spec, state.changed(), "bucket", bucket=one.bucket.key)
        more = one.page.next if one.page else ""
        made.append(
            Shelf(
                index + offset, one.bucket, url, spec.url + one.inner.url(layout="", group=""),
                views if one.page else None, f"{url}&{urlencode({'c': more})}" if more else "",
                _count(spec, one), drops and one.bucket.drop,
            )
        )  # fmt: skip
    return made


def _count(spec: ListSpec, asked: _Asked) -> counts.Count | None:
    """The count when it is known without asking."""
    if asked.page and not asked.page.next and not asked.inner.cursor:
        return counts.Count(len(asked.page.rows))
    return counts.known_count(spec, asked.inner)


def _part(spec: ListSpec, state: ListState, part: str, **more: str) -> str:
    return f"{spec.url}{state.url(cursor='')}&{urlencode({'part': part, **more})}"
