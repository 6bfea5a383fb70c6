import pytest
from django.core.cache import cache

from pentad.core.actor import SYSTEM
from pentad.data.identity.models import Person
from pentad.roles.access import actions
from pentad.roles.access.models import User


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
