"""Deleted views, brought back from the list of recent changes."""

from collections.abc import Sequence

from pentad.core.actor import Actor
from pentad.roles.undo.kinds import Undoable, register
from pentad.roles.undo.models import Change, ChangedRecord
from pentad.roles.views.actions import DELETED, restore_view
from pentad.roles.views.models import SavedView


def _restore(actor: Actor, change: Change, records: Sequence[ChangedRecord]) -> list[ChangedRecord]:
    if not SavedView.objects.filter(id=change.ref).exists():
        restore_view(actor=actor, kept=change.data)
    return []


register(Undoable(DELETED, "View deleted", "people.view", "table-2", _restore))
