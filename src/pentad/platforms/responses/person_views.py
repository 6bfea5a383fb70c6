"""The page of all messages to a customer: what became of each, and why."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pentad.core.action import check
from pentad.core.errors import Invalid
from pentad.core.secretbox import cover, uncover
from pentad.data.identity.queries import find_person
from pentad.data.profiles.lists import title
from pentad.platforms.responses import queries, showing
from pentad.roles.access import signed_in
from pentad.roles.audit import looked_at
from pentad.roles.page import actor_of, in_readers_zone

PLACES = "places in messages of a customer"


@require_GET
@signed_in("messages.view")
@in_readers_zone
def person_messages(request: HttpRequest, person_id: str) -> HttpResponse:
    """The latest first."""
    check(actor_of(request), "people.view")
    person = find_person(person_id)
    looked_at(actor_of(request), f"person:{person.id}", "messages")
    rows = showing.listed(person, before=_place(request.GET.get("after", "")))
    full = len(rows) == queries.PAGE
    context = {
        "person": person, "title": title(person), "rows": rows, "further": "after" in request.GET,
        "opened": request.GET.get("open", ""),
        "next": cover(PLACES, str(rows[-1].delivery.pk)) if full else "",
    }  # fmt: skip
    return render(request, "responses/person.html", context)


def _place(covered: str) -> int | None:
    if not covered:
        return None
    try:
        return int(uncover(PLACES, covered))
    except ValueError:
        raise Invalid("That is no place in this list.", code="bad_place", fix="Begin at the top.") from None
