"""/api/v1: messages to a customer with what became of them, and reports of services that carry them."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from pentad.core.action import check
from pentad.core.errors import Invalid, NotFound
from pentad.core.secretbox import cover, uncover
from pentad.data.identity.queries import find_person
from pentad.platforms.channels.models import Delivery
from pentad.platforms.responses import actions, showing
from pentad.platforms.responses.showing import RIGHT, Shown
from pentad.roles.audit import looked_at
from pentad.roles.page import actor_of
from pentad.roles.views.paging import checked_limit

router = Router(tags=["messages"])
MOST = 100
PLACES = "places in messages of a customer"


class MessageGateOut(Schema):
    name: str
    passed: bool | None
    seen: str = Field(description="The value it looked at, in words")


class ResponseOut(Schema):
    at: datetime
    what: str
    detail: str
    human: bool | None = Field(description="Whether a person did it; null while that is not judged")
    confidence: int | None = Field(description="That a person did it, in per cent")
    why: list[str]


class PersonMessageOut(Schema):
    id: str
    at: datetime
    name: str
    channel: str
    purpose: str
    state: str
    reason: str
    campaign: str | None
    gates: list[MessageGateOut]
    responses: list[ResponseOut]


class PersonMessagesOut(Schema):
    results: list[PersonMessageOut]
    next: str | None = None


class ReportIn(Schema):
    kind: Literal["delivered", "bounce", "complaint"] | None = Field(None, description="Needed")
    hard: bool = Field(False, description="Of a bounce: the address does not work")
    reason: str = Field("", max_length=300, description="In the service’s words")
    address: str = Field(
        "", max_length=500, description="Where it was sent; the customer’s own if left out. No other is believed"
    )
    at: datetime | None = None


class ReportOut(Schema):
    new: bool = Field(description="Whether it was not known before")
    state: str


@router.get(
    "/people/{id}/messages", response=PersonMessagesOut, summary="Messages to a person, and what became of them"
)
def list_messages_of_person(request: HttpRequest, id: str, limit: int = 25, after: str = "") -> dict[str, Any]:
    """The latest first, those held back too, with each gate and the value it saw. after: `next` of the page before."""
    check(actor_of(request), "people.view")
    check(actor_of(request), RIGHT)
    person = find_person(id)
    checked_limit(limit, MOST)
    looked_at(actor_of(request), f"person:{person.id}", "api messages")
    rows = showing.listed(person, before=_place(after), limit=limit)
    place = cover(PLACES, str(rows[-1].delivery.pk)) if len(rows) == limit else None
    return {"results": [_told(row) for row in rows], "next": place}


def _told(row: Shown) -> dict[str, Any]:
    of = row.delivery
    return {
        "id": of.public_id, "at": row.at, "name": row.name, "channel": of.channel, "purpose": of.purpose,
        "state": of.state, "reason": row.reason, "campaign": of.origin_id if of.origin_kind == "campaign" else None,
        "gates": [{"name": name, "passed": passed, "seen": seen} for name, passed, seen in row.gates],
        "responses": [
            {"at": did.at, "what": did.what, "detail": did.detail, "human": did.human, "confidence": did.confidence,
             "why": did.why}
            for did in row.did
        ],
    }  # fmt: skip


def _place(covered: str) -> int | None:
    if not covered:
        return None
    try:
        return int(uncover(PLACES, covered))
    except ValueError:
        raise Invalid("That is no place in this list.", code="bad_place", fix="Begin without `after`.") from None


@router.post("/deliveries/{id}/reports", response={201: ReportOut}, summary="Report what became of a message")
def report(request: HttpRequest, id: str, body: ReportIn) -> Status[dict[str, Any]]:
    """By the service that carries it. The same once more changes nothing."""
    check(actor_of(request), "destinations.manage")
    delivery = Delivery.objects.filter(public_id=id).first()
    if delivery is None:
        raise NotFound(
            f"There is no message {id[:40]!r}.", code="delivery_not_found", fix="Use the id it was sent with."
        )
    common: dict[str, Any] = {"actor": actor_of(request), "delivery": delivery, "at": body.at}
    more: dict[str, Any] = {"reason": body.reason, "address": body.address}
    if body.kind is None:
        raise Invalid(
            "It is not said what became of it.", code="no_kind", field="kind", fix="delivered, bounce or complaint."
        )
    if body.kind == "delivered":
        new = actions.record_delivered(**common)
    elif body.kind == "bounce":
        new = actions.record_bounce(**common, **more, hard=body.hard) is not None
    else:
        new = actions.record_complaint(**common, **more) is not None
    delivery.refresh_from_db()
    return Status(201, {"new": new, "state": delivery.state})
