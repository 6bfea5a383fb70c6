"""Verbs on campaigns that are being written: begin one, change it, copy it, put it away."""

from pentad.core import clock
from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Conflict, Invalid
from pentad.engage.campaigns import plan as plans
from pentad.engage.campaigns.models import Approval, Campaign, CampaignVersion
from pentad.engage.campaigns.plan import Plan
from pentad.roles.access.apps.rules import undeceiving

DETAILS = ("name", "description", "plan", "start", "version", "changed", "changed_by", "changed_ref")


@action("campaigns.edit")
def create_campaign(*, actor: Actor, name: str, description: str = "", plan: Plan | None = None) -> Campaign:
    """Write campaigns, change them before they start, copy them, and put them away."""
    wanted = plan or Plan()
    plans.check_new(wanted)
    campaign = Campaign.objects.create(
        name=_name(name), description=_words(description), plan=plans.write(wanted), start=wanted.when.start,
        changed_by=actor.name, changed_ref=actor.ref,
    )  # fmt: skip
    _keep_version(campaign, actor)
    note(f"campaign:{campaign.id}")
    return campaign


@action("campaigns.edit")
def change_campaign(
    *, actor: Actor, campaign: Campaign, name: str | None = None, description: str | None = None,
    plan: Plan | None = None, seen: int | None = None,
) -> Campaign:  # fmt: skip
    """Change what is given. The plan can change until the campaign starts; what was approved before is not any more.

    seen: the version that was read before; Conflict when it is another by now.
    """
    row = locked(campaign)
    if seen is not None and seen != row.version:
        raise Conflict(
            f"{row.changed_by} changed this campaign meanwhile.", code="changed_meanwhile",
            fix="Read it again, then change it.", version=row.version,
        )  # fmt: skip
    if name is not None:
        row.name = _name(name)
    if description is not None:
        row.description = _words(description)
    if plan is not None and (text := plans.write(plan)) != row.plan:
        require_draft(row)
        plans.check_new(plan)
        row.plan, row.start, row.version = text, plan.when.start, row.version + 1
        Approval.objects.filter(campaign=row, state=Approval.ASKED).update(state=Approval.WITHDRAWN)
        _keep_version(row, actor)
    row.changed, row.changed_by, row.changed_ref = clock.now(), actor.name, actor.ref
    row.save(update_fields=DETAILS)
    note(f"campaign:{row.id}", version=row.version)
    return row


@action("campaigns.edit")
def copy_campaign(*, actor: Actor, campaign: Campaign) -> Campaign:
    """Begin another one with the same plan, as a draft."""
    name = f"Copy of {campaign.name}"[:120]
    return create_campaign(actor=actor, name=name, description=campaign.description, plan=campaign.tree)


@action("campaigns.edit")
def archive_campaign(*, actor: Actor, campaign: Campaign) -> Campaign:
    """Put a campaign away: it is out of sight, with its figures. Raises Conflict while it can still send."""
    row = locked(campaign)
    if row.state not in (Campaign.DRAFT, *Campaign.OVER):
        raise Conflict(f"“{row.name}” can still send.", code="campaign_live", fix="Cancel it first.")
    row.archived = clock.now()
    row.save(update_fields=["archived"])
    note(f"campaign:{row.id}")
    return row


@action("campaigns.edit")
def restore_campaign(*, actor: Actor, campaign: Campaign) -> Campaign:
    """Take a campaign back out of the archive."""
    row = locked(campaign)
    row.archived = None
    row.save(update_fields=["archived"])
    note(f"campaign:{row.id}")
    return row


def locked(campaign: Campaign) -> Campaign:
    """As it is now, held until the transaction ends."""
    return Campaign.objects.select_for_update().get(pk=campaign.pk)


def require_draft(campaign: Campaign) -> None:
    """Raise Conflict for one that has started, or was put away."""
    if campaign.state != Campaign.DRAFT or campaign.archived is not None:
        what = "is in the archive" if campaign.archived else "has been started"
        raise Conflict(f"“{campaign.name}” {what}.", code="campaign_started", fix="Copy it, and change the copy.")


def _keep_version(campaign: Campaign, actor: Actor) -> None:
    CampaignVersion.objects.create(campaign=campaign, number=campaign.version, plan=campaign.plan, by=actor.name)


def _name(given: str) -> str:
    name = " ".join(given.replace("\0", " ").split())
    if len(name) > 120:
        raise Invalid(
            f"A campaign's name has at most 120 characters; this one has {len(name)}.", code="bad_campaign_name"
        )
    if not (name := undeceiving(name)):
        raise Invalid("Give the campaign a name.", code="bad_campaign_name")
    return name


def _words(given: str) -> str:
    text = given.replace("\0", " ").strip()
    if len(text) > 1000:
        raise Invalid(f"That is {len(text):,} characters; 1,000 are allowed.", code="bad_campaign_words")
    return text
