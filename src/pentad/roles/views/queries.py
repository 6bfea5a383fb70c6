"""Reads of saved views."""

from django.db.models import F, Q

from pentad.core.actor import Actor
from pentad.core.errors import NotFound
from pentad.roles.views.models import SavedView


def owner_no(actor: Actor) -> int | None:
    """The user number of a signed-in colleague; programs own no views."""
    return int(actor.id) if actor.kind == "user" else None


def views_of(actor: Actor, list_name: str) -> list[SavedView]:
    """The team's views, then one's own, each in their order."""
    mine = Q(owner=None) | Q(owner_id=owner_no(actor))
    rows = SavedView.objects.filter(mine, list=list_name)
    return list(rows.order_by(F("owner_id").asc(nulls_first=True), "position", "created"))


def siblings(view: SavedView) -> list[SavedView]:
    """The views a view can change places with, and itself: the team's among themselves, one's own among themselves."""
    return list(SavedView.objects.filter(list=view.list, owner_id=view.owner_id).order_by("position", "created"))


def find_view(actor: Actor, id: str) -> SavedView:
    """Raises NotFound, also for somebody else's private view."""
    found = SavedView.objects.filter(Q(owner=None) | Q(owner_id=owner_no(actor)), id=id).first()
    if found is None:
        raise NotFound(
            "This view does not exist any more.", code="view_not_found", fix="Choose another view of the list."
        )
    return found


def default_view(views: list[SavedView]) -> SavedView | None:
    """The view a list opens with: one's own default before the team's."""
    chosen = [view for view in views if view.state.get("default")]
    return next((view for view in chosen if view.owner_id), None) or next(iter(chosen), None)
