"""Verbs on campaigns that run: ask for approval, start, pause, go on, stop, decide the test."""

from pentad.content.messages.queries import published
from pentad.core import clock
from pentad.core.action import action, check, note
from pentad.core.actor import Actor, acting_as
from pentad.core.errors import Conflict, Denied, PentadError
from pentad.engage.campaigns import asking, audience, deciding, plan, queries, rules, turns
from pentad.engage.campaigns.actions import locked, require_draft
from pentad.engage.campaigns.keys import ORIGIN
from pentad.engage.campaigns.models import Approval, Campaign, Run
from pentad.engage.campaigns.plan import Plan
from pentad.engage.campaigns.settings import APPROVAL_FROM
from pentad.intelligence.segments.access import everybody
from pentad.intelligence.segments.queries import find_segment, require_readable
from pentad.platforms.channels import queue
from pentad.platforms.channels.queries import default_destination


@action("campaigns.edit")
def ask_approval(*, actor: Actor, campaign: Campaign, words: str = "") -> Approval:
    """Ask colleagues to approve a campaign as it is now; from then on it does not start without."""
    row = locked(campaign)
    if not queries.is_held(row):  # one that was turned down while it waited is asked for again
        require_ready(row)
    Approval.objects.filter(campaign=row, state=Approval.ASKED).update(state=Approval.WITHDRAWN)
    asked = Approval.objects.create(
        campaign=row, version=row.version, content=published(row.tree.content.message).version_id,
        asked_by=actor.name, asked_ref=actor.ref, words=words.replace("\0", " ").strip()[:1000],
    )  # fmt: skip
    asking.tell_approvers(actor, row, asked, *(["messages.transactional"] if transactional(row.tree) else []))
    note(f"campaign:{row.id}", version=row.version)
    return asked


@action("campaigns.approve")
def decide_approval(*, actor: Actor, campaign: Campaign, approve: bool, words: str = "") -> Approval:
    """Approve campaigns of colleagues, or turn them down."""
    row = locked(campaign)
    asked = queries.approval_of(row)
    if asked is None or asked.state != Approval.ASKED or row.state not in queries.ASKABLE:
        raise Conflict(
            "Nobody asks for that approval any more.", code="approval_not_asked", fix="See how it stands now."
        )
    if asking.is_own(actor, row, asked):
        raise Denied(
            "Nobody approves what they wrote or asked for themselves.", code="own_approval", fix="Ask a colleague."
        )
    if approve and asking.by_itself(actor):  # whoever wrote the campaign may have made it
        raise Denied(
            "A campaign is approved by a person, not by a key.", code="own_approval", fix="Ask a colleague to sign in."
        )
    if approve and transactional(row.tree):
        check(actor, "messages.transactional")
    asked.state = Approval.APPROVED if approve else Approval.REFUSED
    asked.decided, asked.decided_by = clock.now(), actor.name
    asked.reply = words.replace("\0", " ").strip()[:1000]
    asked.save(update_fields=["state", "decided", "decided_by", "reply"])
    asking.tell_asker(actor, row, asked)
    if approve and row.state == Campaign.PAUSED:
        _go_on(row)
    note(f"campaign:{row.id}", version=row.version, approved=approve)
    return asked


@action("campaigns.start")
def start_campaign(*, actor: Actor, campaign: Campaign, seen: int | None = None) -> Campaign:
    """Start campaigns, pause, resume and cancel them, and decide their tests."""
    row = locked(campaign)
    if seen is not None and seen != row.version:
        raise Conflict(
            f"{row.changed_by} changed this campaign meanwhile.", code="changed_meanwhile", fix="Read it again.",
            version=row.version,
        )  # fmt: skip
    wanted = require_ready(row)
    require_sight(actor, wanted)
    _require_approval(row, wanted)
    begins = rules.first(wanted.when, clock.now())
    if begins is None:
        raise Conflict("The time to send it is past.", code="campaign_past", fix="Choose a later day.")
    row.state, row.next_day, row.next_at = Campaign.SCHEDULED, begins.day, begins.at
    row.started, row.started_by = clock.now(), actor.name
    row.failure, row.failed = "", None
    row.save(update_fields=["state", "next_day", "next_at", "started", "started_by", "failure", "failed"])
    note(f"campaign:{row.id}", version=row.version, begins=begins.at.isoformat())
    return row


@action("campaigns.start")
def unschedule_campaign(*, actor: Actor, campaign: Campaign) -> Campaign:
    """Take a campaign that has not begun back to being a draft, to change it."""
    row = locked(campaign)
    if row.state not in (Campaign.SCHEDULED, Campaign.PAUSED) or row.runs.exists():
        raise Conflict(f"“{row.name}” has begun.", code="campaign_started", fix="Cancel it, and change a copy.")
    row.state, row.next_at, row.next_day, row.started, row.started_by = Campaign.DRAFT, None, None, None, ""
    row.save(update_fields=["state", "next_at", "next_day", "started", "started_by"])
    queue.resume(ORIGIN, row.id)
    note(f"campaign:{row.id}")
    return row


@action("campaigns.start")
def pause_campaign(*, actor: Actor, campaign: Campaign) -> Campaign:
    """Stop a campaign until it is resumed: nobody is chosen, nothing leaves."""
    row = locked(campaign)
    if row.state not in (Campaign.SCHEDULED, Campaign.RUNNING):
        raise Conflict(f"“{row.name}” is not running.", code="campaign_not_running", fix="See how it stands now.")
    row.state = Campaign.PAUSED
    row.save(update_fields=["state"])
    queue.pause(ORIGIN, row.id)
    note(f"campaign:{row.id}")
    return row


@action("campaigns.start")
def resume_campaign(*, actor: Actor, campaign: Campaign) -> Campaign:
    """Go on where it was paused."""
    row = locked(campaign)
    if row.state != Campaign.PAUSED:
        raise Conflict(f"“{row.name}” is not paused.", code="campaign_not_paused", fix="See how it stands now.")
    if queries.is_held(row):
        raise Conflict(
            "This campaign waits for a colleague’s approval.",
            code="approval_needed",
            fix="It goes on by itself with one.",
        )
    require_sight(actor, row.tree)  # it sends again: to go on is to start
    _go_on(row)
    note(f"campaign:{row.id}")
    return row


def _go_on(row: Campaign) -> None:
    row.state = Campaign.RUNNING if row.runs.exists() else Campaign.SCHEDULED
    row.failure, row.failed = "", None
    row.save(update_fields=["state", "failure", "failed"])
    queue.resume(ORIGIN, row.id)


@action("campaigns.start")
def cancel_campaign(*, actor: Actor, campaign: Campaign) -> Campaign:
    """Stop a campaign for good: what has not left stays here."""
    row = locked(campaign)
    if row.state in (Campaign.DRAFT, *Campaign.OVER):
        raise Conflict(f"“{row.name}” is not running.", code="campaign_not_running", fix="See how it stands now.")
    row.state, row.ended, row.next_at, row.next_day = Campaign.CANCELLED, clock.now(), None, None
    row.failure, row.failed = "", None
    row.save(update_fields=["state", "ended", "next_at", "next_day", "failure", "failed"])
    turns.cancel(row)
    note(f"campaign:{row.id}")
    return row


@action("campaigns.start")
def choose_winner(*, actor: Actor, campaign: Campaign, variant: str) -> Campaign:
    """Say which variant of a test won: those who waited for it get that one."""
    row = locked(campaign)
    if row.winner:
        raise Conflict(f"“{row.winner}” has won already.", code="winner_decided", fix="See how it stands now.")
    if variant not in row.tree.test.weights or not Run.objects.filter(campaign=row).exists():
        raise Conflict(f"“{variant[:16]}” is not in a test that runs.", code="no_such_variant", fix="Name a variant.")
    require_sight(actor, row.tree)  # those who wait for it are sent to
    deciding.settle(row, variant, actor.name)
    note(f"campaign:{row.id}", variant=variant)
    return row


# -- what must be so before it starts --------------------------------------------------------------------


def faults(campaign: Campaign) -> dict[str, str]:
    """Step → what keeps the campaign from starting; empty when nothing does."""
    wanted = campaign.tree
    found = plan.missing(wanted)
    if "message" not in found:
        found |= _about_message(wanted)
    for step, ids in (("audience", {*wanted.audience.include, *wanted.audience.exclude}), ("when", _trigger(wanted))):
        try:
            audience.require_known(ids)
        except PentadError as error:
            found.setdefault(step, f"{error.message} {error.fix}")
    if "when" not in found and rules.first(wanted.when, clock.now()) is None:
        found["when"] = "The time to send it is past. Choose a later day."
    return found


def _trigger(wanted: Plan) -> set[str]:
    return plan.segments_of(wanted) - {*wanted.audience.include, *wanted.audience.exclude}


def _about_message(wanted: Plan) -> dict[str, str]:
    try:
        message = published(wanted.content.message)
    except PentadError as error:
        return {"message": f"{error.message} {error.fix}".strip()}
    if wanted.content.channel not in message.channels:
        return {"message": f"“{message.name}” has nothing for the channel {wanted.content.channel}."}
    if default_destination(wanted.content.channel) is None:
        return {
            "message": f"Nothing carries messages of the channel {wanted.content.channel} yet: set up a destination."
        }
    unknown = sorted(set(wanted.test.weights) - set(message.variants))
    return {"test": f"“{message.name}” has no variant {unknown[0]}."} if unknown else {}


def require_ready(campaign: Campaign) -> Plan:
    """Raise Conflict unless it is a draft that lacks nothing."""
    require_draft(campaign)
    if found := faults(campaign):
        step, said = next(iter(found.items()))
        raise Conflict(said, code="campaign_not_ready", fix="See what the check says.", step=step, steps=found)
    return campaign.tree


def require_sight(actor: Actor, wanted: Plan) -> None:
    """Raise Denied unless the actor sees everybody the campaign may reach, and what its segments ask."""
    with acting_as(actor):
        if not everybody():
            raise Denied(
                "A campaign reaches customers of every colleague, and you do not see all of them.", code="campaign_sight",
                fix="Ask somebody who does to start it.", right="people.view",
            )  # fmt: skip
        for id in sorted(plan.segments_of(wanted)):
            require_readable(find_segment(id))


def needs_approval(campaign: Campaign, wanted: Plan) -> bool:
    """Whether it must not start without: it goes past consent, it is large, or somebody asked, of this version or one
    before: a plan that was turned down does not go by being changed.
    """
    if transactional(wanted) or Approval.objects.filter(campaign=campaign).exists():
        return True
    limit = APPROVAL_FROM.get()
    return bool(limit) and (wanted.when.start == "trigger" or audience.count(wanted.audience) >= limit)


def transactional(wanted: Plan) -> bool:
    """Whether its message asks for no consent, and counts for no cap and no holdout."""
    return published(wanted.content.message).transactional


def _require_approval(campaign: Campaign, wanted: Plan) -> None:
    if not needs_approval(campaign, wanted):
        return
    given = queries.approval_of(campaign)
    if given is None or given.state != Approval.APPROVED:
        raise Conflict(
            "This campaign needs a colleague’s approval before it starts.", code="approval_needed", fix="Ask for it."
        )
    if given.content != published(wanted.content.message).version_id:
        raise Conflict(
            "The message was changed since the campaign was approved.", code="approval_outdated", fix="Ask again."
        )
