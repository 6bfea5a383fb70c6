"""Mia, who agreed to the newsletter, and a mail to her that left an hour ago."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from pentad.core import clock
from pentad.core.actor import SYSTEM
from pentad.data.consent.actions import declare_purpose, record_consent
from pentad.data.identity.models import Identifier, Person
from pentad.platforms.channels.items import Item
from pentad.platforms.channels.models import SENT, Delivery
from pentad.platforms.channels.queue import enqueue
from pentad.platforms.responses.addresses import forget

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HTML = (
    '<html><body><p>New beans. <a href="{{{link:0}}}">Look</a> <a href="{{{link:1}}}">Order</a></p>'
    '<p><a href="{{{unsubscribe}}}">Stop</a> <a href="{{{preferences}}}">Choose</a> <a href="{{{view}}}">View</a></p>'
    "</body></html>"
)
LINKS = ["https://kestrel.example/beans?mail=mia%40fjord.example&x=1", "https://kestrel.example/order"]


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    forget()
    with clock.held(NOON):
        yield


@pytest.fixture
def mia(db: None) -> Person:
    declare_purpose(actor=SYSTEM, name="news", label="Newsletter", description="What is new, about twice a month.")
    person = Person.objects.create(name="Mia Berg", email="mia@fjord.example", known=True)
    for namespace, value in (("email", "mia@fjord.example"), ("phone", "+4790000001")):
        Identifier.objects.create(namespace=namespace, value=value, person=person, first_seen=NOON)
    record_consent(actor=SYSTEM, person=person, purpose="news", state="granted", channel="email")
    return person


def made(person: Person, key: str = "campaign:r1:1", **more: object) -> Delivery:
    said = {"subject": "New beans", "html": HTML, "text": "New beans: {{{link:0}}}\nStop: {{{unsubscribe}}}"}
    values = {
        "channel": "email", "purpose": "news", "origin_id": "c1", "run": "r1", "variant": "A", "content": said,
        "links": LINKS,
    } | more  # fmt: skip
    enqueue([Item(key=key, person_no=person.no, **values)])  # type: ignore[arg-type]
    Delivery.objects.filter(key=key).update(state=SENT, sent_at=NOON - timedelta(hours=1))
    return Delivery.objects.get(key=key)


@pytest.fixture
def mail(mia: Person) -> Delivery:
    return made(mia)
