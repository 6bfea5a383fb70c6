"""Verbs that end a recurring or triggered campaign before its last day, and take that back.

Nothing that is queued is lost: nobody new is chosen, what waits goes, and then the campaign is finished. Of one that runs
or is paused `ended` says that, and since when.
"""

from pentad.core import clock
from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Conflict
from pentad.engage.campaigns import rules, starting, triggers, turns
from pentad.engage.campaigns.actions import locked
from pentad.engage.campaigns.models import Campaign, Run

LASTING = ("every", "trigger")
"""Ways to start that go on until somebody says so."""


@action("campaigns.start")
def finish_campaign(*, actor: Actor, campaign: Campaign) -> Campaign:
    """End a recurring or triggered campaign: nobody new is chosen, and what is queued still goes."""
    row = locked(campaign)
    _require_lasting(row)
    row.ended, row.next_at, row.next_day = clock.now(), None, None
    row.save(update_fields=["ended", "next_at", "next_day"])
    note(f"campaign:{row.id}")
    return row


def _require_lasting(row: Campaign) -> None:
    """Raises Conflict for one that would not go on, with what to do instead."""
    name = row.name
    if row.start not in LASTING:
        raise Conflict(
            f"“{name}” is sent once, and ends by itself.", code="campaign_not_lasting", fix="To stop it, cancel it."
        )
    if row.state in Campaign.OVER or row.ended is not None:
        raise Conflict(f"“{name}” was ended before.", code="campaign_ended", fix="See how it stands now.")
    if row.state not in Campaign.BEGUN or not row.runs.exists():  # one that was paused before it began has none
        raise Conflict(
            f"“{name}” has not begun: there is nothing to end.",
            code="campaign_not_begun",
            fix="Take it back to a draft, or cancel it.",
        )


@action("campaigns.start")
def reopen_campaign(*, actor: Actor, campaign: Campaign) -> Campaign:
    """Take the end of a recurring or triggered campaign back: it goes on from now, without what it missed meanwhile."""
    row = locked(campaign)
    if row.start not in LASTING or row.ended is None or row.state == Campaign.CANCELLED or row.archived is not None:
        raise Conflict(f"“{row.name}” was not ended.", code="campaign_not_ended", fix="See how it stands now.")
    starting.require_sight(actor, row.tree)  # it sends again: to go on is to start
    row.ended = None
    if turns.ended(row) or (row.start == "every" and not _plan_next(row)):
        raise Conflict(
            f"The last day of “{row.name}” is past.", code="campaign_past", fix="Copy it, and start the copy."
        )
    if row.state == Campaign.FINISHED:
        _require_possible(row)
        row.state = Campaign.RUNNING
    if row.start == "trigger":
        _follow_again(row)
    row.save(update_fields=["state", "ended", "next_at", "next_day"])
    note(f"campaign:{row.id}")
    return row


def _plan_next(row: Campaign) -> bool:
    """Whether there is a next time; a day for which it ran is not planned again."""
    when, now = row.tree.when, clock.now()
    last = row.runs.order_by("-day").values_list("day", flat=True).first()
    following = rules.following(when, last or rules.local_day(now, when.zone), now)
    row.next_day, row.next_at = following or (None, None)
    return following is not None


def _require_possible(row: Campaign) -> None:
    """What it says or follows may have been put away since nothing could be sent any more."""
    if found := starting.faults(row):
        step, said = next(iter(found.items()))
        raise Conflict(said, code="campaign_not_ready", fix="See what the check says.", step=step, steps=found)


def _follow_again(row: Campaign) -> None:
    run = row.runs.select_for_update().order_by("-no").first()
    if run is not None:
        run.state, run.ended, run.cursor = Run.SENDING, None, triggers.begin(row.tree.when.trigger)
        run.save(update_fields=["state", "ended", "cursor"])
