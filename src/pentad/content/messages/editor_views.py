"""The editor of a message: the part that is written, saved as it is left, and published when nothing stops it."""

from typing import Any

from django.contrib import messages as told
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from pentad.content.messages import actions, catalogue, editing, page, parts, queries, samples, saving, starters
from pentad.content.messages.editing import Spot
from pentad.content.messages.models import Message
from pentad.content.messages.parts import Parts
from pentad.core.errors import Conflict, PentadError
from pentad.roles.access import signed_in
from pentad.roles.page import actor_of, in_readers_zone
from pentad.roles.together import rules
from pentad.roles.together.conflicts import seen_text
from pentad.roles.together.views import sent


@require_http_methods(["GET", "POST"])
@signed_in("messages.edit")
def new_message(request: HttpRequest) -> HttpResponse:
    """Begin one: its name, its purpose, and a layout or a channel."""
    given = request.POST if request.method == "POST" else request.GET
    context = {
        "given": given, "starters": starters.STARTERS, "purposes": page.purposes(""), "begin": given.get("begin", "letter"),
        "others": page.channels(but="email"), "may_vouch": actor_of(request).may("messages.transactional"),
    }  # fmt: skip
    if request.method == "GET":
        return render(request, "messages/new.html", context)
    asked = saving.form(request.POST)
    begin = given.get("begin", "")
    chosen = starters.starter(begin)
    try:
        tree = editing.add_channel(parts.empty(), "email" if chosen else begin, chosen.fields if chosen else None)
        row = actions.create_message(
            actor=actor_of(request),
            name=asked.name,
            purpose=asked.purpose,
            transactional=asked.transactional,
            content=tree,
        )
    except PentadError as error:
        if error.status >= 500:
            raise
        return render(request, "messages/new.html", context | {"fault": f"{error.message} {error.fix}"}, status=422)
    return HttpResponseRedirect(f"/messages/{row.id}/edit/")


@require_http_methods(["GET", "POST"])
@signed_in("messages.edit")
@in_readers_zone
def edit_message(request: HttpRequest, id: str) -> HttpResponse:
    """One part of it; what the form sends is saved, then done: another part shown, one added, the message published."""
    row = queries.find_message(id)
    if row.state == Message.ARCHIVED:
        told.info(request, f"“{row.name}” is in the archive. Restore it to change it.")
        return HttpResponseRedirect(f"/messages/{row.id}/")
    if request.method == "GET":
        tree = queries.version(row).tree
        return _page(request, row, tree, editing.spot(tree, request.GET.get("at", "")))
    asked = saving.form(request.POST)
    try:
        return _kept(request, row, asked)
    except PentadError as error:
        if error.status >= 500:
            raise
        met = isinstance(error, Conflict) and error.code == "changed_meanwhile"
        more = {"fault": error.message, "fix": error.fix, "met": met, "given": asked}
        return _page(request, row, asked.shown_in(queries.version(row).tree), asked.at, more, status=422)


def _kept(request: HttpRequest, row: Message, asked: saving.Form) -> HttpResponse:
    do, _, what = request.POST.get("do", "").partition(":")
    if do == "over":
        asked = saving.form({**request.POST.dict(), "seen": str(row.latest), "was": ""})
    kept, place = saving.keep(actor_of(request), row, asked, do, what)
    sent(request)
    if do == "publish":
        return _published(request, kept, asked.at)
    if kept.latest != row.latest or not do:
        told.success(request, f"Saved as version {kept.latest}." if kept.latest != row.latest else "Saved.")
    if do == "go":
        place = what
    return HttpResponseRedirect(f"/messages/{row.id}/edit/{f'?at={place}' if place else ''}")


def _published(request: HttpRequest, row: Message, at: Spot | None) -> HttpResponse:
    """It is saved already: what keeps it from being published is told beside what was saved."""
    try:
        version = actions.publish_message(actor=actor_of(request), message=row)
    except PentadError as error:
        if error.status >= 500:
            raise
        row = queries.find_message(row.id)
        more = {"fault": error.message, "fix": error.fix, "pane": "checks"}
        return _page(request, row, queries.version(row).tree, at, more, status=422)
    told.success(request, f"Version {version.number} is published.")
    return HttpResponseRedirect(f"/messages/{row.id}/")


def _page(
    request: HttpRequest,
    row: Message,
    tree: Parts,
    at: Spot | None,
    more: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    at = at if editing.fields_of(tree, at) is not None else editing.spot(tree)
    fields = editing.fields_of(tree, at) or {}
    context: dict[str, Any] = page.context(request, row, "edit") | page.switches(tree, at)
    given = (more or {}).get("given")
    context |= {
        "given": given or row, "seen": given.seen if given else row.latest, "was": _was(request, row, given),
        "purposes": page.purposes(row.purpose), "fields": page.shown_fields(at, fields), "mail": at and at.channel == "email",
        "samples": samples.samples(), "variables": catalogue.offered(), "starters": starters.STARTERS,
        "place": f"msg.{row.id.replace('-', '')}.{at}"[:60] if at else "",
    } | (more or {})  # fmt: skip
    if at is None:
        context |= {"missing": page.channels()}
    return render(request, "messages/edit.html", context, status=status)


def _was(request: HttpRequest, row: Message, given: saving.Form | None) -> str:
    """For the form: what its head said when it was opened."""
    return request.POST.get("was", "") if given else seen_text(rules.versions(saving.shown(row)))


@require_GET
@signed_in("messages.edit")
def show_starter(request: HttpRequest, key: str) -> HttpResponse:
    """A layout as it looks, for a small picture of it."""
    from pentad.content.messages import looking  # loads what renders messages

    return looking.starter(key)
