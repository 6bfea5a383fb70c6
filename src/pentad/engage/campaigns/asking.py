"""Telling colleagues of approvals: those who may give one that it is asked for, whoever asked what was said."""

from pentad.core.actor import Actor
from pentad.engage.campaigns.models import Approval, Campaign
from pentad.roles.access.models import ApiKey, User
from pentad.roles.access.queries import actor_of
from pentad.roles.notices.actions import notify
from pentad.roles.notices.kinds import DAILY, define

ASKED = define("approval_asked", "Campaigns that wait for my approval", "shield-check", DAILY)
ANSWERED = define("approval_answered", "Answers where I asked for approval", "shield-check", DAILY)
MOST_WORDS = 200


def tell_approvers(actor: Actor, campaign: Campaign, asked: Approval, *rights: str) -> None:
    """In the transaction under way: whoever may approve it, without those who asked or wrote it. rights: it needs more."""
    notify(
        user_ids=_approvers(campaign, asked, *rights), kind=ASKED,
        parts=[f"{actor.name} asks for approval of “{campaign.name}”{_said(asked.words)}"],
        why="You may approve campaigns of colleagues.", subject_url=f"/campaigns/{campaign.id}/", by=actor,
    )  # fmt: skip


def _approvers(campaign: Campaign, asked: Approval, *rights: str) -> list[int]:
    own = {_number(asked.asked_ref), _number(campaign.changed_ref)}
    others = User.objects.filter(is_active=True).exclude(pk__in=[one for one in own if one is not None])
    return [user.pk for user in others if _may(user, *rights)]


def tell_of_growth(campaign: Campaign, asked: Approval) -> None:
    """In the transaction under way: that a campaign waits which has grown since it was started; whoever started it, too."""
    parts, url = [f"“{campaign.name}” waits for approval{_said(asked.words)}"], f"/campaigns/{campaign.id}/"
    approvers, starter = _approvers(campaign, asked), _number(asked.asked_ref)
    notify(user_ids=approvers, kind=ASKED, parts=parts, why="You may approve campaigns of colleagues.", subject_url=url)
    if starter is not None:
        notify(user_ids=[starter], kind=ANSWERED, parts=parts, why="You started it.", subject_url=url)


def tell_asker(actor: Actor, campaign: Campaign, answered: Approval) -> None:
    """In the transaction under way: whoever asked; of a program, whose it is."""
    user = _number(answered.asked_ref)
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


def colleague(ref: str) -> str:
    """The colleague behind it: a program that acts for somebody, or is theirs, is nobody else; also one that is revoked."""
    kind, _, rest = ref.partition(":")
    if kind == "app" and ":" in rest:
        return f"user:{rest.rpartition(':')[2]}"
    owner = (
        ApiKey.objects.filter(id=rest).values_list("owner_id", flat=True).first() if kind in ("key", "agent") else None
    )
    return ref if owner is None else f"user:{owner}"


def is_own(actor: Actor, campaign: Campaign, asked: Approval) -> bool:
    """Whether it was written or asked for by whoever this is, so that it is for somebody else to approve."""
    return colleague(actor.ref) in {colleague(asked.asked_ref), colleague(campaign.changed_ref)}


def by_itself(actor: Actor) -> bool:
    """Whether a program acts, in nobody's name whom it was let in by."""
    return actor.kind in ("key", "agent") or (actor.kind == "app" and ":" not in actor.id)


def _number(ref: str) -> int | None:
    """The same as the number of an account; None for what is nobody's."""
    kind, _, rest = colleague(ref).partition(":")
    return int(rest) if kind == "user" and rest.isdecimal() else None


def _said(words: str) -> str:
    short = " ".join(words.split())
    short = short if len(short) <= MOST_WORDS else f"{short[:MOST_WORDS]}…"
    return f": {short}" if short else ""
