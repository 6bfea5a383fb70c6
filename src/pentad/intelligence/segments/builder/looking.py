"""What the builder's page shows beside the rules, asked anew after every change."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from pentad.core.action import check
from pentad.core.errors import PentadError
from pentad.data.consent import queries as consent
from pentad.data.identity.queries import find_person
from pentad.data.profiles.lists import title
from pentad.intelligence.segments import engine, ideas, queries
from pentad.intelligence.segments.builder.asked import posted
from pentad.intelligence.segments.builder.preview import everybody, name_of, others_of, preview, reached, statement
from pentad.intelligence.segments.models import Segment
from pentad.intelligence.segments.patience import latest
from pentad.intelligence.segments.reasons import shown
from pentad.intelligence.segments.schema import schema
from pentad.roles.access import signed_in
from pentad.roles.audit import looked_at
from pentad.roles.page import actor_of, in_readers_zone, zone_of


@require_POST
@signed_in("segments.edit")
@in_readers_zone
def show_preview(request: HttpRequest) -> HttpResponse:
    """Count, sample, overlap and reach; while the rules are incomplete, what is missing."""
    check(actor_of(request), "people.view")
    rules, segment = posted(request), _edited(request)
    if rules.definition is None:
        return render(request, "segments/builder/_incomplete.html", {"mistakes": rules.mistakes, "wrong": rules.wrong})
    try:
        if rules.begins and segment is None:
            return render(request, "segments/builder/_begins.html", {"count": everybody()})
        with latest(_asker(request, "preview")):
            found = preview(rules.definition, segment)
    except PentadError as error:
        return render(request, "segments/builder/_failed.html", {"error": error})
    said = f"{found.count:,} {'customer' if found.count == 1 else 'customers'}"
    return render(request, "segments/builder/_preview.html", {"found": found, "count_text": said})


@require_POST
@signed_in("segments.edit")
def show_reach(request: HttpRequest) -> HttpResponse:
    """How many of them can be reached, by channel."""
    check(actor_of(request), "people.view")
    rules = posted(request)
    try:
        with latest(_asker(request, "reach")):
            said = reached(rules.definition, _edited(request)) if rules.definition is not None else []
    except PentadError as error:
        return render(request, "segments/builder/_failed.html", {"error": error})
    return render(request, "segments/builder/_reach.html", {"reached": said, "purpose": _purpose()})


@require_POST
@signed_in("segments.edit")
def show_sql(request: HttpRequest) -> HttpResponse:
    """The statement behind the rules, for experts."""
    check(actor_of(request), "people.view")
    rules = posted(request)
    try:
        said = statement(rules.definition, _edited(request)) if rules.definition is not None else None
    except PentadError as error:
        return render(request, "segments/builder/_failed.html", {"error": error})
    return render(request, "segments/builder/_sql.html", {"said": said})


@require_POST
@signed_in("segments.edit")
def explain_person(request: HttpRequest, person: str) -> HttpResponse:
    """Why somebody is in by the rules as they stand, condition by condition."""
    check(actor_of(request), "people.view")
    rules, somebody = posted(request), find_person(person)
    reason = None
    if rules.definition is not None:
        looked_at(actor_of(request), f"person:{somebody.id}", "segment preview")
        found = engine.explain(rules.definition, somebody, others_of(rules.definition, _edited(request)))
        reason = shown(found, name_of, zone_of(request))
    context = {"person": somebody, "name": title(somebody), "reason": reason}
    return render(request, "segments/builder/_why.html", context)


@require_GET
@signed_in("segments.view")
def show_ideas(request: HttpRequest) -> HttpResponse:
    """Segments that the events and traits there are suggest, each with how many it would have."""
    check(actor_of(request), "people.view")
    may_edit = actor_of(request).may("segments.edit")
    try:
        found = ideas.ideas(str(zone_of(request)))
    except PentadError as error:
        return render(request, "segments/builder/_failed.html", {"error": error})
    return render(request, "segments/builder/_ideas.html",
                  {"ideas": found, "may_edit": may_edit, "as_of": ideas.counted_at(found)})  # fmt: skip


def _purpose() -> str:
    """What they are reached for: the purpose of consent that was declared first, as people call it."""
    name = consent.main_purpose()
    return next((one.label or one.name for one in consent.purposes() if one.name == name), name)


def _asker(request: HttpRequest, what: str) -> str:
    """One page of one session: what it asks now makes needless what it asked before."""
    return f"{what} {request.session.session_key} {request.POST.get('segment', '')[:80]}"


@require_GET
@signed_in("segments.edit")
def show_schema(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of definitions, for who writes them by hand."""
    return HttpResponse(schema(), content_type="application/json")


def _edited(request: HttpRequest) -> Segment | None:
    """The segment that the page edits, if any. Raises Denied for one the reader may not read."""
    if not (id := request.POST.get("segment")):
        return None
    segment = queries.find_segment(id)
    queries.require_readable(segment)
    return segment
