"""What the pages of one campaign share: its head, its tabs, and what the reader may do with it."""

from typing import Any

from django.http import HttpRequest

from pentad.core.actor import Actor
from pentad.engage.campaigns import asking, ending, listing, queries
from pentad.engage.campaigns.models import Approval, Campaign
from pentad.roles.page import actor_of

FILTERS = (
    ("", "All"), ("waiting", "To come"), ("told", "Sent"), ("arrived", "Arrived"), ("opened", "Opened"),
    ("clicked", "Clicked"), ("bounced", "Bounced"), ("unsubscribed", "Unsubscribed"), ("complained", "Complained"),
    ("failed", "Failed"), ("doubtful", "In doubt"), ("held", "Held now"), ("passed_over", "Held back"), ("skipped", "Left out"),
    ("held_out", "Held out"),
)  # fmt: skip
"""Each lists whom the figure of that name counts (`queries.Progress`, and what they did with the message)."""
DONE = ("opened", "clicked", "unsubscribed", "complained")
"""What customers did with the message: for who may read messages, as on the page of one customer."""


def filters(actor: Actor) -> list[tuple[str, str]]:
    """Lists of customers that the reader may open; none for who sees no customers."""
    reads = actor.may("messages.view")
    return [one for one in FILTERS if reads or one[0] not in DONE] if actor.may("people.view") else []


def context(request: HttpRequest, row: Campaign, tab: str) -> dict[str, Any]:
    """Of any page of a campaign. tab: which of its pages this is."""
    actor, asked = actor_of(request), queries.approval_of(row)
    row.asked = asked is not None and asked.state == Approval.ASKED and row.state in queries.ASKABLE  # type: ignore[attr-defined]
    own = asked is not None and asking.is_own(actor, row, asked)
    return {
        "campaign": row,
        "tab": tab,
        "state": listing.state_of(row),
        "approval": asked,
        "grown": row.state == Campaign.PAUSED and asked is not None and asked.state != Approval.APPROVED,
        "may_edit": actor.may("campaigns.edit"),
        "may_start": actor.may("campaigns.start"),
        "may_approve": actor.may("campaigns.approve") and row.asked and not own,  # type: ignore[attr-defined]
        "may_see": actor.may("people.view"),
        "opens": dict(filters(actor)),
        "draft": row.state == Campaign.DRAFT and row.archived is None,
        "under_way": row.state in (Campaign.SCHEDULED, *Campaign.BEGUN),
        "over": row.state in Campaign.OVER,
        "ending": row.state in Campaign.BEGUN and row.ended is not None,
        "lasting": row.start in ending.LASTING,
    }
