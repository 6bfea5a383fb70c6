"""Moving a campaign in the calendar: what a drop sends, and the dialog that asks for the day."""

import json
from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from pentad.core.errors import Invalid
from pentad.engage.campaigns import moving, queries
from pentad.roles.access import signed_in
from pentad.roles.page import actor_of, in_readers_zone, zone_of
from pentad.roles.views.counts import forget_counts


@require_http_methods(["GET", "POST"])
@signed_in("campaigns.edit")
@in_readers_zone
def move(request: HttpRequest, id: str) -> HttpResponse:
    """The dialog, and what it, a drop, or the way back sends."""
    row, actor, zone = queries.find_campaign(id), actor_of(request), zone_of(request)
    moving.require_movable(actor, row)
    before = moving.shown_on(row.tree.when, zone)
    if request.method == "GET":
        return render(request, "campaigns/_move.html", {"campaign": row, "day": before})
    to = _day(request)
    row = moving.move_campaign(actor=actor, campaign=row, day=to, zone=zone, seen=_seen(request))
    forget_counts()
    back = urlencode({"to": before.isoformat(), "seen": row.version})
    told = {
        "text": f"“{row.name}” goes on {to:%a} {to.day} {to:%B}.", "tone": "green",
        "undo": f"/campaigns/{row.id}/move/?{back}",
    }  # fmt: skip
    trigger = {"toast": told, "close-modal": "", "moved": {"id": row.id, "to": to.isoformat()}}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(trigger)})


def _day(request: HttpRequest) -> date:
    said = str(request.POST.get("to") or request.GET.get("to", ""))
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise Invalid(f"“{said[:40]}” is no day.", code="bad_day", fix="Choose a day.") from None


def _seen(request: HttpRequest) -> int | None:
    """The version that the way back takes back: what a colleague changed since is not overwritten."""
    said = request.GET.get("seen", "")
    return int(said) if said.isdecimal() and len(said) < 9 else None
