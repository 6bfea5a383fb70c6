"""What a timer of the owner process does for campaigns, every second: begin what is due, and end what is done.

Each part writes a row of its own first: a run is there before anybody is chosen for it, and is there once. What takes long
is done by jobs, one at a time for each run.
"""

from datetime import timedelta

import structlog
from django.db import IntegrityError, transaction

from pentad.core import clock, jobs
from pentad.core.turns import Turns
from pentad.engage.campaigns import deciding, queries, rules, triggers
from pentad.engage.campaigns.keys import AHEAD, ORIGIN, turn_of
from pentad.engage.campaigns.models import Campaign, Recipient, Run
from pentad.engage.campaigns.plan import day as day_of
from pentad.platforms.channels import queue

log = structlog.get_logger(__name__)

WORK = "campaigns.run"
EVERY_SECONDS = 1.0
AGAIN_AFTER = timedelta(minutes=2)
"""How long a campaign whose work failed waits until it is tried again."""


def timer() -> Turns:
    return Turns("campaigns", turn, EVERY_SECONDS)


def turn() -> None:
    """One look at everything. What one part cannot do keeps no other from being done; the next look tries again."""
    for part in (begin_due, work_due, deciding.look_due, end_done):
        try:
            part()
        except Exception:
            log.exception("campaigns_turn_failed", part=part.__name__)


# -- begin -----------------------------------------------------------------------------------------------


def begin_due() -> int:
    """Begin the runs whose time has come. Returns how many."""
    due = Campaign.objects.filter(state__in=(Campaign.SCHEDULED, Campaign.RUNNING), next_at__lte=clock.now())
    return sum(_begin(one) for one in due.order_by("next_at", "no"))


def _begin(campaign: Campaign) -> bool:
    with transaction.atomic():
        row = Campaign.objects.select_for_update().get(pk=campaign.pk)
        if row.next_at != campaign.next_at or row.next_day is None or row.next_at is None:
            return False
        when = row.tree.when
        try:
            with transaction.atomic():
                run = Run.objects.create(
                    campaign=row, key=row.next_day.isoformat() if when.start == "every" else when.start,
                    at=row.next_at, day=row.next_day, state=Run.SENDING if when.start == "trigger" else Run.CHOOSING,
                    cursor=triggers.begin(when.trigger) if when.start == "trigger" else 0,
                )  # fmt: skip
        except IntegrityError:  # it has begun already: go on to the next time
            run = None
        following = rules.following(when, row.next_day, clock.now())
        row.next_day, row.next_at = following if following else (None, None)
        row.state = Campaign.RUNNING
        row.save(update_fields=["state", "next_at", "next_day"])
        if run is not None:
            work(run)
    return True


def work(run: Run) -> None:
    """Have a run worked on, by one job at a time."""
    jobs.enqueue(WORK, {"run": run.id}, key=f"{WORK}:{run.id}", priority=5)


# -- go on -----------------------------------------------------------------------------------------------


def work_due() -> int:
    """Ask for the work of those runs that have something to do. Returns how many."""
    now, found = clock.now(), list[Run]()
    followed = []
    for run in queries.under_way():
        campaign = run.campaign
        if campaign.failed is not None and campaign.failed > now - AGAIN_AFTER:
            continue
        when = campaign.tree.when
        if run.state == Run.CHOOSING or _has_due(run, when.per_hour) or _has_newcomers(campaign, run):
            found.append(run)
        elif when.start == "trigger" and not ended(campaign):
            followed.append((run, when.trigger))
    found += triggers.waiting(followed)
    for run in found:
        work(run)
    return len(found)


def _has_due(run: Run, per_hour: int) -> bool:
    now = clock.now()
    if per_hour and not rules.room(run.slot, now, now + AHEAD, per_hour):
        return False
    states = turn_of(run.campaign)
    return Recipient.objects.filter(run=run, state__in=states, due_at__lte=now + AHEAD).exists()


def _has_newcomers(campaign: Campaign, run: Run) -> bool:
    plan = campaign.tree
    return (
        plan.audience.live
        and plan.when.start != "trigger"
        and campaign.ended is None
        and queries.any_entered(plan.audience.include, run.cursor)
    )


# -- end -------------------------------------------------------------------------------------------------


def ended(campaign: Campaign) -> bool:
    """Whether nobody new is to be chosen: somebody ended the campaign, or its last day is over."""
    when = campaign.tree.when
    return campaign.ended is not None or (
        bool(when.until) and rules.local_day(clock.now(), when.zone) > day_of(when.until)
    )


def end_done() -> int:
    """End runs of which everything has gone, and campaigns that will run no more. Returns how many ended."""
    done = 0
    for run in queries.under_way():
        if run.state == Run.SENDING and _takes_nobody(run.campaign) and not _anything_left(run):
            done += _end_run(run)
    over = Campaign.objects.filter(state=Campaign.RUNNING, next_at=None).exclude(runs__state__in=Run.UNDER_WAY)
    for campaign in over:
        with transaction.atomic():
            Campaign.objects.select_for_update().get(pk=campaign.pk)  # somebody may just let it go on
            over.filter(pk=campaign.pk).update(state=Campaign.FINISHED, ended=clock.now(), failure="", failed=None)
    return done


def _takes_nobody(campaign: Campaign) -> bool:
    return campaign.tree.when.start != "trigger" or ended(campaign)


def _end_run(run: Run) -> int:
    """Unless its campaign was let go on, or somebody was chosen for it, since it was looked at: steps of its work lock the
    same row, and find it ended afterwards.
    """
    with transaction.atomic():
        campaign = Campaign.objects.select_for_update().get(pk=run.campaign_id)
        if not _takes_nobody(campaign) or _anything_left(run):
            return 0
        return Run.objects.filter(pk=run.pk, state=Run.SENDING).update(state=Run.DONE, ended=clock.now())


def _anything_left(run: Run) -> bool:
    """Whether somebody still waits for their turn, here or in the channel's queue. Asked here first: a row leaves this
    table in the transaction in which it enters that one.
    """
    waiting = Recipient.objects.filter(run=run, state__in=(Recipient.CHOSEN, Recipient.WAITING))
    return waiting.exists() or queries.open_deliveries(run.campaign.id, run.id)


def cancel(campaign: Campaign) -> None:
    """Stop everything that has not left, in the transaction under way."""
    Run.objects.filter(campaign=campaign, state__in=Run.UNDER_WAY).update(state=Run.CANCELLED, ended=clock.now())
    queue.cancel(ORIGIN, campaign.id)
