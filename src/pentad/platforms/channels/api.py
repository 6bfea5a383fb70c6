"""/api/v1/destinations: where messages go, how fast, and whether that works."""

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from pentad.core.action import check
from pentad.platforms.channels import actions, queries, registry
from pentad.platforms.channels.models import Destination
from pentad.roles.page import actor_of

router = Router(tags=["destinations"])
MANAGE = "destinations.manage"


class DestinationFieldOut(Schema):
    name: str
    label: str
    kind: str
    help: str
    required: bool
    default: str | int | bool
    choices: list[str]


class AdapterOut(Schema):
    name: str
    label: str
    note: str
    channels: list[str]
    idempotent: bool | None = Field(description="The service knows a message again by its key; null: as it is set up")
    fields: list[DestinationFieldOut]


class AdaptersOut(Schema):
    results: list[AdapterOut]


class WarmUp(Schema):
    start: date
    days: list[int] = Field(description="Most messages on each day from the start; none of these limits after the last")


class DestinationOut(Schema):
    id: str
    channel: str
    adapter: str
    name: str
    state: Literal["on", "off", "archived"]
    default: bool = Field(description="Takes what names no destination")
    settings: dict[str, Any] = Field(description="Without secrets")
    secrets: list[str] = Field(description="Names of the secrets that are set")
    per_second: float
    concurrency: int
    per_domain: dict[str, float]
    warm_up: WarmUp | None
    failures: int = Field(description="In a row; 0 when it is well")
    failure: str
    rests_until: datetime | None = Field(description="It failed again and again, and is left alone until then")
    waiting: int = Field(description="Messages that wait for it")
    waiting_since: datetime | None = Field(description="When the first of them was, or is, due")


class DestinationsOut(Schema):
    results: list[DestinationOut]


class Limits(Schema):
    per_second: float = Field(0, description="Most messages a second; 0 for no limit")
    concurrency: int = Field(1, description="Messages handed over at the same time")
    per_domain: dict[str, float] = Field(
        default_factory=dict, description="Most messages a minute by domain of the address; * for every other"
    )
    warm_up: WarmUp | None = None


class DestinationIn(Limits):
    channel: str
    adapter: str
    name: str = Field(max_length=200)
    settings: dict[str, Any] = Field(default_factory=dict, description="By names of the adapter’s fields, secrets too")
    default: bool | None = Field(None, description="null: if there is no other")


class DestinationChange(Schema):
    """What is left out stays as it is."""

    name: str | None = Field(None, max_length=200)
    settings: dict[str, Any] | None = Field(None, description="Those named; an empty secret stays as it is")
    per_second: float | None = None
    concurrency: int | None = None
    per_domain: dict[str, float] | None = None
    warm_up: WarmUp | None = Field(None, description="No days: not warmed up any more")


class StateIn(Schema):
    state: Literal["on", "off", "archived"]


class DestinationCheckOut(Schema):
    problem: str = Field(description="What is wrong; empty when all is well")


class DnsOut(Schema):
    name: str
    type: Literal["TXT"] = "TXT"
    value: str


def shown(row: Destination) -> dict[str, Any]:
    waits = queries.waiting(row)
    return {
        "id": row.public_id, "channel": row.channel, "adapter": row.adapter, "name": row.name, "state": row.state,
        "default": row.is_default, "settings": row.config, "secrets": actions.secrets_of(row),
        "per_second": row.per_second, "concurrency": row.concurrency, "per_domain": row.per_domain,
        "warm_up": row.warm_up or None, "failures": row.failures, "failure": row.failure,
        "rests_until": row.breaker_until, "waiting": waits["n"], "waiting_since": waits["due"],
    }  # fmt: skip


@router.get("/adapters", response=AdaptersOut, summary="Ways to hand messages to services")
def list_adapters(request: HttpRequest) -> dict[str, Any]:
    """Those of Pentad and of plugins, with the settings each of them takes."""
    check(actor_of(request), MANAGE)
    found = []
    for one in registry.adapters():
        kind = registry.adapter_class(one.name)
        own = any(field.name == "keys" for field in kind.fields)
        fields = [
            {"name": field.name, "label": field.label, "kind": field.kind, "help": field.help, "default": field.default,
             "required": field.required, "choices": [value for value, _ in field.choices]}
            for field in kind.fields
        ]  # fmt: skip
        found.append({
            "name": one.name, "label": one.label, "note": one.note, "channels": list(one.channels),
            "idempotent": None if own else kind.idempotent, "fields": fields,
        })  # fmt: skip
    return {"results": found}


@router.get("/destinations", response=DestinationsOut, summary="Where messages go")
def list_destinations(request: HttpRequest) -> dict[str, Any]:
    """By channel, the default one first; without those in the archive."""
    check(actor_of(request), MANAGE)
    return {"results": [shown(row) for row in queries.destinations()]}


@router.post("/destinations", response={201: DestinationOut}, summary="Set up a destination")
def create_destination(request: HttpRequest, body: DestinationIn) -> Status[dict[str, Any]]:
    """It sends at once what waits for its channel, when it is the default one."""
    row = actions.create_destination(
        actor=actor_of(request), channel=body.channel, adapter=body.adapter, name=body.name, settings=body.settings,
        per_second=body.per_second, concurrency=body.concurrency, per_domain=body.per_domain,
        warm_up=body.warm_up.model_dump() if body.warm_up else {}, default=body.default,
    )  # fmt: skip
    return Status(201, shown(row))


@router.get("/destinations/{id}", response=DestinationOut, summary="One destination")
def read_destination(request: HttpRequest, id: str) -> dict[str, Any]:
    check(actor_of(request), MANAGE)
    return shown(queries.find_destination(id))


@router.patch("/destinations/{id}", response=DestinationOut, summary="Change a destination")
def change_destination(request: HttpRequest, id: str, body: DestinationChange) -> dict[str, Any]:
    """Its next message goes as it is set up then."""
    check(actor_of(request), MANAGE)
    row = queries.find_destination(id)
    told = body.model_dump(exclude_unset=True)
    row = actions.change_destination(
        actor=actor_of(request), row=row, name=told.get("name") or row.name, settings=told.get("settings") or {},
        per_second=_told(told, "per_second", row.per_second), concurrency=_told(told, "concurrency", row.concurrency),
        per_domain=_told(told, "per_domain", row.per_domain), warm_up=_told(told, "warm_up", row.warm_up),
    )  # fmt: skip
    return shown(row)


def _told(told: dict[str, Any], name: str, before: Any) -> Any:
    return told[name] if told.get(name) is not None else before


@router.post("/destinations/{id}/state", response=DestinationOut, summary="Turn a destination on or off")
def set_destination_state(request: HttpRequest, id: str, body: StateIn) -> dict[str, Any]:
    """Off: what is for it waits. Archived: 409 `messages_wait` while messages wait for it by name."""
    check(actor_of(request), MANAGE)
    verbs = {"on": actions.turn_on, "off": actions.turn_off, "archived": actions.archive_destination}
    return shown(verbs[body.state](actor=actor_of(request), row=queries.find_destination(id)))


@router.post("/destinations/{id}/default", response=DestinationOut, summary="Make it the default one of its channel")
def set_default_destination(request: HttpRequest, id: str) -> dict[str, Any]:
    """What names no destination goes there from now on."""
    check(actor_of(request), MANAGE)
    return shown(actions.make_default(actor=actor_of(request), row=queries.find_destination(id)))


@router.post("/destinations/{id}/try-again", response=DestinationOut, summary="Try a failing service again at once")
def try_destination_again(request: HttpRequest, id: str) -> dict[str, Any]:
    """Instead of leaving it alone for a while."""
    check(actor_of(request), MANAGE)
    return shown(actions.try_again(actor=actor_of(request), row=queries.find_destination(id)))


@router.post(
    "/destinations/{id}/check", response=DestinationCheckOut, summary="Try the settings without sending anything"
)
def check_destination(request: HttpRequest, id: str) -> dict[str, Any]:
    """Connects and signs in, where the adapter can."""
    check(actor_of(request), MANAGE)
    return {"problem": actions.problem_of(queries.find_destination(id))}


@router.get("/destinations/{id}/dkim", response=DnsOut | None, summary="The DNS record of its DKIM key")
def read_dkim(request: HttpRequest, id: str) -> dict[str, Any] | None:
    """null without a key."""
    check(actor_of(request), MANAGE)
    record = actions.dns_record(queries.find_destination(id))
    return {"name": record[0], "value": record[1]} if record else None


@router.post("/destinations/{id}/dkim", response=DnsOut, summary="Make a new DKIM key")
def make_dkim(request: HttpRequest, id: str) -> dict[str, Any]:
    """Mail is signed with it at once: publish the record first under another selector, where mail is signed already."""
    check(actor_of(request), MANAGE)
    name, value = actions.make_dkim_key(actor=actor_of(request), row=queries.find_destination(id))
    return {"name": name, "value": value}
