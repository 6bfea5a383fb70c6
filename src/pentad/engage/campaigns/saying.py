"""Which version of its message a campaign sends: the one that was approved, where one was; else the one in force."""

from pentad.content.messages.models import MessageVersion
from pentad.content.messages.queries import described, find_message, published
from pentad.content.messages.values import Published
from pentad.engage.campaigns import queries
from pentad.engage.campaigns.models import Approval, Campaign


def message_of(campaign: Campaign) -> Published:
    """Raises NotFound, and Conflict for a message that is not published."""
    wanted, approved = campaign.tree.content.message, queries.approval_of(campaign)
    if approved is not None and approved.state == Approval.APPROVED:
        version = MessageVersion.objects.filter(pk=approved.content, message__id=wanted).first()
        if version is not None:
            return described(find_message(wanted), version)
    return published(wanted)
