"""Deleted segments: brought back from the list of recent changes, gone for good when that is no more possible."""

from collections.abc import Sequence

from pentad.core.actor import Actor
from pentad.intelligence.segments.actions import DELETED, undelete_segment
from pentad.intelligence.segments.models import Segment
from pentad.roles.undo.actions import when_pruned
from pentad.roles.undo.kinds import Undoable, register
from pentad.roles.undo.models import Change, ChangedRecord
from pentad.roles.views.counts import forget_counts


def _restore(actor: Actor, change: Change, records: Sequence[ChangedRecord]) -> list[ChangedRecord]:
    undelete_segment(actor=actor, segment=Segment.objects.get(id=change.ref))
    forget_counts()
    return []


@when_pruned
def _remove(change: Change) -> None:
    if change.kind == DELETED:
        Segment.objects.filter(id=change.ref, deleted__isnull=False).delete()


register(Undoable(DELETED, "Segment deleted", "segments.edit", "filter", _restore))
