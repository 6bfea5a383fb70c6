"""Screens of messages: the list, and the page of one: what it says, whether it may be sent, and what uses it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pentad.content.messages import editing, page, queries, samples, starters
from pentad.content.messages.listing import MESSAGES
from pentad.roles.access import signed_in
from pentad.roles.page import actor_of, in_readers_zone
from pentad.roles.views.queries import opening_view
from pentad.roles.views.screen import show_list
from pentad.roles.views.state import ASKED


@require_GET
@signed_in("messages.view")
@in_readers_zone
def message_list(request: HttpRequest) -> HttpResponse:
    """The list; opened without a wish, those in use. With nothing in it, layouts to begin with."""
    if any(key in request.GET for key in (*ASKED, "part")):
        return show_list(request, MESSAGES)
    if not MESSAGES.base().exists():
        context = {"may_edit": actor_of(request).may("messages.edit"), "starters": starters.STARTERS}
        return render(request, "messages/empty.html", context)
    if opening_view(actor_of(request), MESSAGES.name) is None:
        return HttpResponseRedirect("/messages/?view=own-0")
    return show_list(request, MESSAGES)


@require_GET
@signed_in("messages.view")
@in_readers_zone
def message_page(request: HttpRequest, id: str) -> HttpResponse:
    """What the newest version says to whom, what the gate says of it, and what uses it."""
    row = queries.find_message(id)
    tree = queries.version(row).tree
    at = editing.spot(tree, request.GET.get("at", ""))
    context: dict[str, Any] = page.context(request, row, "overview") | page.switches(tree, at)
    context |= {"samples": samples.samples(), "mail": at is not None and at.channel == "email"}
    return render(request, "messages/message.html", context)
