"""Telling colleagues of approvals: those who may give one that it is asked for, whoever asked what was said."""

from pentad.core.actor import Actor
from pentad.core.errors import PentadError
from pentad.engage.campaigns.models import Approval, Campaign
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_named, actor_of
from pentad.roles.notices.actions import notify
from pentad.roles.notices.kinds import DAILY, define
from pentad.roles.notices.queries import whose

ASKED = define("approval_asked", "Campaigns that wait for my approval", "shield-check", DAILY)
ANSWERED = define("approval_answered", "Answers where I asked for approval", "shield-check", DAILY)
MOST_WORDS = 200


def tell_approvers(actor: Actor, campaign: Campaign, asked: Approval, *rights: str) -> None:
    """In the transaction under way: whoever may approve it, without those who asked or wrote it. rights: it needs more."""
    own = {_colleague(asked.asked_ref), _colleague(campaign.changed_ref)}
    users = [
        user.pk
        for user in User.objects.filter(is_active=True).exclude(pk__in=[one for one in own if one is not None])
        if _may(user, *rights)
    ]
    notify(
        user_ids=users, kind=ASKED, parts=[f"{actor.name} asks for approval of “{campaign.name}”{_said(asked.words)}"],
        why="You may approve campaigns of colleagues.", subject_url=f"/campaigns/{campaign.id}/", by=actor,
    )  # fmt: skip


def tell_asker(actor: Actor, campaign: Campaign, answered: Approval) -> None:
    """In the transaction under way: whoever asked; of a program, whose it is."""
    user = _colleague(answered.asked_ref)
    if user is None:
        return
    verb = "approved" if answered.state == Approval.APPROVED else "turned down"
    notify(
        user_ids=[user], kind=ANSWERED, parts=[f"{actor.name} {verb} “{campaign.name}”{_said(answered.reply)}"],
        why="You asked for approval.", subject_url=f"/campaigns/{campaign.id}/", by=actor,
    )  # fmt: skip


def _may(user: User, *rights: str) -> bool:
    actor = actor_of(user)
    return actor.may("campaigns.approve") and actor.may("campaigns.view") and all(map(actor.may, rights))


def _colleague(ref: str) -> int | None:
    """The number of the colleague whom this names; None for one who is gone, and for what is nobody's."""
    try:
        return whose(actor_named(ref))
    except PentadError:
        return None


def _said(words: str) -> str:
    short = " ".join(words.split())
    short = short if len(short) <= MOST_WORDS else f"{short[:MOST_WORDS]}…"
    return f": {short}" if short else ""
