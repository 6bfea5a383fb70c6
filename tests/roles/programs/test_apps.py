"""Apps of third parties: the way in, what they may do, and how it ends. A real OAuth library speaks for the app."""

import re
from typing import Any

import jwt
import pytest
from allauth.idp.oidc.models import Token
from django.test import Client

from pentad.core.actor import SYSTEM
from pentad.core.errors import Denied, Invalid
from pentad.core.models import AuditLine
from pentad.data.identity.models import Person
from pentad.roles.access import actions as accounts
from pentad.roles.access.apps import actions, rules
from pentad.roles.access.apps.models import App, Consent, SigningKey
from pentad.roles.access.manage import actions as manage
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_named, actor_of
from pentad.roles.access.rights_models import Role
from tests.roles.programs.oauth import BACK, RIGHTS, AppOf, add, call, fault

pytestmark = [pytest.mark.django_db, pytest.mark.once]


class TestTheWayIn:
    def test_a_colleague_lets_an_app_in_and_it_acts_for_them(
        self, reports: AppOf, keiko: User, elif_costa: Person
    ) -> None:
        page = reports.ask("openid email people.view people.edit").content.decode()
        assert "See customers in lists, search, pages and the API." in page, "what it will do is said in words"
        told = reports.sign_in("openid email people.view people.edit")
        assert told["status"] == 200
        found = call(told["access_token"])
        assert [row["id"] for row in found.json()["results"]] == [elif_costa.id]
        done = call(told["access_token"], f"/api/v1/people/{elif_costa.id}/traits/plan", "put", {"value": "pro"})
        assert done.status_code == 200
        line = AuditLine.objects.filter(actor__startswith="app:").latest("id")
        assert (line.actor, line.actor_name) == (f"app:{reports.id}:{keiko.pk}", "Reports, for Keiko Yılmaz")
        assert actor_named(line.actor).may("people.edit"), "work that goes on in its name has its rights"
        assert call(told["access_token"], "/api/v1/tasks").status_code == 403, "nothing was said of tasks"
        assert Consent.objects.get().last_used is not None and App.objects.get().last_used is not None

    def test_who_it_is_is_signed_and_asked_for(self, reports: AppOf, keiko: User) -> None:
        told = reports.sign_in("openid email profile people.view", tick=["openid", "email", "profile"])
        about = reports.server.get("/.well-known/openid-configuration", secure=True).json()
        assert about["issuer"] == "https://testserver"
        assert about["response_types_supported"] == ["code"] and "people.view" in about["scopes_supported"]
        keys = jwt.PyJWKSet.from_dict(reports.server.get(about["jwks_uri"], secure=True).json())
        said = jwt.decode(
            told["id_token"], keys.keys[0], algorithms=["RS256"], audience=reports.id, issuer=about["issuer"]
        )
        assert (said["sub"], said["email"], said["name"]) == (str(keiko.pk), keiko.email, keiko.name)
        headers = {"Authorization": f"Bearer {told['access_token']}"}
        assert reports.server.get("/oauth/userinfo", headers=headers, secure=True).json()["sub"] == str(keiko.pk)
        assert "PRIVATE" not in SigningKey.objects.get().sealed
        assert call(told["access_token"]).status_code == 403, "what was not left ticked was not agreed to"

    def test_a_refusal_is_told_to_the_app(self, reports: AppOf) -> None:
        assert fault(reports.agree("people.view", action="refuse")) == "access_denied"
        assert not Consent.objects.exists()

    def test_it_asks_rightly_or_not_at_all(self, reports: AppOf) -> None:
        assert fault(reports.ask("people.view", code_challenge="")) == "invalid_request"
        assert fault(reports.ask("people.view", code_challenge_method="plain")) == "invalid_request"
        assert fault(reports.ask("people.view people.erase")) == "invalid_scope", "not in the app's list"
        reports.sign_in("openid people.view")
        silent = reports.ask("openid people.view", prompt="none")
        assert fault(silent) == "interaction_required", "nothing is agreed to without the page"
        for address in (
            "https://evil.example/callback",
            f"{BACK}/../x",
            "https://reports.example\\@evil.example/callback",
        ):
            answer = reports.ask("people.view", redirect_uri=address)
            assert answer.status_code == 400 and "Location" not in answer.headers, address
        assert AppOf("nobody", browser=reports.browser).ask("people.view").status_code == 400

    def test_what_was_agreed_to_is_not_asked_again_until_more_is_wanted(self, reports: AppOf, nadia: User) -> None:
        first = reports.sign_in("openid email people.view")
        again = reports.exchange(reports.ask("openid people.view"))
        assert again["status"] == 200 and again["access_token"] != first["access_token"]
        assert call(again["access_token"]).status_code == 200
        assert reports.ask("openid people.view people.edit").status_code == 200, "more than was agreed to"
        assert reports.ask("openid people.view", prompt="consent").status_code == 200
        Consent.objects.get().delete()
        assert reports.ask("openid people.view").status_code == 200, "shut out"
        app, _ = add(nadia, public=True)
        phone = AppOf(app.id, browser=reports.browser)
        phone.sign_in("people.view")
        assert phone.ask("people.view").status_code == 200, "anybody could say to be an app without a secret"

    def test_the_page_may_lead_to_the_app_alone(self, reports: AppOf) -> None:
        policy = reports.ask("people.view").headers["Content-Security-Policy"]
        assert policy.endswith("form-action 'self' https://reports.example")

    def test_nobody_answers_for_somebody_else(self, reports: AppOf, nadia: User, keiko: User) -> None:
        assert "/signin/" in AppOf(reports.id).ask("people.view").headers["Location"]
        admin = Client()
        admin.force_login(nadia)
        admin.post(f"/settings/people/{keiko.pk}/eyes/")
        assert AppOf(reports.id, reports.secret, admin).agree("people.view").status_code == 403
        assert not Consent.objects.exists()

    def test_a_code_is_worth_something_once_with_its_verifier_and_secret(self, reports: AppOf) -> None:
        answer = reports.agree("people.view")
        thief = AppOf(reports.id, "ptd_wrong", reports.browser)
        thief.library = reports.library
        assert thief.exchange(answer)["error"] == "invalid_client"
        verifier, reports.library.code_verifier = reports.library.code_verifier, "x" * 64
        assert reports.exchange(answer)["error"] == "invalid_grant"
        reports.library.code_verifier = verifier
        assert reports.exchange(reports.agree("people.view"))["status"] == 200
        assert reports.exchange(answer)["error"] == "invalid_grant"

    def test_a_public_app_needs_no_secret_and_a_token_is_renewed(self, nadia: User, browser: Client) -> None:
        app, secret = add(nadia, public=True)
        assert secret == ""
        phone = AppOf(app.id, browser=browser)
        told = phone.sign_in("people.view")
        renewed = phone.token(phone.library.prepare_refresh_body(refresh_token=told["refresh_token"]))
        assert call(renewed["access_token"]).status_code == 200
        again = phone.token(phone.library.prepare_refresh_body(refresh_token=told["refresh_token"]))
        assert again["error"] == "invalid_grant", "each is good for once"
        phone.post("/oauth/revoke", {"token": renewed["access_token"], "client_id": app.id})
        assert call(renewed["access_token"]).status_code == 401

    def test_an_app_that_runs_on_no_device_gets_no_code(self, nadia: User) -> None:
        app, _ = add(nadia, public=True)
        answer = AppOf(app.id).post("/oauth/device/code", {"client_id": app.id, "scope": "people.view"})
        assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")

    @pytest.mark.parametrize("path", ["token", "revoke", "device/code"])
    def test_a_null_character_is_no_fault_of_ours(self, reports: AppOf, path: str) -> None:
        said = {"client_id": "\0", "grant_type": "refresh_token", "refresh_token": "x", "token": "x"}
        assert reports.post(f"/oauth/{path}", said).status_code == 400

    def test_a_device_shows_a_code(self, nadia: User, browser: Client) -> None:
        app, _ = add(nadia, public=True, devices=True, addresses=[])
        device = AppOf(app.id)
        shown = device.post("/oauth/device/code", {"client_id": app.id, "scope": "people.view"}).json()
        asks = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": shown["device_code"]}
        body = "&".join(f"{name}={value}" for name, value in asks.items())
        assert device.token(body)["error"] == "authorization_pending"
        assert browser.get("/oauth/device?code=WRONG-ONE", secure=True).status_code == 422
        here = f"/oauth/device?code={shown['user_code']}"
        assert "See customers" in browser.get(here, secure=True).content.decode()
        browser.post(here, {"action": "grant", "scopes": "people.view"}, secure=True)
        from django.core.cache import cache  # the device asks again when the pause it was told is over

        for key in [one for one in cache._cache if "device_code[" in one and "user_code" not in one]:  # type: ignore[attr-defined]
            raw = key.split(":", 2)[2]
            cache.set(raw, cache.get(raw) | {"last_poll_at": 0})
        assert call(device.token(body)["access_token"]).status_code == 200


class TestHowFar:
    def test_never_further_than_the_colleague(self, reports: AppOf, keiko: User, elif_costa: Person) -> None:
        told = reports.sign_in("people.view people.edit")
        accounts.change_user(actor=SYSTEM, user=keiko, role="rep")
        assert call(told["access_token"]).json()["results"] == [], "a rep sees what is theirs"
        manage.assign(actor=SYSTEM, record=elif_costa, owner=keiko, team=None)
        assert len(call(told["access_token"]).json()["results"]) == 1
        Role.objects.get(name="rep").grants.all().delete()
        assert call(told["access_token"]).status_code == 403

    def test_an_elevation_is_the_colleagues_own(self, reports: AppOf, keiko: User, nadia: User) -> None:
        told = reports.sign_in("people.view tasks.view")
        accounts.change_user(actor=SYSTEM, user=keiko, role="rep")
        Role.objects.get(name="rep").grants.all().delete()
        admin = Role.objects.get(name="admin")
        manage.elevate(actor=actor_of(nadia), user=keiko, role=admin, reason="Stand-in", hours=1)
        assert actor_of(keiko).may("people.view") and call(told["access_token"]).status_code == 403

    def test_what_its_list_loses_it_loses_and_what_it_gains_is_asked_for(self, reports: AppOf, nadia: User) -> None:
        told = reports.sign_in("people.view")
        app = App.objects.get()
        said: dict[str, Any] = {"actor": SYSTEM, "app": app, "name": "Reports", "addresses": [BACK], "owner": nadia}
        actions.change_app(**said, rights=["tasks.view"])
        assert call(told["access_token"]).status_code == 403
        actions.change_app(**said, rights=RIGHTS)
        assert call(told["access_token"], "/api/v1/tasks").status_code == 403
        assert call(told["access_token"]).status_code == 200

    def test_what_is_not_agreed_to_again_is_taken_back(self, reports: AppOf) -> None:
        told = reports.sign_in("people.view tasks.view")
        reports.agree("people.view tasks.view", tick=["people.view"])
        assert (call(told["access_token"]).status_code, call(told["access_token"], "/api/v1/tasks").status_code) == (
            200,
            403,
        )

    def test_an_empty_list_is_no_right_at_all(self, nadia: User, browser: Client, elif_costa: Person) -> None:
        app, secret = add(nadia, rights=[])
        told = AppOf(app.id, secret, browser).sign_in("openid email")
        assert call(told["access_token"]).status_code == 403

    def test_by_itself_it_is_its_owner_within_the_list(self, nadia: User, keiko: User, elif_costa: Person) -> None:
        app, secret = add(keiko, by_itself=True, addresses=[], rights=["people.view"])
        machine = AppOf(app.id, secret)
        told = machine.token("grant_type=client_credentials&scope=people.view")
        assert len(call(told["access_token"]).json()["results"]) == 1
        assert call(told["access_token"], "/api/v1/tasks").status_code == 403
        headers = {"Authorization": f"Bearer {told['access_token']}"}
        assert machine.server.get("/oauth/userinfo", headers=headers, secure=True).status_code in (401, 403)
        said: dict[str, Any] = {"name": "X", "addresses": [BACK], "rights": ["people.view"], "owner": keiko}
        actions.change_app(actor=SYSTEM, app=app, **said)
        assert call(told["access_token"]).status_code == 401, "it may not act by itself any more"
        actions.change_app(actor=SYSTEM, app=app, by_itself=True, **said)
        assert call(told["access_token"]).status_code == 200
        accounts.change_user(actor=SYSTEM, user=keiko, active=False)
        assert call(told["access_token"]).status_code == 401
        other, secret = add(nadia)
        assert "error" in AppOf(other.id, secret).token("grant_type=client_credentials"), "not unless it was said"

    def test_nobody_entrusts_more_than_they_have(self, nadia: User, keiko: User) -> None:
        role = manage.save_role(actor=SYSTEM, name="apps", label="Apps", like="rep")
        manage.set_grant(actor=SYSTEM, role=role, right="admin.apps", scope="all")
        accounts.change_user(actor=SYSTEM, user=keiko, role="apps")
        said: dict[str, Any] = {"name": "X", "addresses": [BACK], "rights": ["people.export"], "owner": nadia}
        with pytest.raises(Denied, match="more than they have"):
            actions.add_app(actor=actor_of(keiko), by_itself=True, **said)
        app, _ = actions.add_app(actor=actor_of(keiko), **said)  # colleagues decide themselves what it may
        with pytest.raises(Denied, match="more than they have"):
            actions.change_app(actor=actor_of(keiko), app=app, by_itself=True, **said)


class TestTheEnd:
    def test_the_colleague_shuts_it_out(self, reports: AppOf, browser: Client) -> None:
        told = reports.sign_in("people.view")
        waiting = reports.agree("people.view")
        page = browser.get("/account/apps/").content.decode()
        assert "Reports" in page and "See customers" in page
        browser.post("/account/apps/", {"consent": Consent.objects.get().pk})
        assert call(told["access_token"]).status_code == 401
        assert reports.token(reports.library.prepare_refresh_body(refresh_token=told["refresh_token"]))["status"] != 200
        assert reports.exchange(waiting)["error"] == "invalid_grant", "nor does a code that was on its way"
        with pytest.raises(Denied):
            actor_named(
                AuditLine.objects.filter(actor__startswith="app:").values_list("actor", flat=True).first() or "app:x"
            )

    def test_the_administrator_revokes_it(self, reports: AppOf, nadia: User) -> None:
        told = reports.sign_in("people.view")
        admin = Client()
        admin.force_login(nadia)
        admin.post(f"/settings/apps/{reports.id}/change/", {"revoke": "1"})
        assert call(told["access_token"]).status_code == 401
        assert not Token.objects.exists()
        assert fault(reports.ask("people.view")) in ("unauthorized_client", "unsupported_response_type")
        assert "Revoked" in admin.get("/settings/apps/").content.decode()

    def test_what_cannot_be_taken_back_is_asked_first_and_then_offered_no_more(
        self, reports: AppOf, browser: Client, nadia: User
    ) -> None:
        reports.sign_in("people.view")
        admin = Client()
        admin.force_login(nadia)
        address = f"/settings/apps/{reports.id}/"
        page = admin.get(address).content.decode()
        dialogs = "".join(re.findall(r"<dialog.*?</dialog>", page, re.DOTALL))
        for deed in ('name="secret"', 'name="revoke"', 'name="consent"'):
            assert page.count(deed) == dialogs.count(deed) == 1, "nothing ends at one click"
        own = browser.get("/account/apps/").content.decode()
        assert 'name="consent"' not in re.sub(r"<dialog.*?</dialog>", "", own, flags=re.DOTALL)
        admin.post(f"{address}change/", {"revoke": "1"})
        page = admin.get(address).content.decode()
        assert reports.id in page
        for gone in ("Tell the app", "Shut out", "New secret", "Issuer"):
            assert gone not in page

    def test_a_closed_account_ends_what_acts_for_it(self, reports: AppOf, keiko: User) -> None:
        told = reports.sign_in("people.view")
        accounts.change_user(actor=SYSTEM, user=keiko, active=False)
        assert call(told["access_token"]).status_code == 401


class TestPages:
    def test_an_app_is_added_changed_and_given_another_secret(self, nadia: User, browser: Client) -> None:
        admin = Client()
        admin.force_login(nadia)
        said = {
            "name": "Reports",
            "owner": nadia.pk,
            "addresses": BACK,
            "rights": ["people.view"],
            "kind": "confidential",
        }
        assert admin.post("/settings/apps/new/", said | {"addresses": "http://x.example"}).status_code == 422
        page = admin.post("/settings/apps/new/", said).content.decode()
        secret = page[page.index("ptd_") :][:47]
        app = App.objects.get()
        assert AppOf(app.id, secret, browser).sign_in("people.view")["status"] == 200
        assert secret not in admin.get(f"/settings/apps/{app.id}/").content.decode(), "shown this once"
        assert secret not in "".join(map(str, AuditLine.objects.values_list("detail", flat=True)))
        newer = admin.post(f"/settings/apps/{app.id}/change/", {"secret": "1"}).content.decode()
        assert AppOf(app.id, secret, browser).sign_in("people.view")["error"] == "invalid_client"
        assert AppOf(app.id, newer[newer.index("ptd_") :][:47], browser).sign_in("people.view")["status"] == 200
        admin.post(f"/settings/apps/{app.id}/", said | {"name": "Figures", "rights": ["people.view", "tasks.view"]})
        assert App.objects.get().name == "Figures" and App.objects.get().rights == ["people.view", "tasks.view"]


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("https://reports.example/callback?x=1", True),
        ("http://127.0.0.1/callback", True),
        ("http://[::1]:7000/callback", True),
        ("com.example.reports:/callback", True),
        ("http://reports.example/callback", False),
        ("https://*.example/callback", False),
        ("https://reports.example/callback#x", False),
        ("https://lea@reports.example/", False),
        ("https://reports.example\\@evil.example/", False),
        ("https://reports.example/ ;x", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("callback", False),
    ],
)
def test_where_colleagues_may_be_sent_back_to(address: str, good: bool) -> None:
    assert (rules.fault_of(address) == "") is good


def test_a_list_names_rights_one_by_one(nadia: User) -> None:
    app, _ = add(nadia, rights=["people.*", "people.erase"])
    assert "people.erase" in app.rights and "people.view" in app.rights
    assert not {"people.bulk", "people.export"} & set(app.rights)
    for rights in (["admin.*"], ["people.fly"]):
        with pytest.raises(Invalid):
            add(nadia, rights=rights)
