"""Screens of what a segment asked before: its versions, what any two of them say differently, and going back to one."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from pentad.core.actor import reader
from pentad.core.errors import NotFound, PentadError
from pentad.intelligence.segments import actions, page, queries, text, wording
from pentad.intelligence.segments.access import may_ask
from pentad.intelligence.segments.definition import Definition
from pentad.intelligence.segments.models import Segment
from pentad.intelligence.segments.reading import read
from pentad.roles.access import signed_in
from pentad.roles.page import actor_of, in_readers_zone, modal_done

SHOWN = 100
SAMPLE = 5


def _readable(row: Segment) -> list[dict[str, Any]]:
    """Those versions that the reader may read, the latest first."""
    found = [(one, read(one.definition)) for one in queries.versions(row)[:SHOWN]]
    return [
        {"number": one.number, "at": one.at, "by": one.by, "text": page.named(text.say(asked)), "asked": asked}
        for one, asked in found
        if may_ask(reader(), asked, queries.definition_of)
    ]


def _one(rows: list[dict[str, Any]], number: str, otherwise: int) -> dict[str, Any]:
    """The version of that number, or the one at this place."""
    return next((one for one in rows if str(one["number"]) == number), rows[min(otherwise, len(rows) - 1)])


@require_GET
@signed_in("segments.view")
@in_readers_zone
def versions(request: HttpRequest, id: str) -> HttpResponse:
    """All versions, and two of them beside each other."""
    row = queries.find_segment(id)
    queries.require_readable(row)
    rows = _readable(row)
    new = _one(rows, request.GET.get("new", ""), 0)
    old = _one(rows, request.GET.get("old", ""), rows.index(new) + 1)
    context = page.context(request, row, "versions") | {
        "rows": rows, "old": old, "new": new, "pieces": wording.changes(old["text"], new["text"]),
    }  # fmt: skip
    return render(request, "segments/versions.html", context)


@require_GET
@signed_in("segments.view")
def compared(request: HttpRequest, id: str) -> HttpResponse:
    """Whom two versions find by now: how many each, and how many only one of them."""
    from pentad.intelligence.segments import engine  # loads the compiler

    row = page.of_members(request, id)
    rows = _readable(row)
    new, old = _one(rows, request.GET.get("new", ""), 0), _one(rows, request.GET.get("old", ""), 1)
    try:
        found = engine.compare(old["asked"], new["asked"], _others(row))
    except PentadError as error:
        return render(request, "segments/_compared.html", {"fault": error.message})
    return render(request, "segments/_compared.html", {"old": old, "new": new, "found": found})


def _others(row: Segment) -> Any:
    def others(id: str) -> Definition:
        return row.tree if id == row.id else queries.definition_of(id)

    return others


@require_http_methods(["GET", "POST"])
@signed_in("segments.edit")
@in_readers_zone
def go_back(request: HttpRequest, id: str, number: int) -> HttpResponse:
    """What going back to a version would change, and doing so: it is saved as a new version."""
    from pentad.intelligence.segments import engine

    row = page.of_members(request, id)
    found = next((one for one in _readable(row) if one["number"] == number), None)
    if found is None:
        raise NotFound(f"There is no version {number}.", code="version_not_found", fix="See the list of versions.")
    if request.method == "POST":
        seen = request.POST.get("seen", "")
        actions.change_segment(
            actor=actor_of(request),
            segment=row,
            definition=found["asked"],
            seen=int(seen) if seen.isdecimal() and len(seen) < 10 else None,
        )
        messages.success(request, f"As in version {number} again.")
        return modal_done(f"/segments/{row.id}/")
    context: dict[str, Any] = {"segment": row, "version": found}
    try:
        context["difference"] = engine.difference(row, found["asked"], SAMPLE)
    except PentadError as error:
        context["fault"] = error.message
    return render(request, "segments/_go_back.html", context)
