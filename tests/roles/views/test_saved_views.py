"""Saved views: only of lists there are, pinned or in the menu, in an order one chooses."""

import pytest
from django.test import Client

from pentad.core.actor import SYSTEM, Actor
from pentad.core.errors import Denied, Invalid
from pentad.data.profiles import lists  # noqa: F401  makes its list known
from pentad.roles.access.actions import add_user
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_of
from pentad.roles.views.actions import change_view, move_view, save_view
from pentad.roles.views.models import SavedView
from pentad.roles.views.queries import views_of
from pentad.roles.views.state import ListState

pytestmark = pytest.mark.django_db


def user(role: str = "admin", email: str = "nadia@kestrel.example") -> User:
    return add_user(actor=SYSTEM, email=email, name="Nadia", role=role)


def browser(role: str = "admin") -> Client:
    client = Client()
    client.force_login(user(role), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def views(actor: Actor, *names: str, team: bool = True) -> list[SavedView]:
    return [save_view(actor=actor, list_name="people", name=name, state=ListState(), team=team) for name in names]


def names(actor: Actor) -> list[str]:
    return [view.name for view in views_of(actor, "people")]


@pytest.mark.parametrize("name", ["%5Cevil.example", ".evil.example", "nothing"])
def test_a_view_is_saved_for_a_list_there_is_and_leads_to_it(name: str) -> None:
    client = browser()
    for answer in (client.get(f"/views/{name}/new/"), client.post(f"/views/{name}/new/", {"name": "Mine"})):
        assert answer.status_code == 404 and "HX-Redirect" not in answer.headers
    assert not SavedView.objects.exists()
    saved = client.post("/views/people/new/", {"name": "Mine"})
    assert saved.headers["HX-Redirect"] == f"/people/?view={SavedView.objects.get().id}"


def test_views_change_places_among_their_own_kind() -> None:
    nadia = actor_of(user())
    _, two, three = views(nadia, "One", "Two", "Three")
    own, _ = views(nadia, "Own", "Other", team=False)
    move_view(actor=nadia, view=three, left=True)
    assert names(nadia) == ["One", "Three", "Two", "Own", "Other"]
    move_view(actor=nadia, view=own, left=False)
    move_view(actor=nadia, view=two, left=False)
    assert names(nadia) == ["One", "Three", "Two", "Other", "Own"], "the team's last does not go among one's own"
    change_view(actor=nadia, view=three, pinned=False)
    move_view(actor=nadia, view=two, left=True)
    assert names(nadia)[:3] == ["Two", "Three", "One"], "it passes what is no tab"


def test_only_who_may_share_moves_the_teams_views_and_nobody_a_colleagues() -> None:
    nadia = actor_of(user())
    (own,) = views(nadia, "Own", team=False)
    (shared,) = views(nadia, "Shared")
    tom = actor_of(user("member", "tom@kestrel.example"))
    with pytest.raises(Invalid, match="colleague"):
        move_view(actor=tom, view=own, left=True)
    with pytest.raises(Denied):
        move_view(actor=Actor("user", tom.id, "Tom", frozenset({"people.view"})), view=shared, left=True)


def test_a_view_off_the_tabs_is_in_the_menu_beside_them() -> None:
    client = browser()
    (view, _) = views(SYSTEM, "Rarely", "Often")
    moved = client.post(f"/views/{view.id}/change/", {"move": "right"})
    assert moved.headers["HX-Redirect"] == f"/people/?view={view.id}"
    client.post(f"/views/{view.id}/change/", {"pinned": "0"})
    page = client.get("/people/").content.decode()
    tabs, _, menu = page.partition('id="more-views"')
    assert "Rarely" not in tabs and "Rarely" in menu
    shown = client.get(f"/people/?view={view.id}").content.decode()
    assert "Pin to the tabs" in shown and 'id="more-views"' not in shown
