"""Approval while a campaign runs: segments grow after it was started, so it is counted again as it chooses.

Where more are meant than `campaigns.approval_from` allows and nobody has approved it, nobody more is chosen: it is paused,
colleagues are asked in the name of whoever started it, and once one of them approves it goes on by itself.
"""

from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.models import AuditLine
from pentad.engage.campaigns import asking, queries
from pentad.engage.campaigns.keys import ORIGIN
from pentad.engage.campaigns.models import Approval, Campaign
from pentad.engage.campaigns.saying import message_of
from pentad.engage.campaigns.settings import APPROVAL_FROM
from pentad.platforms.channels import queue


class Held(Exception):
    """The campaign waits for approval now: what is under way does not count."""


def limit(campaign: Campaign) -> int:
    """From how many customers on it needs an approval that it has not; 0: it needs none, however many they are."""
    most = APPROVAL_FROM.get()
    given = queries.approval_of(campaign) if most else None
    return 0 if given is not None and given.state == Approval.APPROVED else most


@action("campaigns.start", listed=False)
def hold_campaign(*, actor: Actor, campaign: Campaign, most: int) -> Approval:
    """Pause a campaign that has grown to so many customers, and ask for its approval."""
    rows = Campaign.objects.filter(pk=campaign.pk)
    rows.update(state=Campaign.PAUSED, failure="", failed=None)
    queue.pause(ORIGIN, campaign.id)
    asked = Approval.objects.create(
        campaign=campaign, version=campaign.version, content=message_of(campaign).version_id, asked_by=campaign.started_by,
        asked_ref=_starter(campaign), words=f"It has grown since it was started: it means {most:,} customers or more.",
    )  # fmt: skip
    asking.tell_of_growth(campaign, asked)
    note(f"campaign:{campaign.id}", version=campaign.version, approval_from=most)
    return asked


def _starter(campaign: Campaign) -> str:
    """Who started it, who may not approve it; "" when that is not kept any more."""
    lines = AuditLine.objects.filter(subject=f"campaign:{campaign.id}", action="start_campaign").order_by("-at", "-id")
    return lines.values_list("actor", flat=True).first() or ""
