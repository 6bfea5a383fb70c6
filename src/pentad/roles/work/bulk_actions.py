"""Verbs on several tasks at once: done, put off. What they were is kept for 30 days, as with every change of many."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Conflict, Denied
from pentad.roles.undo.actions import remember
from pentad.roles.undo.kinds import Undoable, register
from pentad.roles.undo.models import Change, ChangedRecord
from pentad.roles.work.actions import finish_task, put_off, reopen_task
from pentad.roles.work.models import Task
from pentad.roles.work.rules import Due

DONE, PUT_OFF = "tasks.done", "tasks.due"


@action("tasks.edit")
def finish_tasks(*, actor: Actor, rows: list[Task]) -> Change:
    """Call several tasks done; those that are already stay as they are.

    Raises Denied, and then nothing is changed, and Conflict when all are done already.
    """
    done = [finish_task(actor=actor, row=row) for row in _locked(rows) if row.done is None]
    if not done:
        raise Conflict("These tasks are done already.", code="already_done", fix="Nothing to do.")
    kept = [ChangedRecord(kind="tasks", no=row.pk, after=_done(row)) for row in done]
    return _remember(actor, DONE, f"{_many(kept)} done", kept)


@action("tasks.edit")
def put_off_tasks(*, actor: Actor, rows: list[Task], due: Due | None) -> Change:
    """Make several tasks due at another time. Raises Denied, and then nothing is changed."""
    kept = []
    for row in _locked(rows):
        before = _due(row) | {"remind_at": _iso(row.remind_at), "reminded": _iso(row.reminded)}
        after = _due(put_off(actor=actor, row=row, due=due))
        kept.append(ChangedRecord(kind="tasks", no=row.pk, before=before, after=after))
    return _remember(actor, PUT_OFF, f"{_many(kept)} put off", kept)


@action("tasks.edit")
def put_back(*, actor: Actor, row: Task, before: dict[str, Any]) -> Task:
    """Make a task due as it was; a reminder that was sent is not sent again."""
    row = Task.objects.select_for_update().get(pk=row.pk)
    row.due, row.remind_at, row.reminded = (_moment(before[name]) for name in ("due", "remind_at", "reminded"))
    row.due_day = date.fromisoformat(before["due_day"]) if before["due_day"] else None
    row.save()
    note(subject=f"task:{row.id}", fields=["due"])
    return row


def _locked(rows: Sequence[Task]) -> list[Task]:
    """The tasks as they are now, which nobody changes until all is done."""
    return list(Task.objects.select_for_update().filter(pk__in=[row.pk for row in rows]).order_by("pk"))


def _remember(actor: Actor, kind: str, what: str, kept: list[ChangedRecord]) -> Change:
    change = remember(actor=actor, kind=kind, what=what, records=kept)
    note(f"change:{change.id}", records=len(kept))
    return change


def _many(rows: Sequence[Any]) -> str:
    return "1 task" if len(rows) == 1 else f"{len(rows):,} tasks"


def _done(row: Task) -> dict[str, Any]:
    return {"done": _iso(row.done)}


def _due(row: Task) -> dict[str, Any]:
    return {"due": _iso(row.due), "due_day": _iso(row.due_day)}


def _iso(at: date | None) -> str | None:
    return at.isoformat() if at else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


# -- taking it back ----------------------------------------------------------------------------------


def _undoable(
    state: Callable[[Task], dict[str, Any]], bring_back: Callable[[Actor, Task, ChangedRecord], object]
) -> Callable[[Actor, Change, Sequence[ChangedRecord]], list[ChangedRecord]]:
    """What brings tasks back that are as the change left them; those changed or deleted since stay."""

    def restore(actor: Actor, change: Change, records: Sequence[ChangedRecord]) -> list[ChangedRecord]:
        locked = Task.objects.select_for_update().filter(deleted=None, pk__in=[kept.no for kept in records])
        rows = {row.pk: row for row in locked.order_by("pk")}  # nobody changes them until all is compared and done
        left = []
        for kept in records:
            row = rows.get(kept.no)
            kept.stays = row is None or state(row) != kept.after
            try:
                if row is not None and not kept.stays:
                    bring_back(actor, row, kept)
                    continue
            except Denied:  # waits for who may
                pass
            left.append(kept)
        return left

    return restore


def _reopen(actor: Actor, row: Task, kept: ChangedRecord) -> None:
    reopen_task(actor=actor, row=row)


def _put_back(actor: Actor, row: Task, kept: ChangedRecord) -> None:
    put_back(actor=actor, row=row, before=kept.before)


register(Undoable(DONE, "Tasks done", "tasks.edit", "list-checks", _undoable(_done, _reopen)))
register(Undoable(PUT_OFF, "Tasks put off", "tasks.edit", "clock", _undoable(_due, _put_back)))
