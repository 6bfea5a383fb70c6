"""Screens of campaigns: the list, and the page of one: how healthy it is, how far, and what it changes."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pentad.core import clock
from pentad.core.errors import PentadError
from pentad.engage.campaigns import health, measuring, page, queries, starting, wording
from pentad.engage.campaigns.listing import CAMPAIGNS
from pentad.engage.campaigns.models import Campaign
from pentad.engage.campaigns.plan import segments_of
from pentad.intelligence.segments.models import Segment
from pentad.roles.access import signed_in
from pentad.roles.page import actor_of, in_readers_zone
from pentad.roles.views.queries import opening_view
from pentad.roles.views.screen import show_list
from pentad.roles.views.state import ASKED

SETTLING = timedelta(minutes=2)


@require_GET
@signed_in("campaigns.view")
@in_readers_zone
def campaign_list(request: HttpRequest) -> HttpResponse:
    """The list; opened without a wish, all that are not in the archive."""
    if any(key in request.GET for key in (*ASKED, "part")):
        return show_list(request, CAMPAIGNS)
    if opening_view(actor_of(request), CAMPAIGNS.name) is None and Campaign.objects.exists():
        return HttpResponseRedirect("/campaigns/?view=own-0")
    return show_list(request, CAMPAIGNS)


@require_GET
@signed_in("campaigns.view")
@in_readers_zone
def campaign_page(request: HttpRequest, id: str) -> HttpResponse:
    """What it is to do, how it is doing, and what keeps it from starting."""
    row = queries.find_campaign(id)
    context = page.context(request, row, "overview") | _plan(row) | status_of(row)
    if context["draft"]:
        context["faults"] = starting.faults(row)
        context["needs_approval"] = not context["faults"] and starting.needs_approval(row, row.tree)
    return render(request, "campaigns/campaign.html", context)


def _plan(row: Campaign) -> dict[str, Any]:
    plan = row.tree
    named = {one.id: one for one in Segment.objects.filter(id__in=segments_of(plan))}
    return {
        "plan": plan,
        "include": [named[id] for id in plan.audience.include if id in named],
        "exclude": [named[id] for id in plan.audience.exclude if id in named],
        "trigger": named.get(plan.when.trigger.segment) if plan.when.start == "trigger" else None,
        "message": message_of(row),
        "when_words": wording.start(plan.when),
        "follows_words": wording.FOLLOWS[plan.when.follows],
        "weekdays_words": wording.weekdays(plan.when),
        "again_words": wording.again(plan.when),
        "test_words": wording.test(plan),
        "goal_words": wording.goal(plan),
    }


def message_of(row: Campaign) -> Any:
    """The message as it is published now; None when there is none, or none any more."""
    from pentad.content.messages.queries import published

    try:
        return published(row.tree.content.message)
    except PentadError:
        return None


def status_of(row: Campaign) -> dict[str, Any]:
    """How far it is, how healthy, and whether anything went twice."""
    if row.started is None:
        return {}
    progress = queries.progress(row)
    runs = list(row.runs.order_by("-no")[:10])
    return {
        "progress": progress,
        "funnel": health.funnel(row, progress),
        "signs": health.signs(row, progress),
        "duplicates": health.duplicates(),
        "runs": [(run, queries.progress(row, run)) for run in runs] if len(runs) > 1 else [],
        "current": runs[0] if runs else None,
        "test_open": _test_open(row),
    }


def _test_open(row: Campaign) -> list[str]:
    """Variants among which a colleague may choose now."""
    plan = row.tree
    several = [name for name, share in plan.test.weights.items() if share]
    return several if plan.test.sample < 100 and not row.winner and row.state in Campaign.BEGUN else []


@require_GET
@signed_in("campaigns.view")
@in_readers_zone
def status(request: HttpRequest, id: str) -> HttpResponse:
    """How far it is: asked for again and again while the page is open."""
    row = queries.find_campaign(id)
    if row.started is None:  # taken back to a draft meanwhile
        return HttpResponse(headers={"HX-Refresh": "true"})
    response = render(request, "campaigns/_status.html", page.context(request, row, "overview") | status_of(row))
    if request.GET.get("was", row.state) != row.state:
        response["HX-Refresh"] = "true"  # what one may do with it is another
    return response


@require_GET
@signed_in("campaigns.view")
@in_readers_zone
def results(request: HttpRequest, id: str) -> HttpResponse:
    """What it changes: lift against those held out, and between variants."""
    row = queries.find_campaign(id)
    context = page.context(request, row, "results") | {"plan": row.tree}
    if row.runs.exists():
        try:
            context["results"] = measuring.results(row)
        except PentadError as error:  # the reader does not see what it measures, or it takes too long just now
            context["problem"] = error
    context["soon"] = _soon(row, context)
    part = "_results" if request.GET.get("part") else "results"
    return render(request, f"campaigns/{part}.html", context)


def _soon(row: Campaign, context: dict[str, Any]) -> bool:
    """Whether figures will be there in a moment: they come from the ledger, some seconds after somebody was chosen."""
    if "problem" in context or not row.tree.goal.event.names:
        return False
    found = context.get("results")
    ended = row.ended is not None and clock.now() - row.ended < SETTLING
    return (found is None or found.state == "empty") and (context["under_way"] or ended)
