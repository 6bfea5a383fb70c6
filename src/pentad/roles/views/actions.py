"""Verbs on saved views."""

from typing import Any

from django.db.models import Max

from pentad.core.action import action, check, note
from pentad.core.actor import Actor
from pentad.core.errors import Invalid
from pentad.roles.undo.actions import remember, settle
from pentad.roles.views.models import SavedView
from pentad.roles.views.queries import owner_no, siblings
from pentad.roles.views.state import ListState, as_saved

MAX_NAME = 80
DELETED = "views.deleted"
SHARE = "people.edit"
"""The right to make or change a view that the whole team sees."""


@action("people.view")
def save_view(*, actor: Actor, list_name: str, name: str, state: ListState, team: bool) -> SavedView:
    """Keep a list's filters, columns and sort under a name."""
    if team:
        check(actor, SHARE)
    elif owner_no(actor) is None:
        raise Invalid("Only a colleague can have a private view.", code="no_owner", fix="Make it a team view.")
    last = SavedView.objects.filter(list=list_name).aggregate(last=Max("position"))["last"]
    view = SavedView.objects.create(
        list=list_name, name=_name(name), owner_id=None if team else owner_no(actor),
        state=as_saved(state) | {"pinned": True}, position=(last or 0) + 1,
    )  # fmt: skip
    note(subject=f"view:{view.id}")
    return view


@action("people.view")
def change_view(
    *, actor: Actor, view: SavedView, name: str | None = None, state: ListState | None = None,
    pinned: bool | None = None, default: bool | None = None,
) -> SavedView:  # fmt: skip
    """Rename a view, give it what the list shows now, pin it, or open the list with it."""
    _may_change(actor, view)
    if name is not None:
        view.name = _name(name)
    kept: dict[str, Any] = {key: view.state.get(key, False) for key in ("pinned", "default")}
    if state is not None:
        view.state = as_saved(state) | kept
    if pinned is not None:
        view.state = view.state | {"pinned": pinned}
    if default is not None:
        _clear_default(view)
        view.state = view.state | {"default": default}
    view.save(update_fields=["name", "state"])
    note(subject=f"view:{view.id}")
    return view


@action("people.view")
def move_view(*, actor: Actor, view: SavedView, left: bool) -> SavedView:
    """Change places with the neighbour among the tabs. At the end of the row nothing changes."""
    _may_change(actor, view)
    rows = siblings(view)
    shown = [row for row in rows if row.pinned or row.pk == view.pk]
    at = next(index for index, row in enumerate(shown) if row.pk == view.pk)
    to = at - 1 if left else at + 1
    if 0 <= to < len(shown):
        one, two = rows.index(shown[at]), rows.index(shown[to])
        rows[one], rows[two] = rows[two], rows[one]
        for position, row in enumerate(rows, 1):
            SavedView.objects.filter(pk=row.pk).update(position=position)
        note(subject=f"view:{view.id}")
    return view


@action("people.view")
def delete_view(*, actor: Actor, view: SavedView) -> dict[str, Any]:
    """Delete a view. Returns what restore_view needs."""
    _may_change(actor, view)
    kept = {
        "id": view.id,
        "list": view.list,
        "name": view.name,
        "owner": view.owner_id,
        "state": view.state,
        "position": view.position,
    }
    view.delete()
    note(subject=f"view:{kept['id']}")
    remember(actor=actor, kind=DELETED, ref=kept["id"], what=f"View “{view.name}” deleted", count=1, data=kept)
    return kept


@action("people.view")
def restore_view(*, actor: Actor, kept: dict[str, Any]) -> SavedView:
    """Bring a deleted view back."""
    row = SavedView(
        id=kept["id"],
        list=kept["list"],
        name=kept["name"],
        owner_id=kept["owner"],
        state=kept["state"],
        position=kept["position"],
    )
    _may_change(actor, row)
    row.save(force_insert=True)
    note(subject=f"view:{row.id}")
    settle(actor=actor, kind=DELETED, ref=row.id)
    return row


def _clear_default(view: SavedView) -> None:
    for other in SavedView.objects.filter(list=view.list, owner_id=view.owner_id).exclude(pk=view.pk):
        if other.state.get("default"):
            other.state = other.state | {"default": False}
            other.save(update_fields=["state"])


def _may_change(actor: Actor, view: SavedView) -> None:
    check(actor, SHARE if view.owner_id is None else "people.view")
    if view.owner_id is not None and view.owner_id != owner_no(actor):
        raise Invalid("This view is a colleague's own.", code="not_yours", fix="Save a view of your own.")


def _name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME:
        raise Invalid(f"A view's name has 1 to {MAX_NAME} characters; this one has {len(name)}.", code="bad_name")
    return name
