"""Verbs on notes: write, change, delete, and take either back. Changing is for whoever wrote it."""

from collections.abc import Sequence

from pentad.core import clock
from pentad.core.action import RIGHTS, action, note
from pentad.core.actor import Actor
from pentad.core.errors import Conflict, Denied, Invalid
from pentad.core.outbox import emit
from pentad.data.identity.models import Person
from pentad.data.profiles import attachments
from pentad.data.profiles.attachments import Upload
from pentad.data.profiles.models import Attachment, Note
from pentad.data.profiles.rules_notes import mentioned
from pentad.roles.access.models import User
from pentad.roles.access.seeing import self_ref
from pentad.roles.notices.actions import notify, tell_followers
from pentad.roles.notices.kinds import MENTION
from pentad.roles.together.conflicts import LastChange, last_change, settle
from pentad.roles.together.rules import Versions
from pentad.roles.undo import actions as undo
from pentad.roles.undo.models import Change, ChangedRecord

MAX_NOTE = 20_000
NOTE_DELETED, FILE_REMOVED = "notes.deleted", "notes.file"
RIGHTS.setdefault("notes.moderate", "Change and delete notes that others wrote.")


@action("people.edit")
def add_note(*, actor: Actor, person: Person, text: str, files: "Sequence[Upload]" = ()) -> Note:
    """Write a note on a customer's page, with files. Mentioned colleagues who may see the customer are told, as are
    followers.
    """
    text = _checked(text)
    attachments.check(files)
    row = Note.objects.create(person=person, text=text, author=actor.ref, author_name=actor.name)
    # The text stays here: a ledger row could not be edited, and the event only needs to say that it happened.
    emit("track", "Note added", person=person, properties={"note_id": row.id, "author": actor.name})
    attachments.attach(row, files)
    note(subject=f"person:{person.id}", note=row.id, **({"files": len(files)} if files else {}))
    told = _tell_mentioned(actor, row)
    tell_followers(actor=actor, about=_root(row), parts=[f"{actor.name} wrote a note on ", None], but=told)
    return row


@action("people.edit")
def edit_note(*, actor: Actor, row: Note, text: str, seen: Versions | None = None) -> Note:
    """Change the text of a note. The text before is kept for undoing it; who is newly mentioned is told.

    seen: version of the `text` that was on the screen. Raises Conflict `changed_meanwhile` when it is another by now.
    """
    _own(actor, row)
    row = Note.objects.select_for_update(of=("self",)).get(pk=row.pk)
    mine = {"text": _checked(text)}
    write = settle({"text": row.text}, mine, seen, {"text": "Note"}, lambda _: _changed(row))
    if not write:
        note(subject=f"person:{row.person.id}")
        return row
    row.before, row.text, row.edited = row.text, mine["text"], clock.now()
    row.save(update_fields=["before", "text", "edited"])
    note(subject=f"person:{row.person.id}", note=row.id)
    _tell_mentioned(actor, row)
    return row


def _changed(row: Note) -> LastChange | None:
    subject, actions = f"person:{row.person.id}", ("edit_note", "unedit_note")
    return last_change(subject, actions, lambda told: told.get("note") == row.id)


@action("people.edit")
def unedit_note(*, actor: Actor, row: Note) -> Note:
    """Bring back the text before the last change. Raises Conflict when there is none."""
    _own(actor, row)
    row = Note.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if not row.before:
        raise Conflict("This note was not changed.", code="note_not_changed", fix="Nothing to undo.")
    row.text, row.before = row.before, row.text
    row.save(update_fields=["before", "text"])
    note(subject=f"person:{row.person.id}", note=row.id)
    return row


@action("people.edit")
def delete_note(*, actor: Actor, row: Note) -> Note:
    """Take a note off the page. It can be restored for 30 days."""
    _own(actor, row)
    row.deleted = clock.now()
    row.save(update_fields=["deleted"])
    note(subject=f"person:{row.person.id}", note=row.id)
    undo.remember(actor=actor, kind=NOTE_DELETED, ref=row.id, what="Note deleted", records=_about(row))
    return row


@action("people.edit")
def restore_note(*, actor: Actor, row: Note) -> Note:
    """Bring a deleted note back."""
    _own(actor, row)
    row.deleted = None
    row.save(update_fields=["deleted"])
    note(subject=f"person:{row.person.id}", note=row.id)
    undo.settle(actor=actor, kind=NOTE_DELETED, ref=row.id)
    emit("track", "Note restored", person=row.person, properties={"by": actor.name})
    return row


@action("people.edit")
def remove_file(*, actor: Actor, row: Attachment) -> Change:
    """Take a file off a note. It can be brought back for 30 days; then it goes from the disk."""
    _own(actor, row.note)
    row.deleted = clock.now()
    row.save(update_fields=["deleted"])
    note(subject=f"person:{row.note.person.id}", note=row.note_id, file=row.id)
    return undo.remember(
        actor=actor, kind=FILE_REMOVED, ref=row.id, what="File removed from a note", records=_about(row.note)
    )


@action("people.edit")
def restore_file(*, actor: Actor, row: Attachment) -> Attachment:
    """Bring a removed file back."""
    _own(actor, row.note)
    row.deleted = None
    row.save(update_fields=["deleted"])
    note(subject=f"person:{row.note.person.id}", note=row.note_id, file=row.id)
    undo.settle(actor=actor, kind=FILE_REMOVED, ref=row.id)
    emit("track", "File restored", person=row.note.person, properties={"by": actor.name})
    return row


def may_change(actor: Actor, row: Note) -> bool:
    """Whether a note is the actor's to change."""
    return row.author == self_ref(actor) or actor.may("notes.moderate")


def _own(actor: Actor, row: Note) -> None:
    if not may_change(actor, row):
        raise Denied(
            f"{row.author_name} wrote this note: only they may change it.",
            fix="Write a note of your own. The right “notes.moderate” allows to change others'.",
            right="notes.moderate",
        )


def _checked(text: str) -> str:
    text = text.replace("\0", " ").strip()
    if not text:
        raise Invalid("A note cannot be empty.", code="empty_note", fix="Write something first.")
    if len(text) > MAX_NOTE:
        raise Invalid(f"A note has at most {MAX_NOTE:,} characters; this one has {len(text):,}.", code="note_too_long")
    return text


def _about(row: Note) -> list[ChangedRecord]:
    return [ChangedRecord(kind="people", no=row.person_id)]


def _root(row: Note) -> Person:
    return row.person.root or row.person


def _tell_mentioned(actor: Actor, row: Note) -> list[int]:
    """Tell those who are mentioned for the first time; returns the numbers of all who were told."""
    if "@" not in row.text:
        row.mentions = []
        row.save(update_fields=["mentions"])
        return []
    users = User.objects.filter(is_active=True)
    called = mentioned(row.text, [user.name or user.email for user in users])
    fresh = [user.pk for user in users if (user.name or user.email) in called and str(user) not in row.mentions]
    why = f"{actor.name} wrote your name in it."
    told = notify(
        user_ids=fresh, kind=MENTION, parts=[f"{actor.name} mentioned you in a note on ", None], why=why,
        about=_root(row), by=actor,
    )  # fmt: skip
    numbers = [one.user_id for one in told]
    reached = {str(user) for user in users if user.pk in numbers} | set(row.mentions)
    row.mentions = [name for name in called if name in reached]
    row.save(update_fields=["mentions"])
    return numbers
