"""What an app cannot get out of the protocol, whatever it says: more scopes, a second token, another app's, a 500."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.idp.oidc.internal.oauthlib import device_codes
from allauth.idp.oidc.models import Token
from django.core.cache import cache
from django.test import Client

from pentad.core.errors import Invalid
from pentad.core.models import AuditLine
from pentad.roles.access.apps import actions, rules
from pentad.roles.access.apps.models import App, Consent
from pentad.roles.access.apps.server import Validator
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_of
from tests.roles.programs.oauth import BACK, AppOf, add, call, fault

pytestmark = [pytest.mark.django_db, pytest.mark.once]
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


@pytest.fixture
def screen(nadia: User, browser: Client) -> AppOf:
    """An app on a device; the colleague has a browser elsewhere."""
    app, _ = add(nadia, public=True, devices=True)
    return AppOf(app.id, browser=browser)


def agreed(screen: AppOf, scope: str) -> str:
    """What the device polls with, once the colleague agreed."""
    shown = screen.post("/oauth/device/code", {"client_id": screen.id, "scope": scope}).json()
    answer = {"action": "grant", "scopes": scope.split()}
    screen.browser.post(f"/oauth/device?code={shown['user_code']}", answer, secure=True)
    return f"grant_type={DEVICE}&device_code={shown['device_code']}"


def renew(app: AppOf, told: dict[str, Any]) -> dict[str, Any]:
    return app.token(f"grant_type=refresh_token&refresh_token={told['refresh_token']}")


def who(told: dict[str, Any]) -> Any:
    return Client().get("/oauth/userinfo", headers={"Authorization": f"Bearer {told['access_token']}"}, secure=True)


def shut_out(keiko: User) -> None:
    actions.shut_app_out(actor=actor_of(keiko), consent=Consent.objects.get())


def meanwhile(monkeypatch: pytest.MonkeyPatch, deed: Callable[[], None]) -> None:
    """Do something else when the next grant has been found valid, and no token made of it yet."""
    saved, todo = Validator.save_bearer_token, [deed]

    def save(*args: Any, **kwargs: Any) -> None:
        if todo:
            todo.pop()()
        saved(*args, **kwargs)

    monkeypatch.setattr(Validator, "save_bearer_token", save)


class TestADevice:
    def test_it_gets_what_was_agreed_to_and_nothing_that_it_says_later(self, screen: AppOf) -> None:
        told = screen.token(f"{agreed(screen, 'tasks.view')}&scope=openid email people.view people.edit tasks.view")
        assert (told["status"], told["scope"]) == (200, "tasks.view")
        assert {tuple(one.get_scopes()) for one in Token.objects.all()} == {("tasks.view",)}
        assert "id_token" not in told and who(told).status_code in (401, 403)

    def test_it_gets_no_more_than_was_left_ticked(self, screen: AppOf, keiko: User) -> None:
        shown = screen.post("/oauth/device/code", {"client_id": screen.id, "scope": "people.view people.edit"}).json()
        here = f"/oauth/device?code={shown['user_code']}"
        page = screen.browser.get(here, secure=True).content.decode()
        assert page.count('type="checkbox" name="scopes"') == 2
        assert screen.browser.post(here, {"action": "grant"}, secure=True).status_code == 422
        left = {"action": "grant", "scopes": ["people.view", "tasks.view"]}
        assert "is let in" in screen.browser.post(here, left, secure=True).content.decode()
        assert Consent.objects.get(user=keiko).rights == ["people.view"]
        told = screen.token(f"grant_type={DEVICE}&device_code={shown['device_code']}")
        assert told["scope"] == "people.view"

    def test_its_code_is_worth_something_once(self, screen: AppOf) -> None:
        body = agreed(screen, "tasks.view")
        key = device_codes.cache_device_code_key(body.rpartition("=")[2])
        waiting = cache.get(key)
        assert screen.token(body)["status"] == 200
        cache.set(key, waiting)  # as another poll, begun before, writes back when it asked last
        assert screen.token(body)["error"] == "invalid_grant"
        assert Token.objects.filter(type=Token.Type.ACCESS_TOKEN).count() == 1

    def test_who_shut_it_out_before_it_polled_gave_it_nothing(self, screen: AppOf, keiko: User) -> None:
        body = agreed(screen, "openid email people.view")
        shut_out(keiko)
        assert screen.token(body)["error"] == "access_denied"
        body = agreed(screen, "openid email people.view")
        shut_out(keiko)
        told = screen.token(agreed(screen, "people.view"))
        assert told["status"] == 200, "it was let in again"
        assert screen.token(body)["error"] == "access_denied", "but not with what was agreed to before"


class TestTwoAtOnce:
    """One of them is a thief, and nobody can tell which."""

    def test_one_of_them_has_the_code_and_not_for_long(self, reports: AppOf, monkeypatch: pytest.MonkeyPatch) -> None:
        answer, other = reports.agree("people.view"), []
        meanwhile(monkeypatch, lambda: other.append(reports.exchange(answer)))
        assert reports.exchange(answer)["error"] == "invalid_grant"
        assert other[0]["status"] == 200 and not Token.objects.exists()

    def test_one_of_them_has_the_renewal_and_not_for_long(
        self, reports: AppOf, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told, other = reports.sign_in("people.view"), []
        meanwhile(monkeypatch, lambda: other.append(renew(reports, told)))
        assert renew(reports, told)["error"] == "invalid_grant"
        assert other[0]["status"] == 200 and not Token.objects.exists()


class TestUsedAgain:
    """RFC 6749 §4.1.2, RFC 9700 §4.14: what was used up and comes again ends all that was born of it."""

    def lines(self) -> list[AuditLine]:
        return list(AuditLine.objects.filter(action="token_used_again"))

    def test_a_code(self, reports: AppOf, keiko: User) -> None:
        answer = reports.agree("people.view")
        told = reports.exchange(answer)
        renewed = renew(reports, told)
        assert call(renewed["access_token"]).status_code == 200
        apart = reports.library.code_verifier, AppOf(reports.id, reports.secret, reports.browser).sign_in("tasks.view")
        assert reports.exchange(answer)["error"] == "invalid_grant"
        for token in (told["access_token"], renewed["access_token"]):
            assert call(token).status_code == 401
        assert renew(reports, renewed)["error"] == "invalid_grant"
        assert call(apart[1]["access_token"], "/api/v1/tasks").status_code == 200, "born of another code"
        (line,) = self.lines()
        assert (line.subject, line.detail["colleague"]) == (f"app:{reports.id}", f"user:{keiko.pk}")
        assert reports.exchange(answer)["error"] == "invalid_grant" and len(self.lines()) == 1

    def test_a_refresh_token(self, reports: AppOf) -> None:
        told = reports.sign_in("people.view")
        second = renew(reports, told)
        third = renew(reports, second)
        assert renew(reports, told)["error"] == "invalid_grant"
        for one in (told, second, third):
            assert call(one["access_token"]).status_code == 401
        assert renew(reports, third)["error"] == "invalid_grant"
        assert len(self.lines()) == 1

    def test_another_app_ends_nothing_by_it(self, reports: AppOf, nadia: User) -> None:
        told = reports.sign_in("people.view")
        renewed = renew(reports, told)
        other, secret = add(nadia, name="Other")
        assert renew(AppOf(other.id, secret), told)["error"] == "invalid_grant"
        assert renew(reports, {"refresh_token": "made-up"})["error"] == "invalid_grant"
        assert call(renewed["access_token"]).status_code == 200 and not self.lines()

    def test_one_that_ran_out_was_not_used(self, reports: AppOf) -> None:
        told = reports.sign_in("people.view")
        Token.objects.filter(type=Token.Type.REFRESH_TOKEN).update(expires_at="2026-01-01T00:00:00Z")
        assert renew(reports, told)["error"] == "invalid_grant"
        assert call(told["access_token"]).status_code == 200 and not self.lines()


def test_with_a_refresh_token_ends_what_was_born_of_it(reports: AppOf) -> None:
    told, other = reports.sign_in("people.view"), reports.sign_in("people.view")
    renewed = renew(reports, told)
    own = {"token": renewed["refresh_token"], "client_id": reports.id, "client_secret": reports.secret}
    assert reports.post("/oauth/revoke", own).status_code == 200
    for one in (told, renewed):
        assert call(one["access_token"]).status_code == 401
    assert call(other["access_token"]).status_code == 200


@pytest.mark.parametrize("scope", ["people.view", "openid people.view"])
def test_who_is_not_to_be_asked_sees_no_page(reports: AppOf, scope: str) -> None:
    assert fault(reports.ask(scope, prompt="none")) in ("interaction_required", "consent_required")
    assert fault(AppOf(reports.id).ask(scope, prompt="none")) == "login_required"


class TestShutOut:
    def test_it_is_told_nothing_more_and_renews_nothing(self, reports: AppOf, keiko: User) -> None:
        told = reports.sign_in("openid email people.view")
        assert who(told).json()["email"] == keiko.email
        Consent.objects.all().delete()  # its tokens are still there: each way in asks for itself
        assert who(told).status_code == 401
        assert renew(reports, told)["error"] == "invalid_grant"

    def test_letting_it_in_again_revives_nothing(self, reports: AppOf, keiko: User) -> None:
        told, waiting = reports.sign_in("openid people.view"), reports.agree("people.view")
        verifier = reports.library.code_verifier
        shut_out(keiko)
        reports.sign_in("openid people.view")
        assert call(told["access_token"]).status_code == who(told).status_code == 401
        assert renew(reports, told)["error"] == "invalid_grant"
        reports.library.code_verifier = verifier
        assert reports.exchange(waiting)["error"] == "invalid_grant"

    def test_a_revoked_app_is_told_nothing_more(self, reports: AppOf, screen: AppOf) -> None:
        told, body = screen.sign_in("openid people.view"), agreed(screen, "people.view")
        App.objects.filter(pk=screen.id).update(revoked="2026-01-01T00:00:00Z")
        assert who(told).status_code == 401
        assert renew(screen, told)["error"] == "invalid_grant"
        assert screen.token(body)["error"] == "access_denied"


def test_an_app_revokes_its_own_tokens_alone(reports: AppOf, nadia: User) -> None:
    told = reports.sign_in("people.view")
    other, secret = add(nadia, name="Other")
    for token in (told["access_token"], told["refresh_token"]):
        AppOf(other.id).post("/oauth/revoke", {"token": token, "client_id": other.id, "client_secret": secret})
    assert call(told["access_token"]).status_code == 200
    own = {"token": told["access_token"], "client_id": reports.id, "client_secret": reports.secret}
    assert reports.post("/oauth/revoke", own | {"token_type_hint": "refresh_token"}).status_code == 200
    assert call(told["access_token"]).status_code == 401, "a wrong hint is a hint"
    assert renew(reports, told)["status"] == 200


class TestAddresses:
    @pytest.mark.parametrize(
        "address",
        [
            f"{BACK}?x=1",
            f"{BACK};p=1",
            f"{BACK}/",
            "HTTPS://reports.example/callback",
            "https://reports.example:443/callback",
            "https://reports.example:99999999/callback",
            "https://[::1/callback",
        ],
    )
    def test_what_is_not_the_very_same_is_refused(self, reports: AppOf, address: str) -> None:
        answer = reports.ask("people.view", redirect_uri=address)
        assert answer.status_code == 400 and "Location" not in answer.headers

    @pytest.mark.parametrize(
        ("asked", "own", "leads"),
        [
            ("http://127.0.0.1:51004/back", "http://127.0.0.1/back", True),
            ("http://[::1]:51004/back", "http://[::1]:7000/back", True),
            ("http://127.0.0.1:51004/back?x", "http://127.0.0.1/back", False),
            ("http://127.0.0.1:99999/back", "http://127.0.0.1/back", False),
            ("http://[::1]/back", "http://127.0.0.1/back", False),
            ("http://127.0.0.1:80@evil.example/back", "http://127.0.0.1/back", False),
            ("http://localhost:51004/back", "http://localhost/back", False),
        ],
    )
    def test_a_native_app_takes_any_port_of_its_device(self, asked: str, own: str, leads: bool) -> None:
        assert rules.leads_to(asked, own) is leads

    @pytest.mark.parametrize("odd", ["\t", "\n", "\r", "\x00", "\x7f", "\u202e"])
    def test_control_characters_are_in_no_address_and_no_name(self, nadia: User, odd: str) -> None:
        with pytest.raises(Invalid) as error:
            add(nadia, addresses=[f"https://reports.example/call{odd}back"])
        assert error.value.code == "bad_redirect"
        with pytest.raises(Invalid) as error:
            add(nadia, name=f"Rep{odd}orts")
        assert error.value.code == "bad_name"

    def test_a_name_in_any_script_is_a_name(self, nadia: User) -> None:
        for name in ("Отчёты", "דוחות", "گزارش\u200cها", "Reports 👩\u200d💻"):
            assert add(nadia, name=name)[0].name == name


class TestNonsense:
    @pytest.mark.parametrize("resource", ["x", "http://[", "https://reports.example/#x"])
    @pytest.mark.parametrize("path", ["token", "device/code"])
    def test_a_resource_that_is_none(self, screen: AppOf, path: str, resource: str) -> None:
        answer = screen.post(f"/oauth/{path}", {"client_id": screen.id, "resource": resource})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_target")

    @pytest.mark.parametrize(
        "said",
        [{"resource": "http://["}, {"resource": "x"}, {"claims": "[1]"}, {"claims": "[" * 3000}, {"claims": "{"}],
    )
    def test_a_question_that_cannot_be_read(self, reports: AppOf, said: dict[str, str]) -> None:
        assert reports.ask("openid people.view", **said).status_code == 400

    @pytest.mark.parametrize("address", ["http://[", "https://reports.example:99999999/"])
    def test_an_address_to_come_back_to_that_is_none(self, reports: AppOf, address: str) -> None:
        said = {"client_id": reports.id, "post_logout_redirect_uri": address}
        assert Client().get("/oauth/signout", said, secure=True).status_code == 400
        assert Client().post("/oauth/signout", said, secure=True).status_code == 400


@pytest.mark.parametrize("path", ["token", "revoke", "userinfo", "device/code"])
def test_bytes_that_are_no_text_are_no_fault_of_ours(screen: AppOf, path: str) -> None:
    """As the server hands them over: beside the headers as texts it gives them as bytes."""
    for name in ("Authorization", "X-Odd"):
        said = {f"HTTP_{name.upper().replace('-', '_')}": "Basic \xff", "asgi.scope": {"headers": [(b"x", b"\xff")]}}
        asked = {"client_id": screen.id, "grant_type": "refresh_token", "refresh_token": "x", "token": "x"}
        assert Client().post(f"/oauth/{path}", asked, secure=True, **said).status_code in (200, 400, 401)
