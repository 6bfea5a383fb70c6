"""Moving a row to another column or day, from any list, by the list's own action."""

import json
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from pentad.core.action import check
from pentad.core.errors import Denied, Invalid, NotFound
from pentad.roles.access import signed_in
from pentad.roles.page import actor_of, in_readers_zone
from pentad.roles.views import counts
from pentad.roles.views.layouts import DateField, Grouping
from pentad.roles.views.rowviews import movable
from pentad.roles.views.spec import ListSpec, known_list

DAY = "on:"


@require_http_methods(["GET", "POST"])
@signed_in()
@in_readers_zone
def move(request: HttpRequest, list_name: str) -> HttpResponse:
    """The dialog that asks where to, and what it, or a drop, sends. `by` is the grouping, or the date with "on:"."""
    spec, actor = known_list(list_name), actor_of(request)
    check(actor, spec.right)
    by, id = _given(request, "by"), _given(request, "id")
    target = spec.date(by.removeprefix(DAY)) if by.startswith(DAY) else spec.grouping(by)
    row = spec.base().filter(id=id[:60]).first() if target.move else None
    if target.move is None:
        raise Invalid(
            f"{spec.title} cannot be moved by “{target.label}”.", code="not_movable", fix="Change them on their pages."
        )
    if row is None:
        raise NotFound(f"There is no such {spec.one}.", code="row_not_found", fix="Open the list anew.")
    if row.pk not in movable(target.move, [row]):
        raise Denied(f"You may not change this of this {spec.one}.", right=target.move.right)
    if request.method == "GET":
        return _dialog(request, spec, target, row, by)
    to = _given(request, "to") or (DAY + _given(request, "day") if by.startswith(DAY) else "")
    before = target.move.run(actor, row, to)
    counts.forget_counts()
    back = urlencode({"id": id, "by": by, "to": before})
    told = {
        "text": f"{target.label}: {_said(target, to)}.",
        "tone": "green",
        "undo": f"/views/{spec.name}/move/?{back}",
    }
    trigger = {"toast": told, "close-modal": "", "moved": {"id": id, "to": to}}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(trigger)})


def _given(request: HttpRequest, name: str) -> str:
    """From the form, or from the address, as the way back has it."""
    return str(request.POST.get(name) or request.GET.get(name, ""))[:500]


def _said(target: Grouping | DateField, to: str) -> str:
    if isinstance(target, Grouping):
        return next((bucket.label for bucket in target.buckets() if bucket.key == to), "as before")
    try:
        day = date.fromisoformat(to.removeprefix(DAY))
    except ValueError:
        return "as before"
    return f"{day:%a} {day.day} {day:%B}"


def _dialog(request: HttpRequest, spec: ListSpec, target: Grouping | DateField, row: Any, by: str) -> HttpResponse:
    buckets = [one for one in target.buckets() if one.drop] if isinstance(target, Grouping) else []
    spec.load([row])
    context = {
        "spec": spec, "target": target, "row": row, "id": spec.row_key(row), "name": spec.label(row), "by": by,
        "buckets": buckets, "by_day": isinstance(target, DateField),
    }  # fmt: skip
    return render(request, "views/_move.html", context)
