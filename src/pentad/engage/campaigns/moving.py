"""Moving a campaign to another day, as its editor would: one that goes once, and has not begun.

Not one that a colleague was asked to approve, or has approved: what they read has a day, and changing it is for the editor.
"""

from collections.abc import Sequence
from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import msgspec
from django.db.models import F

from pentad.core import clock
from pentad.core.action import action, check, note
from pentad.core.actor import Actor
from pentad.core.errors import Conflict, Invalid
from pentad.engage.campaigns import actions, rules, starting
from pentad.engage.campaigns.models import Approval, Campaign, Run
from pentad.engage.campaigns.plan import YEARS, When, missing
from pentad.engage.campaigns.plan import day as day_of

_DAY = timedelta(days=1)


def movable(actor: Actor, rows: Sequence[Campaign]) -> set[int]:
    """Numbers of those that the actor may move: drafts, and with the right to start also what is scheduled."""
    if not actor.may("campaigns.edit"):
        return set()
    numbers = [row.pk for row in rows]
    asked = Approval.objects.filter(
        campaign__in=numbers, state__in=(Approval.ASKED, Approval.APPROVED), version=F("campaign__version")
    )
    fixed = set(asked.values_list("campaign_id", flat=True))
    fixed |= set(Run.objects.filter(campaign__in=numbers).values_list("campaign_id", flat=True))
    states = {Campaign.DRAFT} | ({Campaign.SCHEDULED} if actor.may("campaigns.start") else set())
    return {
        row.pk
        for row in rows
        if row.start == "at" and row.state in states and row.archived is None and row.pk not in fixed
        and row.tree.when.date and not _begins(row)
    }  # fmt: skip


def _begins(row: Campaign) -> bool:
    """Whether its time has come: a turn may take it at any moment."""
    return row.state == Campaign.SCHEDULED and (row.next_at is None or row.next_at <= clock.now())


def require_movable(actor: Actor, campaign: Campaign) -> None:
    """Raises Denied or Conflict."""
    check(actor, "campaigns.edit")
    if campaign.state == Campaign.SCHEDULED:
        check(actor, "campaigns.start")
    if campaign.pk not in movable(actor, [campaign]):
        raise Conflict(
            f"“{campaign.name}” cannot be moved.", code="campaign_fixed",
            fix="Only what goes once, has not begun, and waits for no approval can be; change others on their pages.",
        )  # fmt: skip


@action("campaigns.edit")
def move_campaign(
    *, actor: Actor, campaign: Campaign, day: date, zone: ZoneInfo, seen: int | None = None
) -> Campaign:  # fmt: skip
    """Move a campaign that goes once to another day. One that is scheduled stays so, and must be ready as when it was started.

    day, zone: by the clock of whoever moves it. seen: the version that was read before; Conflict when it is another by now.
    """
    row = actions.locked(campaign)
    require_movable(actor, row)
    plan = row.tree
    wanted = msgspec.structs.replace(plan, when=moved(plan.when, day, zone))
    if wanted == plan:
        return row
    if rules.first(wanted.when, clock.now()) is None:
        raise Conflict("The time to send it is past on that day.", code="campaign_past", fix="Choose a later day.")
    if said := missing(wanted).get("when"):
        raise Conflict(f"“{row.name}” is kept to other days of the week.", code="campaign_not_ready", fix=said)
    scheduled = row.state == Campaign.SCHEDULED
    if scheduled:
        starting.unschedule_campaign(actor=actor, campaign=row)
    row = actions.change_campaign(actor=actor, campaign=row, plan=wanted, seen=seen)
    if scheduled:
        row = starting.start_campaign(actor=actor, campaign=row)
    note(f"campaign:{row.id}", version=row.version, day=wanted.when.date)
    return row


def shown_on(when: When, zone: ZoneInfo) -> date:
    """The day on which the calendar shows what goes once, by the reader's clock."""
    return _shown(day_of(when.date), when, zone)


def moved(when: When, day: date, zone: ZoneInfo) -> When:
    """The plan with the day, of its own time zone, for which it falls on `day` by the reader's clock. Raises Invalid."""
    if not YEARS[0] <= day.year <= YEARS[1]:
        raise Invalid(f"{day.year} is too far away.", code="bad_day", fix="Choose a day that is nearer.")
    own = day_of(when.date)
    near = own + (day - _shown(own, when, zone))
    found = next((one for one in (near, near - _DAY, near + _DAY) if _shown(one, when, zone) == day), near)
    return msgspec.structs.replace(when, date=found.isoformat())


def _shown(own: date, when: When, zone: ZoneInfo) -> date:
    return rules.moment(own, when).astimezone(UTC).astimezone(zone).date()
