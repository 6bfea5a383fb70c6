"""Deleted messages: brought back from the list of recent changes, gone for good when that is no more possible."""

from collections.abc import Sequence

from pentad.content.messages.models import Message
from pentad.core.actor import Actor
from pentad.roles.undo.actions import when_pruned
from pentad.roles.undo.kinds import Undoable, register
from pentad.roles.undo.models import Change, ChangedRecord

DELETED = "messages.deleted"


def _restore(actor: Actor, change: Change, records: Sequence[ChangedRecord]) -> list[ChangedRecord]:
    from pentad.content.messages.actions import undelete_message  # loads what renders messages

    undelete_message(actor=actor, message=Message.objects.get(id=change.ref))
    return []


@when_pruned
def _remove(change: Change) -> None:
    if change.kind == DELETED:
        Message.objects.filter(id=change.ref, deleted__isnull=False).delete()


register(Undoable(DELETED, "Message deleted", "messages.edit", "mail", _restore))
