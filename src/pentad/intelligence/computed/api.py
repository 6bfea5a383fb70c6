"""/api/v1/computed-traits: which there are, what they are made of, and what they would hold."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from pentad.core.action import check
from pentad.intelligence.computed import actions, previewing, queries, shown
from pentad.intelligence.computed.definition import Computed
from pentad.roles.page import actor_of
from pentad.roles.views.paging import beyond, checked_limit

router = Router(tags=["computed traits"])
VIEW, EDIT = "segments.view", "segments.edit"
MOST = 500
State = Literal["live", "archived"]
Tree = dict[str, Any]


class ComputedOut(Schema):
    id: str
    name: str = Field(description="Of the trait of customers")
    description: str
    state: State
    version: int
    created: datetime
    changed: datetime = Field(description="When its description, definition or state last changed")
    changed_by: str
    readable: bool = Field(description="Whether the key sees in full what it is made of; else there is no more to see")
    definition: Tree | None
    text: str | None
    size: int | None = Field(description="Customers with a value whom the key may see")
    correct_as_of: datetime | None = Field(description="Everything accepted until then counts; null: not filled yet")
    late: bool = Field(description="Further behind than it should be")
    failure: str = Field(description="Why it cannot be kept up; empty when it can")
    job: str = Field(description="The job that works it out for everybody now, if one does")
    progress: float | None
    cost_ms: float | None = Field(description="How long working it out for everybody took")


class ComputedsOut(Schema):
    results: list[ComputedOut]
    next: str | None = None


class MadeOf(Schema):
    """What it is made of: as JSON, or as text."""

    definition: Tree | None = None
    text: str | None = Field(None, max_length=200_000)

    def computed(self) -> Computed:
        return shown.given(self.definition, self.text)


class ComputedIn(MadeOf):
    name: str = Field(max_length=200, description="Of the trait; it cannot be changed later")
    description: str = Field("", max_length=2000)


class ComputedChange(MadeOf):
    description: str | None = Field(None, max_length=2000)
    seen: int | None = Field(None, description="The version that was read before: when it is another by now, 409")


class MadeOfOut(Schema):
    definition: Tree
    text: str


class PreviewIn(MadeOf):
    sample: int = Field(previewing.SAMPLE, ge=0, le=100)


class HolderOut(Schema):
    id: str
    name: str
    value: Any


class PreviewOut(Schema):
    count: int = Field(description="Customers whom the key may see and who did what it asks for")
    sample: list[HolderOut] = Field(description="The newest of them, with their values")
    milliseconds: float
    as_of: datetime


class ComputedVersionOut(MadeOfOut):
    number: int
    at: datetime
    by: str


class ComputedVersionsOut(Schema):
    results: list[ComputedVersionOut]


class ListedTraits(Schema):
    state: State | None = Field(None, description="Only those of this state")
    limit: int = 100
    after: str | None = None


@router.get("/computed-traits", response=ComputedsOut, summary="Computed traits by name")
def list_computed_traits(request: HttpRequest, asked: Query[ListedTraits]) -> dict[str, Any]:
    """Page on with `after`, the last answer’s `next`."""
    check(actor_of(request), VIEW)
    checked_limit(asked.limit, MOST)
    rows = queries.traits(asked.state)
    if asked.after is not None:
        last = queries.find_trait(asked.after)
        rows = rows.filter(beyond("name", False, last.name, last.no))
    found = list(rows[: asked.limit + 1])
    following = found[asked.limit - 1].id if len(found) > asked.limit else None
    return {"results": shown.traits(found[: asked.limit]), "next": following}


@router.post("/computed-traits", response={201: ComputedOut}, summary="Save a computed trait")
def create_computed_trait(request: HttpRequest, body: ComputedIn) -> Status[dict[str, Any]]:
    """It is worked out for everybody by a job, `job`; from then on it follows every event. 409 `computed_taken` for the
    name of a trait that something else states; 403 `segment_fields` when it asks for what the key does not see in full.
    """
    check(actor_of(request), EDIT)
    row = actions.create_trait(
        actor=actor_of(request), name=body.name, computed=body.computed(), description=body.description
    )
    return Status(201, shown.trait(row))


@router.post("/computed-traits/preview", response=PreviewOut, summary="What a computed trait would hold")
def preview_computed_trait(request: HttpRequest, body: PreviewIn) -> dict[str, Any]:
    """Nothing is saved."""
    check(actor_of(request), VIEW)
    check(actor_of(request), "people.view")
    return shown.previewed(body.computed(), body.sample)


@router.post("/computed-traits/convert", response=MadeOfOut, summary="Turn JSON into text, or text into JSON")
def convert_computed_trait(request: HttpRequest, body: MadeOf) -> dict[str, Any]:
    """Both forms of what was given; they say the same."""
    check(actor_of(request), VIEW)
    return shown.both(body.computed())


@router.get("/computed-traits/{id}", response=ComputedOut, summary="One computed trait")
def get_computed_trait(request: HttpRequest, id: str) -> dict[str, Any]:
    check(actor_of(request), VIEW)
    return shown.trait(queries.find_trait(id))


@router.patch("/computed-traits/{id}", response=ComputedOut, summary="Change a computed trait")
def change_computed_trait(request: HttpRequest, id: str, body: ComputedChange) -> dict[str, Any]:
    """What is given. With `seen`, 409 `changed_meanwhile` when somebody changed it since."""
    check(actor_of(request), EDIT)
    row = queries.find_trait(id)
    computed = None if body.definition is None and body.text is None else body.computed()
    row = actions.change_trait(
        actor=actor_of(request), trait=row, description=body.description, computed=computed, seen=body.seen
    )
    return shown.trait(row)


@router.post("/computed-traits/{id}/archive", response=ComputedOut, summary="Put a computed trait into the archive")
def archive_computed_trait(request: HttpRequest, id: str) -> dict[str, Any]:
    """A job takes its values away; its versions stay."""
    check(actor_of(request), EDIT)
    return shown.trait(actions.archive_trait(actor=actor_of(request), trait=queries.find_trait(id)))


@router.post("/computed-traits/{id}/restore", response=ComputedOut, summary="Take a computed trait out of the archive")
def restore_computed_trait(request: HttpRequest, id: str) -> dict[str, Any]:
    check(actor_of(request), EDIT)
    return shown.trait(actions.restore_trait(actor=actor_of(request), trait=queries.find_trait(id)))


@router.post("/computed-traits/{id}/refresh", response=ComputedOut, summary="Work a computed trait out again")
def refresh_computed_trait(request: HttpRequest, id: str) -> dict[str, Any]:
    """Nobody need do so: it follows every event, and time, by itself."""
    check(actor_of(request), EDIT)
    row = queries.find_trait(id)
    actions.refresh_trait(actor=actor_of(request), trait=row)
    return shown.trait(row)


@router.get("/computed-traits/{id}/versions", response=ComputedVersionsOut, summary="What it was made of before")
def list_computed_versions(request: HttpRequest, id: str) -> dict[str, Any]:
    check(actor_of(request), VIEW)
    row = queries.find_trait(id)
    queries.require_readable(row)
    return {"results": shown.versions(row)}
