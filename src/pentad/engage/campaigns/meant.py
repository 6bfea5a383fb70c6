"""Whom a message is meant for: the audience of the newest campaign with it, for checks of what its customers lack."""

from pentad.content.messages.lacking import Meant, register_audience
from pentad.content.messages.models import Message
from pentad.core.actor import reader
from pentad.engage.campaigns.audience import everybody_of, is_readable
from pentad.engage.campaigns.models import Campaign

LOOKED_AT = 5
"""Campaigns, the newest first."""


@register_audience
def audience_of(message: Message, most: int) -> Meant | None:
    """Nothing while nobody is chosen, and for who may not know what the segments ask."""
    if not reader().may("campaigns.view"):
        return None
    rows = Campaign.objects.exclude(state__in=Campaign.OVER).filter(archived=None, plan__contains=message.id)
    for row in rows.order_by("-no")[:LOOKED_AT]:
        plan = row.tree
        chosen = plan.audience.everybody or plan.audience.include
        if plan.content.message == message.id and chosen and is_readable(plan.audience):
            within = [no for (no,) in everybody_of(plan.audience)[:most]]
            return Meant(f"customers looked at in the audience of “{row.name}”", within)
    return None
