"""Single sign-on with OpenID Connect: who may come in as what, and the whole way against a real provider on loopback."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from pentad.core import outgoing
from pentad.core.actor import SYSTEM
from pentad.core.errors import Denied, Invalid
from pentad.core.models import AuditLine
from pentad.core.settings import put
from pentad.roles.access import actions
from pentad.roles.access.models import User
from pentad.roles.access.sso import rules
from pentad.roles.access.sso.actions import Arrival, Terms, add_provider, change_provider, remove_provider, welcome
from pentad.roles.access.sso.models import IdentityProvider
from tests.roles.signin.oidc_provider import CLIENT, PASSWORD, SECRET
from tests.serving import free_port

pytestmark = [pytest.mark.django_db, pytest.mark.once]
CALLBACK = "http://testserver/signin/oidc/house/callback/"


class TestRules:
    @pytest.mark.parametrize(
        ("groups", "role"),
        [(["b", "a"], "admin"), (["b"], "member"), (["c"], "default"), ([], "default")],
    )
    def test_the_first_line_that_fits_counts(self, groups: list[str], role: str) -> None:
        assert rules.role_for(groups, [["a", "admin"], ["b", "member"]], "default") == role

    @pytest.mark.parametrize(
        ("email", "verified", "domains", "good"),
        [
            ("lea@k.example", True, [], True),
            ("lea@k.example", False, [], False),
            ("lea@k.example", False, ["k.example"], True),
            ("lea@K.example", True, ["k.example"], True),
            ("lea@evil.example", True, ["k.example"], False),
            ("lea@k.example.evil", True, ["k.example"], False),
            ('"x@k.example"@evil.example', True, ["k.example"], False),
        ],
    )
    def test_whose_address_counts(self, email: str, verified: bool, domains: list[str], good: bool) -> None:
        assert rules.address_is_good(email, verified, domains) is good

    def test_mapping_is_read_and_written(self) -> None:
        pairs = [["cx-admins", "admin"], ["CN=All = one,DC=k", "member"]]
        assert rules.read_mapping(rules.write_mapping(pairs) + "\n\n") == pairs
        with pytest.raises(ValueError, match="cx-admins"):
            rules.read_mapping("cx-admins")


class TestOutgoing:
    @pytest.mark.parametrize(
        "url",
        [
            "http://127.0.0.1:1/", "http://localhost:1/", "http://[::1]:1/", "http://10.0.0.1/", "http://169.254.169.254/",
            "http://[::ffff:127.0.0.1]:1/", "http://0.0.0.0:1/", "http://2130706433:1/", "http://[fd00::1]/",
        ],
    )  # fmt: skip
    def test_calls_no_private_network(self, url: str) -> None:
        with outgoing.session() as session, pytest.raises(requests.ConnectionError) as fault:
            session.get(url)
        assert "not on the Internet" in str(fault.value) or "no address" in str(fault.value)

    def test_but_what_the_operator_allows(self) -> None:
        put("outgoing.private", ["127.0.0.0/8", "a typing mistake"])
        assert outgoing.allowed("127.0.0.1")
        assert not outgoing.allowed("10.0.0.1")
        assert outgoing.check_url("http://127.0.0.1/x", "issuer")

    @pytest.mark.parametrize("url", ["http://example.com/", "ftp://example.com/", "https://u@example.com/", "x", ""])
    def test_what_is_no_address(self, url: str) -> None:
        with pytest.raises(Invalid):
            outgoing.check_url(url, "issuer")


def connect(**terms: Any) -> IdentityProvider:
    config = {"issuer": "https://login.example", "client_id": CLIENT}
    return add_provider(actor=SYSTEM, kind="oidc", name="House", config=config, terms=Terms(**terms), secret=SECRET)


def arrival(**changes: Any) -> Arrival:
    usual: dict[str, Any] = {
        "email": "lea@kestrel.example", "verified": True, "name": "Lea Sommer", "groups": [], "user": None
    }  # fmt: skip
    return Arrival(**{**usual, **changes})


class TestWelcome:
    def test_makes_an_account_when_wanted(self, nadia: User) -> None:
        user = welcome(connect(make_accounts=True, default_role="member"), arrival())
        assert (user.email, user.name, user.role) == ("lea@kestrel.example", "Lea Sommer", "member")
        assert not user.has_usable_password()
        assert AuditLine.objects.get(action="add_user", subject=f"user:{user.pk}").actor == "system:provider-house"

    @pytest.mark.parametrize(
        ("terms", "changes", "code"),
        [
            ({"default_role": "member"}, {}, "no_account"),
            ({"make_accounts": True}, {}, "no_group"),
            ({"make_accounts": True, "default_role": "member"}, {"verified": False}, "address_not_allowed"),
            ({"make_accounts": True, "default_role": "member", "domains": ["k.example"]}, {}, "address_not_allowed"),
            ({"make_accounts": True, "default_role": "member"}, {"email": ""}, "address_not_allowed"),
        ],
    )
    def test_refuses(self, terms: dict[str, Any], changes: dict[str, Any], code: str) -> None:
        with pytest.raises(Denied) as fault:
            welcome(connect(**terms), arrival(**changes))
        assert fault.value.code == code
        assert not User.objects.exists()

    def test_a_colleague_is_known_by_a_verified_address_only(self, nadia: User) -> None:
        provider = connect()
        assert welcome(provider, arrival(email="Nadia@kestrel.example")) == nadia
        with pytest.raises(Denied):
            welcome(provider, arrival(email="nadia@kestrel.example", verified=False))

    def test_groups_decide_the_role_at_every_sign_in(self, nadia: User, tom: User) -> None:
        provider = connect(group_roles=[["cx-admins", "admin"]], default_role="member")
        assert welcome(provider, arrival(user=tom, groups=["cx-admins"])).role == "admin"
        assert welcome(provider, arrival(user=tom)).role == "member"
        change_provider(actor=SYSTEM, provider=provider, terms=Terms(group_roles=[["cx-admins", "admin"]]))
        with pytest.raises(Denied):
            welcome(provider, arrival(user=tom))

    def test_the_last_administrator_stays_one(self, nadia: User) -> None:
        provider = connect(group_roles=[["cx-all", "member"]])
        assert welcome(provider, arrival(user=nadia, groups=["cx-all"])).role == "admin"


class TestPages:
    def test_the_secret_is_encrypted_and_never_shown(self, client: Client, nadia: User) -> None:
        provider = connect()
        assert SECRET not in str(IdentityProvider.objects.values().get())
        assert IdentityProvider.objects.get().secret == SECRET
        client.force_login(nadia)
        page = client.get("/settings/sign-in/house/").content.decode()
        assert "secret of the client" not in page
        assert 'data-copy="http://testserver/signin/oidc/house/callback/"' in page
        assert SECRET not in str(list(AuditLine.objects.values_list("detail", flat=True)))
        change_provider(actor=SYSTEM, provider=provider, name="The house")
        assert IdentityProvider.objects.get().secret == SECRET

    def test_says_what_is_wrong(self, client: Client, nadia: User) -> None:
        client.force_login(nadia)
        data = {"name": "House", "issuer": "https://127.0.0.1/", "client_id": "x", "groups_claim": "groups"}
        answer = client.post("/settings/sign-in/new/oidc/", data)
        assert answer.status_code == 422
        assert "not on the Internet" in answer.content.decode()
        answer = client.post("/settings/sign-in/new/oidc/", {**data, "group_roles": "a = king"})
        assert answer.status_code == 422

    def test_the_redirect_address_is_shown_while_the_name_is_typed(self, client: Client, nadia: User) -> None:
        client.force_login(nadia)
        new = client.get("/settings/sign-in/new/oidc/").content.decode()
        assert "Type a name" in new and "?part=addresses" in new
        typed = client.get("/settings/sign-in/new/oidc/?part=addresses&name=The+House").content.decode()
        assert 'data-copy="http://testserver/signin/oidc/the-house/callback/"' in typed and "<form" not in typed

    def test_members_may_not(self, client: Client, tom: User) -> None:
        client.force_login(tom)
        assert client.get("/settings/sign-in/").status_code == 403
        with pytest.raises(Denied):
            remove_provider(actor=queries_actor(tom), provider=connect())

    def test_a_provider_that_is_not_offered_lets_nobody_in(self, client: Client, nadia: User) -> None:
        provider = connect()
        assert "Sign in with House" in client.get("/signin/").content.decode()
        change_provider(actor=SYSTEM, provider=provider, active=False)
        assert "Sign in with House" not in client.get("/signin/").content.decode()
        assert client.get("/signin/oidc/house/").status_code == 404


def queries_actor(user: User) -> Any:
    from pentad.roles.access.queries import actor_of

    return actor_of(user)


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "tests.roles.signin.oidc_provider", str(port), CALLBACK]
    root = Path(__file__).resolve().parents[3]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield f"http://127.0.0.1:{port}"
        process.kill()


class TestRoundTrip:
    """The browser's part is played by two clients: Django's towards Pentad, requests towards the provider."""

    @pytest.fixture(autouse=True)
    def house(self, issuer: str, nadia: User) -> IdentityProvider:
        put("outgoing.private", ["127.0.0.0/8"])
        office = Client()
        office.force_login(nadia)
        data = {
            "name": "House", "issuer": issuer, "client_id": CLIENT, "client_secret": SECRET, "groups_claim": "groups",
            "group_roles": "cx-admins = admin", "make_accounts": "on",
        }  # fmt: skip
        assert office.post("/settings/sign-in/new/oidc/", data).headers["Location"] == "/settings/sign-in/house/"
        return IdentityProvider.objects.get()

    def _through(self, client: Client, issuer: str) -> Any:
        """Sign in at the provider and come back; the answer of the last page."""
        leaving = client.get("/signin/oidc/house/?next=/account/")
        assert "code_challenge=" in leaving.headers["Location"]
        with requests.Session() as browser:
            form = browser.get(leaving.headers["Location"])
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
            data = {"login": "lea@kestrel.example", "password": PASSWORD}
            answer = browser.post(
                form.url, {**data, "csrfmiddlewaretoken": token[1] if token else ""}, allow_redirects=False
            )
            while answer.headers.get("Location", CALLBACK).startswith(("/", issuer)):
                answer = browser.get(issuer + answer.headers["Location"].removeprefix(issuer), allow_redirects=False)
        back = urlsplit(answer.headers["Location"])
        return client.get(f"{back.path}?{back.query}")

    def test_an_account_is_made_and_signed_in_with_the_role_of_its_groups(self, client: Client, issuer: str) -> None:
        done = self._through(client, issuer)
        assert (done.status_code, done.headers.get("Location")) == (302, "/account/")
        lea = User.objects.get(email="lea@kestrel.example")
        assert (lea.name, lea.role) == ("Lea Sommer", "admin")
        assert client.get("/account/").status_code == 200
        again = Client()
        assert self._through(again, issuer).status_code == 302
        assert User.objects.filter(email="lea@kestrel.example").count() == SocialAccount.objects.count() == 1

    def test_a_second_step_is_asked_for_all_the_same(self, client: Client, issuer: str) -> None:
        from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

        self._through(client, issuer)
        TOTP.activate(User.objects.get(email="lea@kestrel.example"), generate_totp_secret())
        assert self._through(Client(), issuer).headers["Location"].startswith("/signin/second-factor/")

    def test_a_closed_account_stays_closed(self, client: Client, issuer: str) -> None:
        self._through(client, issuer)
        lea = User.objects.get(email="lea@kestrel.example")
        actions.change_user(actor=SYSTEM, user=lea, active=False)
        assert client.get("/account/").status_code == 302
        assert self._through(Client(), issuer).headers["Location"] == "/signin/closed/"

    def test_who_may_not_is_told_why(self, client: Client, issuer: str, house: IdentityProvider) -> None:
        change_provider(actor=SYSTEM, provider=house, terms=Terms(group_roles=[["cx-admins", "admin"]]))
        refused = self._through(client, issuer)
        assert refused.status_code == 403
        assert "lea@kestrel.example has no account" in refused.content.decode()
        assert AuditLine.objects.get(action="sign_in_refused").detail == {"why": "no_account"}

    def test_an_answer_that_was_not_asked_for_is_refused(self, client: Client, issuer: str) -> None:
        answer = client.get("/signin/oidc/house/callback/?code=x&state=y")
        assert answer.status_code == 403
        assert client.get("/account/").status_code == 302

    def test_a_wrong_secret_is_told(self, client: Client, issuer: str, house: IdentityProvider) -> None:
        change_provider(actor=SYSTEM, provider=house, secret="another")
        assert self._through(client, issuer).status_code == 403
