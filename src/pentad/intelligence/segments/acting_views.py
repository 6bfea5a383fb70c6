"""What one does with a segment from its page: make it live or a draft, archive, restore, delete, ask again, stop."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from pentad.core.errors import Invalid
from pentad.intelligence.segments import actions, queries
from pentad.intelligence.segments.models import Segment
from pentad.roles.access import signed_in
from pentad.roles.page import actor_of, modal_done
from pentad.roles.undo.models import Change
from pentad.roles.views.counts import forget_counts

SAID = {Segment.LIVE: "Live: it follows every event from now on.", Segment.DRAFT: "A draft now: nobody is in it.",
        Segment.ARCHIVED: "In the archive."}  # fmt: skip


@require_POST
@signed_in("segments.edit")
def set_state(request: HttpRequest, id: str) -> HttpResponse:
    """Make it live or a draft, put it into the archive or take it out; `to` says which."""
    row, actor = queries.find_segment(id), actor_of(request)
    before, wanted = row.state, request.GET.get("to", "")
    if wanted not in SAID:
        raise Invalid(f"“{wanted[:40]}” is no state of a segment.", code="bad_state", fix="Choose live or draft.")
    if wanted == Segment.ARCHIVED:
        actions.archive_segment(actor=actor, segment=row)
    else:
        if before == Segment.ARCHIVED:
            actions.restore_segment(actor=actor, segment=row)
        if wanted != (Segment.LIVE if before == Segment.ARCHIVED else before):
            actions.change_segment(actor=actor, segment=row, draft=wanted == Segment.DRAFT)
    forget_counts()
    if wanted != before:
        messages.success(request, SAID[wanted], extra_tags=f"/segments/{row.id}/state/?to={before}")
    return modal_done(f"/segments/{row.id}/")


@require_POST
@signed_in("segments.edit")
def delete(request: HttpRequest, id: str) -> HttpResponse:
    """Delete it; the message has the way back."""
    row = queries.find_segment(id)
    actions.delete_segment(actor=actor_of(request), segment=row)
    forget_counts()
    change = Change.objects.filter(kind=actions.DELETED, ref=row.id, undone=None).latest("at")
    messages.success(request, f"“{row.name}” deleted.", extra_tags=f"/changes/{change.id}/undo/")
    return modal_done("/segments/")


@require_POST
@signed_in("segments.edit")
def refresh(request: HttpRequest, id: str) -> HttpResponse:
    """Ask everybody again."""
    row = queries.find_segment(id)
    if actions.refresh_segment(actor=actor_of(request), segment=row) is None:
        raise Invalid("Nobody is in a segment that is not live.", code="segment_not_live", fix="Make it live first.")
    return modal_done(f"/segments/{row.id}/")


@require_POST
@signed_in("segments.edit")
def stop(request: HttpRequest, id: str) -> HttpResponse:
    """Stop asking everybody."""
    row = actions.stop_filling(actor=actor_of(request), segment=queries.find_segment(id))
    draft = row.state == Segment.DRAFT
    messages.success(request, "Stopped. It is a draft until you make it live." if draft else "Stopped.")
    return modal_done(f"/segments/{row.id}/")
