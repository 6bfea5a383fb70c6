"""Reads of notes. They stand in the timeline: whoever may not see that sees no notes."""

from django.db.models import QuerySet

from pentad.core.errors import NotFound
from pentad.data.identity.models import Person
from pentad.data.identity.queries import find_person, part_numbers
from pentad.data.profiles.models import Note
from pentad.roles.access.rights import Level
from pentad.roles.access.seeing import level


def readable() -> bool:
    """Whether the reader sees notes at all."""
    return level("people", "events") >= Level.SEE


def notes_of(person: Person) -> QuerySet[Note]:
    """The notes on a customer and all its parts, the latest first."""
    rows = Note.objects.filter(person_id__in=part_numbers(person), deleted=None) if readable() else Note.objects.none()
    return rows.select_related("person__root").prefetch_related("files").order_by("-at", "-id")


def find_note(note_id: str) -> Note:
    """A note, also a deleted one, on a customer whom the reader may see. Raises NotFound."""
    note = Note.objects.select_related("person__root").filter(id=note_id).first()
    if note is None or not readable():
        raise NotFound("There is no such note.", code="note_not_found", fix="Reload the customer's page.")
    find_person(note.person.id)
    return note
