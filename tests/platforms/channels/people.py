"""Customers, destinations and messages for the tests of channels."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pentad.data.consent.models import ConsentPurpose, ConsentStatement
from pentad.data.identity.models import Identifier, Person
from pentad.platforms.channels.items import Item
from pentad.platforms.channels.models import Destination

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
CONTENT = {"subject": "Your beans", "html": "<p>Hello</p>", "text": "Hello"}


def customer(name: str, *, email: str | None = None, consents: bool = True) -> Person:
    """Somebody with an e-mail address, who agreed to the newsletter."""
    address = f"{name.lower()}@kestrel.example" if email is None else email
    person = Person.objects.create(name=name, email=address, known=True, traits={"email": address})
    if address and not Identifier.objects.filter(namespace="email", value=address).exists():
        Identifier.objects.create(namespace="email", value=address, person=person, first_seen=NOON)
    if consents:
        agree(person)
    return person


def agree(person: Person, state: str = "granted", at: datetime = NOON) -> None:
    ConsentPurpose.objects.get_or_create(name="news", defaults={"label": "News", "declared": NOON})
    ConsentStatement.objects.create(
        person=person, purpose="news", channel="", source_no=1, state=state, at=at, until=at, decided=True,
        message_id="m", last_message_id="m",
    )  # fmt: skip


def destination(adapter: str = "mailbox", **fields: Any) -> Destination:
    values: dict[str, Any] = {"channel": "email", "name": "Test", "is_default": True, "created": NOON, "changed": NOON}
    return Destination.objects.create(adapter=adapter, **(values | fields))


def item(person: Person, **fields: Any) -> Item:
    values: dict[str, Any] = {
        "key": f"campaign:r1:{person.no}", "person_no": person.no, "channel": "email", "content": CONTENT,
        "purpose": "news", "origin_id": "c1", "run": "r1", "due_at": NOON,
    }  # fmt: skip
    return Item(**(values | fields))


Make = Callable[..., Any]
