"""A list as a month or a week: each day is the list with one filter more (see `layouts`).

A day is asked for its first thousand rows by the index of its date, and shows a few of them: what a month costs does
not depend on how many rows there are outside it.
"""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from pentad.core import clock
from pentad.roles.views import counts, heads, plans
from pentad.roles.views.layouts import DateField
from pentad.roles.views.rowviews import RowView, cards_of, movable, title_column
from pentad.roles.views.spec import Condition, ListSpec
from pentad.roles.views.state import Filter, ListState

MONTH_SHOWN, WEEK_SHOWN = 4, 25
DAY_MOST = 1_000
YEARS = (1971, 2199)


@dataclass(frozen=True, slots=True)
class Day:
    """more: how many are not shown, in words; url: the list of all of them. place: as addresses say the day."""

    day: date
    place: str
    words: str
    now: bool
    outside: bool
    entries: list[RowView]
    more: str
    url: str


def context(request: HttpRequest, spec: ListSpec, state: ListState) -> dict[str, Any]:
    field = spec.date(state.date)
    today = clock.now().astimezone(timezone.get_current_timezone()).date()
    anchor = _anchor(state.day, today)
    days = _week(anchor) if state.span == "week" else _month(anchor)
    before, after = _steps(anchor, state.span)
    weeks = [days[at : at + 7] for at in range(0, len(days), 7)]
    shown = _days(spec, state, field, days, today, anchor)
    some = any(one.entries for one in shown.values())
    empty = not some and not plans.plan(spec, state).rows.exists()
    return {
        "field": field,
        "weeks": [[shown[day] for day in week] for week in weeks],
        "any": some,
        "empty": empty,
        **heads.nothing(spec, state, empty),
        "names": [f"{day:%a}" for day in days[:7]],
        "heading": _heading(days, anchor, state.span),
        "before_url": spec.url + state.url(day=before.isoformat()),
        "after_url": spec.url + state.url(day=after.isoformat()),
        "today_url": spec.url + state.url(day="") if anchor != today else "",
        "month_url": spec.url + state.url(span="", day=anchor.isoformat()),
        "week_url": spec.url + state.url(span="week", day=anchor.isoformat()),
        "drops": any(entry.moves for one in shown.values() for entry in one.entries),
        "undated_url": f"{spec.url}{state.url(day='')}&part=undated" if field.none else "",
        "total": counts.known_count(spec, state),
    }


def undated_part(request: HttpRequest, spec: ListSpec, state: ListState) -> HttpResponse:
    """How many rows have no day, with the way to them."""
    field = spec.date(state.date)
    left = state.with_filter(Filter(field.name, field.none)).changed(layout="", date="", span="")
    found = counts.count(spec, left) if field.none else counts.Count(0)
    return render(request, "views/_undated.html", {"spec": spec, "field": field, "found": found, "url": left.url()})


def _anchor(text: str, today: date) -> date:
    try:
        said = date.fromisoformat(text)
    except ValueError:
        return today
    return said if YEARS[0] <= said.year <= YEARS[1] else today


def _week(anchor: date) -> list[date]:
    monday = anchor - timedelta(days=anchor.weekday())
    return [monday + timedelta(days=number) for number in range(7)]


def _month(anchor: date) -> list[date]:
    return list(calendar.Calendar().itermonthdates(anchor.year, anchor.month))


def _steps(anchor: date, span: str) -> tuple[date, date]:
    if span == "week":
        return anchor - timedelta(days=7), anchor + timedelta(days=7)
    first = anchor.replace(day=1)
    return (first - timedelta(days=1)).replace(day=1), (first + timedelta(days=32)).replace(day=1)


def _heading(days: list[date], anchor: date, span: str) -> str:
    if span != "week":
        return f"{anchor:%B %Y}"
    first, last = days[0], days[-1]
    return f"{first.day}{'' if first.month == last.month else f' {first:%B}'} – {last.day} {last:%B %Y}"


def _days(
    spec: ListSpec, state: ListState, field: DateField, days: list[date], today: date, anchor: date
) -> dict[date, Day]:
    planned = plans.plan(spec, state)
    most = WEEK_SHOWN if state.span == "week" else MONTH_SHOWN
    keys = plans.in_time(lambda: {day: _keys(spec, planned.rows, field, day) for day in days})
    wanted = [key for found in keys.values() for key in found[:most]]
    rows = {row.pk: row for row in (spec.base_by_key or spec.base)().filter(pk__in=wanted)}
    spec.load(list(rows.values()))
    may_move = movable(field.move, list(rows.values()))
    back = state.changed(day=state.day)
    made = {}
    for day, found in keys.items():
        shown = [rows[key] for key in found[:most] if key in rows]
        left = len(found) - len(shown)
        more = f"{DAY_MOST:,}+" if len(found) > DAY_MOST else f"+{left}"
        listed = state.with_filter(field.on(day)).changed(layout="", date="", span="", day="")
        made[day] = Day(
            day, day.isoformat(), f"{day:%A} {day.day} {day:%B}", day == today,
            state.span != "week" and day.month != anchor.month,
            cards_of(spec, back, [title_column(spec)], shown, may_move),
            f"{more} more" if left > 0 else "", f"{spec.url}{listed.url()}",
        )  # fmt: skip
    return made


def _keys(spec: ListSpec, rows: plans.Rows, field: DateField, day: date) -> list[Any]:
    one = field.on(day)
    condition: Condition = spec.field(one.field).condition(one.operator, one.value)
    if field.column:
        rows = rows.filter(condition.where).order_by(field.column, "pk")
    elif condition.driver:
        rows = rows.filter(pk__in=condition.driver(DAY_MOST + 1)).order_by("pk")
    return list(rows.values_list("pk", flat=True)[: DAY_MOST + 1])
