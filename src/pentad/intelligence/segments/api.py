"""/api/v1/segments: which there are, what they ask, who is in them and why."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from pentad.core.action import check
from pentad.core.errors import Invalid
from pentad.intelligence.segments import actions, engine, queries, shown
from pentad.intelligence.segments.definition import Definition
from pentad.roles.page import actor_of
from pentad.roles.views.paging import beyond, checked_limit

router = Router(tags=["segments"])
VIEW = "segments.view"
MOST = 500
State = Literal["draft", "live", "archived"]
Tree = dict[str, Any]


class UseOut(Schema):
    kind: str = Field(description="segment or view")
    id: str
    name: str


class SegmentOut(Schema):
    id: str
    name: str
    description: str
    state: State
    version: int
    created: datetime
    changed: datetime = Field(description="When its name, words, definition or state last changed")
    changed_by: str
    readable: bool = Field(description="Whether the key sees in full what it asks; else there is no more to see of it")
    size: int | None = Field(description="Members whom the key may see")
    correct_as_of: datetime | None = Field(description="Everything accepted until then counts; null: not asked yet")
    late: bool = Field(description="Further behind than it should be; it is being asked again")
    failure: str = Field(description="Why it cannot be kept up; empty when it can")
    job: str = Field(description="The job that asks everybody now, if one does")
    progress: float | None
    cost_ms: float | None = Field(description="How long asking everybody took")
    last_move: datetime | None = Field(description="When somebody whom the key may see last entered or left")


class SegmentsOut(Schema):
    results: list[SegmentOut]
    next: str | None = None


class WholeOut(SegmentOut):
    definition: Tree | None
    text: str | None
    used_by: list[UseOut]


class DefinitionIn(Schema):
    """A definition: as JSON, or as text."""

    definition: Tree | None = None
    text: str | None = Field(None, max_length=200_000)

    def asked(self) -> Definition:
        return shown.given(self.definition, self.text)


class DefinitionOut(Schema):
    definition: Tree
    text: str


class SegmentIn(DefinitionIn):
    name: str = Field(max_length=200)
    description: str = Field("", max_length=2000)
    draft: bool = Field(False, description="Saved, but not kept up: nobody is in it")


class SegmentChange(DefinitionIn):
    name: str | None = Field(None, max_length=200)
    description: str | None = Field(None, max_length=2000)
    draft: bool | None = None
    seen: int | None = Field(None, description="The version that was read before: when it is another by now, 409")


class CountIn(DefinitionIn):
    sample: int = Field(engine.SAMPLE, ge=0, le=100)


class SomebodyOut(Schema):
    id: str
    name: str


class CountOut(Schema):
    count: int = Field(description="Customers whom the key may see")
    sample: list[SomebodyOut] = Field(description="The newest of them")
    milliseconds: float
    as_of: datetime


class DifferenceOut(Schema):
    size: int
    enter: int
    leave: int
    entering: list[SomebodyOut]
    leaving: list[SomebodyOut]
    used_by: list[UseOut]


class OverlapOut(Schema):
    id: str
    name: str
    size: int
    both: int


class OverlapsOut(Schema):
    results: list[OverlapOut]


class VersionOut(Schema):
    number: int
    at: datetime
    by: str
    definition: Tree
    text: str


class VersionsOut(Schema):
    results: list[VersionOut]


class Listed(Schema):
    state: State | None = Field(None, description="Only those of this state")
    limit: int = 100
    after: str | None = None


@router.get("/segments", response=SegmentsOut, summary="Segments by name")
def list_segments(request: HttpRequest, asked: Query[Listed]) -> dict[str, Any]:
    """Page on with `after`, the last answer’s `next`."""
    check(actor_of(request), VIEW)
    checked_limit(asked.limit, MOST)
    rows = queries.segments(asked.state)
    if asked.after is not None:
        last = queries.find_segment(asked.after)
        rows = rows.filter(beyond("name", False, last.name, last.no))
    found = list(rows[: asked.limit + 1])
    following = found[asked.limit - 1].id if len(found) > asked.limit else None
    return {"results": shown.segments(found[: asked.limit]), "next": following}


@router.post("/segments", response={201: WholeOut}, summary="Save a segment")
def create_segment(request: HttpRequest, body: SegmentIn) -> Status[dict[str, Any]]:
    """Everybody is asked by a job, `job`; from then on it follows every event. 403 `segment_fields` when it asks for what
    the key does not see in full.
    """
    check(actor_of(request), "segments.edit")
    row = actions.create_segment(
        actor=actor_of(request), name=body.name, definition=body.asked(), description=body.description, draft=body.draft
    )
    return Status(201, shown.whole(row))


@router.post("/segments/count", response=CountOut, summary="Count a definition without saving it")
def count_definition(request: HttpRequest, body: CountIn) -> dict[str, Any]:
    check(actor_of(request), VIEW)
    check(actor_of(request), "people.view")
    return shown.counted(body.asked(), body.sample)


@router.post("/segments/convert", response=DefinitionOut, summary="Turn a definition into text, or text into one")
def convert_definition(request: HttpRequest, body: DefinitionIn) -> dict[str, Any]:
    """Both forms of what was given; they say the same."""
    check(actor_of(request), VIEW)
    return shown.both(body.asked())


@router.get("/segments/{id}", response=WholeOut, summary="One segment")
def get_segment(request: HttpRequest, id: str) -> dict[str, Any]:
    check(actor_of(request), VIEW)
    return shown.whole(queries.find_segment(id))


@router.patch("/segments/{id}", response=WholeOut, summary="Change a segment")
def change_segment(request: HttpRequest, id: str, body: SegmentChange) -> dict[str, Any]:
    """What is given. With `seen`, 409 `changed_meanwhile` when somebody changed it since."""
    check(actor_of(request), "segments.edit")
    row = queries.find_segment(id)
    asked = None if body.definition is None and body.text is None else body.asked()
    row = actions.change_segment(
        actor=actor_of(request), segment=row, name=body.name, description=body.description, definition=asked,
        draft=body.draft, seen=body.seen,
    )  # fmt: skip
    return shown.whole(row)


@router.delete("/segments/{id}", response={204: None}, summary="Delete a segment")
def delete_segment(request: HttpRequest, id: str) -> Status[None]:
    """For 30 days it can be undone, as a change. 409 `segment_used` while another one asks for its members."""
    check(actor_of(request), "segments.edit")
    actions.delete_segment(actor=actor_of(request), segment=queries.find_segment(id))
    return Status(204, None)


@router.post("/segments/{id}/archive", response=WholeOut, summary="Put a segment into the archive")
def archive_segment(request: HttpRequest, id: str) -> dict[str, Any]:
    """Everybody leaves it; its history stays. 409 `segment_used` while another one asks for its members."""
    check(actor_of(request), "segments.edit")
    return shown.whole(actions.archive_segment(actor=actor_of(request), segment=queries.find_segment(id)))


@router.post("/segments/{id}/restore", response=WholeOut, summary="Take a segment out of the archive")
def restore_segment(request: HttpRequest, id: str) -> dict[str, Any]:
    check(actor_of(request), "segments.edit")
    return shown.whole(actions.restore_segment(actor=actor_of(request), segment=queries.find_segment(id)))


@router.post("/segments/{id}/refresh", response=WholeOut, summary="Ask everybody again")
def refresh_segment(request: HttpRequest, id: str) -> dict[str, Any]:
    """Nobody need do so: a segment follows every event, and time, by itself."""
    check(actor_of(request), "segments.edit")
    row = queries.find_segment(id)
    actions.refresh_segment(actor=actor_of(request), segment=row)
    return shown.whole(row)


@router.post("/segments/{id}/difference", response=DifferenceOut, summary="What another definition would change")
def preview_change(request: HttpRequest, id: str, body: CountIn) -> dict[str, Any]:
    """Who would enter and who would leave, and what uses the segment: ask before you change it."""
    check(actor_of(request), VIEW)
    check(actor_of(request), "people.view")
    row = queries.find_segment(id)
    queries.require_readable(row)
    return shown.difference(row, body.asked(), body.sample)


@router.get("/segments/{id}/versions", response=VersionsOut, summary="What a segment asked before")
def list_versions(request: HttpRequest, id: str) -> dict[str, Any]:
    check(actor_of(request), VIEW)
    row = queries.find_segment(id)
    queries.require_readable(row)
    return {"results": shown.versions(row)}


@router.get("/segments/{id}/overlap", response=OverlapsOut, summary="Members whom other segments have too")
def list_overlaps(request: HttpRequest, id: str) -> dict[str, Any]:
    """Of each other live segment, the most first."""
    check(actor_of(request), VIEW)
    check(actor_of(request), "people.view")
    row = queries.find_segment(id)
    queries.require_readable(row)
    if row.state != row.LIVE:
        raise Invalid("Nobody is in a segment that is not live.", code="segment_not_live", fix="Publish it first.")
    return {"results": shown.overlaps(row)}
