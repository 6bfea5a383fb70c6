"""What pages say and ask while somebody works on a record: presence and drafts."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from pentad.core import clock, nested
from pentad.core.errors import Invalid
from pentad.roles.access import signed_in
from pentad.roles.page import actor_of
from pentad.roles.together import actions, presence
from pentad.roles.together.models import Draft

MOST_SHOWN = 3


@require_POST
@signed_in()
def here(request: HttpRequest) -> HttpResponse:
    """A window tells that somebody is at a record (`at`) and what they do (`doing`); the answer is who else is there.

    With `gone`, it was closed. Written nowhere.
    """
    record = presence.record_of(request.POST.get("at", ""))
    window, doing = request.POST.get("window", ""), request.POST.get("doing", "")
    user = int(actor_of(request).id)
    if "gone" in request.POST:
        presence.go(record, window, user)
        return HttpResponse(status=204)
    if not presence.DOING.fullmatch(doing):
        raise Invalid(f"{doing[:40]!r} is nothing one does.", code="bad_doing", fix="Such as note, or field:title.")
    seed = request.user.ref  # type: ignore[union-attr]
    came = presence.Here(user, actor_of(request).name, seed, doing, clock.now_us())
    presence.come(record, window, came)
    found = [(one, one.words(record[0])) for one in presence.others(record, user)]
    return render(request, "together/_here.html", {"others": found[:MOST_SHOWN], "more": found[MOST_SHOWN:]})


@require_http_methods(["PUT", "DELETE"])
@signed_in()
def draft(request: HttpRequest, place: str) -> HttpResponse:
    """Keep one's draft at a place, or throw it away."""
    found, record = actions.find_place(place)
    if request.method == "DELETE":
        actions.throw_away(actor=actor_of(request), what=found.what, record=record)
        return HttpResponse(status=204)
    try:
        given = nested.read(request.body)
    except ValueError:
        given = None
    fields = given.get("fields") if isinstance(given, dict) else None
    if not isinstance(fields, dict):
        raise Invalid("A draft is JSON: {“fields”: {name: text}}.", code="bad_draft")
    mark = str(given.get("mark", ""))
    return _told(actions.keep(actor=actor_of(request), what=found.what, record=record, fields=fields, mark=mark))


@require_POST
@signed_in()
def bring_back(request: HttpRequest, place: str) -> HttpResponse:
    """Take back that a draft was thrown away."""
    found, record = actions.find_place(place)
    return _told(actions.bring_back(actor=actor_of(request), what=found.what, record=record))


def _told(row: Draft | None) -> HttpResponse:
    return JsonResponse({"at": row.at if row else None})


def sent(request: HttpRequest) -> None:
    """Call it in a view that has done what a form asked for: its draft (the hidden field `draft`) goes."""
    place, mark = request.POST.get("draft", ""), request.POST.get("draft-mark", "")
    actions.sent(actor=actor_of(request), place=place, mark=mark)
