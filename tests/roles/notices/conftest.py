"""A rep who sees only her own customers, another rep, and an administrator."""

from collections.abc import Callable

import pytest
from django.test import Client

from pentad.core.actor import SYSTEM
from pentad.data.identity.models import Person
from pentad.roles.access import actions
from pentad.roles.access.models import User

Browser = Callable[[User], Client]


@pytest.fixture
def nadia(db: None) -> User:
    return actions.add_user(actor=SYSTEM, email="nadia@kestrel.example", name="Nadia Karim", role="admin")


@pytest.fixture
def rita(db: None) -> User:
    return actions.add_user(actor=SYSTEM, email="rita@kestrel.example", name="Rita Osei", role="rep")


@pytest.fixture
def sam(db: None) -> User:
    return actions.add_user(actor=SYSTEM, email="sam@kestrel.example", name="Sam Vogel", role="rep")


@pytest.fixture
def keiko(rita: User) -> Person:
    """Rita's customer, whom Sam may not see."""
    return Person.objects.create(name="Keiko Yılmaz", email="keiko@fjord.example", known=True, owner=rita)


@pytest.fixture
def browser() -> Browser:
    """A colleague's browser."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return signed_in
