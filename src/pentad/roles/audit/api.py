"""/api/v1/audit: page through the log."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from pentad.core import clock
from pentad.core.action import check
from pentad.core.actor import Actor
from pentad.core.errors import Invalid
from pentad.roles.audit import queries
from pentad.roles.audit.exporting import as_dict
from pentad.roles.views.paging import beyond

router = Router(tags=["audit"])
MAX_PAGE = 500


class AuditLineOut(Schema):
    id: int
    no: int | None
    at: datetime
    actor: str
    actor_name: str
    action: str
    right: str
    subject: str
    detail: dict[str, Any]
    origin: str
    mark: str
    seal: str


class AuditOut(Schema):
    results: list[AuditLineOut]
    next: str | None = None


@router.get("/audit", response=AuditOut, summary="The audit log, latest first")
def list_audit(
    request: HttpRequest,
    actor: str | None = None,
    action: str | None = None,
    kind: str | None = None,
    subject: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 100,
    before: str | None = None,
) -> dict[str, Any]:
    """`actor` is such as `user:1`, `subject` such as `person:ID`; `since` (with) and `until` (without) are moments.

    Page on with `before`, the last answer’s `next`.
    """
    caller: Actor = request.actor  # type: ignore[attr-defined]
    check(caller, "audit.view")
    if not 1 <= limit <= MAX_PAGE:
        raise Invalid(f"limit is {limit}; it must lie between 1 and {MAX_PAGE}.", code="bad_limit")
    asked = {"actor": actor, "action": action, "kind": kind, "subject": subject}
    asked |= {"at__gte": _aware(since), "at__lt": _aware(until)}  # type: ignore[dict-item]
    rows = queries.lines().defer(None).filter(**{name: value for name, value in asked.items() if value is not None})
    if before is not None:
        rows = rows.filter(beyond("at", True, *_place(before)))
    found = list(rows.order_by("-at", "-id")[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    return {
        "results": [as_dict(line) for line in found[:limit]],
        "next": f"{clock.to_us(last.at)}.{last.pk}" if last else None,
    }


def _aware(at: datetime | None) -> datetime | None:
    """In UTC, where a year of four digits may not be one any more: the API says so."""
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC) if at is not None else None


def _place(before: str) -> tuple[datetime, int]:
    us, _, id = before.partition(".")
    if not (us.isdecimal() and id.isdecimal() and len(us) < 18 and len(id) < 19):
        raise Invalid(f"{before[:80]!r} is not a cursor of this list.", code="bad_cursor", fix="Take it from “next”.")
    return clock.from_us(int(us)), int(id)
