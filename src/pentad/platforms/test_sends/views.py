"""The dialog from which a test is sent."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from pentad.content.messages import queries
from pentad.content.messages.editing import Spot, spot
from pentad.content.messages.listing import LABELS
from pentad.content.messages.models import Message
from pentad.content.messages.samples import samples
from pentad.core import ids
from pentad.core.action import check
from pentad.core.errors import Invalid, PentadError
from pentad.data.identity.queries import find_person
from pentad.platforms.channels.queries import default_destination
from pentad.platforms.test_sends.actions import UNADDRESSED, send_test
from pentad.roles.access import signed_in
from pentad.roles.audit import looked_at
from pentad.roles.page import actor_of


@require_http_methods(["GET", "POST"])
@signed_in("messages.send_test")
def test_send(request: HttpRequest, id: str) -> HttpResponse:
    """Of what is saved: the part that is named by `at`."""
    actor = actor_of(request)
    check(actor, "people.view")
    row = queries.find_message(id)
    given = request.POST if request.method == "POST" else request.GET
    at = spot(queries.version(row).tree, given.get("at", ""))
    if at is None:
        raise Invalid("Nothing is written yet.", code="message_part_missing", fix="Write a part of it first.")
    if request.method == "GET":
        return _form(request, row, at, {"to": _own(request, at), "key": ids.new_id()})
    try:
        person = find_person(given.get("person", "")[:36])
        looked_at(actor, f"person:{person.id}", "message test")
        send_test(actor=actor, message=row, at=at, person=person, to=given.get("to", ""), key=given.get("key", ""))
    except PentadError as error:
        if error.status >= 500:
            raise
        return _form(request, row, at, given, f"{error.message} {error.fix}".strip(), 422)
    return _done(request, at)


def _own(request: HttpRequest, at: Spot) -> str:
    """One's own address, where the channel can use it: the mailbox takes any."""
    takes = default_destination(at.channel)
    mine: str = request.user.email  # type: ignore[union-attr]
    return mine if at.channel == "email" or (takes is not None and takes.adapter == "mailbox") else ""


def _form(request: HttpRequest, row: Message, at: Spot, given: Any, fault: str = "", status: int = 200) -> HttpResponse:
    context = {
        "message": row, "at": at, "given": given, "fault": fault, "label": LABELS[at.channel],
        "samples": [one for one in samples() if one.person is not None], "takes": default_destination(at.channel),
        "addressed": at.channel not in UNADDRESSED, "may_set_up": actor_of(request).may("destinations.manage"),
    }  # fmt: skip
    return render(request, "test_sends/_form.html", context, status=status)


def _done(request: HttpRequest, at: Spot) -> HttpResponse:
    """With the way to where it can be read, when that is the mailbox."""
    takes = default_destination(at.channel)
    seen = takes is not None and takes.adapter == "mailbox" and actor_of(request).may("mailbox.view")
    link = {"link": "/mailbox/", "linkText": "Open the mailbox"} if seen else {}
    response = HttpResponse(status=204)
    response["HX-Trigger"] = json.dumps(
        {"toast": {"text": "The test is on its way.", "tone": "green", **link}, "close-modal": ""}
    )
    return response
