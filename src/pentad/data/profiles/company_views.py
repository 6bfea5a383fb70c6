"""What one does on a company's page, and what its people did."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from pentad.core.errors import Unavailable
from pentad.data.identity.queries import call, parts_of_many
from pentad.data.profiles import events, queries
from pentad.data.profiles.company_actions import set_company_trait
from pentad.data.profiles.models import Company, Note
from pentad.data.profiles.trait_dialog import trait_dialog
from pentad.roles.access import signed_in
from pentad.roles.audit import looked_at
from pentad.roles.page import actor_of

PAGE = 50
MOST_PEOPLE = 500
"""Of one company, those seen last: their events are read together."""


@require_http_methods(["GET", "POST"])
@signed_in("companies.edit")
def set_trait(request: HttpRequest, company_id: str) -> HttpResponse:
    """The dialog that states a trait in the team's name, and what it sends."""
    company = queries.find_company(company_id)
    state = partial(set_company_trait, actor=actor_of(request), company=company)
    return trait_dialog(request, company, "companies", f"/companies/{company.id}/", state)


@require_GET
@signed_in("companies.view")
def timeline(request: HttpRequest, company_id: str) -> HttpResponse:
    """A page of what the company's people did, for reading on; of those whom the reader may see."""
    company = queries.find_company(company_id)
    context = timeline_context(company, request.GET.get("before") or None)
    looked_at(actor_of(request), f"company:{company.id}", "timeline")
    return render(request, "profiles/_company_timeline.html", context | {"last_day": request.GET.get("day", "")})


def timeline_context(company: Company, before: str | None) -> dict[str, Any]:
    """What the timeline shows: days with entries, each with the customer whose event it is."""
    people = list(queries.people_of(company)[:MOST_PEOPLE])
    call(people)
    roots = {one.no: one for one in people}
    whose = {part: roots[root] for part, root in parts_of_many(people).items()}
    context: dict[str, Any] = {
        "company": company,
        "people": whose,
        "most": MOST_PEOPLE,
        "full": len(people) == MOST_PEOPLE,
    }
    try:
        rows, following = queries.events_of(list(whose), limit=PAGE, before=before)
    except Unavailable as error:
        return context | {"days": [], "unavailable": error.message}
    ids = [str(row.properties.get("note_id")) for row in rows if row.name == "Note added"]
    # Of these customers alone: an event may be sent by anybody, and name the note of another one.
    notes = {note.id: note for note in Note.objects.filter(id__in=ids, person_id__in=list(whose))} if ids else {}
    return context | {"days": events.days(rows, notes), "following": following, "first_page": before is None}
