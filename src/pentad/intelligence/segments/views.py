"""Screens of segments: the list, and the page of one with its parts."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pentad.intelligence.segments import growth, page, queries, text, wording
from pentad.intelligence.segments import overlaps as overlapping
from pentad.intelligence.segments.listing import SEGMENTS
from pentad.roles.access import signed_in
from pentad.roles.page import actor_of, in_readers_zone, zone_of
from pentad.roles.views.queries import opening_view
from pentad.roles.views.screen import show_list
from pentad.roles.views.state import ASKED

USUAL = "30"


@require_GET
@signed_in("segments.view")
@in_readers_zone
def segment_list(request: HttpRequest) -> HttpResponse:
    """The list; opened without a wish, those in use. With nothing in it, how to begin."""
    if any(key in request.GET for key in (*ASKED, "part")):
        return show_list(request, SEGMENTS)
    if not SEGMENTS.base().exists():
        actor = actor_of(request)
        rights = {"may_edit": actor.may("segments.edit"), "may_see": actor.may("people.view")}
        return render(request, "segments/empty.html", {**rights, "loading_since": queries.behind()})
    if opening_view(actor_of(request), SEGMENTS.name) is None:
        return HttpResponseRedirect("/segments/?view=own-0")
    return show_list(request, SEGMENTS)


@require_GET
@signed_in("segments.view")
@in_readers_zone
def segment_page(request: HttpRequest, id: str) -> HttpResponse:
    """What a segment asks, how large it is and was, how fresh, and what uses it."""
    row = queries.find_segment(id)
    context = page.context(request, row, "overview")
    if row.open:  # type: ignore[attr-defined]
        context |= {
            "pieces": wording.pieces(page.named(sentence := text.say(row.tree))),
            "sentence": sentence,
            "used_by": [*queries.uses(row), *queries.views_using(row)],
            "spans": growth.SPANS,
            "span": USUAL,
        }
    return render(request, "segments/segment.html", context)


@require_GET
@signed_in("segments.view")
@in_readers_zone
def status(request: HttpRequest, id: str) -> HttpResponse:
    """How far filling it is and how fresh it is: asked for again and again while the page is open."""
    context = page.context(request, queries.find_segment(id), "overview")
    response = render(request, "segments/_status.html", context)
    if request.GET.get("was") == "filling" and not context["segment"].fresh.job:
        response["HX-Refresh"] = "true"  # what the page shows of its members is of before
    return response


@require_GET
@signed_in("segments.view")
@in_readers_zone
def chart(request: HttpRequest, id: str) -> HttpResponse:
    """Its size over time, and who entered and left."""
    row = page.of_members(request, id)
    span = request.GET.get("span", USUAL)
    span = span if span in growth.SPANS else USUAL
    points = growth.growth(row, int(span), zone_of(request))
    sizes, moves = growth.charts(points, zone_of(request))
    context: dict[str, Any] = {
        "segment": row, "spans": growth.SPANS, "span": span, "sizes": sizes, "moves": moves,
        "entered": sum(one.entered for one in points), "left": sum(one.left for one in points),
        "size": points[-1].size if points else 0,
    }  # fmt: skip
    return render(request, "segments/_chart.html", context)


@require_GET
@signed_in("segments.view")
def overlap(request: HttpRequest, id: str) -> HttpResponse:
    """How many members other segments share with it, the most first."""
    row = page.of_members(request, id)
    size = queries.size(row)
    rows = [
        {"segment": one, "both": both, "percent": round(100 * both / size) if size else 0}
        for one, both in overlapping.overlaps(row)[:8]
    ]
    return render(request, "segments/_overlap.html", {"segment": row, "rows": rows})
