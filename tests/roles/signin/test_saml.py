"""Single sign-on with SAML, the whole way with pysaml2 as the identity provider."""

import base64
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from pentad.core.actor import SYSTEM
from pentad.core.errors import Invalid
from pentad.core.settings import put
from pentad.roles.access.models import User
from pentad.roles.access.sso.actions import Terms, change_provider
from pentad.roles.access.sso.models import IdentityProvider
from pentad.roles.access.sso.saml import read_metadata
from tests.roles.signin.saml_provider import SSO, House

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LEA = {"mail": ["lea@kestrel.example"], "displayName": ["Lea Sommer"], "groups": ["everybody", "cx-admins"]}
ACS = "/signin/saml/house/acs/"


HOST = "cx.kestrel.example"


def visitor(**options: Any) -> Client:
    return Client(**options, HTTP_HOST=HOST)


@pytest.fixture
def client() -> Client:
    return visitor()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return House(tmp_path_factory.mktemp("house"))


@pytest.fixture(autouse=True)
def _connected(house: House, nadia: User) -> None:
    office = visitor()
    office.force_login(nadia)
    data = {
        "name": "House", "metadata": house.metadata, "groups_claim": "groups", "group_roles": "cx-admins = admin",
        "domains": "kestrel.example", "make_accounts": "on",
    }  # fmt: skip
    done = office.post("/settings/sign-in/new/saml/", data)
    assert done.status_code == 302, done.content.decode()


def ours(client: Client) -> str:
    answer = client.get("/signin/saml/house/metadata/")
    assert answer.headers["Content-Type"] == "text/xml"
    return answer.content.decode()


def form(
    client: Client, house: House, attributes: dict[str, list[str]] | None = None, **options: Any
) -> dict[str, str]:
    """What the provider lets the browser post, for a sign-in begun at Pentad."""
    leaving = client.get("/signin/saml/house/?next=/account/").headers["Location"]
    assert leaving.startswith(f"{SSO}?SAMLRequest=")
    return house.answer(leaving, ours(client), attributes or LEA, **options)


def come_back(client: Client, posted: dict[str, str]) -> Any:
    """As a browser does: a POST from another site, which carries no session cookie, then a GET that does."""
    kept = client.cookies.get("pentad_session")
    stranger = visitor(enforce_csrf_checks=True)
    arrived = stranger.post(ACS, posted)
    assert arrived.headers["Location"] == f"{ACS}finish/"
    for name, cookie in stranger.cookies.items():
        client.cookies[name] = cookie.value
    if kept is not None:
        client.cookies["pentad_session"] = kept.value
    return client.get(arrived.headers["Location"])


def refused(client: Client, posted: dict[str, str]) -> bool:
    answer = come_back(client, posted)
    return answer.status_code == 403 and not User.objects.filter(email="lea@kestrel.example").exists()


def changed(posted: dict[str, str], old: str, new: str) -> dict[str, str]:
    text = (
        base64.b64decode(posted["SAMLResponse"]).decode()
        if "<" not in posted["SAMLResponse"]
        else posted["SAMLResponse"]
    )
    assert old in text
    return {**posted, "SAMLResponse": base64.b64encode(text.replace(old, new).encode()).decode()}


def packed(posted: dict[str, str]) -> dict[str, str]:
    return changed(posted, "<", "<")


def test_an_account_is_made_and_signed_in_with_the_role_of_its_groups(client: Client, house: House) -> None:
    assert "Sign in with House" in client.get("/signin/").content.decode()
    done = come_back(client, packed(form(client, house)))
    assert (done.status_code, done.headers.get("Location")) == (302, "/account/"), done.content.decode()[-1500:]
    lea = User.objects.get(email="lea@kestrel.example")
    assert (lea.name, lea.role) == ("Lea Sommer", "admin")
    assert client.get("/account/").status_code == 200
    again = visitor()
    assert come_back(again, packed(form(again, house))).status_code == 302
    assert User.objects.filter(email="lea@kestrel.example").count() == 1


def test_an_answer_that_was_changed_is_refused(client: Client, house: House) -> None:
    assert refused(client, changed(form(client, house), "cx-admins", "cx-owners"))


def test_an_answer_without_a_signature_is_refused(client: Client, house: House) -> None:
    assert refused(client, packed(form(client, house, sign_assertion=False)))


def test_another_providers_signature_is_refused(client: Client, house: House, tmp_path: Path) -> None:
    stranger = House(tmp_path / "stranger")
    assert refused(client, packed(form(client, stranger)))


def test_an_answer_works_once_and_only_where_it_was_asked_for(client: Client, house: House) -> None:
    posted = packed(form(client, house))
    assert refused(visitor(), posted), "another browser did not ask"
    assert come_back(client, posted).status_code == 302
    client.post("/signout/")
    assert come_back(client, posted).status_code == 403


def test_an_address_outside_its_domains_is_refused(client: Client, house: House, nadia: User) -> None:
    elsewhere = {**LEA, "mail": ["lea@elsewhere.example"]}
    page = come_back(client, packed(form(client, house, elsewhere)))
    assert page.status_code == 403
    assert "does not speak for the address lea@elsewhere.example" in page.content.decode()


def test_metadata_that_is_none_is_refused(client: Client, house: House, nadia: User) -> None:
    for text in ("", "hello", "<a/>", house.metadata.replace("SingleSignOnService", "X")):
        with pytest.raises(Invalid):
            read_metadata(text)
    put("outgoing.private", [])
    with pytest.raises(Invalid):
        read_metadata(house.metadata.replace("https://login", "http://login"))
    client.force_login(nadia)
    page = client.get("/settings/sign-in/house/").content.decode()
    assert 'data-copy="http://cx.kestrel.example/signin/saml/house/metadata/"' in page
    assert 'data-copy="http://cx.kestrel.example/signin/saml/house/acs/"' in page
    kept = {"name": "The house", "groups_claim": "groups", "group_roles": "cx-admins = admin"}
    refused = client.post("/settings/sign-in/house/", kept)
    assert refused.status_code == 422 and "Domains it speaks for" in refused.content.decode(), "nobody could come in"
    with pytest.raises(Invalid, match="nobody could sign in"):
        change_provider(actor=SYSTEM, provider=IdentityProvider.objects.get(), terms=Terms())
    assert client.post("/settings/sign-in/house/", kept | {"domains": "kestrel.example"}).status_code == 302
    provider = IdentityProvider.objects.get()
    assert (provider.name, provider.config["idp"]["entity_id"]) == ("The house", house.entity_id)


def test_a_request_without_a_host_is_no_request() -> None:
    nameless = Client()  # its requests have no Host header
    for page in ("", "acs/", "acs/finish/", "sls/", "metadata/"):
        assert nameless.get(f"/signin/saml/house/{page}").status_code == 400
