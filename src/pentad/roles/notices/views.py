"""The bell, the page of notices, how one wants to be told, and following a record."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pentad.core.errors import Invalid, NotFound
from pentad.roles.access import signed_in
from pentad.roles.notices import actions, queries, subjects
from pentad.roles.notices.kinds import MAIL
from pentad.roles.page import actor_of, toast


@require_GET
@signed_in()
def page(request: HttpRequest) -> HttpResponse:
    """One's notices, newest first."""
    unread, before = request.GET.get("show") == "unread", request.GET.get("before", "")
    if before and not (before.isdecimal() and len(before) < 19):
        raise Invalid(f"{before[:40]!r} is not a place in this list.", code="bad_cursor", fix="Go to the first page.")
    found, following = queries.notices_of(actor_of(request), int(before) if before else None, unread)
    count = queries.unread_count(actor_of(request))
    context = {"notices": found, "following": following, "unread_only": unread, "unread": count, "before": before}
    return render(request, "notices/notices.html", context)


@require_GET
@signed_in()
def bell(request: HttpRequest) -> HttpResponse:
    """The bell alone, which the page asks for again and again."""
    return render(request, "notices/_bell.html", {"unread": queries.unread_count(actor_of(request))})


@require_GET
@signed_in()
def open_notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Go to what a notice is about; it counts as read from then on."""
    found = queries.find_notice(actor_of(request), notice_id)
    if found is None:
        raise NotFound("This notice is not there any more.", code="notice_not_found", fix="See the list of notices.")
    if not getattr(request, "eyes", None):  # whoever looks through a colleague's eyes reads nothing for them
        actions.mark_read(actor=actor_of(request), ids=[notice_id])
    return HttpResponseRedirect(found.url)


@require_POST
@signed_in()
def read(request: HttpRequest) -> HttpResponse:
    """Mark one notice (`id`) or all as read."""
    ids = _ids(request)
    done = actions.mark_read(actor=actor_of(request), ids=ids or None)
    response = HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return toast(response, f"{done} marked as read.") if not ids else response


@require_POST
@signed_in()
def unread(request: HttpRequest) -> HttpResponse:
    """Mark one notice as unread again."""
    actions.mark_unread(actor=actor_of(request), ids=_ids(request))
    return HttpResponse(status=204, headers={"HX-Refresh": "true"})


def _ids(request: HttpRequest) -> list[int]:
    return [int(one) for one in request.POST.getlist("id") if one.isdecimal() and len(one) < 19]


@require_http_methods(["GET", "POST"])
@signed_in()
def choices(request: HttpRequest) -> HttpResponse:
    """How one wants to be told of each kind of notice."""
    actor = actor_of(request)
    if request.method == "POST":
        for one in queries.choices_of(actor):
            name = one.kind.name
            mail = request.POST.get(f"mail-{name}", one.mail)
            actions.choose(actor=actor, kind=name, in_app=f"app-{name}" in request.POST, mail=mail)
        return toast(HttpResponse(status=204), "Saved.")
    context = {"choices": queries.choices_of(actor), "ways": MAIL, "mails": settings.MAIL}
    return render(request, "notices/choices.html", context)


@require_POST
@signed_in()
def follow(request: HttpRequest) -> HttpResponse:
    """Follow a record (`about`), or no longer; the answer is the button as it is now."""
    record, actor = subjects.find(request.POST.get("about", "")), actor_of(request)
    following = queries.follows(actor, record)
    (actions.unfollow if following else actions.follow)(actor=actor, record=record)
    context = {"following": not following, "about": subjects.reference(record)}
    told = "You hear of it no longer." if following else "You will hear of notes, merges and tasks."
    return toast(render(request, "notices/_follow.html", context), told)


@require_GET
@signed_in()
def colleagues(request: HttpRequest) -> HttpResponse:
    """Colleagues by the beginning of a name, for mentions and assignment: those who may see the record `about`."""
    about = request.GET.get("about", "")
    found = queries.named(request.GET.get("q", "")[:80], subjects.find(about) if about else None)
    return render(request, "notices/_colleagues.html", {"found": found})
