"""Saved views: only of lists there are, pinned or in the menu, in an order one chooses."""

import re

import pytest
from django.test import Client

from pentad.core.actor import SYSTEM, Actor
from pentad.core.errors import Denied, Invalid, NotFound
from pentad.data.identity.models import Person
from pentad.data.profiles import lists  # noqa: F401  makes its list known
from pentad.roles.access.actions import add_user
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_of
from pentad.roles.access.rights_models import Team, TeamMember
from pentad.roles.views import actions
from pentad.roles.views.actions import change_view, delete_view, move_view, open_with_view, restore_view, save_view
from pentad.roles.views.models import SavedView
from pentad.roles.views.queries import find_view, opening_view, views_of
from pentad.roles.views.state import ListState

pytestmark = pytest.mark.django_db


def user(role: str = "admin", email: str = "nadia@kestrel.example") -> User:
    return add_user(actor=SYSTEM, email=email, name="Nadia", role=role)


def browser(role: str = "admin") -> Client:
    client = Client()
    client.force_login(user(role), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def views(actor: Actor, *names: str, team: bool = True) -> list[SavedView]:
    return [save_view(actor=actor, list_name="people", name=name, state=ListState(), everyone=team) for name in names]


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


def test_a_teams_view_is_had_by_its_members_and_those_of_teams_above_and_below() -> None:
    nadia = actor_of(user())
    europe = Team.objects.create(name="Europe")
    dach, iberia = (Team.objects.create(name=name, parent=europe) for name in ("DACH", "Iberia"))
    tom, lea = user("member", "tom@kestrel.example"), user("member", "lea@kestrel.example")
    TeamMember.objects.create(team=dach, user=tom)
    TeamMember.objects.create(team=iberia, user=lea)
    for team in (europe, dach):
        save_view(actor=nadia, list_name="people", name=team.name, state=ListState(layout="board"), team=team)
    assert names(actor_of(tom)) == ["DACH", "Europe"]
    assert names(actor_of(lea)) == ["Europe"]
    view = SavedView.objects.get(team=dach)
    assert find_view(actor_of(tom), view.id) == view
    with pytest.raises(NotFound):
        find_view(actor_of(lea), view.id)
    with pytest.raises(Denied, match="belongs to it"):
        change_view(actor=actor_of(lea), view=view, name="Mine")
    with pytest.raises(Denied, match="belongs to it"):
        save_view(actor=actor_of(lea), list_name="people", name="For them", state=ListState(), team=dach)
    kept = delete_view(actor=actor_of(tom), view=view)
    view = restore_view(actor=actor_of(tom), kept=kept)
    assert restore_view(actor=actor_of(tom), kept=kept) == view, "twice does it once"
    change_view(actor=actor_of(tom), view=view, name="Ours")
    dach.delete()
    assert not SavedView.objects.filter(id=view.id).exists(), "a team's views go with it, and are nobody else's then"
    with pytest.raises(Invalid, match="gone"):
        restore_view(actor=nadia, kept=kept)


def test_a_view_that_two_bring_back_at_the_same_moment_is_there_once(monkeypatch: pytest.MonkeyPatch) -> None:
    nadia = actor_of(user())
    (view,) = views(nadia, "Shared")
    kept = delete_view(actor=nadia, view=view)
    first: list[SavedView] = []
    may_change = actions._may_change

    def meanwhile(actor: Actor, row: SavedView) -> None:
        may_change(actor, row)
        if not first:  # somebody else's restore ends between the look and the insert
            first.append(row)
            row.save(force_insert=True)

    monkeypatch.setattr(actions, "_may_change", meanwhile)
    assert restore_view(actor=nadia, kept=kept) == first[0]
    assert SavedView.objects.filter(id=kept["id"]).count() == 1


def test_a_role_opens_the_list_with_its_view_unless_one_chose_another() -> None:
    nadia, tom = actor_of(user()), user("member", "tom@kestrel.example")
    board = save_view(
        actor=nadia, list_name="people", name="Board", state=ListState(layout="board", group="known"), everyone=True
    )
    client = Client()
    client.force_login(tom, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert opening_view(actor_of(tom), "people") is None
    with pytest.raises(Denied):
        open_with_view(actor=actor_of(tom), view=board, roles=["member"])
    open_with_view(actor=nadia, view=board, roles=["member", "nothing"])
    assert opening_view(actor_of(tom), "people") == board
    assert opening_view(nadia, "people") is None
    Person.objects.create(name="Keiko Yılmaz")
    assert "data-board" in client.get("/people/").content.decode()
    other = save_view(actor=nadia, list_name="people", name="Other", state=ListState(), everyone=True)
    open_with_view(actor=nadia, view=other, roles=["member"])
    board.refresh_from_db()
    assert board.roles == (), "a role opens with one view"
    change_view(actor=nadia, view=other, state=ListState(sort="name"))
    assert opening_view(actor_of(tom), "people") == other, "saving over it leaves that"
    own = save_view(actor=actor_of(tom), list_name="people", name="Own", state=ListState())
    change_view(actor=actor_of(tom), view=own, default=True)
    assert opening_view(actor_of(tom), "people") == own
    with pytest.raises(Invalid, match="everyone"):
        open_with_view(actor=nadia, view=SavedView(list="people", owner_id=1, state={}), roles=["member"])


def test_only_who_may_edit_every_customer_says_what_the_list_opens_with_for_others() -> None:
    nadia, tom, client = actor_of(user()), user("rep", "tom@kestrel.example"), Client()
    client.force_login(tom, backend="allauth.account.auth_backends.AuthenticationBackend")
    rep = actor_of(tom)
    view = save_view(actor=rep, list_name="people", name="Tom's", state=ListState(), everyone=True)
    change_view(actor=rep, view=view, name="Ours", state=ListState(sort="name"))
    assert "Open the list with it" not in client.get(f"/people/?view={view.id}").content.decode()
    with pytest.raises(Denied, match="every customer"):
        change_view(actor=rep, view=view, default=True)
    change_view(actor=nadia, view=view, default=True)
    for act in (
        lambda: change_view(actor=rep, view=view, state=ListState(q="nobody")),
        lambda: delete_view(actor=rep, view=view),
        lambda: actions.share_view(actor=rep, view=view),
    ):
        with pytest.raises(Denied, match="every customer"):
            act()
    own = save_view(actor=rep, list_name="people", name="Own", state=ListState())
    change_view(actor=rep, view=own, default=True)
    assert opening_view(rep, "people") == own


def test_a_role_opens_the_list_with_a_view_that_comes_with_the_product() -> None:
    nadia, tom = browser(), user("member", "tom@kestrel.example")
    client = Client()
    client.force_login(tom, backend="allauth.account.auth_backends.AuthenticationBackend")
    at = "/views/people/opens/0/"
    assert "Who sees this view first" in nadia.get("/people/?view=own-0").content.decode()
    assert "Who sees this view first" not in client.get("/people/?view=own-0").content.decode()
    assert (client.post(at).status_code, nadia.get("/views/people/opens/9/").status_code) == (403, 404)
    saved = nadia.post(at, {"role": ["member", "nothing"]})
    assert saved.headers["HX-Redirect"] == "/people/?view=own-0"
    assert re.search(r'value="member"\s+checked', nadia.get(at).content.decode())
    assert re.search(r'view=own-0"[^>]*aria-current', client.get("/people/").content.decode())
    assert names(actor_of(tom)) == [], "it is no view that somebody saved"
    board = save_view(actor=SYSTEM, list_name="people", name="Board", state=ListState(), everyone=True)
    open_with_view(actor=SYSTEM, view=board, roles=["member"])
    assert SavedView.objects.get() == opening_view(actor_of(tom), "people") == board, "a role opens with one view"
    nadia.post(at, {"role": ["member"]})
    board.refresh_from_db()
    assert board.roles == ()
    nadia.post(at, {})
    assert opening_view(actor_of(tom), "people") is None


def test_the_dialog_says_who_has_a_view_and_changes_it() -> None:
    client = browser()
    team = Team.objects.create(name="Europe")
    saved = client.post("/views/people/new/", {"name": "Ours", "state": "as=board&by=known", "whose": str(team.pk)})
    view = SavedView.objects.get()
    assert (saved.status_code, view.team, view.state["layout"]) == (204, team, "board")
    assert "Europe" in client.get(f"/views/{view.id}/share/").content.decode()
    client.post(f"/views/{view.id}/share/", {"whose": "all", "role": ["rep"]})
    view.refresh_from_db()
    assert view.for_everyone and view.roles == ("rep",)
    client.post(f"/views/{view.id}/share/", {"whose": "me"})
    view.refresh_from_db()
    assert view.owner_id and view.roles == (), "a private view opens for nobody else"


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
