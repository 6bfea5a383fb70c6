"""Beginning a campaign: its name, and what it is for."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from pentad.core.errors import NotFound, PentadError
from pentad.engage.campaigns import actions, goals
from pentad.engage.campaigns.plan import Audience, Plan, When
from pentad.intelligence.segments.ideas import counted_at
from pentad.roles.access import signed_in
from pentad.roles.page import actor_of, in_readers_zone, zone_of


@require_http_methods(["GET", "POST"])
@signed_in("campaigns.edit")
@in_readers_zone
def new(request: HttpRequest) -> HttpResponse:
    """Its name, and the goal or the segment one came from."""
    if request.method == "POST":
        return _begin(request)
    goal = goals.find_goal(request.GET.get("goal", ""))
    given = {"name": goal.name, "description": goal.text} if goal else {}
    return _page(request, given | request.GET.dict())


def _page(request: HttpRequest, given: dict[str, str], fault: str = "") -> HttpResponse:
    goal = goals.find_goal(given.get("goal", ""))
    others = () if goal or given.get("segment") else goals.GOALS
    context = {"given": given, "goal": goal, "goals": others, "fault": fault}
    return render(request, "campaigns/new.html", context, status=422 if fault else 200)


def _begin(request: HttpRequest) -> HttpResponse:
    given, actor, zone = request.POST.dict(), actor_of(request), str(zone_of(request))
    name, description = given.get("name", ""), given.get("description", "")
    goal, idea, segment = goals.find_goal(given.get("goal", "")), given.get("idea", ""), given.get("segment", "")[:36]
    try:
        if goal and idea:
            row = goals.begin(actor=actor, name=name, description=description, goal=goal, idea=idea, time_zone=zone)
            messages.success(request, "The customers you mean are a segment now; everybody is being asked.")
        else:
            plan = Plan(audience=Audience((segment,) if segment else ()), when=When(zone=zone))
            row = actions.create_campaign(actor=actor, name=name, description=description, plan=plan)
    except PentadError as error:
        return _page(request, given, f"{error.message} {error.fix}".strip())
    step = "message" if row.start == "trigger" else "audience"  # whoever enters sets it off: the audience is said
    return HttpResponseRedirect(f"/campaigns/{row.id}/edit/{step}/")


@require_GET
@signed_in("campaigns.edit")
@in_readers_zone
def whom(request: HttpRequest) -> HttpResponse:
    """Whom the goal would mean. Asked of the ledger, so apart."""
    goal, may_begin = goals.find_goal(request.GET.get("goal", "")), goals.may_begin(actor_of(request))
    if goal is None:
        raise NotFound("There is no such goal.", code="goal_not_found", fix="Choose one that is shown.")
    context: dict[str, Any] = {"goal": goal, "may_begin": may_begin}
    try:
        found = goals.whom(goal, str(zone_of(request))) if may_begin else []
        context |= {"found": found, "as_of": counted_at(found)}
    except PentadError as error:
        context["problem"] = error
    return render(request, "campaigns/_whom.html", context)
