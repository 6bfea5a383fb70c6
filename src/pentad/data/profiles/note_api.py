"""/api/v1: notes on a customer: list, add, change, delete, restore."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status

from pentad.core.action import check
from pentad.core.errors import NotFound
from pentad.data.identity.queries import find_person
from pentad.data.profiles import note_actions
from pentad.data.profiles.models import Note
from pentad.data.profiles.note_queries import find_note, notes_of
from pentad.roles.audit import looked_at
from pentad.roles.page import actor_of
from pentad.roles.together.rules import versions
from pentad.roles.views.paging import beyond, checked_limit

router = Router(tags=["notes"])
MAX_PAGE = 200


class FileOut(Schema):
    id: str
    name: str
    size: int = Field(description="Bytes")
    type: str


class NoteOut(Schema):
    id: str
    person: str
    text: str
    author: str
    at: datetime
    edited: datetime | None
    mentions: list[str] = Field(description="Names of the colleagues who were told of it")
    files: list[FileOut]


class NotesOut(Schema):
    results: list[NoteOut]
    next: str | None = None


class NoteIn(Schema):
    text: str = Field(max_length=note_actions.MAX_NOTE, description="A name after “@” tells that colleague")


class NoteChange(NoteIn):
    seen: str | None = Field(
        None, description="The text that was read before: when it is another by now, nothing is changed"
    )


def _out(row: Note) -> dict[str, Any]:
    files = [{"id": one.id, "name": one.name, "size": one.size, "type": one.type} for one in row.files.all()]
    root = row.person.root or row.person
    return {
        "id": row.id, "person": root.id, "text": row.text, "author": row.author_name, "at": row.at,
        "edited": row.edited, "mentions": row.mentions, "files": files,
    }  # fmt: skip


def _standing(id: str) -> Note:
    """A note that was not deleted. Raises NotFound."""
    row = find_note(id)
    if row.deleted is not None:
        raise NotFound("This note was deleted.", code="note_not_found", fix="Restore it within 30 days.")
    return row


@router.get("/people/{id}/notes", response=NotesOut, summary="Notes on a person, the latest first")
def list_notes(request: HttpRequest, id: str, limit: int = 50, before: str | None = None) -> dict[str, Any]:
    """None for a key that does not see the timeline. Page on with `before`, the last answer’s `next`."""
    check(actor_of(request), "people.view")
    person = find_person(id)
    rows = notes_of(person)
    checked_limit(limit, MAX_PAGE)
    if before is not None:
        last = find_note(before)
        rows = rows.filter(beyond("at", True, last.at, last.pk))
    found = list(rows[: limit + 1])
    looked_at(actor_of(request), f"person:{person.id}", "api notes")
    return {"results": [_out(row) for row in found[:limit]], "next": found[limit - 1].id if found[limit:] else None}


@router.post("/people/{id}/notes", response={201: NoteOut}, summary="Write a note on a person")
def add_note(request: HttpRequest, id: str, body: NoteIn) -> Status[dict[str, Any]]:
    """In the key’s name. Mentioned colleagues who may see the person are told, as are followers."""
    check(actor_of(request), "people.edit")
    return Status(201, _out(note_actions.add_note(actor=actor_of(request), person=find_person(id), text=body.text)))


@router.patch("/notes/{id}", response=NoteOut, summary="Change the text of a note")
def change_note(request: HttpRequest, id: str, body: NoteChange) -> dict[str, Any]:
    """With `seen`, 409 `changed_meanwhile` tells who changed it to what. Others’ notes need “notes.moderate”."""
    check(actor_of(request), "people.edit")
    seen = versions({"text": body.seen}) if body.seen is not None else None
    return _out(note_actions.edit_note(actor=actor_of(request), row=_standing(id), text=body.text, seen=seen))


@router.delete("/notes/{id}", response={204: None}, summary="Delete a note")
def delete_note(request: HttpRequest, id: str) -> Status[None]:
    """It can be restored for 30 days, here or among the recent changes."""
    check(actor_of(request), "people.edit")
    note_actions.delete_note(actor=actor_of(request), row=_standing(id))
    return Status(204, None)


@router.post("/notes/{id}/restore", response=NoteOut, summary="Bring a deleted note back")
def restore_note(request: HttpRequest, id: str) -> dict[str, Any]:
    check(actor_of(request), "people.edit")
    row = find_note(id)
    if row.deleted is None:
        return _out(row)
    return _out(note_actions.restore_note(actor=actor_of(request), row=row))
