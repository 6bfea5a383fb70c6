"""Roles, teams, elevation and explanations on their pages."""

import html
import json
import re

import pytest
from django.test import Client

from pentad.core.actor import SYSTEM, acting_as
from pentad.core.errors import Conflict, Denied, Invalid, NotFound
from pentad.data.fields.actions import add_field
from pentad.data.identity.models import Person
from pentad.data.identity.queries import find_person
from pentad.data.profiles import vocabulary
from pentad.data.profiles.actions import set_trait
from pentad.roles.access import actions as accounts
from pentad.roles.access.manage import actions
from pentad.roles.access.models import User
from pentad.roles.access.purposes.models import FieldPurpose
from pentad.roles.access.purposes.queries import of_role
from pentad.roles.access.queries import actor_of
from pentad.roles.access.rights_models import Elevation, FieldClass, Role, Share, Team
from pentad.roles.notices.actions import notify
from pentad.roles.notices.models import Notice
from pentad.roles.undo.models import Change
from pentad.roles.views.actions import delete_view, save_view
from pentad.roles.views.models import SavedView
from pentad.roles.views.state import ListState

pytestmark = pytest.mark.django_db


def add(name: str, role: str) -> User:
    return accounts.add_user(actor=SYSTEM, email=f"{name}@kestrel.example", name=name.title(), role=role)


@pytest.fixture
def nadia() -> User:
    return add("nadia", "admin")


@pytest.fixture
def keiko() -> User:
    return add("keiko", "rep")


@pytest.fixture
def admin(nadia: User) -> Client:
    client = Client()
    client.force_login(nadia)
    return client


def customer(**fields: object) -> Person:
    return Person.objects.create(name="Elif Costa", email="elif@lumen.example", **fields)


class TestRoles:
    def test_a_role_begins_like_another_and_is_changed_on_its_page(self, admin: Client) -> None:
        answer = admin.post("/settings/roles/", {"label": "Key Account", "like": "rep", "note": "Large customers"})
        assert answer.headers["Location"] == "/settings/roles/key-account/"
        role = Role.objects.get(name="key-account")
        assert role.grants.get(right="people.view").scope == "own"
        wishes = {"allow:people.view": "team", "deny:people.export": "all", "field:people:email": "masked"}
        told = admin.post("/settings/roles/key-account/", wishes, follow=True).content.decode()
        assert "people.view allowed (the team’s)" in told
        assert role.grants.get(right="people.view").scope == "team"
        assert role.grants.get(right="people.export").deny
        page = admin.get("/settings/roles/key-account/").content.decode()
        assert '<option value="masked" selected>' in page
        admin.post("/settings/roles/key-account/", {"remove": "1"})
        assert not Role.objects.filter(name="key-account").exists()

    def test_a_role_begins_empty_and_never_takes_anothers_place(self, admin: Client) -> None:
        admin.post("/settings/roles/", {"label": "Trainee", "like": ""})
        assert not Role.objects.get(name="trainee").grants.exists()
        told = admin.post("/settings/roles/", {"label": "Rep", "like": ""}, follow=True).content.decode()
        assert "There is a role “rep” already." in told
        assert Role.objects.get(name="rep").label == "Sales rep"

    def test_one_save_changes_what_was_chosen_and_nothing_else(self, admin: Client) -> None:
        role, page = Role.objects.get(name="rep"), admin.get("/settings/roles/rep/").content.decode()
        seen = html.unescape(re.search(r'name="seen" value="([^"]*)"', page)[1])  # type: ignore[index]
        form = {name: value for name, value in json.loads(seen).items() if name != "purposes"}
        form |= {"seen": seen, "purposes": "", "purpose": ["sales"]}
        before = set(role.grants.values_list("right", "scope", "deny"))
        told = admin.post("/settings/roles/rep/", form, follow=True).content.decode()
        assert "Nothing was changed." in told
        actions.set_grant(actor=SYSTEM, role=role, right="people.merge", scope="own")
        admin.post("/settings/roles/rep/", {**form, "allow:people.bulk": "own", "purpose": ["sales", "service"]})
        now = set(role.grants.values_list("right", "scope", "deny"))
        assert now - before == {("people.bulk", "own", False), ("people.merge", "own", False)}, "a colleague’s stays"
        assert not before - now
        assert of_role("rep") == {"sales", "service"}

    def test_a_refused_form_saves_nothing_and_comes_back_as_it_was_sent(self, keiko: User) -> None:
        Role.objects.create(name="officer", label="Officer")
        for right in ("admin.rights", "people.view"):
            actions.set_grant(actor=SYSTEM, role=Role.objects.get(name="officer"), right=right, scope="all")
        client = Client()
        client.force_login(add("olga", "officer"))
        wishes = {"allow:people.view": "all", "allow:people.erase": "all"}
        answer = client.post("/settings/roles/rep/", wishes)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "Nothing is saved." in page
        assert re.search(r'name="allow:people.erase".*?<option value="all" selected', page)
        assert Role.objects.get(name="rep").grants.get(right="people.view").scope == "own"

    def test_the_administrators_role_stays_and_a_held_one_is_not_removed(self, nadia: User, keiko: User) -> None:
        with pytest.raises(Conflict):
            actions.set_grant(actor=SYSTEM, role=Role.objects.get(name="admin"), right="people.view", scope="own")
        with pytest.raises(Conflict):
            actions.remove_role(actor=SYSTEM, role=Role.objects.get(name="rep"))

    def test_a_built_in_role_is_put_back(self) -> None:
        role = Role.objects.get(name="rep")
        actions.set_grant(actor=SYSTEM, role=role, right="people.view", scope="all")
        actions.put_role_back(actor=SYSTEM, role=role)
        assert role.grants.get(right="people.view").scope == "own"

    def test_only_who_holds_the_right_manages(self, keiko: User) -> None:
        client = Client()
        client.force_login(keiko)
        for path in (
            "/settings/roles/",
            "/settings/roles/rep/",
            "/settings/teams/",
            "/settings/access/",
            "/settings/access/review/",
        ):
            assert client.get(path).status_code == 403, path


class TestTeams:
    def test_teams_stand_below_each_other_without_a_circle(self, admin: Client, keiko: User) -> None:
        admin.post("/settings/teams/", {"name": "Europe"})
        europe = Team.objects.get()
        admin.post("/settings/teams/", {"name": "DACH", "parent": europe.pk})
        dach = Team.objects.get(name="DACH")
        assert dach.parent == europe
        with pytest.raises(Conflict):
            actions.save_team(actor=SYSTEM, name="Europe", parent=dach, team=europe)
        admin.post("/settings/teams/", {"team": dach.pk, "user": keiko.pk, "member": "1"})
        assert "Keiko" in admin.get("/settings/teams/").content.decode()
        admin.post("/settings/teams/", {"team": europe.pk, "remove": "1"})
        assert Team.objects.count() == 2, "teams are below it"

    def test_a_team_is_renamed_and_moved_and_takes_in_whom_it_has_not(self, admin: Client, keiko: User) -> None:
        europe = actions.save_team(actor=SYSTEM, name="Europe")
        dach = actions.save_team(actor=SYSTEM, name="DACH", parent=europe)
        actions.set_member(actor=SYSTEM, team=dach, user=keiko, member=True)
        page = admin.get("/settings/teams/").content.decode()
        dialog = page.partition(f'id="change-{europe.pk}"')[2].partition("</dialog>")[0]
        assert f'<option value="{dach.pk}"' not in dialog, "no team stands below one that is below it"
        row = page.partition(f'data-row="{dach.pk}"')[2].partition("</tr>")[0]
        assert f'<option value="{keiko.pk}"' not in row
        assert f'<option value="{keiko.pk}"' in page
        told = admin.post("/settings/teams/", {"team": dach.pk, "name": "Alps", "parent": ""}, follow=True)
        assert "“Alps” is changed." in told.content.decode()
        dach.refresh_from_db()
        assert (dach.name, dach.parent, dach.members.count()) == ("Alps", None, 1)


class TestOwners:
    def test_assigning_and_sharing_open_a_record_and_only_as_far_as_one_may(self, nadia: User, keiko: User) -> None:
        tom = add("tom", "rep")
        record = customer()
        actions.assign(actor=actor_of(nadia), record=record, owner=keiko, team=None)
        with acting_as(actor_of(tom)), pytest.raises(NotFound):
            find_person(record.id)
        with acting_as(actor_of(keiko)):
            assert find_person(record.id).name == "Elif Costa"
        with pytest.raises(Denied):
            actions.assign(actor=actor_of(keiko), record=record, owner=tom, team=None)
        actions.share(actor=actor_of(keiko), record=record, user=tom)
        with acting_as(actor_of(tom)):
            assert find_person(record.id)
        with pytest.raises(Denied):
            actions.share(actor=actor_of(tom), record=record, user=nadia)
        actions.unshare(actor=actor_of(keiko), record=record, share=Share.objects.get())
        with acting_as(actor_of(tom)), pytest.raises(NotFound):
            find_person(record.id)

    def test_an_owner_there_is_not_takes_none_away(self, admin: Client, keiko: User) -> None:
        record = customer()
        actions.assign(actor=SYSTEM, record=record, owner=keiko, team=None)
        for nobody in ("9" * 5000, "999999", "٣", "x"):
            asked = {"owner": nobody, "team": "", "share": f"user:{nobody}"}
            assert admin.post(f"/people/{record.id}/owner/", asked).status_code == 404
            assert admin.get("/people/", {"f": f"owner~is~{nobody}"}).status_code == 200
        assert Person.objects.get(pk=record.pk).owner == keiko

    def test_many_at_once_in_the_list(self, admin: Client, keiko: User) -> None:
        ids = [customer().id, Person.objects.create(name="Ines Jensen").id]
        dialog = admin.get("/people/bulk/owner/", {"id": ids}).content.decode()
        assert "Change 2 customers" in dialog and dialog.count('<option value="keep" selected>Leave as it is') == 2
        admin.post("/people/bulk/owner/", {"id": ids, "owner": keiko.pk, "team": ""})
        with acting_as(actor_of(keiko)):
            assert {one.id for one in Person.seen.all()} == set(ids)

    def test_many_at_once_change_only_what_was_chosen_and_so_does_undo(
        self, admin: Client, nadia: User, keiko: User
    ) -> None:
        europe, asia = Team.objects.create(name="Europe"), Team.objects.create(name="Asia")
        ids = [customer(owner=keiko, team=asia).id, Person.objects.create(name="Ines Jensen", owner=nadia).id]

        def held() -> list[tuple[User | None, Team | None]]:
            return [(one.owner, one.team) for one in Person.objects.order_by("no")]

        before = held()
        asked = {"id": ids, "owner": "keep", "team": "keep"}
        assert admin.post("/people/bulk/owner/", asked).status_code == 400, "nothing is chosen"
        assert held() == before
        admin.post("/people/bulk/owner/", {**asked, "team": europe.pk})
        assert held() == [(keiko, europe), (nadia, europe)]
        change = Change.objects.latest("no")
        assert change.what == "Team of 2 customers set to Europe"
        admin.post("/people/bulk/owner/", {**asked, "owner": ""})
        assert held() == [(None, europe), (None, europe)]
        admin.post(f"/changes/{change.id}/undo/")
        assert held() == [(None, asia), (None, None)], "the owners were changed since, and stay"


class TestShares:
    """What is shared ends with its owner's time."""

    @pytest.fixture
    def shared(self, admin: Client, nadia: User, keiko: User) -> Person:
        record = customer(owner=keiko)
        actions.share(actor=actor_of(keiko), record=record, user=add("tom", "rep"), change=True)
        return record

    def given(self, admin: Client, record: Person, **asked: object) -> str:
        """Gives the record through the dialog; returns the address that takes it back."""
        admin.post(f"/people/{record.id}/owner/", {"owner": "", "team": "", **asked})
        return f"/changes/{Change.objects.latest('no').id}/undo/"

    def test_it_ends_with_the_owners_and_comes_back_when_that_is_undone(
        self, admin: Client, nadia: User, keiko: User, shared: Person
    ) -> None:
        before = Share.objects.values().get()
        assert "ends when the owner changes" in admin.get(f"/people/{shared.id}/owner/").content.decode()
        back = self.given(admin, shared, owner=nadia.pk)
        assert not Share.objects.exists()
        assert "a share ended" in Change.objects.latest("no").what
        shared.refresh_from_db()
        actions.share(actor=actor_of(nadia), record=shared, user=add("ines", "rep"))
        assert admin.post(back).status_code == 204
        assert (Person.objects.get().owner, Share.objects.values().get()) == (keiko, before)

    def test_it_is_kept_by_who_says_so_and_when_only_the_team_changes(
        self, admin: Client, nadia: User, keiko: User, shared: Person
    ) -> None:
        back = self.given(admin, shared, owner=nadia.pk, keep_shares="1")
        assert admin.post(back).status_code == 204
        self.given(admin, shared, owner=keiko.pk, team=Team.objects.create(name="Europe").pk)
        assert Share.objects.exists()

    def test_stopping_one_saves_nothing_else_of_the_form(
        self, admin: Client, nadia: User, keiko: User, shared: Person
    ) -> None:
        asked = {"owner": nadia.pk, "team": "", "share": f"user:{nadia.pk}", "unshare": Share.objects.get().pk}
        admin.post(f"/people/{shared.id}/owner/", asked)
        assert not Share.objects.exists()
        assert (Person.objects.get(pk=shared.pk).owner, Change.objects.exists()) == (keiko, False)

    def test_many_at_once_and_cards_of_a_board_too(
        self, admin: Client, nadia: User, keiko: User, shared: Person
    ) -> None:
        ids = [shared.id, customer().id]
        admin.post("/people/bulk/owner/", {"id": ids, "owner": nadia.pk, "keep_shares": "1"})
        assert Share.objects.exists()
        admin.post("/people/bulk/owner/", {"id": ids, "owner": ""})
        assert not Share.objects.exists()
        admin.post(f"/changes/{Change.objects.latest('no').id}/undo/")
        assert Share.objects.exists()
        assert "What is shared ends" in admin.get(f"/views/people/move/?id={shared.id}&by=owner").content.decode()
        moved = admin.post("/views/people/move/", {"id": shared.id, "by": "owner", "to": keiko.pk})
        assert not Share.objects.exists()
        admin.post(json.loads(moved.headers["HX-Trigger"])["toast"]["undo"])
        assert (Person.objects.get(pk=shared.pk).owner, Share.objects.count()) == (nadia, 1)


class TestElevation:
    def test_a_second_role_for_a_while_with_a_reason(self, admin: Client, keiko: User) -> None:
        record = customer()
        admin.post(f"/settings/people/{keiko.pk}/elevate/", {"role": "agent", "hours": "2", "reason": "Covers for Tom"})
        assert "also Service agent for 2 hours" in admin.get("/settings/people/").content.decode()
        with acting_as(actor_of(keiko)):
            assert find_person(record.id)
        assert "Covers for Tom" in admin.get("/settings/access/review/").content.decode()
        admin.post(f"/settings/people/{keiko.pk}/elevate/", {"end": Elevation.objects.get().pk})
        with acting_as(actor_of(keiko)), pytest.raises(NotFound):
            find_person(record.id)

    def test_without_a_reason_or_for_long_it_is_refused(self, admin: Client, keiko: User) -> None:
        for asked in ({"hours": "2", "reason": " "}, {"hours": "200", "reason": "x"}, {"hours": "many", "reason": "x"}):
            admin.post(f"/settings/people/{keiko.pk}/elevate/", {"role": "agent", **asked})
        assert not Elevation.objects.exists()


class TestExplanation:
    def test_why_not_and_what_would_change_it(self, admin: Client, keiko: User) -> None:
        record = customer(owner=add("sven", "rep"))
        asked = {"user": keiko.pk, "right": "people.view", "record": record.id}
        page = admin.get("/settings/access/", asked).content.decode()
        assert "Keiko may not use people.view on this customer." in page
        assert "Sales rep allows people.view for own records; this record is not among them." in page
        assert "The customer belongs to Sven: not theirs." in page
        assert "Make Keiko the owner of this customer." in page
        Person.objects.update(owner=keiko)
        assert "Keiko may use people.view on this customer." in admin.get("/settings/access/", asked).content.decode()

    def test_what_denies_wins_and_is_named(self, admin: Client, keiko: User) -> None:
        record = customer(owner=keiko)
        role = Role.objects.get(name="rep")
        actions.set_grant(actor=SYSTEM, role=role, right="people.view", scope="own", deny=True)
        page = admin.get(
            "/settings/access/", {"user": keiko.pk, "right": "people.view", "record": record.id}
        ).content.decode()
        assert "Keiko may not use" in page
        assert "Take away the grant that denies" in page
        with acting_as(actor_of(keiko)), pytest.raises(NotFound):
            find_person(record.id)

    def test_a_field(self, admin: Client) -> None:
        record, mia = customer(), add("mia", "analyst")
        asked = {"user": mia.pk, "right": "people.view", "record": record.id, "field": "email"}
        page = admin.get("/settings/access/", asked).content.decode()
        assert "Mia sees the field “E-mail address” of this customer, but masked." in page
        assert "classed as personal" in page


class TestEyes:
    def test_an_administrator_sees_what_a_colleague_sees_and_changes_nothing(self, admin: Client, keiko: User) -> None:
        hidden, own = customer(), Person.objects.create(name="Ines Jensen", owner=keiko)
        admin.post(f"/settings/people/{keiko.pk}/eyes/")
        page = admin.get("/people/").content.decode()
        assert "Ines Jensen" in page
        assert "Elif Costa" not in page
        assert "You see what" in page
        assert admin.get(f"/people/{hidden.id}/").status_code == 404
        refused = admin.post(f"/people/{own.id}/notes/", {"text": "Hello"})
        assert refused.status_code == 403
        assert "nothing can be changed" in refused.content.decode()
        admin.post("/settings/eyes/leave/")
        assert "Elif Costa" in admin.get("/people/").content.decode()


def test_through_her_eyes_everything_own_is_hers(admin: Client, nadia: User, keiko: User) -> None:
    for user, word in ((nadia, "Nadias"), (keiko, "Keikos")):
        save_view(actor=actor_of(user), list_name="people", name=f"{word} view", state=ListState(q="ann"))
        gone = save_view(actor=actor_of(user), list_name="people", name=f"{word} other", state=ListState())
        delete_view(actor=actor_of(user), view=gone)
        notify(user_ids=[user.pk], kind="mention", parts=[f"{word} notice"], why="Your name is in it.")
    views = {view.name: view.id for view in SavedView.objects.all()}
    assert "Nadias view" in admin.get("/people/").content.decode()
    admin.post(f"/settings/people/{keiko.pk}/eyes/")
    for page in ("/people/", "/notices/", "/changes/?view=own-0"):
        shown = admin.get(page).content.decode()
        assert "Keikos" in shown and "Nadias" not in shown, page
    assert admin.get(f"/people/?view={views['Nadias view']}").status_code == 404
    assert not Notice.objects.exclude(read=None).exists(), "nobody reads them for her"
    admin.post("/settings/eyes/leave/")
    assert "Nadias" in admin.get("/notices/").content.decode()


def test_fields_are_named_as_people_call_them_and_names_that_do_nothing_refused(admin: Client) -> None:
    ann = Person.objects.create(name="Ann", known=True)
    set_trait(actor=SYSTEM, person=ann, name="birthday", value="1990-01-01")
    vocabulary.trait_names.forget()  # type: ignore[attr-defined]
    add_field(actor=SYSTEM, kind="people", name="home_town", label="City", type="text")
    assert "trait:birthday" in admin.get("/settings/access/review/").content.decode(), (
        "traits are suggested, not only fields"
    )

    def say(field: str) -> str:
        given = {"kind": "people", "field": field, "sensitivity": "sensitive"}
        return html.unescape(admin.post("/settings/access/field/", given, follow=True).content.decode())

    for typed in ("City", "Birthday", "e-mail address"):
        assert "have no field" not in say(typed)
    assert "Customers have no field or trait “shoesize”" in say("shoesize")
    assert "no customer has the trait “shoesize” yet" in say("trait:shoesize")
    assert "Did you mean “trait:birthday”" in say("trait:Birthday")
    found = set(FieldClass.objects.values_list("field", flat=True))
    assert found == {"trait:home_town", "trait:birthday", "email", "trait:shoesize", "trait:Birthday"}
    given = {"kind": "people", "field": "City", "purpose": "service"}
    assert "is changed" in admin.post("/settings/access/purposes/", given, follow=True).content.decode()
    assert FieldPurpose.objects.get().field == "trait:home_town"
    rep = Role.objects.get(name="rep")
    actions.set_field_rule(actor=SYSTEM, role=rep, kind="people", target="City", level="hidden")
    assert rep.field_rules.filter(target="trait:home_town", level="hidden").exists()
    with pytest.raises(Invalid, match="no field or trait"):
        actions.set_field_rule(actor=SYSTEM, role=rep, kind="people", target="Town", level="hidden")
