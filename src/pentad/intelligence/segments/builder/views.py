"""The page on which a segment is written: a new one, or one there is."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from pentad.core.action import check
from pentad.core.errors import Invalid, PentadError
from pentad.intelligence.segments import ideas, naming, queries
from pentad.intelligence.segments.builder import saving, showing
from pentad.intelligence.segments.builder.asked import Asked, posted, started
from pentad.intelligence.segments.builder.saving import Given
from pentad.intelligence.segments.definition import Definition
from pentad.intelligence.segments.models import Segment
from pentad.roles.access import signed_in
from pentad.roles.page import actor_of, modal_done, zone_of

EMPTY = Given("", "", "live", None, False)


@require_http_methods(["GET", "POST"])
@signed_in("segments.edit")
def new_segment(request: HttpRequest) -> HttpResponse:
    """From nothing, ?idea= a template, ?from= another segment, or ?text= a sentence."""
    check(actor_of(request), "people.view")
    if request.method == "POST":
        return _create(request)
    given, definition, why_not = _start(request)
    return _page(request, None, given, started(request, definition, str(zone_of(request))), why_not)


@require_http_methods(["GET", "POST"])
@signed_in("segments.edit")
def edit_segment(request: HttpRequest, id: str) -> HttpResponse:
    """One there is. What saving changes is shown before it is saved."""
    check(actor_of(request), "people.view")
    segment = queries.find_segment(id)
    queries.require_readable(segment)
    if request.method == "POST":
        return _change(request, segment)
    if segment.state == Segment.ARCHIVED:
        messages.info(request, f"“{segment.name}” is in the archive. Restore it to change it.")
        return redirect(f"/segments/{segment.id}/")
    state = Segment.DRAFT if segment.state == Segment.DRAFT else Segment.LIVE
    given = Given(segment.name, segment.description, state, segment.version, False)
    return _page(request, segment, given, started(request, segment.tree, segment.tree.time_zone))


def _start(request: HttpRequest) -> tuple[Given, Definition | None, str]:
    """What the page begins with, and why what was asked for is not there."""
    asked = request.GET
    if key := asked.get("idea"):
        idea = ideas.find_idea(key, str(zone_of(request)))
        return (
            (EMPTY, None, "There is nobody for this any more.")
            if idea is None
            else (_named(idea.name), idea.definition, "")
        )
    if id := asked.get("from"):
        other = queries.find_segment(id)
        queries.require_readable(other)
        return Given(f"{other.name[:110]} (copy)", other.description, "live", None, False), other.tree, ""
    if text := asked.get("text"):
        try:
            return EMPTY, naming.parsed(text), ""
        except Invalid as error:
            return EMPTY, None, f"{error.message} {error.fix}"
    return EMPTY, None, ""


def _named(name: str) -> Given:
    taken = queries.named(name) is not None
    return Given("" if taken else name, "", "live", None, False)


def _page(
    request: HttpRequest, segment: Segment | None, given: Given, rules: showing.Rules, why_not: str = ""
) -> HttpResponse:
    context = {
        "segment": segment, "given": given, "why_not": why_not, "rules": rules,
        "action": "/segments/new/" if segment is None else f"/segments/{segment.id}/edit/",
        "home": "/segments/" if segment is None else f"/segments/{segment.id}/",
        "used_by": [*queries.uses(segment), *queries.views_using(segment)] if segment else [],
    }  # fmt: skip
    return render(request, "segments/builder/edit.html", context)


def _create(request: HttpRequest) -> HttpResponse:
    rules, asked = posted(request), saving.given(request.POST)
    if rules.definition is None:
        return _incomplete(request, rules)
    try:
        made = saving.create(actor_of(request), rules.definition, asked)
    except PentadError as error:
        return _refused(request, error)
    said = "saved as a draft" if asked.draft else "saved; everybody is being asked"
    messages.success(request, f"“{made.name}” is {said}.")
    return modal_done(f"/segments/{made.id}/")


def _change(request: HttpRequest, segment: Segment) -> HttpResponse:
    rules, asked = posted(request), saving.given(request.POST)
    if rules.definition is None:
        return _incomplete(request, rules)
    try:
        saving.require_seen(asked)
        if asked.seen == segment.version and saving.wants_a_look(segment, rules.definition, asked):
            return _difference(request, segment, rules.definition)
        kept = saving.keep(actor_of(request), segment, rules.definition, asked)
    except PentadError as error:
        if saving.overtaken(error):
            return _overtaken(request, segment)
        return _refused(request, error)
    said = f"saved as version {kept.version}" if kept.version != segment.version else "saved"
    messages.success(request, f"“{kept.name}” is {said}.")
    return modal_done(f"/segments/{kept.id}/")


def _difference(request: HttpRequest, segment: Segment, definition: Definition) -> HttpResponse:
    """What saving would change, in a dialog whose button sends the page's form again."""
    context: dict[str, Any] = {"segment": segment}
    try:
        context["change"] = saving.change_of(segment, definition)
    except Invalid as error:
        if error.code != "ask_too_slow":
            raise
        context["too_slow"] = error  # it may be saved all the same: jobs have the time
    return _dialog(render(request, "segments/builder/_difference.html", context))


def _overtaken(request: HttpRequest, segment: Segment) -> HttpResponse:
    context = {"segment": queries.find_segment(segment.id)}
    return _dialog(render(request, "segments/builder/_overtaken.html", context))


def _dialog(response: HttpResponse) -> HttpResponse:
    response["HX-Retarget"], response["HX-Reswap"] = "#modal-body", "innerHTML"
    return response


def _incomplete(request: HttpRequest, rules: Asked) -> HttpResponse:
    """The rules once more, with what is missing or wrong beside it."""
    return _said(request, "Some conditions are not complete yet.", mistakes=rules.mistakes, field=rules.first)


def _refused(request: HttpRequest, error: PentadError) -> HttpResponse:
    if error.status >= 500:
        raise error
    text, field = saving.told(error)
    return _said(request, text, field=field)


def _said(request: HttpRequest, fault: str, **more: Any) -> HttpResponse:
    response = render(request, "segments/builder/_fault.html", {"fault": fault, **more}, status=422)
    response["HX-Trigger"] = "close-modal"
    return response
