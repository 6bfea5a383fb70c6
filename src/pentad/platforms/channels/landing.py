"""What a service reports of a message ends the same way whether its sender has written down what became of it or not.

Reports come within a second; a sender writes the outcomes of a whole group at once, and may die before.
"""

from datetime import datetime
from typing import Any

from django.db.models import Q

from pentad.core import clock
from pentad.intelligence.contact import log as contacts
from pentad.intelligence.contact.knowing import roots_of
from pentad.intelligence.contact.log import Row
from pentad.platforms.channels.items import TEST
from pentad.platforms.channels.models import BOUNCED, DELIVERED, FAILED, PENDING, SENDING, SENT, Attempt, Delivery
from pentad.platforms.channels.rules import Result
from pentad.platforms.channels.telling import Told, tell

REPORTED = "The service reported it"
ENDED = (DELIVERED, BOUNCED)


def moved(delivery: Delivery, before: tuple[str, ...], state: str, at: datetime | None, reason: str = "") -> bool:
    """Into this state, out of one of those before, or of those of a message that was tried and has left without our knowing:
    its service said no, or nothing, and had it all the same. In a transaction of the caller's. False where it was in no such
    state.
    """
    moment = at or clock.now()
    unknown = Q(state__in=PENDING, unsure=True) | Q(state__in=(*PENDING, SENDING), attempts__gt=0)
    if state == DELIVERED:
        unknown |= Q(state=FAILED, attempts__gt=0)
    known = Delivery.objects.filter(Q(state__in=before) | unknown, pk=delivery.pk)
    row = known.select_for_update().first()
    if row is None:
        return False
    changed: dict[str, Any] = {"state": state, "done_at": moment, "sent_at": row.sent_at or moment, "unsure": False}
    changed |= {"lease_owner": "", "lease_until": None} | ({"reason": reason} if reason else {})
    if state == DELIVERED:
        changed |= {"reason": "", "detail": ""}  # why it waited, or had failed
    Delivery.objects.filter(pk=row.pk).update(**changed)
    if row.state not in before:
        _left(row, moment)
    return True


def _left(row: Delivery, at: datetime) -> None:
    """What follows from a message's having left, and would have followed from its sender's word."""
    begun = Attempt.objects.filter(delivery=row, outcome=Attempt.BEGUN)
    begun.update(outcome=Attempt.ACCEPTED, ended=clock.now(), detail=REPORTED)
    if row.origin_kind != TEST and roots_of([row.person_no]).get(row.person_no) is not None:
        contacts.record(
            [Row(row.person_no, row.channel, row.purpose, at, row.key, row.priority, row.transactional)]
        )  # fmt: skip
    row.state = SENT
    tell([Told(row, {"destination": row.sent_by.name} if row.sent_by else {})])


def keep_given(row: Delivery, result: Result | None) -> None:
    """A sender comes to write down what was reported meanwhile: what it still knows is what the service calls the message."""
    if result is not None and result.provider_id:
        nameless = Delivery.objects.filter(Q(provider_id=None) | Q(provider_id=""), pk=row.pk, state__in=ENDED)
        nameless.update(provider_id=result.provider_id)
