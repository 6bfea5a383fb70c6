"""The marketer's home: what is live and how healthy it is, who can be reached, what comes, and what waits for whom."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pentad.core import clock
from pentad.data.consent import queries as consent
from pentad.data.consent.reaching import ChannelReach, reach
from pentad.engage.campaigns import calendar_views, goals, health, listing, page, queries
from pentad.engage.campaigns.models import Campaign
from pentad.engage.campaigns.queries import Progress
from pentad.intelligence.contact.policies import in_force
from pentad.intelligence.contact.reaching import HeldBack, held_back
from pentad.roles.access import signed_in
from pentad.roles.page import actor_of, in_readers_zone, zone_of

MOST = 12
AHEAD_DAYS = 14
WEEKS = 2
"""This week and the next: their load."""
ENDED_DAYS = 7


@dataclass(frozen=True, slots=True)
class Live:
    campaign: Campaign
    state: tuple[str, str]
    progress: Progress | None
    signs: list[health.Sign]


@require_GET
@signed_in("campaigns.view")
@in_readers_zone
def home(request: HttpRequest) -> HttpResponse:
    actor, now, zone = actor_of(request), clock.now(), zone_of(request)
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    end = calendar_views.midnight(monday + timedelta(days=WEEKS * 7), zone)
    ahead = calendar_views.planned(today, today + timedelta(days=AHEAD_DAYS), zone)
    meant = [one.audience for some in ahead.values() for one in some if one.audience is not None and one.at < end]
    context: dict[str, Any] = {
        "live": live(),
        "approvals": list(queries.approvals_waiting()[:20]),
        "may_approve": actor.may("campaigns.approve"),
        "may_edit": actor.may("campaigns.edit"),
        "ahead": [
            (day, coming) for day, some in sorted(ahead.items()) if (coming := [one for one in some if one.at > now])
        ],
        "duplicates": health.duplicates(),
        "load": queries.load(calendar_views.midnight(monday, zone), end, meant),
        "goals": goals.GOALS,
        "opens": dict(page.filters(actor)),
        "empty": not Campaign.objects.filter(archived=None).exists(),
    }
    return render(request, "campaigns/home.html", context)


def live() -> list[Live]:
    """What runs, and what ended in the last days; what stands still or looks ill comes first."""
    rows = list(queries.running()[:MOST])
    since = clock.now() - timedelta(days=ENDED_DAYS)
    ended = Campaign.objects.filter(state=Campaign.FINISHED, ended__gte=since, archived=None)
    rows += ended.order_by("-ended")[: MOST - len(rows)]
    listing.mark_asked(rows)
    found = [_live(row) for row in rows]
    return sorted(found, key=lambda one: (not one.campaign.failure, not any(sign.tone == "red" for sign in one.signs)))


def _live(row: Campaign) -> Live:
    progress = queries.progress(row) if row.started else None
    return Live(row, listing.state_of(row), progress, health.signs(row, progress) if progress else [])


@require_GET
@signed_in("campaigns.view")
def reachable(request: HttpRequest) -> HttpResponse:
    """How many can be reached by each channel, and why the others cannot. Asked of the ledger, so apart."""
    purpose = consent.main_purpose()
    found, held = reach(purpose=purpose), held_back(purpose)
    rows = [(one, _percent(one, held.get(one.name, HeldBack())), held.get(one.name)) for one in found]
    label = next((one.label for one in consent.purposes() if one.name == purpose), purpose)
    context = {"rows": rows, "purpose": label, "holdout": in_force().holdout}
    context["may_look"] = actor_of(request).may("contact.view")
    return render(request, "campaigns/_reach.html", context)


def _percent(one: ChannelReach, held: HeldBack) -> int:
    """The share of customers who can be reached now."""
    total = one.reachable + one.no_address + one.denied + one.silent
    now = max(0, one.reachable - held.suppressed - held.at_limit)
    return round(100 * now / total) if total else 0
