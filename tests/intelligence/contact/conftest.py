"""Customers who agreed to be written to, and a policy that says nothing until a test says something."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pentad.core.actor import SYSTEM
from pentad.data.consent.actions import declare_purpose
from pentad.data.consent.models import ConsentStatement
from pentad.data.identity.models import Identifier, Person
from pentad.intelligence.contact.actions import save_policy
from pentad.intelligence.contact.policy import Policy
from tests.data.conftest import road

__all__ = ["road"]
NOW = datetime(2026, 1, 14, 12, tzinfo=UTC)
LONG_AGO = datetime(2025, 3, 2, 9, tzinfo=UTC)
Customer = Callable[..., Person]


@pytest.fixture
def agreed(db: None) -> Customer:
    """Makes a customer who agreed to marketing: `agreed("keiko")`."""
    declare_purpose(actor=SYSTEM, name="marketing", label="Marketing")
    save_policy(actor=SYSTEM, policy=Policy())

    def make(name: str, **more: Any) -> Person:
        person = Person.objects.create(name=name.title(), email=f"{name}@fjord.example", known=True, **more)
        Identifier.objects.create(namespace="email", value=person.email, person=person, first_seen=LONG_AGO)
        consent(person, "granted", LONG_AGO)
        return person

    return make


def consent(person: Person, state: str, at: datetime) -> None:
    ConsentStatement.objects.create(
        person=person, purpose="marketing", source_no=1, state=state, at=at, until=at, decided=True,
        message_id="m", last_message_id="m",
    )  # fmt: skip


def hours(n: float) -> datetime:
    return NOW + timedelta(hours=n)
