"""Screens of computed traits: the list, the page of one, and what one does with it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.timezone import get_current_timezone
from django.views.decorators.http import require_GET, require_POST

from pentad.core.errors import Conflict, Invalid
from pentad.data.profiles.lists import title
from pentad.intelligence.computed import actions, listing, queries, text
from pentad.intelligence.computed.listing import TRAITS
from pentad.intelligence.computed.models import ComputedTrait
from pentad.intelligence.computed.previewing import SAMPLE
from pentad.intelligence.segments import wording
from pentad.intelligence.segments.listing import duration
from pentad.intelligence.segments.reasons import said
from pentad.roles.access import signed_in
from pentad.roles.audit import looked_at
from pentad.roles.page import actor_of, in_readers_zone, modal_done
from pentad.roles.views.queries import opening_view
from pentad.roles.views.screen import show_list
from pentad.roles.views.state import ASKED

SAID = {
    ComputedTrait.LIVE: "Live: it is worked out for everybody.",
    ComputedTrait.ARCHIVED: "In the archive: its values go.",
}


@require_GET
@signed_in("segments.view")
@in_readers_zone
def trait_list(request: HttpRequest) -> HttpResponse:
    """The list; opened without a wish, those that are live."""
    asked = any(key in request.GET for key in (*ASKED, "part"))
    if asked or not TRAITS.base().exists() or opening_view(actor_of(request), TRAITS.name) is not None:
        return show_list(request, TRAITS)
    return HttpResponseRedirect("/segments/traits/?view=own-0")


@require_GET
@signed_in("segments.view")
@in_readers_zone
def trait_page(request: HttpRequest, id: str) -> HttpResponse:
    """What a computed trait is, how it stands, some customers with their values, and its versions."""
    context = _context(request, queries.find_trait(id))
    row = context["trait"]
    if row.open:
        context["pieces"] = wording.pieces(row.sentence)
        context["versions"] = [(one, text.say(computed)) for one, computed in queries.versions(row)]
    if context["may_see"] and row.live:
        context["values"] = [
            {"id": one.id, "name": title(one), "value": said(value, get_current_timezone())}
            for one, value in queries.values(row, SAMPLE)
        ]
        if context["values"]:
            looked_at(actor_of(request), f"computed:{row.id}", rows=len(context["values"]))
    return render(request, "computed/trait.html", context)


@require_GET
@signed_in("segments.view")
@in_readers_zone
def status(request: HttpRequest, id: str) -> HttpResponse:
    """How far working it out is, and how fresh it is: asked for again and again while the page is open."""
    context = _context(request, queries.find_trait(id))
    response = render(request, "computed/_status.html", context)
    if request.GET.get("was") == "filling" and not context["trait"].fresh.job:
        response["HX-Refresh"] = "true"  # the values on the page are of before
    return response


def _context(request: HttpRequest, row: ComputedTrait) -> dict[str, Any]:
    actor = actor_of(request)
    listing.prepare([row])
    may_open = row.open  # type: ignore[attr-defined]
    return {
        "trait": row,
        "state": listing.tone(row),
        "cost": duration(row.shown_cost),  # type: ignore[attr-defined]
        "percent": round((row.fresh.progress or 0) * 100),  # type: ignore[attr-defined]
        "may_see": actor.may("people.view") and may_open,
        "may_edit": actor.may("segments.edit") and may_open,
    }


@require_POST
@signed_in("segments.edit")
def set_state(request: HttpRequest, id: str) -> HttpResponse:
    """Put it into the archive or take it out; `to` says which."""
    row, wanted = queries.find_trait(id), request.GET.get("to", "")
    if wanted not in SAID:
        raise Invalid(
            f"“{wanted[:40]}” is no state of a computed trait.", code="bad_state", fix="Choose live or archived."
        )
    before = row.state
    verb = actions.archive_trait if wanted == ComputedTrait.ARCHIVED else actions.restore_trait
    verb(actor=actor_of(request), trait=row)
    if wanted != before:
        messages.success(request, SAID[wanted], extra_tags=f"/segments/traits/{row.id}/state/?to={before}")
    return modal_done(f"/segments/traits/{row.id}/")


@require_POST
@signed_in("segments.edit")
def refresh(request: HttpRequest, id: str) -> HttpResponse:
    """Work it out for everybody again."""
    row = queries.find_trait(id)
    if actions.refresh_trait(actor=actor_of(request), trait=row) is None:
        raise Conflict("This computed trait is in the archive.", code="computed_archived", fix="Restore it first.")
    return modal_done(f"/segments/traits/{row.id}/")


@require_POST
@signed_in("segments.edit")
def stop(request: HttpRequest, id: str) -> HttpResponse:
    """Stop working it out for everybody."""
    row = actions.stop_filling(actor=actor_of(request), trait=queries.find_trait(id))
    messages.success(request, "Stopped. It is not kept up until it is worked out again.")
    return modal_done(f"/segments/traits/{row.id}/")
