"""Saving, changing and deleting the views of a list."""

import json
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST

from pentad.core.actor import Actor
from pentad.core.errors import Invalid, NotFound
from pentad.core.secretbox import cover, uncover
from pentad.roles.access import signed_in
from pentad.roles.access.rights_models import Role, Team
from pentad.roles.views import actions
from pentad.roles.views.models import SavedView
from pentad.roles.views.queries import KEEPER, find_view, standing_for, teams_to_share_with
from pentad.roles.views.spec import known_list
from pentad.roles.views.state import ListState

SALT = "deleted view"


@require_http_methods(["GET", "POST"])
@signed_in("people.view")
def new_view(request: HttpRequest, list_name: str) -> HttpResponse:
    """The dialog that names a view, and what it sends."""
    spec = known_list(list_name)
    actor = request.actor  # type: ignore[attr-defined]
    if request.method == "GET":
        context = {"list": spec.name, "state": request.GET.get("state", ""), **_whose(actor)}
        return render(request, "views/_new_view.html", context)
    team, everyone = _chosen(request)
    view = actions.save_view(
        actor=actor, list_name=spec.name, name=request.POST.get("name", ""),
        state=ListState.parse(request.POST.get("state", "")), team=team, everyone=everyone,
    )  # fmt: skip
    return _go(view)


def _whose(actor: Actor) -> dict[str, Any]:
    """For whom a view can be."""
    may_share = actor.may(actions.SHARE)
    return {"may_share": may_share, "teams": teams_to_share_with(actor) if may_share else []}


def _chosen(request: HttpRequest) -> tuple[Team | None, bool]:
    """(team, everyone) as the form says it: "me", "all", or the number of a team."""
    said = request.POST.get("whose", "me")
    return (get_object_or_404(Team, pk=said) if said.isdecimal() and len(said) < 10 else None), said == "all"


@require_http_methods(["GET", "POST"])
@signed_in("people.view")
def share(request: HttpRequest, view_id: str) -> HttpResponse:
    """Who has a view, and for which roles the list opens with it."""
    actor = request.actor  # type: ignore[attr-defined]
    view = find_view(actor, view_id)
    keeps = actor.may(KEEPER)
    if request.method == "GET":
        roles = [(one.name, one.label, one.name in view.roles) for one in Role.objects.order_by("order", "label")]
        context = {"view": view, "keeps": keeps, "roles": roles if keeps else [], **_whose(actor)}
        return render(request, "views/_share.html", context)
    team, everyone = _chosen(request)
    view = actions.share_view(actor=actor, view=view, team=team, everyone=everyone)
    if keeps:
        chosen = request.POST.getlist("role") if view.for_everyone else []
        if sorted(chosen) != sorted(view.roles):
            actions.open_with_view(actor=actor, view=view, roles=chosen)
    return _go(view)


@require_http_methods(["GET", "POST"])
@signed_in(KEEPER)
def opens(request: HttpRequest, list_name: str, index: int) -> HttpResponse:
    """For which roles a list opens with a view that comes with the product."""
    spec = known_list(list_name)
    if index >= len(spec.views):
        raise NotFound("This view does not exist any more.", code="view_not_found", fix="Choose another one.")
    name, actor = spec.views[index][0], request.actor  # type: ignore[attr-defined]
    if request.method == "GET":
        held = {role for view in standing_for(spec.name) if view.own == name for role in view.roles}
        roles = [(one.name, one.label, one.name in held) for one in Role.objects.order_by("order", "label")]
        return render(request, "views/_opens.html", {"name": name, "roles": roles, "url": request.path})
    actions.open_with_own_view(actor=actor, list_name=spec.name, name=name, roles=request.POST.getlist("role"))
    return HttpResponse(status=204, headers={"HX-Redirect": f"{spec.url}?view=own-{index}"})


@require_POST
@signed_in("people.view")
def change(request: HttpRequest, view_id: str) -> HttpResponse:
    """Rename, overwrite, pin, move, or make it the default."""
    actor = request.actor  # type: ignore[attr-defined]
    view = find_view(actor, view_id)
    if "move" in request.POST:
        return _go(actions.move_view(actor=actor, view=view, left=request.POST["move"] == "left"))
    flags = {key: request.POST[key] == "1" for key in ("pinned", "default") if key in request.POST}
    state = ListState.parse(request.POST["state"]) if "overwrite" in request.POST else None
    actions.change_view(actor=actor, view=view, name=request.POST.get("name"), state=state, **flags)
    return _go(view)


@require_POST
@signed_in("people.view")
def delete(request: HttpRequest, view_id: str) -> HttpResponse:
    """Delete, with a toast that takes it back."""
    actor = request.actor  # type: ignore[attr-defined]
    view = find_view(actor, view_id)
    kept = actions.delete_view(actor=actor, view=view)
    token = cover(SALT, signing.dumps(kept, salt=SALT, compress=True))
    toast = {"text": f"View “{view.name}” deleted.", "undo": f"/views/restore/?what={token}"}
    location = {"path": f"{known_list(view.list).url}?f=", "target": "#list-body"}
    return HttpResponse(
        status=200, headers={"HX-Trigger": json.dumps({"toast": toast}), "HX-Location": json.dumps(location)}
    )


@require_POST
@signed_in("people.view")
def restore(request: HttpRequest) -> HttpResponse:
    """Undo of `delete`. The row travels in the address, signed with its time, and covered: its filters may tell of
    fields that whoever deletes it does not see.
    """
    try:
        kept = signing.loads(uncover(SALT, request.GET.get("what", "")), salt=SALT, max_age=3600)
    except (ValueError, signing.BadSignature):
        raise Invalid("It is too late to undo this.", code="too_late", fix="Save the view again.") from None
    view = actions.restore_view(actor=request.actor, kept=kept)  # type: ignore[attr-defined]
    return _go(view)


def _go(view: SavedView) -> HttpResponse:
    return HttpResponse(status=204, headers={"HX-Redirect": f"{known_list(view.list).url}?view={view.id}"})
