"""/api/v1: the contact policy, suppressed addresses, and whether a customer may be written to now."""

from datetime import datetime
from typing import Any, Literal

import msgspec
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from pentad.core.action import check
from pentad.data.identity.queries import find_person
from pentad.intelligence.contact import actions, editing, listing, policies, queries
from pentad.intelligence.contact.gates import Verdict
from pentad.intelligence.contact.models import Suppression
from pentad.intelligence.contact.policy import Policy
from pentad.roles.audit import looked_at
from pentad.roles.page import actor_of
from pentad.roles.views.paging import beyond, checked_limit

router = Router(tags=["contact"])
VIEW, EDIT = "contact.view", "contact.edit"
MOST = 500
Reason = Literal["hard_bounce", "invalid", "complaint", "soft_bounces", "manual", "import"]


class CapIn(Schema):
    most: int = Field(description="Messages, 1 to 1000")
    within_hours: int = Field(description="1 to 2208, before each message: the window slides")
    channel: str = Field("", description="Empty: all channels together")
    purpose: str = Field("", description="Empty: all purposes together")


class QuietIn(Schema):
    start: str = Field(description="A time of the customer's day, such as 21:00")
    end: str = Field(description="Past midnight when it is before the start; the same means a whole day")
    channel: str = Field("", description="Empty: every channel")
    days: list[int] = Field([1, 2, 3, 4, 5, 6, 7], description="On which it begins: 1 for Monday to 7 for Sunday")


class PolicyChange(Schema):
    caps: list[CapIn] | None = Field(None, description="All of them")
    quiet: list[QuietIn] | None = Field(None, description="All of them")
    holdout: float | None = Field(
        None, description="Per cent of all customers who get nothing but what is transactional"
    )
    salt: str | None = Field(None, description="Who they are; another word draws others")
    zone: str | None = Field(None, description="Time zone of customers of whom none is known")
    priority_hours: int | None = Field(None, description="How far ahead more important messages are looked for")
    alike: list[str] | None = Field(None, description="Traits that make customers alike")
    seen: int | None = Field(None, description="The version that was read before: when it is another by now, 409")


class PolicyOut(Schema):
    version: int = Field(description="0: the usual one, as nobody has saved another")
    caps: list[CapIn]
    quiet: list[QuietIn]
    holdout: float
    salt: str
    zone: str
    priority_hours: int
    alike: list[str]


class SuppressionOut(Schema):
    id: str
    channel: str = Field(description="Empty: every channel")
    reason: Reason
    source: str
    person: str | None = Field(description="Whose address it was then, as far as the key sees them")
    at: datetime
    until: datetime | None = Field(description="null: until it is lifted")
    lifted: datetime | None
    lifted_by: str
    lifted_why: str


class SuppressionsOut(Schema):
    results: list[SuppressionOut]
    next: str | None = None


class SuppressionsListed(Schema):
    address: str | None = Field(None, description="Only those of this whole address")
    in_force: bool = Field(True, description="Only those that hold now")
    limit: int = 100
    after: str | None = None


class SuppressIn(Schema):
    addresses: list[str] = Field([], description="E-mail addresses, telephone numbers and the like; 20,000 at most")
    channel: str = Field("", max_length=60, description="Empty: every channel")
    reason: Reason = "manual"
    source: str = Field("", max_length=120, description="What told of it")


class SuppressedOut(Schema):
    new: int
    known: int = Field(description="Suppressed before; they stay as they were")
    empty: int


class LiftIn(Schema):
    why: str = Field("", max_length=300, description="Needed: how it is known that the address may be written to again")


class ContactGateOut(Schema):
    name: str
    passed: bool
    seen: str = Field(description="The value it looked at, in words")
    reason: str
    until: datetime | None


class ContactVerdictOut(Schema):
    channel: str
    send: bool
    gate: str = Field(description="That decides; empty when all are passed")
    reason: str
    until: datetime | None = Field(description="When to ask again; null when it may go, or never may")
    gates: list[ContactGateOut]


class ContactVerdictsOut(Schema):
    purpose: str
    results: list[ContactVerdictOut]


class ContactAsked(Schema):
    purpose: str = Field("", max_length=60)
    transactional: bool = False
    priority: int = 0


class ContactOut(Schema):
    at: datetime
    channel: str
    purpose: str
    priority: int


class ContactsOut(Schema):
    results: list[ContactOut]


def _policy(policy: Policy) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(policy)
    return told | {"version": editing.version()}


@router.get("/contact/policy", response=PolicyOut, summary="The contact policy")
def get_contact_policy(request: HttpRequest) -> dict[str, Any]:
    check(actor_of(request), VIEW)
    return _policy(policies.in_force())


@router.patch("/contact/policy", response=PolicyOut, summary="Change the contact policy")
def change_contact_policy(request: HttpRequest, body: PolicyChange) -> dict[str, Any]:
    """What is given. 409 `changed_meanwhile` with an outdated `seen`."""
    check(actor_of(request), EDIT)
    held = msgspec.to_builtins(editing.seen_policy(body.seen))
    given = {name: value for name, value in body.dict(exclude={"seen"}).items() if value is not None}
    policy = msgspec.convert(held | given, Policy)
    return _policy(actions.save_policy(actor=actor_of(request), policy=policy).plain)


def _suppressions(rows: list[Suppression]) -> list[dict[str, Any]]:
    listing.prepare(rows)
    return [
        {
            "id": row.id, "channel": row.channel, "reason": row.reason, "source": row.source, "at": row.at,
            "person": row.customer.id if row.customer else None,  # type: ignore[attr-defined]
            "until": row.until, "lifted": row.lifted, "lifted_by": row.lifted_by, "lifted_why": row.lifted_why,
        }
        for row in rows
    ]  # fmt: skip


@router.get("/contact/suppressions", response=SuppressionsOut, summary="Suppressed addresses, the latest first")
def list_suppressions(request: HttpRequest, asked: Query[SuppressionsListed]) -> dict[str, Any]:
    """Addresses themselves are not kept: ask for a whole one by `address`. Page on with `after`, the last answer’s `next`."""
    check(actor_of(request), VIEW)
    checked_limit(asked.limit, MOST)
    rows = queries.suppressions().order_by("-at", "-no")
    if asked.address is not None:
        rows = rows.filter(queries.of_address(asked.address))
    if asked.in_force:
        rows = rows.filter(queries.in_force())
    if asked.after is not None:
        last = queries.find_suppression(asked.after)
        rows = rows.filter(beyond("at", True, last.at, last.no, "no"))
    found = list(rows[: asked.limit + 1])
    following = found[asked.limit - 1].id if len(found) > asked.limit else None
    return {"results": _suppressions(found[: asked.limit]), "next": following}


@router.post("/contact/suppressions", response={201: SuppressedOut}, summary="Suppress addresses")
def suppress_addresses(request: HttpRequest, body: SuppressIn) -> Status[dict[str, Any]]:
    """They are not written to any more. Only a digest of each is kept."""
    check(actor_of(request), EDIT)
    return Status(201, actions.suppress_many(actor=actor_of(request), **body.dict())._asdict())


@router.post("/contact/suppressions/{id}/lift", response=SuppressionOut, summary="Lift a suppression")
def lift_suppression(request: HttpRequest, id: str, body: LiftIn) -> dict[str, Any]:
    """For a reason, which is kept."""
    check(actor_of(request), EDIT)
    row = queries.find_suppression(id)
    return _suppressions([actions.unsuppress(actor=actor_of(request), row=row, why=body.why)])[0]


@router.get("/people/{id}/contacts", response=ContactsOut, summary="What went to a person of late")
def list_contacts(request: HttpRequest, id: str) -> dict[str, Any]:
    """As far back as any limit looks, the latest first; 50 at most."""
    check(actor_of(request), "people.view")
    person = find_person(id)
    return {"results": [one._asdict() for one in queries.contacts_of(person)]}


@router.get("/people/{id}/contact-check", response=ContactVerdictsOut, summary="Whether a person may be written to now")
def check_contact(request: HttpRequest, id: str, asked: Query[ContactAsked]) -> dict[str, Any]:
    """By each channel, gate by gate with the value seen. Nothing is sent. 403 where consent is hidden from the key."""
    check(actor_of(request), "people.view")
    person = find_person(id)
    found = queries.checked(person, asked.purpose, transactional=asked.transactional, priority=asked.priority)
    looked_at(actor_of(request), f"person:{person.id}", "api contact check")
    results = [_verdict(one.channel.name, one.verdict) for one in found]
    return {"purpose": asked.purpose, "results": results}


def _verdict(channel: str, verdict: Verdict) -> dict[str, Any]:
    told = verdict._asdict() | {"channel": channel, "gates": [one._asdict() for one in verdict.gates]}
    del told["key"]
    return told
