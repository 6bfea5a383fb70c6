"""/api/v1/notices: those of the colleague whose program it is."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from pentad.core.action import check
from pentad.core.actor import Actor
from pentad.roles.notices import actions, queries
from pentad.roles.notices.queries import Shown
from pentad.roles.page import actor_of
from pentad.roles.views.paging import checked_limit

router = Router(tags=["notices"])
MAX_PAGE = 200
Number = Annotated[int, Field(ge=1, lt=2**63)]


class NoticeOut(Schema):
    id: int
    kind: str
    text: str
    why: str
    about: str | None = Field(description="Such as people:ID")
    url: str = Field(description="Where it leads in the browser")
    at: datetime
    read: datetime | None


class NoticesOut(Schema):
    results: list[NoticeOut]
    unread: int = Field(description="How many are unread; 99 stands for that many or more")
    next: int | None = None


class ReadIn(Schema):
    ids: list[Number] | None = Field(None, max_length=MAX_PAGE, description="All of them when it is left out")


class ReadOut(Schema):
    read: int = Field(description="How many were unread before")


def _reader(request: HttpRequest) -> Actor:
    """Raises Denied for a program that may not, Invalid for one that is nobody's."""
    actor = actor_of(request)
    check(actor, "notices.own")
    actions.own_number(actor)
    return actor


def _out(one: Shown) -> dict[str, Any]:
    row = one.notice
    return {
        "id": row.pk, "kind": row.kind, "text": one.text, "why": row.why, "about": one.about, "url": one.url,
        "at": row.at, "read": row.read,
    }  # fmt: skip


@router.get("/notices", response=NoticesOut, summary="Notices of the key’s owner, the latest first")
def list_notices(
    request: HttpRequest, unread: bool = False, limit: int = 50, before: Number | None = None
) -> dict[str, Any]:
    """Without those about records that the key may not see. Page on with `before`, the last answer’s `next`."""
    actor = _reader(request)
    checked_limit(limit, MAX_PAGE)
    found, following = queries.notices_of(actor, before, unread, limit)
    return {"results": [_out(one) for one in found], "unread": queries.unread_count(actor), "next": following}


@router.post("/notices/read", response=ReadOut, summary="Mark notices as read")
def read_notices(request: HttpRequest, body: ReadIn) -> dict[str, Any]:
    return {"read": actions.mark_read(actor=_reader(request), ids=body.ids)}
