"""/api/v1: what customers agree to, what they may agree to, and how many can be reached."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from pentad.core.action import check
from pentad.data.consent import actions, queries, reaching
from pentad.data.consent.models import ConsentChannel, ConsentPurpose
from pentad.data.identity.queries import find_person
from pentad.roles.audit import looked_at
from pentad.roles.page import actor_of

router = Router(tags=["consent"])
EDIT = "consent.edit"
State = Literal["granted", "denied", "unknown"]


class StatementOut(Schema):
    purpose: str
    channel: str = Field(description="Empty: every channel")
    state: State
    at: datetime = Field(description="When it was said first")
    until: datetime = Field(description="When it was repeated last")
    decided: bool = Field(description="Said as a decision, not with every message")
    source: str
    message_id: str
    last_message_id: str
    text_version: str
    evidence: str
    author: str
    counts: bool = Field(description="It is the one that holds")


class ConsentsOut(Schema):
    consents: dict[str, dict[str, State]] = Field(description="Purpose, channel (empty: every one), state")
    history: list[StatementOut] = Field(description="Latest first")


class ConsentIn(Schema):
    purpose: str = Field("", max_length=60, description="A declared one")
    channel: str = Field("", max_length=60, description="Empty: every channel")
    state: State | None = Field(None, description="Needed; unknown takes back what was recorded by mistake")
    at: datetime | None = Field(None, description="When the customer said so; now if left out")
    text_version: str = Field("", max_length=120, description="Of the text that was agreed to")
    evidence: str = Field("", max_length=300, description="How it is known")


class PurposeOut(Schema):
    name: str
    label: str
    description: str
    opt_out: bool
    track_opens: bool
    track_clicks: bool
    declared: bool
    archived: bool


class PurposesOut(Schema):
    results: list[PurposeOut]


class PurposeChange(Schema):
    label: str = Field("", max_length=80)
    description: str = Field("", max_length=300)
    opt_out: bool = Field(False, description="Who said nothing may be reached")
    track_opens: bool = Field(True, description="Whether its messages are opened is counted")
    track_clicks: bool = Field(True, description="Links of its messages lead through Pentad, which counts clicks")


class PurposeIn(PurposeChange):
    name: str = Field(max_length=60)


class PurposePatch(PurposeChange):
    archived: bool = False


class ChannelOut(Schema):
    name: str
    label: str
    addresses: list[str] = Field(description="identifier:NAMESPACE and trait:NAME; one is enough")
    declared: bool


class ChannelsOut(Schema):
    results: list[ChannelOut]


class ChannelIn(Schema):
    label: str = Field("", max_length=80)
    addresses: list[str] = Field([], max_length=20)
    archived: bool = False


class ReachOut(Schema):
    name: str
    label: str
    reachable: int
    no_address: int
    denied: int
    silent: int


class ReachesOut(Schema):
    purpose: str
    results: list[ReachOut]


@router.get("/people/{id}/consents", response=ConsentsOut, summary="What a person agrees to, and how we know")
def list_consents(request: HttpRequest, id: str) -> dict[str, Any]:
    """By purpose and channel, with every statement behind it. 403 where consent is hidden from the key."""
    check(actor_of(request), "people.view")
    person = find_person(id)
    queries.require_consents()
    looked_at(actor_of(request), f"person:{person.id}", "api consents")
    return {"consents": queries.standing(person), "history": [asdict(one) for one in queries.history(person)]}


@router.post("/people/{id}/consents", response={201: ConsentsOut}, summary="Record what a person said")
def record_consent(request: HttpRequest, id: str, body: ConsentIn) -> Status[dict[str, Any]]:
    """Of a declared purpose, outside of messages: on the telephone, on paper, to another system."""
    check(actor_of(request), "people.consent")
    person = find_person(id)
    actions.record_consent(actor=actor_of(request), person=person, **body.dict() | {"state": body.state or ""})
    return Status(201, {"consents": queries.standing(person), "history": [asdict(h) for h in queries.history(person)]})


def _purpose(row: ConsentPurpose) -> dict[str, Any]:
    told = row.plain
    return {
        "name": row.name, "label": told.label, "description": row.description, "opt_out": row.opt_out,
        "track_opens": row.track_opens, "track_clicks": row.track_clicks, "declared": told.declared, "archived": row.archived is not None,
    }  # fmt: skip


@router.get("/consent/purposes", response=PurposesOut, summary="What customers may agree to")
def list_purposes(request: HttpRequest, archived: bool = False) -> dict[str, Any]:
    """The declared ones, then those that messages name; with `archived`, those in the archive."""
    check(actor_of(request), "people.view")
    if archived:
        rows = list(ConsentPurpose.objects.exclude(archived=None).order_by("name"))
    else:
        held = ConsentPurpose.objects.in_bulk([one.name for one in queries.purposes()])
        rows = list(held.values())
        rows.sort(key=lambda row: (row.declared is None, row.declared or row.first_seen, row.name))
    return {"results": [_purpose(row) for row in rows]}


@router.post("/consent/purposes", response={201: PurposeOut}, summary="Declare a purpose of consent")
def declare_purpose(request: HttpRequest, body: PurposeIn) -> Status[dict[str, Any]]:
    """New, or one that messages name already; 409 `purpose_taken` when it is declared."""
    return Status(201, _purpose(actions.declare_purpose(actor=actor_of(request), **body.dict())))


@router.patch("/consent/purposes/{path:name}", response=PurposeOut, summary="Change a purpose of consent")
def change_purpose(request: HttpRequest, name: str, body: PurposePatch) -> dict[str, Any]:
    """What is given; `archived` puts it away or takes it back. What customers said of it stays."""
    check(actor_of(request), EDIT)
    row, given = queries.find_purpose(name), body.dict(exclude_unset=True)
    archived = given.pop("archived", None)
    if given:
        said: dict[str, Any] = {"label": row.label, "description": row.description, "opt_out": row.opt_out} | given
        row = actions.change_purpose(actor=actor_of(request), row=row, **said)
    if archived is not None:
        put = actions.archive_purpose if archived else actions.restore_purpose
        row = put(actor=actor_of(request), row=row)
    return _purpose(row)


@router.get("/consent/channels", response=ChannelsOut, summary="Channels of consent and their addresses")
def list_channels(request: HttpRequest) -> dict[str, Any]:
    check(actor_of(request), "people.view")
    return {"results": [asdict(one) for one in queries.channels()]}


@router.put("/consent/channels/{path:name}", response=ChannelOut, summary="Declare or change a channel")
def save_channel(request: HttpRequest, name: str, body: ChannelIn) -> dict[str, Any]:
    """With its addresses; `archived` puts it away."""
    if body.archived:
        row: ConsentChannel = actions.archive_channel(actor=actor_of(request), name=name)
    else:
        row = actions.save_channel(actor=actor_of(request), name=name, label=body.label, addresses=body.addresses)
    return asdict(row.plain)


@router.get("/consent/reach", response=ReachesOut, summary="How many customers can be reached, by channel")
def get_reach(request: HttpRequest, purpose: str = "") -> dict[str, Any]:
    """And the others by reason. Of the purpose that was declared first, when none is named."""
    check(actor_of(request), "people.view")
    queries.require_consents()
    if purpose:
        queries.require_purpose(purpose)
    named = purpose or queries.main_purpose()
    return {"purpose": named, "results": [asdict(one) for one in reaching.reach(purpose=named)]}
