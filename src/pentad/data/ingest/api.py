"""/api/v1: receipts and sources."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status

from pentad.core.action import check
from pentad.core.actor import Actor
from pentad.core.errors import Invalid, NotFound
from pentad.data.ingest import actions, queries
from pentad.data.ingest.models import Source
from pentad.data.ingest.receipts import Receipt
from pentad.roles.access.seeing import require_all

router = Router()


class TotalsOut(Schema):
    """accepted = stored + duplicate + quarantined + pending; the last are durable and not loaded yet."""

    accepted: int
    duplicate: int
    quarantined: int
    stored: int
    pending: int


class StageOut(Schema):
    """A step on the way of a message."""

    name: str
    at: datetime | None
    text: str


class ReceiptOut(Schema):
    """Where one message is. `state`: pending, stored, duplicate or quarantined."""

    message_id: str
    source: str
    state: str
    received_at: datetime
    type: str
    name: str
    timestamp: datetime | None
    person: str | None
    reason: str
    detail: str
    fix: str
    duplicates: int
    stages: list[StageOut]
    also: list[str]
    """Other sources that sent a message with this id."""


class SourceIn(Schema):
    """What a new source may say of itself."""

    name: str
    kind: str = "web"
    owned: bool = True
    priority: int = 100
    origins: list[str] = []
    rate_per_second: int = 1000


class SourceOut(Schema):
    """A source and how it fares."""

    id: str
    name: str
    kind: str
    write_key: str
    owned: bool
    priority: int
    enabled: bool
    archived: bool
    origins: list[str]
    rate_per_second: int
    created: datetime
    health: str
    last_event: datetime | None


class SourcesOut(Schema):
    """All sources, oldest first."""

    results: list[SourceOut]


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.auth  # type: ignore[attr-defined]
    return actor


def _named(name: str) -> Source:
    source = Source.objects.filter(name=name).first() or Source.objects.filter(name__iexact=name).first()
    if source is None:
        raise NotFound(
            f"There is no source named “{name[:120]}”.", code="source_not_found", fix="GET /api/v1/sources lists them."
        )
    return source


@router.get("/receipts", response=TotalsOut, summary="Totals of all messages, or of one source")
def get_totals(request: HttpRequest, source: str | None = None, since: datetime | None = None) -> queries.Totals:
    check(_actor(request), "receipts.view")
    chosen = _named(source) if source is not None else None
    try:
        return queries.totals(chosen, since)
    except OverflowError:
        raise Invalid(
            f"since is {since}, which is out of range.", code="bad_since", fix="Give a moment in UTC."
        ) from None


@router.get("/receipts/{path:message_id}", response=ReceiptOut, summary="Where one message is")
def get_receipt(request: HttpRequest, message_id: str, source: str | None = None) -> dict[str, Any]:
    check(_actor(request), "receipts.view")
    require_all("people")
    found = queries.receipts_of(message_id)
    chosen = next((r for r in found if source in (None, r.source)), None)
    if chosen is None:
        raise NotFound(
            f"No message with the id “{message_id[:100]}” was accepted.",
            code="receipt_not_found",
            fix="Ids are compared exactly. If the sender was answered with an error, the message was never accepted.",
        )
    return _receipt(chosen, [r.source for r in found if r is not chosen])


def _receipt(chosen: Receipt, also: list[str]) -> dict[str, Any]:
    return {
        "message_id": chosen.message_id, "source": chosen.source, "state": chosen.state, "received_at": chosen.received,
        "type": chosen.type, "name": chosen.name, "timestamp": chosen.timestamp, "person": chosen.person_id,
        "reason": chosen.reason, "detail": chosen.says, "fix": chosen.fix, "duplicates": chosen.duplicates,
        "stages": [{"name": s.name, "at": s.at, "text": s.text} for s in chosen.stages], "also": also,
    }  # fmt: skip


@router.get("/sources", response=SourcesOut, summary="All sources and how they fare")
def list_sources(request: HttpRequest, archived: bool = False) -> dict[str, Any]:
    actor = _actor(request)
    check(actor, "sources.view")
    sources = list(Source.objects.filter(archived__isnull=not archived).order_by("no"))
    health = queries.health_of(sources)
    return {"results": [_source(source, health[source.no], actor) for source in sources]}


@router.post("/sources", response={201: SourceOut}, summary="Add a source")
def create_source(request: HttpRequest, body: SourceIn) -> Status[dict[str, Any]]:
    actor = _actor(request)
    source = actions.add_source(actor=actor, **body.dict())
    return Status(201, _source(source, queries.source_health(source), actor))


def _source(source: Source, health: queries.SourceHealth, actor: Actor) -> dict[str, Any]:
    fields = ("id", "name", "kind", "owned", "priority", "enabled", "origins", "rate_per_second", "created")
    return {
        **{field: getattr(source, field) for field in fields},
        # Our own source takes events from within alone: its key opens nothing, and is nobody's business.
        "write_key": source.write_key if not source.own else "",
        "archived": source.archived is not None, "health": health.state, "last_event": health.last_event,
    }  # fmt: skip
