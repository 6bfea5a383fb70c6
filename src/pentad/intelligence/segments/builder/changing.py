"""What the rules on the page send after every change: they come back as they are then."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from pentad.core.action import check
from pentad.intelligence.segments.builder import form, showing, verbs
from pentad.intelligence.segments.builder.building import Mistake
from pentad.intelligence.segments.builder.form import Draft, Reading
from pentad.intelligence.segments.zone_names import zone_names
from pentad.roles.access import signed_in
from pentad.roles.page import actor_of

MOST_ZONES = 30


@require_POST
@signed_in("segments.edit")
def change_rules(request: HttpRequest) -> HttpResponse:
    """With `do`, and `at` for a place, the rules are changed; without, they are shown as they were sent."""
    check(actor_of(request), "people.view")
    draft, do = showing.resolved(form.posted(request.POST)), request.POST.get("do", "")
    changed, focus, reading = draft, "", None
    if do in ("rules", "text", "json"):
        changed = form.turned(draft, do)  # type: ignore[arg-type]  # it is one of them
        reading = _kept_back(draft) if changed is draft and draft.mode != do else None
    elif do == "drop":
        changed = form.dropped(draft)
    elif do:
        tree, focus = verbs.done(draft.tree, do, request.POST.get("at", ""), request.POST.get("what", ""))
        changed = Draft(tree, draft.time_zone)
    response = render(
        request, "segments/builder/_rules.html", {"rules": showing.rules(request, changed, reading, focus)}
    )
    response["HX-Trigger"] = "rules-changed"
    return response


def _kept_back(draft: Draft) -> Reading:
    """Why it cannot be turned into another form yet."""
    found = showing.judged(draft)
    if draft.mode != "rules":
        return found
    said = Mistake("Complete the rules first: as long as something is missing or wrong they cannot be written out.")
    return Reading(None, found.mistakes | {"": said})


@require_GET
@signed_in("segments.edit")
def suggest_zones(request: HttpRequest) -> HttpResponse:
    """Time zones by what is typed of their name."""
    typed = request.GET.get("q", "").strip().replace(" ", "_").lower()
    found = [name for name in zone_names() if typed in name.lower()]
    return JsonResponse({"results": [{"value": name, "label": name} for name in found[:MOST_ZONES]]})
