"""Screens of recent changes: the list, one change, and taking one back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from pentad.roles.access import signed_in
from pentad.roles.page import actor_of, in_readers_zone, is_part
from pentad.roles.undo import actions, queries
from pentad.roles.undo.change_list import CHANGES
from pentad.roles.undo.kinds import kind_named, said
from pentad.roles.undo.models import Change
from pentad.roles.views import counts
from pentad.roles.views.screen import show_list


@require_GET
@signed_in()
@in_readers_zone
def change_list(request: HttpRequest) -> HttpResponse:
    """What can be taken back, the latest first."""
    return show_list(request, CHANGES)


@require_GET
@signed_in()
@in_readers_zone
def change_page(request: HttpRequest, change_id: str) -> HttpResponse:
    """One change: what it did to whom; while it is taken back, how far that is."""
    context = _context(request, queries.find_change(change_id))
    return render(request, "undo/_change.html" if is_part(request) else "undo/change.html", context)


@require_POST
@signed_in()
def undo(request: HttpRequest, change_id: str) -> HttpResponse:
    """Take a change back. The answer leads to where one sees that."""
    change = actions.undo(actor=actor_of(request), change=queries.find_change(change_id))
    counts.forget_counts()
    if change.undone is None:
        return _to(f"/changes/{change.id}/")
    messages.success(request, _told(change))
    if change.stayed:
        return _to(f"/changes/{change.id}/")
    here = "/" + request.headers.get("HX-Current-URL", "").split("://", 1)[-1].partition("/")[2]
    if here.startswith("/changes/"):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    page = kind_named(change.kind).page(change)
    return _to(page) if page else HttpResponse(status=204, headers={"HX-Refresh": "true"})


def _to(address: str) -> HttpResponse:
    return HttpResponse(status=204, headers={"HX-Redirect": address})


def _told(change: Change) -> str:
    if change.undone is None:
        wait = change.records.filter(stays=False).count()
        return f"{wait} of {change.count} not undone: {change.undone_by} may not change them. Whoever may can undo the rest."
    if not change.stayed:
        what = said(change)
        return f"Undone: {what[:1].lower()}{what[1:]}."
    were = "was" if change.stayed == 1 else "were"
    stay = "stays as it is" if change.stayed == 1 else "stay as they are"
    return f"Undone, but {change.stayed} of {change.count} {were} changed since and {stay}."


def _context(request: HttpRequest, change: Change) -> dict[str, Any]:
    actor, kind, job = actor_of(request), kind_named(change.kind), actions.under_way(change)
    return {
        "change": change,
        "what": said(change),
        "kind": kind,
        "until": change.at + queries.KEPT,
        "job": job,
        "percent": round(job.progress * 100) if job else 0,
        "stopped": bool(change.job) and change.undone is None and job is None,
        "may_undo": change.undone is None and job is None and actor.may(kind.right),
        "records": queries.named(actor, change, stays=change.undone is not None),
        "told": _told(change) if change.undone or change.undone_by else "",
        "link": kind.page(change) if kind.job and actor.may(kind.right) else "",
    }
