"""The calendar of campaigns: what is planned when, and how much of it falls on the same customers."""

import calendar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pentad.core import clock
from pentad.core.actor import Actor
from pentad.engage.campaigns import choices, listing, moving, queries, rules
from pentad.engage.campaigns.models import Campaign, Run
from pentad.engage.campaigns.plan import YEARS, Audience
from pentad.engage.campaigns.plan import day as day_of
from pentad.engage.campaigns.queries import Load
from pentad.roles.access import signed_in
from pentad.roles.page import actor_of, in_readers_zone, zone_of

_AROUND = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Entry:
    """A campaign on a day: begun, or planned with its audience. at: when it begins."""

    id: str
    name: str
    at: datetime
    icon: str
    tone: str
    state: str
    audience: Audience | None = None

    @property
    def key(self) -> str:
        """Of one of several times of the same campaign."""
        return f"{self.id}-{self.at:%Y%m%d%H%M}"


@dataclass(slots=True)
class Day:
    """over: it is past, so that nothing can be moved there."""

    day: date
    now: bool
    outside: bool
    over: bool
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Week:
    """heat: 0 to 3, how much falls on the same customers: none, some, more than a tenth, more than a third of those told."""

    days: list[Day]
    load: Load | None

    @property
    def heat(self) -> int:
        if self.load is None or not self.load.many:
            return 0
        share = self.load.many / self.load.customers
        return 3 if share > 1 / 3 else 2 if share > 1 / 10 else 1


@require_GET
@signed_in("campaigns.view")
@in_readers_zone
def show(request: HttpRequest) -> HttpResponse:
    """A month of them."""
    zone = zone_of(request)
    today = clock.now().astimezone(zone).date()
    anchor = _anchor(request.GET.get("month", ""), today)
    days = list(calendar.Calendar().itermonthdates(anchor.year, anchor.month))
    of_day = planned(days[0], days[-1], zone)
    weeks = []
    for place in range(0, len(days), 7):
        some = days[place : place + 7]
        begin, end = midnight(some[0], zone), midnight(some[-1] + timedelta(days=1), zone)
        shown = [Day(one, one == today, one.month != anchor.month, one < today, of_day.get(one, [])) for one in some]
        coming = [one.audience for day in shown for one in day.entries if one.audience is not None]
        weeks.append(Week(shown, queries.load(begin, end, coming)))
    before, after = anchor - timedelta(days=1), anchor + timedelta(days=32)
    template = "campaigns/_calendar.html" if request.GET.get("part") else "campaigns/calendar.html"
    return render(request, template, {
        "weeks": weeks, "heading": f"{anchor:%B %Y}", "names": [f"{day:%a}" for day in days[:7]],
        "month": f"{anchor:%Y-%m}", "month_before": f"{before:%Y-%m}", "month_after": f"{after:%Y-%m}",
        "any": bool(of_day), "current": (anchor.year, anchor.month) == (today.year, today.month),
        "moves": _moves(actor_of(request), of_day), "may_edit": actor_of(request).may("campaigns.edit"),
    })  # fmt: skip


def _moves(actor: Actor, of_day: dict[date, list[Entry]]) -> set[str]:
    """Ids of those that the reader may move."""
    ids = {one.id for some in of_day.values() for one in some}
    rows = list(Campaign.objects.filter(id__in=ids, start="at"))
    numbers = moving.movable(actor, rows)
    return {row.id for row in rows if row.pk in numbers}


def _anchor(text: str, today: date) -> date:
    try:
        said = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    return said if YEARS[0] <= said.year <= YEARS[1] else today.replace(day=1)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def planned(first: date, last: date, zone: ZoneInfo) -> dict[date, list[Entry]]:
    """Day, by the reader's clock → what begins or began on it, in order."""
    begin, end = midnight(first, zone), midnight(last + timedelta(days=1), zone)
    found, begun = dict[date, list[Entry]](), _begun(begin, end)
    known = {(campaign.pk, at) for campaign, at, _ in begun}
    coming = [one for one in _to_come(begin, end) if (one[0].pk, one[1]) not in known]
    for campaign, at, state in sorted([*begun, *coming], key=lambda one: one[1]):
        label, tone = listing.TONES[state]
        meant = (
            None if (campaign.pk, at) in known else campaign.tree.audience
        )  # of those begun it is known who was chosen
        entry = Entry(campaign.id, campaign.name, at, _icon(campaign), tone, label, meant)
        found.setdefault(at.astimezone(zone).date(), []).append(entry)
    return found


def _icon(campaign: Campaign) -> str:
    return choices.ICONS.get(campaign.tree.content.channel, "send")


def _begun(begin: datetime, end: datetime) -> list[tuple[Campaign, datetime, str]]:
    """Runs, at the time they were planned for: one may begin to choose the day before."""
    rows = Run.objects.filter(at__gte=begin - _AROUND, at__lt=end + _AROUND, campaign__archived=None)
    found = [
        (row.campaign, rules.planned(row.campaign.tree.when, row.day, row.at) or row.at, row.campaign.state)
        for row in rows.select_related("campaign").order_by("at")[:500]
    ]
    return [one for one in found if begin <= one[1] < end]


def _to_come(begin: datetime, end: datetime) -> list[tuple[Campaign, datetime, str]]:
    """Of those that are scheduled, or drafts with a day, every time that falls in between."""
    states = (Campaign.SCHEDULED, Campaign.RUNNING, Campaign.PAUSED, Campaign.DRAFT)
    rows = Campaign.objects.filter(Q(start="at") | Q(start="every"), state__in=states, archived=None)
    now, found = clock.now(), list[tuple[Campaign, datetime, str]]()
    for row in rows.order_by("no")[:500]:
        for at in _times(row, begin, end):
            if at > now and (row.state == Campaign.DRAFT or row.next_at is not None):
                found.append((row, at, Campaign.DRAFT if row.state == Campaign.DRAFT else Campaign.SCHEDULED))
    return found


def _times(row: Campaign, begin: datetime, end: datetime) -> list[datetime]:
    when = row.tree.when
    if not when.date or (when.start == "every" and when.unit == "week" and not when.days):
        return []
    if when.start == "at":
        at = rules.moment(day_of(when.date), when)
        return [at] if begin <= at < end else []
    found = []
    for day in rules.days(when, rules.local_day(begin, when.zone) - timedelta(days=2)):
        at = rules.moment(day, when)
        if at >= end:
            break
        if at >= begin:
            found.append(at)
    return found
