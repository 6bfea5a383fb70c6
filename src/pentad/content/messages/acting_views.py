"""What one does with a message from its page: copy, archive, restore, delete."""

from django.contrib import messages as told
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from pentad.content.messages import actions, queries
from pentad.content.messages.models import Message
from pentad.content.messages.undoing import DELETED
from pentad.roles.access import signed_in
from pentad.roles.page import actor_of, modal_done
from pentad.roles.undo.models import Change
from pentad.roles.views.counts import forget_counts


@require_POST
@signed_in("messages.edit")
def copy(request: HttpRequest, id: str) -> HttpResponse:
    row = actions.copy_message(actor=actor_of(request), message=queries.find_message(id))
    forget_counts()
    told.success(request, f"This is “{row.name}”, a draft.")
    return modal_done(f"/messages/{row.id}/edit/")


@require_POST
@signed_in("messages.edit")
def archive(request: HttpRequest, id: str) -> HttpResponse:
    """Put it into the archive; the message has the way back."""
    row = queries.find_message(id)
    before = row.state
    actions.archive_message(actor=actor_of(request), message=row)
    forget_counts()
    if before != Message.ARCHIVED:
        told.success(request, "In the archive.", extra_tags=f"/messages/{row.id}/restore/")
    return modal_done(f"/messages/{row.id}/")


@require_POST
@signed_in("messages.edit")
def restore(request: HttpRequest, id: str) -> HttpResponse:
    """Take it out of the archive."""
    row = queries.find_message(id)
    before = row.state
    actions.restore_message(actor=actor_of(request), message=row)
    forget_counts()
    if before == Message.ARCHIVED:
        told.success(request, "Out of the archive, as it was.", extra_tags=f"/messages/{row.id}/archive/")
    return modal_done(f"/messages/{row.id}/")


@require_POST
@signed_in("messages.edit")
def delete(request: HttpRequest, id: str) -> HttpResponse:
    """Delete it; the message has the way back."""
    row = queries.find_message(id)
    actions.delete_message(actor=actor_of(request), message=row)
    forget_counts()
    change = Change.objects.filter(kind=DELETED, ref=row.id, undone=None).latest("at")
    told.success(request, f"“{row.name}” deleted.", extra_tags=f"/changes/{change.id}/undo/")
    return modal_done("/messages/")
