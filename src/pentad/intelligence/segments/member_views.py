"""Screens of who is in a segment, who was, who came and went, and the members as a file."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pentad.core.action import check
from pentad.core.errors import Invalid, PentadError
from pentad.core.secretbox import cover, uncover
from pentad.data.identity.models import Person
from pentad.data.profiles.filters import search
from pentad.intelligence.segments import page, queries
from pentad.intelligence.segments.models import Segment, SegmentMove
from pentad.intelligence.segments.moves import roots_of
from pentad.roles.access import signed_in
from pentad.roles.audit import looked_at
from pentad.roles.page import actor_of, in_readers_zone
from pentad.roles.views import plans

PAGE = 50
FEW = 1_000
SECONDS = 0.5
PLACES = "places on pages of segments"
"""Covered: numbers of people and of moves would tell how many there are."""


def _mark(row: Segment, number: int) -> str:
    return cover(f"{PLACES} {row.no}", str(number))


def _number(row: Segment, after: str) -> int:
    try:
        return int(uncover(f"{PLACES} {row.no}", after))
    except ValueError:
        raise Invalid(
            f"{after[:60]!r} is no place here.", code="bad_cursor", fix="Go back to the first page."
        ) from None


@require_GET
@signed_in("segments.view")
@in_readers_zone
def members(request: HttpRequest, id: str) -> HttpResponse:
    """Who is in it now, or was on a day; found by name or identifier."""
    row = page.of_members(request, id)
    asked, on = request.GET.get("q", "").strip()[:200], request.GET.get("on", "")[:40]
    context = page.context(request, row, "members") | {"q": asked, "on": on, "today": timezone.localdate()}
    try:
        rows = queries.was_in(row, on) if on else queries.member_people(row)
    except PentadError as error:
        return render(request, "segments/members.html", context | {"fault": error.message, "rows": []}, status=422)
    number = _count(rows) if on else None
    if asked:
        rows = _called(rows, asked)
    if after := request.GET.get("after"):
        rows = rows.filter(no__gt=_number(row, after))
    found = list(rows[: PAGE + 1])
    shown_now = found[:PAGE]
    since = {} if on else queries.since(row, [one.no for one in shown_now])
    if shown_now:
        about = {"rows": len(shown_now), "first": shown_now[0].id, "last": shown_now[-1].id}
        looked_at(actor_of(request), f"segment:{row.id}", "members", again=True, **about)
    context |= {
        "rows": [{"person": one, "since": since.get(one.no)} for one in shown_now],
        "number": number,
        "next": _mark(row, shown_now[-1].no) if len(found) > PAGE else "",
        "further": bool(after),
    }
    return render(request, "segments/members.html", context)


def _called(rows: "QuerySet[Person]", asked: str) -> "QuerySet[Person]":
    """Those of them who are called so: by an index of names when it holds few, else one after the other."""
    wanted = search(asked)
    keys = wanted.driver(FEW) if wanted.driver else None
    return rows.filter(wanted.where if keys is None or len(keys) >= FEW else Q(pk__in=keys))


def _count(rows: "QuerySet[Person]") -> int | None:
    """How many; None when counting takes too long to wait for."""
    try:
        with plans.within(SECONDS):
            return rows.count()
    except plans.TooSlow:
        return None


@require_GET
@signed_in("segments.view")
@in_readers_zone
def history(request: HttpRequest, id: str) -> HttpResponse:
    """Who entered and who left, the latest first."""
    row = page.of_members(request, id)
    which = request.GET.get("which", "")
    rows = queries.moves(row, _number(row, request.GET["after"]) if request.GET.get("after") else None)
    if which in ("entered", "left"):
        rows = rows.filter(entered=which == "entered")
    found = list(rows[: PAGE + 1])
    if found:
        looked_at(actor_of(request), f"segment:{row.id}", "history", again=True, rows=len(found[:PAGE]))
    context: dict[str, Any] = page.context(request, row, "history") | {
        "moves": _with_people(found[:PAGE]),
        "which": which,
        "choices": (("", "All"), ("entered", "Entered"), ("left", "Left")),
        "next": _mark(row, found[PAGE - 1].pk) if len(found) > PAGE else "",
        "further": bool(request.GET.get("after")),
    }
    return render(request, "segments/history.html", context)


def _with_people(found: list[SegmentMove]) -> list[dict[str, Any]]:
    """Moves with the customers as they are now, and as the reader may see them."""
    roots = roots_of({one.person_id for one in found})
    people = {one.no: one for one in Person.seen.filter(no__in=set(roots.values()))}
    return [
        {"person": person, "entered": one.entered, "at": one.at}
        for one in found
        if (person := people.get(roots.get(one.person_id, 0))) is not None
    ]


@require_POST
@signed_in("segments.export")
def export(request: HttpRequest, id: str) -> HttpResponse | StreamingHttpResponse:
    """The members whom the reader may export, as CSV or Parquet."""
    from pentad.intelligence.segments import exporting  # loads what writes Parquet

    actor = actor_of(request)
    check(actor, "people.export")
    row = queries.find_segment(id)
    format: exporting.Format = "parquet" if request.POST.get("format") == "parquet" else "csv"
    response = StreamingHttpResponse(exporting.export(actor, row, format), content_type=exporting.TYPES[format])
    response["Content-Disposition"] = f'attachment; filename="{exporting.file_name(row, format)}"'
    response["Cache-Control"] = "private, no-store"
    return response
