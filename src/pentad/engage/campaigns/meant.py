"""Whom a message is meant for: the audience of the newest campaign with it, for checks of what its customers lack."""

from pentad.content.messages.lacking import Meant, register_audience
from pentad.content.messages.models import Message
from pentad.core.actor import reader
from pentad.engage.campaigns.audience import everybody_of
from pentad.engage.campaigns.models import Campaign
from pentad.engage.campaigns.plan import segments_of
from pentad.intelligence.segments.access import may_ask
from pentad.intelligence.segments.models import Segment
from pentad.intelligence.segments.queries import definition_of

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
        if plan.content.message == message.id and chosen and _may_know(segments_of(plan)):
            within = [no for (no,) in everybody_of(plan.audience)[:most]]
            return Meant(f"customers looked at in the audience of “{row.name}”", within)
    return None


def _may_know(ids: set[str]) -> bool:
    rows = Segment.objects.filter(id__in=ids, deleted=None)
    return len(rows) == len(ids) and all(may_ask(reader(), one.tree, definition_of) for one in rows)
