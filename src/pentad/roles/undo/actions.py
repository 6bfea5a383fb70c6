"""Remembering what was done, and taking it back."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

from django.db import transaction

from pentad.core import clock, jobs
from pentad.core.action import RIGHTS, action, note
from pentad.core.actor import Actor
from pentad.core.errors import Conflict, Denied
from pentad.core.models import Job
from pentad.roles.notices import subjects
from pentad.roles.undo import queries
from pentad.roles.undo.kinds import Undoable, kind_named
from pentad.roles.undo.models import Change, ChangedRecord

AT_ONCE = 100
"""With more records than this, a job does it."""
RUN = "undo.run"
TELLING = 6
"""Characters from which a value tells of somebody wherever it stands; a shorter one only when it
is more than a word, or a whole text."""
RIGHTS.setdefault(queries.OTHERS, "See and undo what others changed.")

_pruned: list[Callable[[Change], None]] = []


def remember(
    *,
    actor: Actor,
    kind: str,
    what: str,
    ref: str = "",
    records: Iterable[ChangedRecord] = (),
    count: int | None = None,
    data: dict[str, Any] | None = None,
) -> Change:
    """Keep what the action under way does, in its transaction. count: when it is not the number of records."""
    rows = list(records)
    change = Change.objects.create(
        kind=kind, ref=ref, what=what[:200], count=len(rows) if count is None else count,
        actor=actor.ref, actor_name=actor.name, data=data or {},
    )  # fmt: skip
    _add(change, rows)
    return change


def remember_more(change: Change, records: Iterable[ChangedRecord]) -> None:
    """Further records of a change that is made in steps."""
    rows = list(records)
    change.count += len(rows)
    change.save(update_fields=["count"])
    _add(change, rows)


def _add(change: Change, rows: list[ChangedRecord]) -> None:
    for row in rows:
        row.change = change
    ChangedRecord.objects.bulk_create(rows, batch_size=500)


def hold(*, kind: str, ref: str) -> None:
    """Who takes it back by another road does so alone: whoever else takes it back waits, and finds it taken back."""
    list(Change.objects.select_for_update().filter(kind=kind, ref=ref, undone=None).order_by("id"))


def settle(*, actor: Actor, kind: str, ref: str) -> None:
    """It was taken back by another road, in the transaction of the action that did."""
    for change in Change.objects.filter(kind=kind, ref=ref, undone=None):
        finish(change, actor)


def undo(*, actor: Actor, change: Change) -> Change:
    """Take a change back: at once, or by a job when many records are to be restored.

    Raises Denied for what is a colleague's, and Conflict when it was taken back before, is being, or is too old.
    """
    kind = kind_named(change.kind)
    if not queries.visible(actor, Change.objects.filter(pk=change.pk)).exists():
        raise Denied(
            f"{change.actor_name} did this.",
            fix=f"The right “{queries.OTHERS}” allows to undo what others did.",
            right=queries.OTHERS,
        )

    @action(kind.right, listed=False)
    def undo_change(*, actor: Actor, change: Change) -> Change:
        """Take back what was done."""
        row = Change.objects.select_for_update().get(pk=change.pk)
        _check(row, kind)
        if kind.job or row.records.count() > AT_ONCE:
            told = {"change": row.id, "actor": actor.ref}
            row.job = jobs.enqueue(kind.job or RUN, told, key=f"undo:{row.id}").public_id
            row.save(update_fields=["job"])
        else:
            records = list(row.records.filter(stays=False).order_by("id"))
            restored = restore(actor, row, kind, records)
            row.refresh_from_db()
            if row.undone is None and not leave(row, actor):
                finish(row, actor)
            elif row.undone is None and not restored:
                raise Denied(
                    f"{actor.name} may not change what is left of this.",
                    fix="Ask who did it, or an administrator.",
                    right=kind.right,
                )
        note(f"change:{row.id}", kind=row.kind, records=row.count, stayed=row.stayed)
        return row

    return undo_change(actor=actor, change=change)


def _check(row: Change, kind: Undoable) -> None:
    if row.undone is not None:
        raise Conflict("This was undone before.", code="already_undone", fix="Nothing to do.")
    if row.at < clock.now() - queries.KEPT:
        raise Conflict(
            f"This was done more than {queries.KEPT.days} days ago.",
            code="undo_too_late",
            fix="Change the records by hand.",
        )
    if under_way(row) is not None:
        raise Conflict("This is being undone.", code="undo_under_way", fix="Wait until it is done.")
    if why := kind.ready(row):
        raise Conflict(why, code="undo_not_ready", fix="Wait until it is done, or stop it.")


def under_way(row: Change) -> Job | None:
    """The job that takes it back now."""
    if not row.job or row.undone is not None:
        return None
    return Job.objects.filter(public_id=row.job, status__in=[Job.WAITING, Job.RUNNING]).first()


def restore(actor: Actor, change: Change, kind: Undoable, records: Sequence[ChangedRecord]) -> int:
    """Bring some records back, in the transaction under way; returns how many are as before.

    Those changed since stay, without what they were before. Those out of reach wait, with it, for who may change them.
    """
    left = list(kind.restore(actor, change, records))
    kept = {row.pk for row in left}
    ChangedRecord.objects.filter(pk__in=[row.pk for row in left if row.stays]).update(stays=True, before={}, after={})
    gone = [row.pk for row in records if row.pk not in kept]
    ChangedRecord.objects.filter(pk__in=gone).delete()
    return len(gone)


def leave(change: Change, actor: Actor) -> bool:
    """Whether records out of reach wait: then it is undone in part, and whoever may change them can go on."""
    if not change.records.filter(stays=False).exists():
        return False
    change.undone_by, change.job = actor.name, ""
    change.stayed = change.records.filter(stays=True).count()
    change.save(update_fields=["undone_by", "job", "stayed"])
    return True


def finish(change: Change, actor: Actor) -> None:
    """All is as before, but for the records that stay."""
    change.undone, change.undone_by = clock.now(), actor.name
    change.stayed = change.records.filter(stays=True).count()
    change.save(update_fields=["undone", "undone_by", "stayed"])
    change.records.filter(stays=False).delete()


# -- what goes -----------------------------------------------------------------------------------------


def when_pruned(last: Callable[[Change], None]) -> Callable[[Change], None]:
    """Register what is done when a change that nobody took back can be taken back no more: what was deleted goes."""
    _pruned.append(last)
    return last


def prune(most: int = 200) -> int:
    """Forget changes that are older than 30 days; returns how many."""
    rows = list(Change.objects.filter(at__lt=clock.now() - queries.KEPT).order_by("at")[:most])
    for row in rows:
        with transaction.atomic():
            for last in _pruned if row.undone is None else ():
                last(row)
            row.delete()
    return len(rows)


@subjects.when_gone
def _forget(kind: str, numbers: Collection[int]) -> None:
    """The records are erased: nothing that was kept of them stays, and what is left of a change is about the others."""
    rows = ChangedRecord.objects.filter(kind=kind, no__in=numbers)
    changes = set(rows.values_list("change_id", flat=True))
    rows.delete()
    Change.objects.filter(pk__in=changes, records=None).delete()


def forget_texts(values: Collection[str]) -> None:
    """Forget deleted things, such as saved views, in which one of these values of an erased customer stands."""
    for change in Change.objects.exclude(data={}):
        if tells([change.what, change.data], values):
            change.delete()


def tells(kept: Any, values: Collection[str]) -> bool:
    """Whether one of these values stands in what is kept, however it is nested."""
    wanted = {value.casefold() for value in values if value}
    texts = [text.casefold().strip() for text in _texts(kept)]
    anywhere = [one for one in wanted if len(one) >= TELLING or " " in one]
    return any(text in wanted or any(one in text for one in anywhere) for text in texts)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(one)
