"""Which variant won: said by a colleague, or by the figures."""

from datetime import datetime, timedelta

from pentad.core import clock, jobs
from pentad.engage.campaigns import queries
from pentad.engage.campaigns.models import Campaign

DECIDE = "campaigns.decide"
LOOK_EVERY = timedelta(minutes=15)
"""The test may be looked at at any time; each look asks the ledger about everybody in it."""
_looked: dict[int, datetime] = {}


def settle(campaign: Campaign, variant: str, by: str) -> None:
    """Write down what won, in the transaction under way: those who waited for it are due from now on."""
    campaign.winner, campaign.decided, campaign.decided_by = variant, clock.now(), by
    campaign.save(update_fields=["winner", "decided", "decided_by"])


def look_due() -> int:
    """Have those tests looked at that are decided by their figures. Returns how many."""
    now, asked = clock.now(), 0
    for campaign in Campaign.objects.filter(state=Campaign.RUNNING, winner=""):
        plan = campaign.tree
        if plan.test.sample == 100 or plan.test.decide != "auto" or queries.begun(campaign) is None:
            continue
        if now >= _looked.get(campaign.pk, now):
            _looked[campaign.pk] = now + (LOOK_EVERY if now < end_of(campaign) else timedelta(minutes=1))
            jobs.enqueue(DECIDE, {"campaign": campaign.id}, key=f"{DECIDE}:{campaign.id}")
            asked += 1
    return asked


def end_of(campaign: Campaign) -> datetime:
    """When the test is over, whatever the figures say."""
    begun = queries.begun(campaign) or clock.now()
    return begun + timedelta(hours=campaign.tree.test.after_hours)
