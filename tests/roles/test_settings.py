"""Colleagues and API keys: the actions, and the pages on which administrators use them."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from pentad.core import clock
from pentad.core.actor import CLI, SYSTEM, Actor
from pentad.core.errors import Conflict, Denied, Invalid, NotFound
from pentad.core.models import AuditLine
from pentad.roles.access import actions, builtin, queries, rules
from pentad.roles.access.models import ApiKey, User

pytestmark = pytest.mark.django_db
MEMBER = Actor("user", "7", "Tom Reyes", policy=builtin.policy("member"))


@pytest.fixture
def nadia() -> User:
    return actions.add_user(
        actor=SYSTEM, email="nadia@kestrel.example", name="Nadia Karim", role="admin", password="kestrel-demo"
    )


@pytest.fixture
def tom() -> User:
    return actions.add_user(actor=SYSTEM, email="tom@kestrel.example", name="Tom Reyes", role="member")


class TestRules:
    @pytest.mark.parametrize(
        ("role", "right", "may"),
        [
            ("admin", "people.erase", True),
            ("admin", "anything.of.a.plugin", True),
            ("member", "people.edit", True),
            ("member", "people.erase", False),
            ("member", "admin.keys", False),
            ("gone", "people.view", False),
        ],
    )
    def test_roles(self, role: str, right: str, may: bool) -> None:
        assert Actor("user", "1", "x", policy=builtin.policy(role)).may(right) is may

    def test_tokens_differ_and_are_recognisable(self) -> None:
        tokens = {rules.new_token() for _ in range(100)}
        assert len(tokens) == 100
        assert all(token.startswith("ptd_") and len(token) == 47 for token in tokens)

    @pytest.mark.once
    @pytest.mark.parametrize(
        ("time", "said"),
        [
            (timedelta(hours=4), "4 hours"),
            (timedelta(hours=3, minutes=59), "4 hours"),
            (timedelta(hours=1), "60 minutes"),
            (timedelta(seconds=5), "1 minute"),
        ],
    )
    def test_what_is_left_is_said_in_words(self, time: timedelta, said: str) -> None:
        assert rules.left(time) == said


class TestKeys:
    def test_only_a_hash_is_kept(self) -> None:
        key, token = actions.add_key(actor=CLI, name=" Nightly export ", role="member")
        kept = " ".join(str(value) for value in ApiKey.objects.values().get().values())
        assert token not in kept
        assert token[12:] not in kept
        assert (key.name, key.prefix) == ("Nightly export", token[:12])
        assert AuditLine.objects.get().subject == f"key:{key.id}"

    def test_actor_has_the_rights_of_the_role_until_revoked(self) -> None:
        key, token = actions.add_key(actor=CLI, name="export", role="member")
        actor = queries.actor_by_token(token)
        assert actor
        assert (actor.ref, actor.may("people.view"), actor.may("people.merge")) == (f"key:{key.id}", True, False)
        actions.revoke_key(actor=CLI, key=key)
        assert queries.actor_by_token(token) is None
        assert queries.actor_by_token("ptd_guess") is None

    def test_use_is_noted_once_a_minute(self) -> None:
        key, token = actions.add_key(actor=CLI, name="export", role="member")
        start = clock.now()
        with clock.held(start):
            queries.actor_by_token(token)
        with clock.held(start + timedelta(seconds=50)):
            queries.actor_by_token(token)
        key.refresh_from_db()
        assert key.last_used == start
        with clock.held(start + timedelta(seconds=70)):
            queries.actor_by_token(token)
        key.refresh_from_db()
        assert key.last_used == start + timedelta(seconds=70)

    @pytest.mark.parametrize(("name", "role", "code"), [("", "admin", "name_missing"), ("x", "king", "unknown_role")])
    def test_refuses(self, name: str, role: str, code: str) -> None:
        with pytest.raises(Invalid) as fault:
            actions.add_key(actor=CLI, name=name, role=role)
        assert fault.value.code == code

    def test_members_may_not(self) -> None:
        with pytest.raises(Denied):
            actions.add_key(actor=MEMBER, name="mine", role="admin")
        assert not ApiKey.objects.exists()

    def test_found_by_name_or_beginning(self) -> None:
        key, token = actions.add_key(actor=CLI, name="export", role="member")
        assert queries.key_named("export") == queries.key_named(token) == queries.key_named(token[:12]) == key
        with pytest.raises(NotFound):
            queries.key_named("ptd_")
        actions.add_key(actor=CLI, name="export", role="member")
        with pytest.raises(Conflict):
            queries.key_named("export")


class TestColleagues:
    def test_one_account_for_an_address_whatever_its_case(self, nadia: User) -> None:
        with pytest.raises(Conflict) as fault:
            actions.add_user(actor=SYSTEM, email="NADIA@Kestrel.example", name="N", role="member")
        assert fault.value.code == "user_exists"

    @pytest.mark.parametrize("email", ["", "nadia", "a b@c.example", "a@b"])
    def test_refuses_what_is_no_address(self, email: str) -> None:
        with pytest.raises(Invalid):
            actions.add_user(actor=SYSTEM, email=email, name="N", role="member")

    def test_the_last_administrator_stays(self, nadia: User, tom: User) -> None:
        for change in ({"role": "member"}, {"active": False}):
            with pytest.raises(Conflict) as fault:
                actions.change_user(actor=SYSTEM, user=nadia, **change)
            assert fault.value.code == "last_administrator"
        actions.change_user(actor=SYSTEM, user=tom, role="admin")
        actions.change_user(actor=SYSTEM, user=nadia, active=False)
        assert not User.objects.get(pk=nadia.pk).is_active


class TestPages:
    def test_a_new_token_is_shown_once(self, client: Client, nadia: User) -> None:
        client.force_login(nadia)
        answer = client.post("/settings/keys/", {"name": "Nightly export", "role": "member"})
        assert "no-store" in answer.headers["Cache-Control"]
        page = answer.content.decode()
        token = re.search(r'data-copy="(ptd_[^"]+)"', page)
        assert token
        assert queries.actor_by_token(token[1])
        again = client.get("/settings/keys/").content.decode()
        assert "Nightly export" in again
        assert token[1] not in again

    def test_revoking(self, client: Client, nadia: User) -> None:
        key, token = actions.add_key(actor=CLI, name="export", role="member")
        client.force_login(nadia)
        page = client.post(f"/settings/keys/{key.id}/revoke/", follow=True).content.decode()
        assert "Revoked" in page
        assert queries.actor_by_token(token) is None
        assert client.get(f"/settings/keys/{key.id}/revoke/").status_code == 405
        assert client.post("/settings/keys/nothing/revoke/").status_code == 404

    def test_the_page_asks_before_it_closes_an_account_and_says_what_happened(
        self, client: Client, nadia: User, tom: User
    ) -> None:
        client.force_login(nadia)
        page = client.get("/settings/people/").content.decode()
        assert f'data-opens="close-{tom.pk}"' in page
        assert 'name="active" value="0"' not in page.partition("<dialog")[0], "only within the dialog"
        for sent, told in (
            ({"active": "0"}, "Tom Reyes’s account is closed"),
            ({"active": "1"}, "Tom Reyes’s account is open again."),
            ({"role": "rep"}, "Tom Reyes is Sales rep now."),
        ):
            assert told in client.post(f"/settings/people/{tom.pk}/", sent, follow=True).content.decode()

    @pytest.mark.once
    def test_roles_are_offered_least_first(self, db: None) -> None:
        offered = list(queries.roles_least_first())
        assert offered[-1] == "admin"
        assert offered.index("rep") < offered.index("lead")

    def test_inviting_a_colleague_gives_a_link(self, client: Client, nadia: User) -> None:
        client.force_login(nadia)
        data = {"email": "lea@kestrel.example", "role": "member"}
        page = client.post("/settings/people/", data).content.decode()
        assert re.search(r'data-copy="http://testserver/join/[^"]+"', page)
        again = client.post("/settings/people/", {**data, "email": "nadia@kestrel.example"})
        assert again.status_code == 422
        assert "has an account already" in again.content.decode()

    def test_role_and_state(self, client: Client, nadia: User, tom: User) -> None:
        client.force_login(nadia)
        client.post(f"/settings/people/{tom.pk}/", {"role": "admin"})
        client.post(f"/settings/people/{tom.pk}/", {"active": "0"})
        tom.refresh_from_db()
        assert (tom.role, tom.is_active) == ("admin", False)
        page = client.post(f"/settings/people/{nadia.pk}/", {"role": "member"}, follow=True).content.decode()
        assert "is the only administrator" in page
        assert "/password/" in client.post(f"/settings/people/{nadia.pk}/", {"invite": "1"}).content.decode()

    @pytest.mark.parametrize("path", ["/settings/people/", "/settings/keys/"])
    def test_members_are_refused_and_told_why(self, client: Client, tom: User, path: str) -> None:
        client.force_login(tom)
        answer = client.get(path)
        assert answer.status_code == 403
        assert "it needs the right “admin." in answer.content.decode()

    def test_names_are_text(self, client: Client, nadia: User) -> None:
        evil = "<script>alert(1)</script>"
        actions.add_key(actor=CLI, name=evil, role="member")
        client.force_login(nadia)
        actions.add_user(actor=SYSTEM, email="e@x.example", name=evil, role="member")
        for path in ("/settings/people/", "/settings/keys/"):
            page = client.get(path).content.decode()
            assert evil not in page
            assert "&lt;script&gt;" in page
