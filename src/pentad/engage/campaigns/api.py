"""/api/v1/campaigns: what they are to do, how far they are, and why a customer was told or not."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Status

from pentad.core.action import check
from pentad.data.identity.models import Person
from pentad.data.identity.queries import find_person, part_numbers
from pentad.engage.campaigns import actions, ending, measuring, page, people_views, queries, shown, starting
from pentad.engage.campaigns.models import Campaign
from pentad.engage.campaigns.shapes import (
    AskIn,
    CampaignChange,
    CampaignIn,
    CampaignsOut,
    DecideIn,
    Listed,
    ListedPeople,
    RecipientsOut,
    StartIn,
    WholeCampaignOut,
    WhyOut,
    WinnerIn,
)
from pentad.intelligence.segments.moves import roots_of
from pentad.roles.audit import looked_at
from pentad.roles.page import actor_of
from pentad.roles.views.paging import beyond, checked_limit

router = Router(tags=["campaigns"])
VIEW, EDIT, START = "campaigns.view", "campaigns.edit", "campaigns.start"
MOST = 500


@router.get("/campaigns", response=CampaignsOut, summary="Campaigns by name")
def list_campaigns(request: HttpRequest, asked: Query[Listed]) -> dict[str, Any]:
    """Page on with `after`, the last answer’s `next`."""
    check(actor_of(request), VIEW)
    checked_limit(asked.limit, MOST)
    rows = queries.campaigns().filter(archived__isnull=not asked.archived)
    rows = rows.filter(state=asked.state) if asked.state else rows
    if asked.after is not None:
        last = queries.find_campaign(asked.after)
        rows = rows.filter(beyond("name", False, last.name, last.no))
    found = list(rows[: asked.limit + 1])
    following = found[asked.limit - 1].id if len(found) > asked.limit else None
    return {"results": [shown.campaign(one) for one in found[: asked.limit]], "next": following}


@router.post("/campaigns", response={201: WholeCampaignOut}, summary="Write a campaign")
def create_campaign(request: HttpRequest, body: CampaignIn) -> Status[dict[str, Any]]:
    """A draft: nothing is sent before it is started."""
    check(actor_of(request), EDIT)
    row = actions.create_campaign(
        actor=actor_of(request), name=body.name, description=body.description, plan=shown.given(body.plan)
    )
    return Status(201, shown.whole(row))


@router.get("/campaigns/{id}", response=WholeCampaignOut, summary="One campaign")
def get_campaign(request: HttpRequest, id: str) -> dict[str, Any]:
    check(actor_of(request), VIEW)
    return shown.whole(queries.find_campaign(id))


@router.patch("/campaigns/{id}", response=WholeCampaignOut, summary="Change a campaign")
def change_campaign(request: HttpRequest, id: str, body: CampaignChange) -> dict[str, Any]:
    """What is given; the plan only before it starts: 409 `campaign_started`."""
    check(actor_of(request), EDIT)
    row = actions.change_campaign(
        actor=actor_of(request), campaign=queries.find_campaign(id), name=body.name, description=body.description,
        plan=None if body.plan is None else shown.given(body.plan), seen=body.seen,
    )  # fmt: skip
    return shown.whole(row)


def _done(request: HttpRequest, id: str, right: str, act: Callable[..., Any], **given: Any) -> dict[str, Any]:
    check(actor_of(request), right)
    row = queries.find_campaign(id)
    act(actor=actor_of(request), campaign=row, **given)
    return shown.whole(Campaign.objects.get(pk=row.pk))


@router.post("/campaigns/{id}/start", response=WholeCampaignOut, summary="Start or schedule a campaign")
def start_campaign(request: HttpRequest, id: str, body: StartIn) -> dict[str, Any]:
    """409 `campaign_not_ready` says what is missing, `approval_needed` that a colleague must approve it first."""
    return _done(request, id, START, starting.start_campaign, seen=body.seen)


@router.post("/campaigns/{id}/unschedule", response=WholeCampaignOut, summary="Back to a draft, before it begins")
def unschedule_campaign(request: HttpRequest, id: str) -> dict[str, Any]:
    return _done(request, id, START, starting.unschedule_campaign)


@router.post("/campaigns/{id}/pause", response=WholeCampaignOut, summary="Pause a campaign")
def pause_campaign(request: HttpRequest, id: str) -> dict[str, Any]:
    """Nobody is chosen and nothing leaves until it is resumed."""
    return _done(request, id, START, starting.pause_campaign)


@router.post("/campaigns/{id}/resume", response=WholeCampaignOut, summary="Go on with a paused campaign")
def resume_campaign(request: HttpRequest, id: str) -> dict[str, Any]:
    return _done(request, id, START, starting.resume_campaign)


@router.post("/campaigns/{id}/finish", response=WholeCampaignOut, summary="End a recurring or triggered campaign")
def finish_campaign(request: HttpRequest, id: str) -> dict[str, Any]:
    """Nobody new is chosen; what is queued still goes, and then it is finished."""
    return _done(request, id, START, ending.finish_campaign)


@router.post("/campaigns/{id}/reopen", response=WholeCampaignOut, summary="Take the end of a campaign back")
def reopen_campaign(request: HttpRequest, id: str) -> dict[str, Any]:
    """It goes on from now, without what it missed meanwhile. 409 `campaign_past` when its last day is over."""
    return _done(request, id, START, ending.reopen_campaign)


@router.post("/campaigns/{id}/cancel", response=WholeCampaignOut, summary="Stop a campaign for good")
def cancel_campaign(request: HttpRequest, id: str) -> dict[str, Any]:
    return _done(request, id, START, starting.cancel_campaign)


@router.post("/campaigns/{id}/winner", response=WholeCampaignOut, summary="Say which variant won")
def choose_winner(request: HttpRequest, id: str, body: WinnerIn) -> dict[str, Any]:
    """Those who waited for the test get that one."""
    return _done(request, id, START, starting.choose_winner, variant=body.variant)


@router.post("/campaigns/{id}/copy", response={201: WholeCampaignOut}, summary="Copy a campaign")
def copy_campaign(request: HttpRequest, id: str) -> Status[dict[str, Any]]:
    check(actor_of(request), EDIT)
    made = actions.copy_campaign(actor=actor_of(request), campaign=queries.find_campaign(id))
    return Status(201, shown.whole(made))


@router.post("/campaigns/{id}/archive", response=WholeCampaignOut, summary="Put a campaign into the archive")
def archive_campaign(request: HttpRequest, id: str) -> dict[str, Any]:
    return _done(request, id, EDIT, actions.archive_campaign)


@router.post("/campaigns/{id}/restore", response=WholeCampaignOut, summary="Take a campaign out of the archive")
def restore_campaign(request: HttpRequest, id: str) -> dict[str, Any]:
    return _done(request, id, EDIT, actions.restore_campaign)


@router.post("/campaigns/{id}/approval", response=WholeCampaignOut, summary="Ask for approval")
def ask_approval(request: HttpRequest, id: str, body: AskIn) -> dict[str, Any]:
    """From then on it does not start without."""
    return _done(request, id, EDIT, starting.ask_approval, words=body.words)


@router.post("/campaigns/{id}/approval/decision", response=WholeCampaignOut, summary="Approve, or turn down")
def decide_approval(request: HttpRequest, id: str, body: DecideIn) -> dict[str, Any]:
    """403 `own_approval` for who wrote it or asked."""
    return _done(request, id, "campaigns.approve", starting.decide_approval, approve=body.approve, words=body.words)


@router.get("/campaigns/{id}/results", response=dict[str, Any] | None, summary="What a campaign changes")
def get_results(request: HttpRequest, id: str) -> dict[str, Any] | None:
    """Lift against those held out, and between variants, each with its interval. null without a goal."""
    from pentad.intelligence.experiments.results import as_json

    check(actor_of(request), VIEW)
    found = measuring.results(queries.find_campaign(id))
    return None if found is None else as_json(found)


@router.get("/campaigns/{id}/recipients", response=RecipientsOut, summary="Whom a campaign chose")
def list_recipients(request: HttpRequest, id: str, asked: Query[ListedPeople]) -> dict[str, Any]:
    """The latest first, those held back too. Page on with `after`, the last answer’s `next`. What customers did with the
    message needs messages.view.
    """
    check(actor_of(request), VIEW)
    check(actor_of(request), "people.view")
    if asked.which in page.DONE:
        check(actor_of(request), "messages.view")
    row = queries.find_campaign(id)
    found, following = people_views.page_of(row, asked.which, asked.after or "")
    roots = roots_of({one.person_id for one in found})
    people = {one.no: one for one in Person.seen.filter(no__in=set(roots.values()))}
    rows = [(one, people[roots[one.person_id]]) for one in found if roots.get(one.person_id) in people]
    if rows:
        looked_at(actor_of(request), f"campaign:{row.id}", "api recipients", again=True, rows=len(rows))
    return {"results": shown.recipients(rows), "next": following or None}


@router.get("/campaigns/{id}/people/{person}", response=WhyOut, summary="Why a customer was told or not")
def explain_person(request: HttpRequest, id: str, person: str) -> dict[str, Any]:
    """Each gate in order, with the value seen."""
    check(actor_of(request), VIEW)
    check(actor_of(request), "people.view")
    row, somebody = queries.find_campaign(id), find_person(person)
    looked_at(actor_of(request), f"person:{somebody.id}", "api campaign")
    return shown.explained(row, somebody, list(part_numbers(somebody)))
