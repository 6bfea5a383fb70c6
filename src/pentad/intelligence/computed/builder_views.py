"""The page on which a computed trait is written: a new one, or one there is."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone
from django.views.decorators.http import require_http_methods, require_POST

from pentad.core.action import check
from pentad.core.errors import PentadError
from pentad.data.profiles.lists import title
from pentad.intelligence.computed import actions, drafting, previewing, queries, showing
from pentad.intelligence.computed.drafting import Draft, Reading
from pentad.intelligence.computed.models import ComputedTrait
from pentad.intelligence.segments import reasons
from pentad.intelligence.segments.builder import verbs
from pentad.intelligence.segments.builder.building import Mistake
from pentad.intelligence.segments.patience import latest
from pentad.roles.access import signed_in
from pentad.roles.audit import looked_at
from pentad.roles.page import actor_of, in_readers_zone, modal_done, zone_of

FIELDS = {"bad_computed_name": "name", "computed_taken": "name", "bad_computed_description": "description"}
"""Which field a refusal is about."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the page says beside the rules. seen: the version it began with."""

    name: str = ""
    description: str = ""
    seen: int | None = None


@require_http_methods(["GET", "POST"])
@signed_in("segments.edit")
def new_trait(request: HttpRequest) -> HttpResponse:
    """From nothing."""
    check(actor_of(request), "people.view")
    if request.method == "POST":
        return _save(request, None)
    return _page(request, None, Given(), Draft(time_zone=str(zone_of(request))))


@require_http_methods(["GET", "POST"])
@signed_in("segments.edit")
def edit_trait(request: HttpRequest, id: str) -> HttpResponse:
    """One there is; its name stays."""
    check(actor_of(request), "people.view")
    row = queries.find_trait(id)
    queries.require_readable(row)
    if request.method == "POST":
        return _save(request, row)
    if not row.live:
        messages.info(request, f"“{row.name}” is in the archive. Restore it to change it.")
        return redirect(f"/segments/traits/{row.id}/")
    return _page(request, row, Given(row.name, row.description, row.version), drafting.draft(row.computed))


@require_POST
@signed_in("segments.edit")
def change_rules(request: HttpRequest) -> HttpResponse:
    """With `do`, and `at` for a place, the rules are changed; without, they are shown as they were sent."""
    check(actor_of(request), "people.view")
    draft, do = drafting.posted(request.POST), request.POST.get("do", "")
    changed, focus, reading = draft, "", None
    if do in ("rules", "text", "json"):
        changed = drafting.turned(draft, do)  # type: ignore[arg-type]  # it is one of them
        reading = _kept_back(draft) if changed is draft and draft.mode != do else None
    elif do == "drop":
        changed = drafting.dropped(draft)
    elif do in ("add", "remove", "clock"):
        node, focus = verbs.done(draft.node, do, request.POST.get("at", ""))
        changed = Draft(node, draft.time_zone)
    response = render(request, "computed/_rules.html", {"rules": showing.rules(changed, reading, focus)})
    response["HX-Trigger"] = "rules-changed"
    return response


def _kept_back(draft: Draft) -> Reading:
    """Why it cannot be turned into another form yet."""
    found = drafting.judged(draft)
    if draft.mode != "rules":
        return found
    said = Mistake("Complete the rules first: as long as something is missing they cannot be written out.")
    return Reading(None, found.mistakes | {"": said})


@require_POST
@signed_in("segments.edit")
@in_readers_zone
def show_preview(request: HttpRequest) -> HttpResponse:
    """Some customers with the values they would have; while the rules are incomplete, what is missing."""
    check(actor_of(request), "people.view")
    computed, mistakes = drafting.judged(drafting.posted(request.POST))
    if computed is None:
        some = list({one.text: one for one in mistakes.values()}.values())
        wrong = any(not one.missing for one in some)
        return render(request, "segments/builder/_incomplete.html", {"mistakes": some, "wrong": wrong})
    try:
        with latest(f"computed {request.session.session_key}"):
            found = previewing.preview(computed)
    except PentadError as error:
        return render(request, "segments/builder/_failed.html", {"error": error})
    zone = get_current_timezone()
    sample = [{"id": one.id, "name": title(one), "value": reasons.said(value, zone)} for one, value in found.sample]
    if sample:
        actor, first, last = actor_of(request), sample[0]["id"], sample[-1]["id"]
        looked_at(actor, "list:people", "computed preview", again=True, rows=len(sample), first=first, last=last)
    said = f"{found.count:,} {'customer' if found.count == 1 else 'customers'}"
    context = {"found": found, "sample": sample, "count_text": said}
    return render(request, "computed/_preview.html", context)


def _page(request: HttpRequest, row: ComputedTrait | None, given: Given, draft: Draft) -> HttpResponse:
    context = {
        "trait": row,
        "given": given,
        "rules": showing.rules(draft),
        "action": "/segments/traits/new/" if row is None else f"/segments/traits/{row.id}/edit/",
        "home": "/segments/traits/" if row is None else f"/segments/traits/{row.id}/",
    }
    return render(request, "computed/edit.html", context)


def _save(request: HttpRequest, row: ComputedTrait | None) -> HttpResponse:
    computed, mistakes = drafting.judged(drafting.posted(request.POST))
    if computed is None:
        some = list({one.text: one for one in mistakes.values()}.values())
        return _said(request, "It is not complete yet.", mistakes=some)
    actor, description = actor_of(request), request.POST.get("description", "")
    seen = request.POST.get("seen", "")
    try:
        if row is None:
            name = request.POST.get("name", "")
            row = actions.create_trait(actor=actor, name=name, computed=computed, description=description)
        else:
            row = actions.change_trait(
                actor=actor, trait=row, computed=computed, description=description,
                seen=int(seen) if seen.isdecimal() and len(seen) < 10 else None,
            )  # fmt: skip
    except PentadError as error:
        if error.status >= 500:
            raise
        return _said(request, f"{error.message} {error.fix}".strip(), field=FIELDS.get(error.code, ""))
    messages.success(request, f"“{row.name}” is saved; it is being worked out for everybody.")
    return modal_done(f"/segments/traits/{row.id}/")


def _said(request: HttpRequest, fault: str, **more: object) -> HttpResponse:
    response = render(request, "segments/builder/_fault.html", {"fault": fault, **more}, status=422)
    response["HX-Trigger"] = "close-modal"
    return response
