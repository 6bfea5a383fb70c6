"""Verbs on saved views."""

from typing import Any

from django.db.models import Max

from pentad.core.action import action, check, note
from pentad.core.actor import Actor
from pentad.core.errors import Denied, Invalid
from pentad.roles.access.rights_models import Role, Team
from pentad.roles.access.seeing import reach_of
from pentad.roles.undo.actions import hold, remember, settle
from pentad.roles.views.models import SavedView
from pentad.roles.views.queries import KEEPER, owner_no, siblings, standing_for, teams_with
from pentad.roles.views.readable import unseen
from pentad.roles.views.spec import known_list
from pentad.roles.views.state import ListState, as_saved, from_saved

MAX_NAME = 80
DELETED = "views.deleted"
SHARE = "people.edit"
"""The right to make or change a view that others have too."""
KEPT = ("pinned", "default", "roles")
"""What of a view's state is not what the list shows."""


@action("people.view")
def save_view(
    *, actor: Actor, list_name: str, name: str, state: ListState, team: Team | None = None, everyone: bool = False
) -> SavedView:
    """Keep a list's filters, columns, sort and layout under a name: for oneself, for a team, or for everyone."""
    owner = _whose(actor, team, everyone)
    last = SavedView.objects.filter(list=list_name).aggregate(last=Max("position"))["last"]
    view = SavedView.objects.create(
        list=list_name, name=_name(name), owner_id=owner, team=team,
        state=as_saved(state) | {"pinned": True}, position=(last or 0) + 1,
    )  # fmt: skip
    note(subject=f"view:{view.id}")
    return view


@action("people.view")
def change_view(
    *, actor: Actor, view: SavedView, name: str | None = None, state: ListState | None = None,
    pinned: bool | None = None, default: bool | None = None,
) -> SavedView:  # fmt: skip
    """Rename a view, give it what the list shows now, pin it, or open the list with it. Its filters by fields that the
    actor may not see stay.
    """
    _may_change(actor, view)
    if name is not None:
        view.name = _name(name)
    kept: dict[str, Any] = {key: view.state[key] for key in KEPT if key in view.state}
    if state is not None:
        hidden = unseen(known_list(view.list), from_saved(view.state))
        view.state = as_saved(state.changed(filters=(*state.filters, *hidden))) | kept
    if pinned is not None:
        view.state = view.state | {"pinned": pinned}
    if default is not None:
        _check_opens(actor, view)
        _clear_default(view)
        view.state = view.state | {"default": default}
    view.save(update_fields=["name", "state"])
    note(subject=f"view:{view.id}")
    return view


@action("people.view")
def share_view(*, actor: Actor, view: SavedView, team: Team | None = None, everyone: bool = False) -> SavedView:
    """Say who has a view: oneself, a team, or everyone. What opens with it for others stops to."""
    _may_change(actor, view)
    owner = _whose(actor, team, everyone)
    if (owner, team.pk if team else None) == (view.owner_id, view.team_id):
        return view
    view.owner_id, view.team = owner, team
    view.state = {key: value for key, value in view.state.items() if key not in ("default", "roles")}
    last = SavedView.objects.filter(list=view.list).aggregate(last=Max("position"))["last"]
    view.position = (last or 0) + 1
    view.save(update_fields=["owner", "team", "state", "position"])
    note(subject=f"view:{view.id}", whose="team" if team else "everyone" if everyone else "own")
    return view


@action(KEEPER)
def open_with_view(*, actor: Actor, view: SavedView, roles: list[str]) -> SavedView:
    """Have a list open with this view for who holds one of these roles. Needs a view that everyone has."""
    check(actor, SHARE)
    if roles and not view.for_everyone:
        raise Invalid("Only a view for everyone can open for a role.", code="not_shared", fix="Share it first.")
    note(subject=f"view:{view.id}", roles=_seen_first(view, roles))
    return view


@action(KEEPER)
def open_with_own_view(*, actor: Actor, list_name: str, name: str, roles: list[str]) -> None:
    """Have a list open with a view that comes with the product, by its name, for who holds one of these roles."""
    view = next((one for one in standing_for(list_name) if one.own == name), None)
    view = view or SavedView.objects.create(list=list_name, name=name, state={"own": name, "pinned": False})
    known = _seen_first(view, roles)
    if not known:
        view.delete()
    note(subject=f"list:{list_name}", view=name, roles=known)


def _seen_first(view: SavedView, roles: list[str]) -> list[str]:
    """These roles see the view first, and no other of its list; returns those there are."""
    known = sorted(Role.objects.filter(name__in=roles).values_list("name", flat=True))
    for other in SavedView.objects.filter(list=view.list).exclude(pk=view.pk):
        left = [role for role in other.roles if role not in known]
        if other.own and not left:
            other.delete()
        elif len(left) < len(other.roles):
            other.state = other.state | {"roles": left}
            other.save(update_fields=["state"])
    view.state = view.state | {"roles": known}
    view.save(update_fields=["state"])
    return known


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
        "team": view.team_id,
        "state": view.state,
        "position": view.position,
    }
    view.delete()
    note(subject=f"view:{kept['id']}")
    remember(actor=actor, kind=DELETED, ref=kept["id"], what=f"View “{view.name}” deleted", count=1, data=kept)
    return kept


@action("people.view")
def restore_view(*, actor: Actor, kept: dict[str, Any]) -> SavedView:
    """Bring a deleted view back; twice does it once, also at the same moment. Raises Invalid when its team is gone."""
    hold(kind=DELETED, ref=kept["id"])
    if (found := SavedView.objects.filter(id=kept["id"]).first()) is not None:
        _may_change(actor, found)
        return found
    if kept["team"] is not None and not Team.objects.filter(pk=kept["team"]).exists():
        raise Invalid("The team of this view is gone.", code="no_team", fix="Save the view anew.")
    about = {"list": kept["list"], "name": kept["name"], "owner_id": kept["owner"], "team_id": kept["team"]}
    about |= {"state": kept["state"], "position": kept["position"]}
    _may_change(actor, SavedView(id=kept["id"], **about))
    row, _ = SavedView.objects.get_or_create(id=kept["id"], defaults=about)
    note(subject=f"view:{row.id}")
    settle(actor=actor, kind=DELETED, ref=row.id)
    return row


def may_open_for_all(actor: Actor) -> bool:
    """Whether one may say what a list opens with for others who have a view: not by a right to one's own customers."""
    return reach_of(actor, SHARE).everything


def _check_opens(actor: Actor, view: SavedView) -> None:
    if view.for_everyone and not may_open_for_all(actor):
        raise Denied(
            "What the list opens with for everyone is chosen by who may edit every customer.",
            fix="Save a view of your own and open the list with that one.", right=SHARE,
        )  # fmt: skip


def _clear_default(view: SavedView) -> None:
    for other in siblings(view):
        if other.pk != view.pk and other.state.get("default"):
            other.state = other.state | {"default": False}
            other.save(update_fields=["state"])


def _whose(actor: Actor, team: Team | None, everyone: bool) -> int | None:
    """The owner of a view for these. Raises Denied, Invalid."""
    if team is not None or everyone:
        check(actor, SHARE)
    elif owner_no(actor) is None:
        raise Invalid("Only a colleague can have a private view.", code="no_owner", fix="Make it a view for everyone.")
    if team is not None and team.pk not in teams_with(actor) and not actor.may(KEEPER):
        raise Denied("Views of a team are made by who belongs to it.", right=KEEPER)
    return None if team is not None or everyone else owner_no(actor)


def _may_change(actor: Actor, view: SavedView) -> None:
    """One's own; those of everyone and of one's teams with the right to share; those of any team who keeps the rights."""
    if view.owner_id is None:
        check(actor, SHARE)
    elif view.owner_id != owner_no(actor):
        raise Invalid("This view is a colleague's own.", code="not_yours", fix="Save a view of your own.")
    if view.state.get("default") or view.roles:
        _check_opens(actor, view)
    if view.team_id is not None and view.team_id not in teams_with(actor) and not actor.may(KEEPER):
        raise Denied("Views of a team are changed by who belongs to it.", right=KEEPER)


def _name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME:
        raise Invalid(f"A view's name has 1 to {MAX_NAME} characters; this one has {len(name)}.", code="bad_name")
    return name
