"""Verbs on what becomes of messages: customers unsubscribe, services report bounces, complaints and arrivals."""

import re
from datetime import datetime, timedelta

from pentad.core import clock
from pentad.core.action import action, note
from pentad.core.actor import SYSTEM, Actor
from pentad.core.outbox import emit
from pentad.data.consent.actions import record_consent, withdraw_consent
from pentad.data.consent.queries import purposes, state_of
from pentad.data.consent.rules import DENIED, GRANTED
from pentad.data.identity.models import Person
from pentad.data.identity.queries import hold_person
from pentad.intelligence.contact.actions import suppress
from pentad.intelligence.contact.models import Suppression
from pentad.platforms.channels.landing import moved
from pentad.platforms.channels.models import BOUNCED, DELIVERED, DOUBTFUL, SENT, Delivery
from pentad.platforms.channels.telling import properties
from pentad.platforms.responses.given import address_given
from pentad.platforms.responses.keeping import about
from pentad.platforms.responses.models import BOUNCE, COMPLAINT, REPLY, UNSUBSCRIBE, Response
from pentad.platforms.responses.people import person_of

UNSUBSCRIBED, COMPLAINED, REPLIED = "Unsubscribed", "Message Complained", "Message Replied"
MESSAGE_BOUNCED, MESSAGE_DELIVERED = "Message Bounced", "Message Delivered"
SOFT_BOUNCES, SOFT_SPAN = 5, timedelta(days=30)
"""After so many within so long, all passing, an address is left alone for as long again."""
ONE_CLICK, PAGE, CHOICES = "one_click", "page", "preferences"
"""How somebody unsubscribed: by their mail program, on the page of the link, among the preferences."""
_STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
"""What mail servers say in numbers (RFC 3463)."""
_ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+")


@action("people.consent")
def unsubscribe(*, actor: Actor, delivery: Delivery, person: Person, how: str) -> Response | None:
    """Keep that a customer wants no more messages like this one: of its purpose by its channel. None where that was said
    before.
    """
    evidence = f"Unsubscribed from message {delivery.public_id}"
    said = withdraw_consent(
        actor=actor, person=person, purpose=delivery.purpose, channel=delivery.channel, evidence=evidence
    )
    note(subject=f"person:{person.id}", how=how)
    return note_unsubscribed(actor=actor, delivery=delivery, person=person, how=how) if said else None


@action("people.consent")
def unsubscribe_from_all(*, actor: Actor, person: Person, channel: str) -> None:
    """Keep that a customer wants nothing more by a channel: what they unsubscribe from is so long ago that its purpose is
    not known any more, and a mail program cannot ask them.
    """
    for purpose in purposes():
        evidence = "Unsubscribed from a message of long ago"
        withdraw_consent(actor=actor, person=person, purpose=purpose.name, channel=channel, evidence=evidence)
    note(subject=f"person:{person.id}", channel=channel)


@action("people.consent")
def note_unsubscribed(*, actor: Actor, delivery: Delivery, person: Person, how: str) -> Response:
    """Keep that it was this message that made a customer unsubscribe, and tell of it."""
    given = {**about(delivery), "human": True, "confidence": 1.0, "detail": how, "at": clock.now()}
    row, new = Response.objects.get_or_create(delivery_no=delivery.pk, kind=UNSUBSCRIBE, defaults=given)
    if new:
        _tell(UNSUBSCRIBED, delivery, {"how": how, "human": True, "confidence": 1.0}, None)
    note(subject=f"person:{person.id}", how=how)
    return row


@action("people.consent")
def subscribe_again(*, actor: Actor, delivery: Delivery, person: Person) -> bool:
    """Take back an unsubscribing by mistake. False where the purpose is not asked about any more, or nothing was denied."""
    declared = delivery.purpose in {one.name for one in purposes() if one.declared}
    if not declared or state_of(person, delivery.purpose, delivery.channel) != DENIED:
        return False
    record_consent(
        actor=actor, person=person, purpose=delivery.purpose, state=GRANTED, channel=delivery.channel,
        evidence=f"Took back the unsubscribing from message {delivery.public_id}",
    )  # fmt: skip
    Response.objects.filter(delivery_no=delivery.pk, kind=UNSUBSCRIBE).delete()
    note(subject=f"person:{person.id}")
    return True


@action("destinations.manage")
def record_delivered(*, actor: Actor, delivery: Delivery, at: datetime | None = None) -> bool:
    """Keep that a message arrived, as a service reports. False where that was known, or it has bounced since."""
    if not moved(delivery, (SENT, DOUBTFUL), DELIVERED, at):
        return False
    _tell(MESSAGE_DELIVERED, delivery, {}, at)
    return True


@action("destinations.manage")
def record_bounce(
    *,
    actor: Actor,
    delivery: Delivery,
    hard: bool,
    reason: str = "",
    address: str = "",
    at: datetime | None = None,
) -> Response | None:
    """Keep that a message came back, as a service reports. hard: the address does not work, so it is not written to any
    more; others are left alone after several. address: which, where the report says; one that the message was not sent
    to counts for nothing. None where the same was reported before.
    """
    moment = at or clock.now()
    detail = f"{'hard' if hard else 'soft'}: {_ADDRESS.sub('(address)', reason)}"[:300]
    if Response.objects.filter(delivery_no=delivery.pk, kind=BOUNCE, detail=detail).exists() or _gone(delivery):
        return None
    row = Response.objects.create(**about(delivery), kind=BOUNCE, at=moment, human=False, detail=detail)
    kind = "hard_bounce" if hard else "soft_bounce"
    moved(delivery, (SENT, DELIVERED, DOUBTFUL), BOUNCED, moment, reason=kind)
    # Services repeat the address, and whatever the other side wrote: their words stay in the row, events cannot be edited.
    said = {"status": found[0]} if (found := _STATUS.search(reason)) else {}
    _tell(MESSAGE_BOUNCED, delivery, {"hard": hard, "reason": kind, **said}, moment)
    if hard:
        _suppress(delivery, address, Suppression.HARD)
    elif _soft_bounces(delivery, moment) >= SOFT_BOUNCES:
        _suppress(delivery, address, Suppression.SOFT, until=moment + SOFT_SPAN)
    note(subject=f"delivery:{delivery.public_id}", hard=hard)
    return row


@action("destinations.manage")
def record_complaint(
    *, actor: Actor, delivery: Delivery, reason: str = "", address: str = "", at: datetime | None = None
) -> Response | None:
    """Keep that a customer called a message unwanted, as a service reports: the address is not written to any more, and
    what the message was for counts as refused. None where that was known.
    """
    if _gone(delivery):
        return None
    detail = _ADDRESS.sub("(address)", reason)[:300]
    given = {**about(delivery), "human": True, "confidence": 1.0, "detail": detail, "at": at or clock.now()}
    row, new = Response.objects.get_or_create(delivery_no=delivery.pk, kind=COMPLAINT, defaults=given)
    if not new:
        return None
    _tell(COMPLAINED, delivery, {"human": True, "confidence": 1.0}, at)
    _suppress(delivery, address, Suppression.COMPLAINT)
    person = person_of(delivery)
    if person is not None and delivery.purpose:
        evidence = f"Called message {delivery.public_id} unwanted"
        withdraw_consent(
            actor=SYSTEM, person=person, purpose=delivery.purpose, channel=delivery.channel, evidence=evidence
        )
    note(subject=f"delivery:{delivery.public_id}")
    return row


@action("destinations.manage")
def record_reply(*, actor: Actor, delivery: Delivery, text: str, at: datetime | None = None) -> Response | None:
    """Keep that a customer answered a message, as a service reports, and how the answer begins; the event says that there
    is one. None where the same was reported before.
    """
    detail = " ".join(text.replace("\0", " ").split())[:300]
    if Response.objects.filter(delivery_no=delivery.pk, kind=REPLY, detail=detail).exists() or _gone(delivery):
        return None
    given = {**about(delivery), "human": True, "confidence": 1.0, "detail": detail, "at": at or clock.now()}
    row = Response.objects.create(kind=REPLY, **given)
    _tell(REPLIED, delivery, {}, at)
    note(subject=f"delivery:{delivery.public_id}")
    return row


def _gone(delivery: Delivery) -> bool:
    """Whether the customer was erased since the delivery was read: then nothing is written of them any more."""
    return not hold_person(delivery.person_no)


def _tell(name: str, delivery: Delivery, told: dict[str, object], at: datetime | None) -> None:
    person = person_of(delivery)
    if person is not None:
        emit("track", name, person=person, at=at, properties={**properties(delivery), **told})


def _soft_bounces(delivery: Delivery, now: datetime) -> int:
    """Of the customer by this channel, on different days: a service that is down for an hour is no broken address."""
    of = Response.objects.filter(
        person_no=delivery.person_no, channel=delivery.channel, kind=BOUNCE, at__gt=now - SOFT_SPAN
    )
    return len({at.date() for at in of.values_list("at", flat=True)})


def _suppress(delivery: Delivery, address: str, reason: str, until: datetime | None = None) -> None:
    if found := address_given(delivery, address):
        source = f"message {delivery.public_id}"
        suppress(actor=SYSTEM, channel=delivery.channel, address=found, reason=reason, source=source, until=until)
