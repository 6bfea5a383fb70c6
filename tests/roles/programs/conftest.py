import pytest
from django.core.cache import cache
from django.test import Client

from pentad.core.actor import SYSTEM
from pentad.data.identity.models import Person
from pentad.roles.access import actions
from pentad.roles.access.models import User
from tests.roles.programs.oauth import AppOf, add


@pytest.fixture(autouse=True)
def _no_codes_of_others() -> None:
    cache.clear()


@pytest.fixture
def nadia() -> User:
    return actions.add_user(actor=SYSTEM, email="nadia@kestrel.example", name="Nadia Khoury", role="admin")


@pytest.fixture
def keiko(nadia: User) -> User:  # an administrator is always there
    return actions.add_user(actor=SYSTEM, email="keiko@kestrel.example", name="Keiko Yılmaz", role="member")


@pytest.fixture
def elif_costa() -> Person:
    return Person.objects.create(name="Elif Costa", email="elif@lumen.example")


@pytest.fixture
def browser(keiko: User) -> Client:
    client = Client()
    client.force_login(keiko)
    return client


@pytest.fixture
def reports(nadia: User, browser: Client) -> AppOf:
    app, secret = add(nadia)
    return AppOf(app.id, secret, browser)
