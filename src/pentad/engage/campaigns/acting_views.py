"""What one does with a campaign from its page."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from pentad.engage.campaigns import actions, ending, queries, starting
from pentad.engage.campaigns.models import Approval
from pentad.roles.access import signed_in
from pentad.roles.page import actor_of, in_readers_zone, modal_done
from pentad.roles.views.counts import forget_counts


def _verb(right: str, act: Callable[..., Any], said: str, undo: str = "") -> Callable[..., HttpResponse]:
    """A view that does one thing and goes back to the page. undo: the verb that takes it back."""

    @require_POST
    @signed_in(right)
    def view(request: HttpRequest, id: str) -> HttpResponse:
        row = queries.find_campaign(id)
        act(actor=actor_of(request), campaign=row)
        forget_counts()
        messages.success(request, said, extra_tags=f"/campaigns/{row.id}/{undo}/" if undo else "")
        return modal_done(f"/campaigns/{row.id}/")

    return view


pause = _verb("campaigns.start", starting.pause_campaign, "Paused: nothing leaves until it is resumed.")
resume = _verb("campaigns.start", starting.resume_campaign, "It goes on.")
finish = _verb("campaigns.start", ending.finish_campaign, "It ends: nobody new is chosen; what is queued still goes.",
               undo="reopen")  # fmt: skip
reopen = _verb("campaigns.start", ending.reopen_campaign, "It goes on from now.")
unschedule = _verb("campaigns.start", starting.unschedule_campaign, "A draft again.")
archive = _verb("campaigns.edit", actions.archive_campaign, "In the archive.")
restore = _verb("campaigns.edit", actions.restore_campaign, "Out of the archive.")


@require_POST
@signed_in("campaigns.start")
def start(request: HttpRequest, id: str) -> HttpResponse:
    """Start it, or schedule it. seen: the version that was looked at."""
    row, seen = queries.find_campaign(id), request.POST.get("seen", "")
    row = starting.start_campaign(
        actor=actor_of(request), campaign=row, seen=int(seen) if seen.isdecimal() and len(seen) < 9 else None
    )
    forget_counts()
    messages.success(request, "Started." if row.start in ("now", "trigger") else "Scheduled.")
    return HttpResponseRedirect(f"/campaigns/{row.id}/")


@require_http_methods(["GET", "POST"])
@signed_in("campaigns.start")
@in_readers_zone
def cancel(request: HttpRequest, id: str) -> HttpResponse:
    """Ask once more, since it cannot be taken back; then stop it for good."""
    row = queries.find_campaign(id)
    if request.method == "GET":
        return render(request, "campaigns/_cancel.html", {"campaign": row, "progress": queries.progress(row)})
    starting.cancel_campaign(actor=actor_of(request), campaign=row)
    forget_counts()
    messages.success(request, "Cancelled. What had left cannot be called back.")
    return modal_done(f"/campaigns/{row.id}/")


@require_POST
@signed_in("campaigns.edit")
def copy(request: HttpRequest, id: str) -> HttpResponse:
    made = actions.copy_campaign(actor=actor_of(request), campaign=queries.find_campaign(id))
    messages.success(request, "Copied: this is the copy.")
    return modal_done(f"/campaigns/{made.id}/edit/audience/")


@require_POST
@signed_in("campaigns.start")
def winner(request: HttpRequest, id: str) -> HttpResponse:
    """Say which variant the others get."""
    row, variant = queries.find_campaign(id), request.GET.get("variant", "")
    starting.choose_winner(actor=actor_of(request), campaign=row, variant=variant)
    messages.success(request, f"The others get {variant}.")
    return modal_done(f"/campaigns/{row.id}/")


@require_POST
@signed_in("campaigns.edit")
def ask(request: HttpRequest, id: str) -> HttpResponse:
    """Ask colleagues to approve it."""
    row = queries.find_campaign(id)
    starting.ask_approval(actor=actor_of(request), campaign=row, words=request.POST.get("words", ""))
    messages.success(request, "Asked: whoever may approve has a notice of it.")
    return HttpResponseRedirect(f"/campaigns/{row.id}/")


@require_POST
@signed_in("campaigns.approve")
def decide(request: HttpRequest, id: str) -> HttpResponse:
    """Approve it, or turn it down."""
    row = queries.find_campaign(id)
    done = starting.decide_approval(
        actor=actor_of(request), campaign=row, approve=request.POST.get("approve") == "1",
        words=request.POST.get("words", ""),
    )  # fmt: skip
    messages.success(request, "Approved." if done.state == Approval.APPROVED else "Turned down.")
    return HttpResponseRedirect(f"/campaigns/{row.id}/")
