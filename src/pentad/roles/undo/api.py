"""/api/v1/changes: what can be taken back for 30 days, and taking it back."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema

from pentad.roles.page import actor_of
from pentad.roles.undo import actions, queries
from pentad.roles.undo.kinds import kind_named, said
from pentad.roles.undo.models import Change
from pentad.roles.views.counts import forget_counts
from pentad.roles.views.paging import beyond, checked_limit

router = Router(tags=["changes"])
MAX_PAGE = 200


class ChangeOut(Schema):
    id: str
    kind: str
    what: str
    count: int = Field(description="Records that it changed")
    by: str
    at: datetime
    until: datetime = Field(description="So long it can be taken back")
    state: Literal["done", "being_undone", "partly_undone", "undone"]
    undone: datetime | None
    undone_by: str
    stayed: int = Field(description="Records left as they are: changed again since")
    may_undo: bool


class RecordOut(Schema):
    ref: str = Field(description="Such as people:ID")
    title: str


class ChangePageOut(ChangeOut):
    records: list[RecordOut] = Field(description="The first that the key may see; once undone, those that stayed")
    hidden: int = Field(description="Further ones among the first that the key may not see")


class ChangesOut(Schema):
    results: list[ChangeOut]
    next: str | None = None


def _out(request: HttpRequest, row: Change) -> dict[str, Any]:
    busy = actions.under_way(row) is not None
    state = "undone" if row.undone else "being_undone" if busy else "partly_undone" if row.undone_by else "done"
    return {
        "id": row.id, "kind": row.kind, "what": said(row), "count": row.count, "by": row.actor_name, "at": row.at,
        "until": row.at + queries.KEPT, "state": state, "undone": row.undone, "undone_by": row.undone_by,
        "stayed": row.stayed,
        "may_undo": not row.undone and not busy and actor_of(request).may(kind_named(row.kind).right),
    }  # fmt: skip


def _page(request: HttpRequest, row: Change) -> dict[str, Any]:
    named = queries.named(actor_of(request), row, stays=row.undone is not None)
    return _out(request, row) | {"records": named["rows"], "hidden": named["hidden"]}


@router.get("/changes", response=ChangesOut, summary="Recent changes, the latest first")
def list_changes(
    request: HttpRequest,
    kind: str | None = None,
    mine: bool | None = None,
    undone: bool | None = None,
    limit: int = 50,
    before: str | None = None,
) -> dict[str, Any]:
    """Of the last 30 days: the key’s own, and those of others whom “changes.others” reaches.

    `kind` such as `tasks.done`. Page on with `before`, the last answer’s `next`.
    """
    checked_limit(limit, MAX_PAGE)
    rows = queries.changes().order_by("-at", "-no")
    rows = rows if kind is None else rows.filter(kind=kind)
    rows = rows if undone is None else rows.filter(undone__isnull=not undone)
    if mine is not None:
        ref = actor_of(request).ref
        rows = rows.filter(actor=ref) if mine else rows.exclude(actor=ref)
    if before is not None:
        last = queries.find_change(before)
        rows = rows.filter(beyond("at", True, last.at, last.no))
    found = list(rows[: limit + 1])
    following = found[limit - 1].id if len(found) > limit else None
    return {"results": [_out(request, row) for row in found[:limit]], "next": following}


@router.get("/changes/{id}", response=ChangePageOut, summary="One change, with the records it changed")
def get_change(request: HttpRequest, id: str) -> dict[str, Any]:
    return _page(request, queries.find_change(id))


@router.post("/changes/{id}/undo", response=ChangePageOut, summary="Take a change back")
def undo_change(request: HttpRequest, id: str) -> dict[str, Any]:
    """Needs the right that the change needed. A large one is `being_undone` by a job: ask again until it is not.

    Records that were changed again since stay as they are. 409 when it was undone before, is being, or is too old.
    """
    row = actions.undo(actor=actor_of(request), change=queries.find_change(id))
    forget_counts()
    return _page(request, row)
