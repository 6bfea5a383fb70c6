"""The editor: one step after the other, each saved as it is left."""

from typing import Any

import msgspec
from django.contrib import messages as told
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from pentad.content.messages.queries import published
from pentad.core.errors import NotFound, PentadError
from pentad.engage.campaigns import actions, audience, choices, drafting, page, queries, starting, wording
from pentad.engage.campaigns.models import Campaign
from pentad.engage.campaigns.plan import Plan
from pentad.intelligence.segments.zone_names import zone_names
from pentad.roles.access import signed_in
from pentad.roles.page import actor_of, in_readers_zone

ORDER = (*drafting.STEPS, "check")


@require_http_methods(["GET", "POST"])
@signed_in("campaigns.edit")
@in_readers_zone
def step(request: HttpRequest, id: str, step: str) -> HttpResponse:
    """One step of the editor; what it sends is saved, and the next one follows."""
    if step not in ORDER:
        raise NotFound(f"There is no step “{step[:40]}”.", code="step_not_found", fix="Choose one that is shown.")
    row = queries.find_campaign(id)
    if row.state != Campaign.DRAFT or row.archived is not None:
        return HttpResponseRedirect(f"/campaigns/{row.id}/")
    if request.method == "GET" or step == "check":
        return _shown(request, row, step, row.tree)
    plan = row.tree
    try:
        plan = drafting.changed(plan, step, request.POST)  # type: ignore[arg-type]
        if step == "message" and not plan.test.weights:
            plan = msgspec.structs.replace(plan, test=msgspec.structs.replace(plan.test, weights=_evenly(plan)))
        actions.change_campaign(
            actor=actor_of(request), campaign=row, plan=plan, seen=_seen(request), name=request.POST.get("name") or None
        )
    except PentadError as error:
        return _shown(request, row, step, plan, f"{error.message} {error.fix}".strip(), min(error.status, 422))
    if request.POST.get("then") == "close":
        told.success(request, "Saved.")
        return HttpResponseRedirect(f"/campaigns/{row.id}/")
    return HttpResponseRedirect(f"/campaigns/{row.id}/edit/{ORDER[ORDER.index(step) + 1]}/")


def _seen(request: HttpRequest) -> int | None:
    said = request.POST.get("seen", "")
    return int(said) if said.isdecimal() and len(said) < 9 else None


def _shown(
    request: HttpRequest, row: Campaign, step: str, plan: Plan, fault: str = "", status: int = 200
) -> HttpResponse:
    faults = starting.faults(row)
    place = ORDER.index(step)
    context: dict[str, Any] = page.context(request, row, "edit") | {
        "plan": plan,
        "step": step,
        "steps": [(name, drafting.LABELS[name], drafting.ICONS[name], name in faults) for name in ORDER],
        "step_before": ORDER[place - 1] if place else "",
        "fault": fault,
        "faults": [(name, drafting.LABELS[name], said) for name, said in faults.items()],
        "missing": faults.get(step, ""),
        "template": f"campaigns/edit/_{step}.html",
        **_PARTS[step](request, row, plan),
    }
    return render(request, "campaigns/edit.html", context, status=status)


def _audience(request: HttpRequest, row: Campaign, plan: Plan) -> dict[str, Any]:
    return {"segments": choices.segments(plan), **_count(plan)}


def _count(plan: Plan) -> dict[str, Any]:
    """How many are meant now; None before anybody is, and where the reader may not know."""
    if not (plan.audience.include or plan.audience.everybody):
        return {"number": None}
    if not audience.may_count(plan.audience):
        return {"number": None, "hidden": True}
    return {"number": audience.count(plan.audience)}


def _message(request: HttpRequest, row: Campaign, plan: Plan) -> dict[str, Any]:
    return {
        "messages_there": choices.messages(), "chosen": f"{plan.content.message}:{plan.content.channel}",
        "priorities": choices.PRIORITIES,
    }  # fmt: skip


def _when(request: HttpRequest, row: Campaign, plan: Plan) -> dict[str, Any]:
    number, unit = drafting.delay_parts(plan)
    return {
        "delay": number, "delay_unit": unit, "delay_units": drafting.UNITS, "zones": zone_names(), "weekdays": choices.WEEKDAYS,
        "segments": choices.segments(plan), "events": choices.events(request),
        "again": {None: "never", 0: "each"}.get(plan.when.trigger.again_days, "days"),
        "occasions": choices.occasions(plan.when),
    }  # fmt: skip


def _test(request: HttpRequest, row: Campaign, plan: Plan) -> dict[str, Any]:
    names = _variants(plan)
    given = plan.test.weights or _evenly(plan)
    return {"variants": [(name, given.get(name, 0)) for name in names], **_count(plan)}


def _evenly(plan: Plan) -> dict[str, int]:
    """Who wrote several variants wants to compare them, and may never look at the step that says so."""
    return dict.fromkeys(_variants(plan), 1)


def _variants(plan: Plan) -> tuple[str, ...]:
    try:
        return published(plan.content.message).variants
    except PentadError:
        return ()


def _goal(request: HttpRequest, row: Campaign, plan: Plan) -> dict[str, Any]:
    name = plan.goal.event.names[0] if plan.goal.event.names else ""
    return {"event": name, "events": choices.events(request), "properties": choices.properties(request, name)}


def _check(request: HttpRequest, row: Campaign, plan: Plan) -> dict[str, Any]:
    ready = not starting.faults(row)
    return {
        "ready": ready,
        "needs_approval": ready and starting.needs_approval(row, plan),
        **_count(plan),
        "lines": choices.lines(row, plan),
        "goal_words": wording.goal(plan),
    }


_PARTS = {"audience": _audience, "message": _message, "when": _when, "test": _test, "goal": _goal, "check": _check}


@require_GET
@signed_in("campaigns.edit")
def count(request: HttpRequest, id: str) -> HttpResponse:
    """How many the ticked segments come to, while one chooses."""
    row = queries.find_campaign(id)
    try:
        plan = drafting.changed(row.tree, "audience", request.GET)  # type: ignore[arg-type]
        context = _count(plan) | {"fault": ""}
    except PentadError as error:
        context = {"number": None, "fault": error.message}
    return render(request, "campaigns/edit/_count.html", context)
