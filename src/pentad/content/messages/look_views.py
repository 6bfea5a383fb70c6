"""What the editor asks for while somebody types: the look for three customers, the checks, and the mail in its frame."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from pentad.content.messages import editing, queries, saving
from pentad.content.messages.models import Message
from pentad.content.messages.parts import Parts
from pentad.content.messages.samples import ROLES, Sample, named
from pentad.core.action import check
from pentad.core.errors import PentadError
from pentad.data.identity.models import Person
from pentad.data.identity.queries import person_seen
from pentad.data.profiles import filters
from pentad.roles.access import signed_in
from pentad.roles.page import actor_of, in_readers_zone

MOST_FOUND = 12
CANVAS = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: http: https:; "
    "font-src 'self' data:; frame-src 'self'; connect-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""Of the frame in which a mail is dragged together: a mail's styles stand in it. It runs our script alone, and sends nothing."""


def _asked(request: HttpRequest, id: str) -> tuple[Message, saving.Form, Parts]:
    row = queries.find_message(id)
    asked = saving.form(request.POST)
    return row, asked, asked.onto(queries.version(row).tree)


def _chosen(request: HttpRequest) -> dict[str, str]:
    return {role: id for role in ROLES if (id := request.POST.get(f"who.{role}", "")[:36])}


@require_POST
@signed_in("messages.view")
@in_readers_zone
def look(request: HttpRequest, id: str) -> HttpResponse:
    """The part as it stands in the form, for each of the three, and the checks of the whole message."""
    from pentad.content.messages import looking  # loads what renders messages

    row, asked, tree = _asked(request, id)
    context: dict[str, Any] = {"message": row, "at": asked.at, "mail": False}
    purpose = (asked.purpose, asked.transactional) if "purpose" in request.POST else (row.purpose, row.transactional)
    context |= looking.checks(row, tree, *purpose)
    if asked.at is not None and editing.fields_of(tree, asked.at) is not None:
        looks = looking.looks(request, tree, asked.at, _chosen(request))
        shown = next((one for one in looks if one["sample"].role == request.POST.get("shown")), looks[0])
        context |= {"looks": looks, "shown": shown, "mail": asked.at.channel == "email"}
    return render(request, "messages/_look.html", context)


@require_POST
@signed_in("messages.view")
@in_readers_zone
def frame(request: HttpRequest, id: str) -> HttpResponse:
    """The mail for one customer, as a page that can do nothing; in the dark when that is asked for."""
    from pentad.content.messages import looking

    _, asked, tree = _asked(request, id)
    person = request.POST.get("person", "")[:36]
    who = person_seen(person) if person and actor_of(request).may("people.view") else None
    found = looking.look(tree, asked.at, Sample("", who, "")) if asked.at is not None else {}
    return looking.framed(found["content"].get("html", "") if found else "", request.POST.get("dark") == "1")


@require_GET
@signed_in("messages.view")
def people(request: HttpRequest, id: str) -> HttpResponse:
    """Customers to look at it with, by words of their name or address."""
    check(actor_of(request), "people.view")
    queries.find_message(id)
    text = request.GET.get("q", "").strip()[:200]
    rows = Person.seen.filter(root=None)
    try:
        rows = rows.filter(filters.search(text).where) if text else rows.filter(known=True)
    except PentadError:
        rows = rows.none()
    found = named(list(rows.order_by("-last_seen", "-no")[:MOST_FOUND]))
    return render(
        request, "messages/_people.html", {"found": found, "role": request.GET.get("role", "")[:10], "text": text}
    )


@require_GET
@signed_in("messages.edit")
def canvas(request: HttpRequest) -> HttpResponse:
    """The frame in which a mail is dragged together: it is given what it shows by the page around it."""
    response = render(request, "messages/canvas.html")
    response["Content-Security-Policy"], response["X-Frame-Options"] = CANVAS, "SAMEORIGIN"
    return response
