"""Two colleagues with passwords, with attempts and settings that start anew with each test."""

import pytest
from django.core.cache import cache

from pentad.core import settings
from pentad.core.actor import SYSTEM
from pentad.roles.access import actions
from pentad.roles.access.models import User

PASSWORD = "kestrel-demo"


@pytest.fixture(autouse=True)
def _anew() -> None:
    cache.clear()
    settings.forget()


@pytest.fixture
def nadia() -> User:
    return actions.add_user(
        actor=SYSTEM, email="nadia@kestrel.example", name="Nadia Karim", role="admin", password=PASSWORD
    )


@pytest.fixture
def tom() -> User:
    return actions.add_user(
        actor=SYSTEM, email="tom@kestrel.example", name="Tom Reyes", role="member", password=PASSWORD
    )
