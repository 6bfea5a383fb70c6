"""How changes of customers and their notes are taken back, for the list of recent changes."""

from collections.abc import Sequence
from functools import partial

from django.db.models import Q

from pentad.core.actor import Actor
from pentad.core.errors import Conflict
from pentad.data.identity.actions import MERGED, undo_merge
from pentad.data.identity.models import MergeLink
from pentad.data.profiles import attachments, bulk
from pentad.data.profiles.models import Attachment, Note
from pentad.data.profiles.note_actions import FILE_REMOVED, NOTE_DELETED, restore_file, restore_note
from pentad.roles.access.rights import Level
from pentad.roles.access.seeing import level
from pentad.roles.undo import owners
from pentad.roles.undo.actions import when_pruned
from pentad.roles.undo.kinds import Undoable, register
from pentad.roles.undo.models import Change, ChangedRecord

Rows = Sequence[ChangedRecord]


def _restore_note(actor: Actor, change: Change, records: Rows) -> Rows:
    restore_note(actor=actor, row=Note.objects.select_related("person__root").get(id=change.ref))
    return ()


def _restore_file(actor: Actor, change: Change, records: Rows) -> Rows:
    row = Attachment.with_removed.select_related("note__person__root").get(id=change.ref)
    if row.note.deleted is not None:
        raise Conflict(
            "The note it belongs to was deleted.",
            code="note_deleted",
            fix="Undo that first, then this.",
            note=row.note_id,
        )
    restore_file(actor=actor, row=row)
    return ()


def _unmerge(actor: Actor, change: Change, records: Rows) -> Rows:
    undo_merge(actor=actor, link=MergeLink.objects.select_related("keep__root", "other__root").get(id=change.ref))
    return ()


def _page(change: Change) -> str:
    """Of the customer it was about."""
    if change.kind == MERGED:
        link = MergeLink.objects.select_related("keep").filter(id=change.ref).first()
        return f"/people/{link.keep.id}/" if link else ""
    return ""


@when_pruned
def _remove(change: Change) -> None:
    """What was deleted goes for good."""
    notes = Note.objects.filter(id=change.ref, deleted__isnull=False) if change.kind == NOTE_DELETED else None
    if notes is not None:
        files = Attachment.with_removed.filter(note__in=notes)
    elif change.kind == FILE_REMOVED:
        files = Attachment.with_removed.filter(id=change.ref, deleted__isnull=False)
    else:
        return
    attachments.remove_on_commit(list(files.values_list("key", flat=True)))
    files.delete()
    if notes is not None:
        notes.delete()


def _trait(change: Change) -> str:
    kind, trait = str(change.data.get("side", "people")), change.data.get("trait", "")
    many = "customers" if kind == "people" else "companies"
    return f"A trait set for {many}" if level(kind, f"trait:{trait}") == Level.HIDDEN else change.what


def _hidden(side: str) -> Q:
    """Changes of traits whose names the reader may not know."""
    kind = bulk.change_kind(bulk.SIDES[side])
    names = Change.objects.filter(kind=kind).values_list("data__trait", flat=True).distinct()
    return Q(kind=kind, data__trait__in=[one for one in names if level(side, f"trait:{one}") == Level.HIDDEN])


for side, label in ((bulk.PEOPLE, "Trait of customers set"), (bulk.COMPANIES, "Trait of companies set")):
    right = f"{side.kind}.edit"
    veiled = partial(_hidden, side.kind)
    register(Undoable(bulk.change_kind(side), label, right, "tag", bulk.restore_traits, says=_trait, veiled=veiled))
register(Undoable(NOTE_DELETED, "Note deleted", "people.edit", "trash-2", _restore_note))
register(Undoable(FILE_REMOVED, "File removed", "people.edit", "file-text", _restore_file))
register(Undoable(MERGED, "Customers merged", "people.merge", "git-merge", _unmerge, _page))
owners.undoable("people", "Owner of customers set")
owners.undoable("companies", "Owner of companies set")
