"""The first administrator, signing in with and without a second step, lockout, invitations, one's own account."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from pentad.core import clock
from pentad.core.actor import SYSTEM
from pentad.core.models import AuditLine
from pentad.roles.access import actions
from pentad.roles.access.models import SecondStepMisses, User
from pentad.roles.access.second_step import open_again
from pentad.roles.access.setup import setup_token
from pentad.roles.access.tasks import sweep

pytestmark = pytest.mark.django_db
PASSWORD = "kestrel-demo"


@pytest.fixture(autouse=True)
def _no_rate_limit() -> None:
    cache.clear()


@pytest.fixture
def nadia() -> User:
    return actions.add_user(
        actor=SYSTEM, email="Nadia@kestrel.example", name="Nadia Karim", role="admin", password=PASSWORD
    )


def sign_in(client: Client, email: str = "nadia@kestrel.example", password: str = PASSWORD, **extra: Any) -> Any:
    return client.post("/signin/", {"login": email, "password": password, **extra})


class TestFirstRun:
    data = {"name": "Nadia Karim", "email": "nadia@kestrel.example", "password": PASSWORD}

    def test_sign_in_leads_to_setup_and_setup_to_the_first_page(self, client: Client) -> None:
        assert client.get("/signin/").headers["Location"] == "/setup/"
        assert client.get("/setup/", HTTP_HOST="localhost").status_code == 200
        done = client.post("/setup/", self.data, HTTP_HOST="localhost")
        assert (done.status_code, done.headers["Location"]) == (302, "/")
        user = User.objects.get()
        assert (user.email, user.role) == ("nadia@kestrel.example", "admin")
        assert client.get("/account/", HTTP_HOST="localhost").status_code == 200

    @pytest.mark.parametrize(
        "visitor",
        [
            {"REMOTE_ADDR": "203.0.113.5"},
            {"HTTP_X_FORWARDED_FOR": "203.0.113.5", "HTTP_HOST": "localhost"},
            {"HTTP_HOST": "cx.example.com"},
        ],
    )
    def test_from_elsewhere_it_takes_the_printed_token(self, client: Client, visitor: dict[str, str]) -> None:
        assert client.post("/setup/", self.data, **visitor).status_code == 403
        assert client.post("/setup/", {**self.data, "token": "wrong"}, **visitor).status_code == 403
        assert not User.objects.exists()
        assert client.get(f"/setup/?token={setup_token()}", **visitor).status_code == 200
        assert client.post("/setup/", {**self.data, "token": setup_token()}, **visitor).status_code == 302

    def test_is_closed_once_somebody_has_an_account(self, client: Client, nadia: User) -> None:
        assert client.get("/setup/", HTTP_HOST="localhost").headers["Location"] == "/signin/"
        client.post("/setup/", {**self.data, "email": "eve@x.example", "token": setup_token()}, HTTP_HOST="localhost")
        assert User.objects.count() == 1

    def test_says_what_is_wrong_with_a_password(self, client: Client) -> None:
        page = client.post("/setup/", {**self.data, "password": "short"}, HTTP_HOST="localhost").content.decode()
        assert "at least 10 characters" in page
        assert "short" not in re.sub(r"too short", "", page)


class TestPassword:
    def test_signs_in_and_returns_to_where_one_came_from(self, client: Client, nadia: User) -> None:
        asked = client.get("/settings/keys/?a=1")
        assert asked.headers["Location"] == "/signin/?next=%2Fsettings%2Fkeys%2F%3Fa%3D1"
        done = sign_in(client, email="NADIA@kestrel.example", next="/settings/keys/?a=1")
        assert done.headers["Location"] == "/settings/keys/?a=1"
        assert AuditLine.objects.filter(actor=f"user:{nadia.pk}", action="sign_in").count() == 1

    def test_never_leads_to_another_site(self, client: Client, nadia: User) -> None:
        assert sign_in(client, next="https://evil.example/").headers["Location"] == "/"

    def test_wrong_or_unknown_look_the_same(self, client: Client, nadia: User) -> None:
        wrong = sign_in(client, password="wrong").content.decode()
        unknown = sign_in(client, email="nobody@kestrel.example", password="wrong").content.decode()
        fault = re.compile(r'role="alert">.*?</(?:section|p)>', re.S)
        assert fault.findall(wrong) == fault.findall(unknown) != []

    def test_a_part_of_a_page_sends_the_browser_to_sign_in(self, client: Client, nadia: User) -> None:
        answer = client.get("/settings/keys/", HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL="http://testserver/people/")
        assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/signin/?next=%2Fpeople%2F")

    def test_there_is_no_sign_up(self, client: Client, nadia: User) -> None:
        for path in ("/signup/", "/account/signup/", "/accounts/signup/"):
            assert client.get(path).status_code == 404

    def test_signing_out_ends_the_session(self, client: Client, nadia: User) -> None:
        sign_in(client)
        assert client.post("/signout/").headers["Location"] == "/signin/"
        assert client.get("/account/").status_code == 302

    def test_a_closed_account_is_out_at_once(self, client: Client, nadia: User) -> None:
        sign_in(client)
        other = actions.add_user(actor=SYSTEM, email="o@kestrel.example", name="Omar", role="admin", password=PASSWORD)
        actions.change_user(actor=SYSTEM, user=nadia, active=False)
        assert client.get("/account/").status_code == 302
        assert sign_in(client).headers.get("Location") != "/"
        assert other.is_active

    def test_changing_it_signs_other_browsers_out(self, client: Client, nadia: User) -> None:
        elsewhere = Client()
        sign_in(client)
        sign_in(elsewhere)
        new = {"oldpassword": PASSWORD, "password1": "roast-and-grind", "password2": "roast-and-grind"}
        assert client.post("/account/password/", new).headers["Location"] == "/account/"
        assert client.get("/account/").status_code == 200
        assert elsewhere.get("/account/").status_code == 302


class TestLockout:
    def test_closes_after_eight_wrong_passwords_for_this_address_only(self, client: Client, nadia: User) -> None:
        for _ in range(7):
            assert sign_in(client, password="wrong").status_code == 200
        assert sign_in(client, password="wrong").status_code == 429
        locked = sign_in(client)
        assert (locked.status_code, locked.headers["Retry-After"]) == (429, "900")
        assert "Too many wrong passwords" in locked.content.decode()
        assert sign_in(Client(REMOTE_ADDR="198.51.100.7")).status_code == 302

    def test_success_starts_the_count_anew(self, client: Client, nadia: User) -> None:
        for _ in range(7):
            sign_in(client, password="wrong")
        assert sign_in(client).status_code == 302
        assert not AccessAttempt.objects.exists()


def test_the_daily_sweep_forgets_what_no_longer_counts(client: Client, nadia: User) -> None:
    sign_in(client)
    sign_in(Client(), password="wrong")
    sweep(None)  # type: ignore[arg-type]
    assert Session.objects.count() >= 1
    assert AccessAttempt.objects.count() == 1
    Session.objects.update(expire_date=clock.now() - timedelta(seconds=1))
    AccessAttempt.objects.update(attempt_time=clock.now() - timedelta(hours=1))
    sweep(None)  # type: ignore[arg-type]
    assert not Session.objects.exists()
    assert not AccessAttempt.objects.exists()


class TestSecondStep:
    def _turn_on(self, client: Client) -> str:
        sign_in(client)
        asked = client.get("/account/app/").headers["Location"]
        assert asked.startswith("/account/confirm/"), "an open browser is not enough to change how one signs in"
        assert client.get(asked).status_code == 200
        assert client.post(asked, {"password": PASSWORD}).headers["Location"] == "/account/app/"
        page = client.get("/account/app/").content.decode()
        assert 'src="data:image/svg+xml' in page
        secret = re.search(r'data-copy="([A-Z2-7]{16,})"', page)
        assert secret
        done = client.post("/account/app/", {"code": self._code(secret[1])})
        assert done.headers["Location"] == "/account/recovery/"
        return secret[1]

    def _code(self, secret: str, steps: int = 0) -> str:
        return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))

    def test_totp_then_recovery_code(self, client: Client, nadia: User) -> None:
        secret = self._turn_on(client)
        page = client.get("/account/recovery/").content.decode()
        codes = re.findall(r"\b\d{8}\b", page)
        assert len(set(codes)) == 10
        stored = str(list(nadia.authenticator_set.values_list("data", flat=True)))
        assert secret not in stored

        browser = Client()
        half = sign_in(browser)
        assert half.headers["Location"] == "/signin/second-factor/"
        assert browser.get("/account/").status_code == 302, "half signed in is not signed in"
        assert browser.get("/signin/second-factor/").status_code == 200
        assert browser.post("/signin/second-factor/", {"code": "000000"}).status_code == 200
        assert AuditLine.objects.filter(action="second_step_failed", subject=f"user:{nadia.pk}").count() == 1
        code = self._code(secret, 1)
        assert browser.post("/signin/second-factor/", {"code": code}).headers["Location"] == "/"
        assert browser.get("/account/").status_code == 200
        assert AuditLine.objects.filter(action="sign_in").latest("id").detail == {
            "how": "password, then code of an app"
        }

        thief = Client()
        sign_in(thief)
        cache.delete(f"allauth.mfa.totp.used?user={nadia.pk}&code={code}")  # the library forgets it after one period
        refused = thief.post("/signin/second-factor/", {"code": code})
        assert refused.status_code == 200 and "used already" in refused.content.decode()

        lost = Client()
        sign_in(lost)
        assert lost.post("/signin/second-factor/", {"code": codes[0]}).headers["Location"] == "/"
        again = Client()
        sign_in(again)
        assert again.post("/signin/second-factor/", {"code": codes[0]}).status_code == 200, "a code works once"

    def test_who_lost_it_comes_in_by_recovery_codes_only(self, client: Client, nadia: User) -> None:
        self._turn_on(client)
        codes = set(re.findall(r"\b\d{8}\b", client.get("/account/recovery/").content.decode()))
        nadia.refresh_from_db()
        lost = Client()
        form = lost.get(actions.invitation(actor=SYSTEM, user=nadia), follow=True)  # a new password is no way round
        done = lost.post(form.redirect_chain[-1][0], {"password1": "single-origin", "password2": "single-origin"})
        assert done.headers["Location"] == "/password/done/", done.content.decode()
        assert sign_in(lost, password="single-origin").headers["Location"] == "/signin/second-factor/"
        for path in ("/account/", "/account/app/remove/", "/account/recovery/new/", "/account/confirm/", "/people/"):
            refused = lost.get(path)
            assert "/signin/" in refused.headers.get("Location", ""), (path, refused.status_code)
        assert lost.post("/account/app/remove/").status_code == 302
        assert nadia.authenticator_set.count() == 2
        for code in codes:
            browser = Client()
            sign_in(browser, password="single-origin")
            assert browser.post("/signin/second-factor/", {"code": code}).headers["Location"] == "/"
        spent = Client()
        sign_in(spent, password="single-origin")
        assert spent.post("/signin/second-factor/", {"code": codes.pop()}).status_code == 200

    def test_codes_are_guessed_five_times_an_account_whatever_the_address_and_session(
        self, client: Client, nadia: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        secret = self._turn_on(client)
        recovery = re.findall(r"\b\d{8}\b", client.get("/account/recovery/").content.decode())[0]

        def half_way(host: int) -> Client:
            browser = Client(REMOTE_ADDR=f"198.51.100.{host}")
            sign_in(browser)
            cache.clear()  # as after a restart
            return browser

        for host in range(5):
            missed = half_way(host).post("/signin/second-factor/", {"code": "000000"})
            assert "Incorrect code" in missed.content.decode()
        for code in (self._code(secret, 1), recovery):
            refused = half_way(9).post("/signin/second-factor/", {"code": code})
            assert refused.status_code == 200, "not even the right one is looked at"
            assert "Too many wrong codes for this account. Try again in 15 minutes" in refused.content.decode()

        later = clock.now() + timedelta(minutes=15)
        monkeypatch.setattr(clock, "now", lambda: later)
        assert half_way(9).post("/signin/second-factor/", {"code": recovery}).headers["Location"] == "/"
        assert not SecondStepMisses.objects.exists(), "a right code starts the count anew"

    def test_confirming_by_code_counts_as_well_and_an_administrator_helps(self, client: Client, nadia: User) -> None:
        secret = self._turn_on(client)
        for _ in range(5):
            client.post("/account/confirm/code/", {"code": "000000"})
        cache.clear()
        refused = client.post("/account/confirm/code/", {"code": self._code(secret, 1)})
        assert "Too many wrong codes" in refused.content.decode()
        actions.remove_second_step(actor=SYSTEM, user=nadia)
        assert not SecondStepMisses.objects.exists()

    def test_turning_it_off(
        self, client: Client, nadia: User, django_capture_on_commit_callbacks: Callable[..., Any]
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            self._turn_on(client)
        assert client.get("/account/app/remove/").status_code == 200
        assert client.post("/account/app/remove/").status_code == 302
        told = AuditLine.objects.filter(actor=f"user:{nadia.pk}", action__startswith="second_step_")
        assert {(line.action, line.detail["kind"]) for line in told} == {
            ("second_step_added", "totp"),
            ("second_step_added", "recovery_codes"),
            ("second_step_removed", "totp"),
            ("second_step_removed", "recovery_codes"),
        }
        assert sign_in(Client()).headers["Location"] == "/"

    def test_an_administrator_rescues_who_lost_the_phone(self, client: Client, nadia: User) -> None:
        self._turn_on(client)
        tom = actions.add_user(actor=SYSTEM, email="tom@kestrel.example", name="Tom", role="admin", password=PASSWORD)
        office = Client()
        office.force_login(tom)
        assert "Remove second step" in office.get("/settings/people/").content.decode()
        office.post(f"/settings/people/{nadia.pk}/", {"second_step": "0"})
        assert "Remove second step" not in office.get("/settings/people/").content.decode()
        assert sign_in(Client()).headers["Location"] == "/"

    def test_passkey_options_are_offered(self, client: Client, nadia: User) -> None:
        options = client.get("/signin/passkey/", HTTP_ACCEPT="application/json").json()
        assert options["request_options"]["publicKey"]["rpId"] == "testserver"
        self._turn_on(client)
        assert "data-passkey-options" in client.get("/account/passkeys/add/").content.decode()
        assert client.get("/account/passkeys/").status_code == 200


@pytest.mark.parametrize(
    ("tries", "minutes"), [(0, 0), (4, 0), (5, 15), (6, 0), (10, 30), (15, 60), (35, 960), (40, 1440), (5_000, 1440)]
)
def test_pauses_between_guesses_double_up_to_a_day(tries: int, minutes: int) -> None:
    at = clock.now()
    assert open_again(tries, at) - at == timedelta(minutes=minutes)


class TestInvitation:
    def test_link_sets_a_password_once(self, client: Client, nadia: User) -> None:
        tom = actions.add_user(actor=SYSTEM, email="tom@kestrel.example", name="Tom Reyes", role="member")
        assert sign_in(client, email=tom.email, password="").status_code == 200
        path = actions.invitation(actor=SYSTEM, user=tom)
        form = client.get(path, follow=True)
        where = form.redirect_chain[-1][0]
        assert "set-password" in where, "the token does not stay in the address"
        done = client.post(where, {"password1": "single-origin", "password2": "single-origin"}, follow=True)
        assert done.redirect_chain[-1][0] == "/signin/"
        assert sign_in(Client(), email=tom.email, password="single-origin").status_code == 302
        assert "no longer works" in Client().get(path).content.decode()
