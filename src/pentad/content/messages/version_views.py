"""Screens of what a message said before: its versions, what two of them say differently, and going back to one."""

from django.contrib import messages as told
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from pentad.content.messages import actions, page, queries
from pentad.content.messages.comparing import differences
from pentad.content.messages.models import Message, MessageVersion
from pentad.roles.access import signed_in
from pentad.roles.page import actor_of, in_readers_zone, modal_done

SHOWN = 100


def _one(rows: list[MessageVersion], number: str, otherwise: int) -> MessageVersion:
    """The version of that number, or the one at this place."""
    return next((one for one in rows if str(one.number) == number), rows[min(otherwise, len(rows) - 1)])


@require_GET
@signed_in("messages.view")
@in_readers_zone
def versions(request: HttpRequest, id: str) -> HttpResponse:
    """All versions, and two of them beside each other."""
    row = queries.find_message(id)
    rows = list(queries.versions(row)[:SHOWN])
    new = _one(rows, request.GET.get("new", ""), 0)
    old = _one(rows, request.GET.get("old", ""), rows.index(new) + 1)
    context = page.context(request, row, "versions") | {
        "rows": rows, "old": old, "new": new, "differences": differences(old.tree, new.tree),
    }  # fmt: skip
    return render(request, "messages/versions.html", context)


@require_http_methods(["GET", "POST"])
@signed_in("messages.edit")
@in_readers_zone
def go_back(request: HttpRequest, id: str, number: int) -> HttpResponse:
    """What going back to a version would change, and doing so: it is saved as a new version."""
    row = queries.find_message(id)
    found = queries.version(row, number)
    if request.method == "POST":
        return _gone_back(request, row, number)
    context = {"message": row, "version": found, "differences": differences(queries.version(row).tree, found.tree)}
    return render(request, "messages/_go_back.html", context)


def _gone_back(request: HttpRequest, row: Message, number: int) -> HttpResponse:
    seen = request.POST.get("seen", "")
    before = row.latest
    kept = actions.restore_version(
        actor=actor_of(request),
        message=row,
        number=number,
        seen=int(seen) if seen.isdecimal() and len(seen) < 9 else None,
    )
    if kept.latest != before:
        told.success(request, f"As in version {number} again.", extra_tags=f"/messages/{row.id}/versions/{before}/")
    return modal_done(f"/messages/{row.id}/")
