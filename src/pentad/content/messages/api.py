"""/api/v1/messages: what we say, its versions, what keeps one from being published, and what a customer would get."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from pentad.content.messages import actions, parts, queries
from pentad.content.messages.models import Message, MessageVersion
from pentad.core.action import check
from pentad.data.identity.queries import find_person
from pentad.roles.audit import looked_at
from pentad.roles.page import actor_of
from pentad.roles.views.paging import beyond, checked_limit

router = Router(tags=["messages"])
VIEW, EDIT = "messages.view", "messages.edit"
MOST = 500
State = Literal["draft", "published", "archived"]
Content = dict[str, Any]


class MessageCheckOut(Schema):
    level: Literal["stop", "warn", "fine"] = Field(description="stop keeps it from being published")
    code: str
    text: str
    where: str = Field(description="Variant, channel, language and line")


class MessageOut(Schema):
    id: str
    name: str
    description: str
    purpose: str = Field(description="The consent purpose it needs; empty: none yet")
    transactional: bool
    state: State
    version: int = Field(description="The newest")
    published: int | None = Field(description="The version that is sent")
    channels: list[str] = Field(description="For which every variant of the newest version is written")
    variants: list[str]
    languages: list[str] = Field(description="The default one first")
    created: datetime
    changed: datetime
    changed_by: str


class MessagesOut(Schema):
    results: list[MessageOut]
    next: str | None = None


class WholeMessageOut(MessageOut):
    content: Content = Field(description="Of the newest version: variants, channels, languages, fields")
    checks: list[MessageCheckOut] = Field(description="Of the newest version, what is wrong first")


class MessageIn(Schema):
    name: str = Field(max_length=200)
    description: str = Field("", max_length=2000)
    purpose: str = Field("", max_length=60)
    transactional: bool = False
    content: Content | None = None


class MessageChange(Schema):
    name: str | None = Field(None, max_length=200)
    description: str | None = Field(None, max_length=2000)
    purpose: str | None = Field(None, max_length=60)
    transactional: bool | None = None
    content: Content | None = None
    seen: int | None = Field(None, description="The version that was read before: when it is another by now, 409")


class PublishIn(Schema):
    version: int | None = Field(None, description="Not the newest one")
    seen: int | None = Field(None, description="As with a change")


class CopyIn(Schema):
    name: str = Field("", max_length=200)


class MessagePreviewIn(Schema):
    channel: str = Field("email", max_length=20)
    variant: str = Field("A", max_length=1)
    language: str = Field("", max_length=40, description="Instead of the customer's")
    person: str | None = Field(
        None, max_length=36, description="A customer; without one, somebody of whom nothing is known"
    )
    event: Content = Field({}, description="Properties of the event that would start it")
    campaign: Content = {}
    content: Content | None = Field(None, description="Instead of what is kept")


class MessagePreviewOut(Schema):
    language: str
    content: dict[str, str]
    links: list[str]
    reason: str = Field(description="Why there is none: no_value, aborted, failed")
    problem: str


class MessageVersionOut(Schema):
    number: int
    at: datetime
    by: str
    published: datetime | None


class MessageVersionsOut(Schema):
    results: list[MessageVersionOut]


class WholeVersionOut(MessageVersionOut):
    content: Content


class Listed(Schema):
    state: State | None = Field(None, description="Only those of this state")
    limit: int = 100
    after: str | None = None


@router.get("/messages", response=MessagesOut, summary="Messages by name")
def list_messages(request: HttpRequest, asked: Query[Listed]) -> dict[str, Any]:
    """Page on with `after`, the last answer's `next`."""
    check(actor_of(request), VIEW)
    checked_limit(asked.limit, MOST)
    rows = queries.messages(asked.state).select_related("published")
    if asked.after is not None:
        last = queries.find_message(asked.after)
        rows = rows.filter(beyond("name", False, last.name, last.no))
    found = list(rows[: asked.limit + 1])
    following = found[asked.limit - 1].id if len(found) > asked.limit else None
    newest = queries.newest(found[: asked.limit])
    return {"results": [_shown(one, newest[one.no]) for one in found[: asked.limit]], "next": following}


@router.post("/messages", response={201: WholeMessageOut}, summary="Write a message")
def create_message(request: HttpRequest, body: MessageIn) -> Status[dict[str, Any]]:
    """A draft. 403 `message_fields` when it speaks of what the key does not see in full."""
    check(actor_of(request), EDIT)
    row = actions.create_message(
        actor=actor_of(request), name=body.name, purpose=body.purpose, transactional=body.transactional,
        description=body.description, content=body.content,
    )  # fmt: skip
    return Status(201, _whole(row))


@router.get("/messages/{id}", response=WholeMessageOut, summary="One message")
def get_message(request: HttpRequest, id: str) -> dict[str, Any]:
    check(actor_of(request), VIEW)
    return _whole(queries.find_message(id))


@router.patch("/messages/{id}", response=WholeMessageOut, summary="Change a message")
def change_message(request: HttpRequest, id: str, body: MessageChange) -> dict[str, Any]:
    """What is given; another content is a new version, and what is published stays until that one is published too."""
    check(actor_of(request), EDIT)
    row = actions.change_message(
        actor=actor_of(request), message=queries.find_message(id), name=body.name, description=body.description,
        purpose=body.purpose, transactional=body.transactional, content=body.content, seen=body.seen,
    )  # fmt: skip
    return _whole(row)


@router.delete("/messages/{id}", response={204: None}, summary="Delete a message")
def delete_message(request: HttpRequest, id: str) -> Status[None]:
    """For 30 days it can be undone, as a change. 409 `message_used` while a campaign uses it."""
    check(actor_of(request), EDIT)
    actions.delete_message(actor=actor_of(request), message=queries.find_message(id))
    return Status(204, None)


@router.post("/messages/{id}/publish", response=WholeMessageOut, summary="Let a message be sent")
def publish_message(request: HttpRequest, id: str, body: PublishIn) -> dict[str, Any]:
    """400 `message_not_ready`, with its checks, when something stops it."""
    check(actor_of(request), "messages.publish")
    row = queries.find_message(id)
    actions.publish_message(actor=actor_of(request), message=row, number=body.version, seen=body.seen)
    return _whole(queries.find_message(id))


@router.post("/messages/{id}/archive", response=WholeMessageOut, summary="Put a message into the archive")
def archive_message(request: HttpRequest, id: str) -> dict[str, Any]:
    """Nothing of it is sent any more. 409 `message_used` while a campaign uses it."""
    check(actor_of(request), EDIT)
    return _whole(actions.archive_message(actor=actor_of(request), message=queries.find_message(id)))


@router.post("/messages/{id}/restore", response=WholeMessageOut, summary="Take a message out of the archive")
def restore_message(request: HttpRequest, id: str) -> dict[str, Any]:
    check(actor_of(request), EDIT)
    return _whole(actions.restore_message(actor=actor_of(request), message=queries.find_message(id)))


@router.post("/messages/{id}/copy", response={201: WholeMessageOut}, summary="Copy a message")
def copy_message(request: HttpRequest, id: str, body: CopyIn) -> Status[dict[str, Any]]:
    check(actor_of(request), EDIT)
    row = actions.copy_message(actor=actor_of(request), message=queries.find_message(id), name=body.name)
    return Status(201, _whole(row))


@router.get("/messages/{id}/versions", response=MessageVersionsOut, summary="Versions of a message")
def list_message_versions(request: HttpRequest, id: str) -> dict[str, Any]:
    """The newest first."""
    check(actor_of(request), VIEW)
    return {"results": [_version(one) for one in queries.versions(queries.find_message(id))[:200]]}


@router.get("/messages/{id}/versions/{number}", response=WholeVersionOut, summary="What a version says")
def get_message_version(request: HttpRequest, id: str, number: int) -> dict[str, Any]:
    check(actor_of(request), VIEW)
    row = queries.version(queries.find_message(id), number)
    return {**_version(row), "content": row.tree}


@router.post("/messages/{id}/versions/{number}/restore", response=WholeMessageOut, summary="Go back to a version")
def restore_message_version(request: HttpRequest, id: str, number: int) -> dict[str, Any]:
    """What it said becomes the newest version; what is published stays."""
    check(actor_of(request), EDIT)
    return _whole(actions.restore_version(actor=actor_of(request), message=queries.find_message(id), number=number))


@router.post("/messages/{id}/preview", response=MessagePreviewOut, summary="What a customer would get")
def preview_message(request: HttpRequest, id: str, body: MessagePreviewIn) -> dict[str, Any]:
    """As the key may see the customer. Nothing is sent; addresses stand in place of what counts clicks."""
    from pentad.content.messages.previewing import preview  # loads what renders messages

    actor = actor_of(request)
    check(actor, VIEW)
    tree = queries.version(queries.find_message(id)).tree if body.content is None else parts.read(body.content)
    person = None
    if body.person:
        check(actor, "people.view")
        person = find_person(body.person)
        looked_at(actor, f"person:{person.id}", "api message")
    found = preview(
        tree, person, channel=body.channel, variant=body.variant, language=body.language,
        extra={"event": body.event, "campaign": body.campaign},
    )  # fmt: skip
    return {name: getattr(found, name) for name in ("language", "content", "links", "reason", "problem")}


def _shown(row: Message, tree: parts.Parts) -> dict[str, Any]:
    same = ("id", "name", "description", "purpose", "transactional", "state", "created", "changed", "changed_by")
    return {
        **{name: getattr(row, name) for name in same},
        "version": row.latest,
        "published": row.published.number if row.published else None,
        "channels": parts.channels(tree),
        "variants": parts.variants(tree),
        "languages": parts.languages(tree),
    }


def _whole(row: Message) -> dict[str, Any]:
    from pentad.content.messages import gate  # loads what renders messages

    tree = queries.version(row).tree
    return {
        **_shown(row, tree),
        "content": tree,
        "checks": gate.told_to_reader(row, tree, row.purpose, row.transactional),
    }


def _version(row: MessageVersion) -> dict[str, Any]:
    return {"number": row.number, "at": row.at, "by": row.author_name, "published": row.published}
