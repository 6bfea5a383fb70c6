"""Customers and messages for tests of what we say."""

import itertools
from typing import Any

from pentad.content.messages import actions
from pentad.content.messages.models import Message
from pentad.core import clock
from pentad.core.actor import SYSTEM
from pentad.data.consent.models import ConsentPurpose
from pentad.data.identity.models import Person
from pentad.data.profiles.models import Company, Membership, PersonTrait

FOOTER = '<mj-text><a href="{{ links.unsubscribe }}">Unsubscribe</a></mj-text>'
_numbers = itertools.count(1)


def mjml(body: str, footer: str = FOOTER) -> str:
    return f"<mjml><mj-body><mj-section><mj-column>{body}{footer}</mj-column></mj-section></mj-body></mjml>"


def mail(body: str = "<mj-text>Hello</mj-text>", subject: str = "News from Kestrel", **fields: str) -> dict[str, str]:
    return {"subject": subject, "preheader": "What is new", "mjml": mjml(body), **fields}


def content(**channels: dict[str, Any]) -> dict[str, Any]:
    """Of one variant: email={"en": {…}} or email={…} for English alone."""
    return {"variants": {"A": {name: one if _by_language(one) else {"en": one} for name, one in channels.items()}}}


def _by_language(given: dict[str, Any]) -> bool:
    return all(isinstance(one, dict) for one in given.values())


def purpose(name: str = "newsletter") -> str:
    ConsentPurpose.objects.get_or_create(name=name, defaults={"label": "Newsletter", "declared": clock.now()})
    return name


def somebody(name: str = "", email: str = "", **traits: Any) -> Person:
    number = next(_numbers)
    row = Person.objects.create(name=name, email=email or f"p{number}@kestrel.example", traits=traits, known=True)
    PersonTrait.objects.bulk_create(
        PersonTrait(person=row, name=key, source_no=1, value=value, text=str(value).lower()[:200], at=clock.now(),
                    message_id=f"m{number}")
        for key, value in traits.items()
    )  # fmt: skip
    return row


def employed(person: Person, name: str, **traits: Any) -> Company:
    company = Company.objects.create(
        group_id=f"g{next(_numbers)}", name=name, traits=traits, first_seen=clock.now(), last_seen=clock.now()
    )
    Membership.objects.create(person=person, company=company, first_seen=clock.now(), last_seen=clock.now())
    return company


def message(name: str = "News", *, publish: bool = True, transactional: bool = False, **channels: Any) -> Message:
    """Written, and published unless told otherwise."""
    row = actions.create_message(
        actor=SYSTEM, name=name, purpose="" if transactional else purpose(), transactional=transactional,
        content=content(**(channels or {"email": mail()})),
    )  # fmt: skip
    if publish:
        actions.publish_message(actor=SYSTEM, message=row)
        row.refresh_from_db()
    return row
