"""/api/v1/segments/…/members: who is in a segment, who was, and why somebody is or is not."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Field, Query, Router, Schema

from pentad.core.action import check
from pentad.core.errors import Invalid
from pentad.core.secretbox import cover, uncover
from pentad.data.identity.models import Person
from pentad.data.identity.queries import as_ident, find_person, person_by_identifier
from pentad.data.profiles.api import PersonOut, people_out
from pentad.intelligence.segments import exporting, queries, shown
from pentad.intelligence.segments.models import Segment
from pentad.roles.audit import looked_at
from pentad.roles.page import actor_of
from pentad.roles.views.paging import checked_limit

router = Router(tags=["segments"])
MOST = 500
MEMBERS, MOVES = "places among members", "places in moves"
"""Covered: numbers of people and of moves would tell how many there are."""


class MemberOut(PersonOut):
    since: datetime | None = Field(description="Since when in it; null when asked for another time than now")


class MembersOut(Schema):
    results: list[MemberOut]
    next: str | None = None


class MoveOut(Schema):
    person: str
    name: str
    entered: bool
    at: datetime


class MovesOut(Schema):
    results: list[MoveOut]
    next: str | None = None


class MembershipOut(Schema):
    id: str
    name: str
    since: datetime


class MembershipsOut(Schema):
    results: list[MembershipOut]


class ReasonOut(Schema):
    person: str
    reason: dict[str, Any] = Field(description="Condition by condition: whether it holds, and the values seen")


class Paged(Schema):
    limit: int = 50
    after: str | None = None


class Asked(Paged):
    on: str | None = Field(None, max_length=40, description="Who was in at any time of this day, or at this moment")


class Exported(Schema):
    format: Literal["csv", "parquet"] = "csv"
    columns: str = Field("", max_length=2000, description="Columns of the list of customers, with commas between them")


def _readable(request: HttpRequest, id: str) -> Segment:
    check(actor_of(request), "segments.view")
    check(actor_of(request), "people.view")
    row = queries.find_segment(id)
    queries.require_readable(row)
    return row


def _mark(places: str, row: Segment, number: int) -> str:
    return cover(f"{places} {row.no}", str(number))


def _number(places: str, row: Segment, after: str) -> int:
    try:
        return int(uncover(f"{places} {row.no}", after))
    except ValueError:
        raise Invalid(
            f"{after[:80]!r} is not a cursor of this list.", code="bad_cursor", fix="Take it from “next”."
        ) from None


@router.get("/segments/{id}/members", response=MembersOut, summary="Who is in a segment")
def list_members(request: HttpRequest, id: str, asked: Query[Asked]) -> dict[str, Any]:
    """Those whom the key may see, by age of their record; `after` from `next`. With `on`, who was in it then."""
    row = _readable(request, id)
    checked_limit(asked.limit, MOST)
    rows = queries.was_in(row, asked.on) if asked.on else queries.member_people(row)
    rows = rows.filter(no__gt=_number(MEMBERS, row, asked.after)) if asked.after else rows
    page = list(rows[: asked.limit + 1])
    found = page[: asked.limit]
    if found:
        about = {"rows": len(found), "first": found[0].id, "last": found[-1].id}
        looked_at(actor_of(request), f"segment:{row.id}", "api", again=True, **about)
    since = {} if asked.on else queries.since(row, [one.no for one in found])
    told = [one | {"since": since.get(person.no)} for one, person in zip(people_out(found), found, strict=True)]
    return {"results": told, "next": _mark(MEMBERS, row, found[-1].no) if len(page) > asked.limit else None}


@router.get("/segments/{id}/history", response=MovesOut, summary="Who entered and left")
def list_moves(request: HttpRequest, id: str, asked: Query[Paged]) -> dict[str, Any]:
    """The latest first; `after` from `next`."""
    row = _readable(request, id)
    checked_limit(asked.limit, MOST)
    page = list(queries.moves(row, _number(MOVES, row, asked.after) if asked.after else None)[: asked.limit + 1])
    found = page[: asked.limit]
    if found:
        looked_at(actor_of(request), f"segment:{row.id}", "api history", again=True, rows=len(found))
    last = _mark(MOVES, row, found[-1].pk) if len(page) > asked.limit else None
    return {"results": shown.moves(found), "next": last}


@router.get("/segments/{id}/people/{person}", response=ReasonOut, summary="Why somebody is in a segment, or not")
def explain_member(request: HttpRequest, id: str, person: str) -> dict[str, Any]:
    """`person`: an id, or NAMESPACE:VALUE."""
    row = _readable(request, id)
    found = (person_by_identifier(*as_ident(person)) if ":" in person else None) or find_person(person)
    looked_at(actor_of(request), f"person:{found.id}", "api segment")
    return shown.explained(row.tree, found)


@router.get("/people/{id}/segments", response=MembershipsOut, summary="The segments somebody is in")
def list_memberships(request: HttpRequest, id: str) -> dict[str, Any]:
    check(actor_of(request), "segments.view")
    check(actor_of(request), "people.view")
    person: Person = find_person(id)
    looked_at(actor_of(request), f"person:{person.id}", "api segments")
    rows = queries.memberships(person)
    return {"results": [{"id": one.segment.id, "name": one.segment.name, "since": one.since} for one in rows]}


_BINARY = {"schema": {"type": "string", "format": "binary"}}


@router.get(
    "/segments/{id}/export", summary="The members of a segment as a file",
    openapi_extra={"responses": {200: {
        "description": "The file", "content": {"text/csv": _BINARY, "application/vnd.apache.parquet": _BINARY},
    }}},
)  # fmt: skip
def export_members(request: HttpRequest, id: str, asked: Query[Exported]) -> StreamingHttpResponse:
    """Those whom the key may export, with the columns that the list of customers shows, or those named."""
    actor = actor_of(request)
    check(actor, "segments.export")
    check(actor, "people.export")
    row = queries.find_segment(id)
    columns = [name for name in asked.columns.split(",") if name]
    pieces = exporting.export(actor, row, asked.format, columns)
    response = StreamingHttpResponse(pieces, content_type=exporting.TYPES[asked.format])
    response["Content-Disposition"] = f'attachment; filename="{exporting.file_name(row, asked.format)}"'
    return response
