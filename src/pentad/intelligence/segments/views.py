"""Screens of segments: the list."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pentad.intelligence.segments.listing import SEGMENTS
from pentad.roles.access import signed_in
from pentad.roles.page import actor_of, in_readers_zone
from pentad.roles.views.queries import opening_view
from pentad.roles.views.screen import show_list
from pentad.roles.views.state import ASKED


@require_GET
@signed_in("segments.view")
@in_readers_zone
def segment_list(request: HttpRequest) -> HttpResponse:
    """The list; opened without a wish, those in use. With nothing in it, how to begin."""
    if any(key in request.GET for key in (*ASKED, "part")):
        return show_list(request, SEGMENTS)
    if not SEGMENTS.base().exists():
        return render(request, "segments/empty.html", {"may_edit": actor_of(request).may("segments.edit")})
    if opening_view(actor_of(request), SEGMENTS.name) is None:
        return HttpResponseRedirect("/segments/?view=own-0")
    return show_list(request, SEGMENTS)
