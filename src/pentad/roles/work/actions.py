"""Verbs of tasks."""

from collections.abc import Collection, Sequence
from typing import Any

from pentad.core import clock
from pentad.core.action import RIGHTS, action, note
from pentad.core.actor import Actor, acting_as
from pentad.core.errors import Denied, Invalid
from pentad.core.outbox import emit
from pentad.roles.access.models import User
from pentad.roles.access.rights import Level, Policy
from pentad.roles.access.seeing import Owned, level_for, reach_of
from pentad.roles.notices import subjects
from pentad.roles.notices.actions import notify, tell_followers
from pentad.roles.notices.kinds import ASSIGNED
from pentad.roles.together.conflicts import LastChange, last_change, settle
from pentad.roles.together.rules import Versions
from pentad.roles.undo import actions as undo
from pentad.roles.undo.kinds import Undoable, register
from pentad.roles.undo.models import Change, ChangedRecord
from pentad.roles.work import rules
from pentad.roles.work.models import Task
from pentad.roles.work.rules import Due

LABELS = {"title": "What is to be done", "why": "Why", "due": "Due", "assignee": "Assignee", "remind": "Remind"}
RIGHTS.setdefault("tasks.assign", "Give tasks to others.")
DELETED = "tasks.deleted"
VERBS = {"Task added": "added a task on", "Task done": "finished a task on", "Task restored": "restored a task on"}


@action("tasks.edit")
def create_task(
    *,
    actor: Actor,
    title: str,
    why: str = "",
    due: Due | None = None,
    assignee: User | None = None,
    about: Owned | None = None,
    remind: bool = True,
) -> Task:
    """Add a task for oneself, or give it to a colleague; about a record or nothing.

    Raises Invalid for an empty title or an assignee who may not see the record, Denied for one whom the actor may
    not give tasks.
    """
    if assignee is None and actor.kind == "user":
        assignee = User.objects.get(pk=int(actor.id))
    _check_assignee(actor, assignee, about)
    row = Task(title=_title(title), why=_why(why), owner=assignee, made_by=actor.name)
    if about is not None:
        row.about_kind, row.about_no = subjects.subject_of(about).kind, about.pk
    _set_due(row, due, remind)
    row.save()
    note(subject=f"task:{row.id}")
    _tell_of_task(actor, row, about, "Task added")
    return row


@action("tasks.edit")
def change_task(
    *,
    actor: Actor,
    row: Task,
    title: str,
    why: str,
    due: Due | None,
    assignee: User | None,
    remind: bool = True,
    seen: Versions | None = None,
) -> Task:
    """Say a task anew, or give it to somebody else.

    seen: versions of the fields (`rules.values`) as they were shown: those that are still so are left as they are now,
    and Conflict `changed_meanwhile` is raised for those that somebody else changed to something else.
    """
    row = Task.objects.select_for_update().get(pk=row.pk)
    mine = task_values(_title(title), _why(why), due, assignee, remind) | _not_theirs(actor, row, title, why)
    write = settle(values_of(row), mine, seen, LABELS, lambda name: _changed(row, name))
    if "assignee" in write and assignee is not None and assignee.pk != row.owner_id:
        _check_assignee(actor, assignee, about_of(row, as_reader=False))
    before = row.owner_id
    row.title, row.why = write.get("title", row.title), write.get("why", row.why)
    row.owner = assignee if "assignee" in write else row.owner
    if "due" in write or "remind" in write:
        unlike = mine["due"] != values_of(row)["due"] and "due" not in write
        _set_due(row, due_of(row) if unlike else due, remind)
    row.save()
    note(subject=f"task:{row.id}", fields=sorted(write))
    if row.owner_id != before:
        _tell_assignee(actor, row)
    return row


def _not_theirs(actor: Actor, row: Task, title: str, why: str) -> dict[str, Any]:
    """The fields that the actor may not change, as they are. Raises Denied when one is given as another than is seen."""
    closed = [name for name in ("title", "why") if level_for(actor, "tasks", name) < Level.CHANGE]
    if closed:
        with acting_as(actor):
            shown = Task.seen.get(pk=row.pk)
        for name, said in (("title", _title(title)), ("why", _why(why))):
            if name in closed and said != getattr(shown, name):
                raise Denied(f"{actor.name} may not change the {LABELS[name].lower()} of a task.", right="tasks.edit")
    return {name: getattr(row, name) for name in closed}


def task_values(title: str, why: str, due: Due | None, assignee: User | None, remind: bool) -> dict[str, Any]:
    """What is said of a task, as it is compared."""
    at, day = (due.at, due.day) if due else (None, None)
    return rules.values(title, why, at, day, assignee.pk if assignee else None, remind)


def values_of(row: Task) -> dict[str, Any]:
    """The same of a task there is."""
    remind = row.remind_at is not None or row.due is None
    return rules.values(row.title, row.why, row.due, row.due_day, row.owner_id, remind)


def due_of(row: Task) -> Due | None:
    """When a task there is is due."""
    return Due(row.due, row.due_day, row.remind_at or row.due) if row.due else None


def _changed(row: Task, name: str) -> LastChange | None:
    return last_change(
        f"task:{row.id}",
        ("change_task", "put_off", "put_back"),
        lambda detail: name in detail.get("fields", ()),
    )


@action("tasks.edit")
def put_off(*, actor: Actor, row: Task, due: Due | None) -> Task:
    """Make a task due at another time; one is reminded then."""
    row = Task.objects.select_for_update().get(pk=row.pk)
    _set_due(row, due, True)
    row.save()
    note(subject=f"task:{row.id}", fields=["due"])
    return row


@action("tasks.edit")
def finish_task(*, actor: Actor, row: Task) -> Task:
    """Call a task done. Doing it twice changes nothing."""
    row = Task.objects.select_for_update().get(pk=row.pk)
    if row.done is None:
        row.done, row.done_by = clock.now(), actor.name
        row.save()
        _tell_of_task(actor, row, about_of(row, as_reader=False), "Task done")
    note(subject=f"task:{row.id}")
    return row


@action("tasks.edit")
def reopen_task(*, actor: Actor, row: Task) -> Task:
    """Take that back."""
    row = Task.objects.select_for_update().get(pk=row.pk)
    row.done, row.done_by = None, ""
    row.save()
    note(subject=f"task:{row.id}")
    return row


@action("tasks.edit")
def delete_task(*, actor: Actor, row: Task) -> Change:
    """Take a task off the list. It can be restored for 30 days."""
    row = Task.objects.select_for_update().get(pk=row.pk)
    row.deleted = clock.now()
    row.save(update_fields=["deleted"])
    note(subject=f"task:{row.id}")
    kept = [ChangedRecord(kind="tasks", no=row.pk)]
    if row.about_no is not None:
        kept.append(ChangedRecord(kind=row.about_kind, no=row.about_no))
    return undo.remember(actor=actor, kind=DELETED, ref=row.id, what="Task deleted", records=kept, count=1)


@action("tasks.edit")
def restore_task(*, actor: Actor, row: Task) -> Task:
    """Bring a deleted task back."""
    row = Task.objects.select_for_update().get(pk=row.pk)
    row.deleted = None
    row.save(update_fields=["deleted"])
    note(subject=f"task:{row.id}")
    undo.settle(actor=actor, kind=DELETED, ref=row.id)
    _tell_of_task(actor, row, about_of(row, as_reader=False), "Task restored")
    return row


def _restore_deleted(actor: Actor, change: Change, records: Sequence[ChangedRecord]) -> list[ChangedRecord]:
    row = Task.objects.filter(id=change.ref).first()
    if row is not None:
        restore_task(actor=actor, row=row)
    return []


@undo.when_pruned
def _remove_deleted(change: Change) -> None:
    if change.kind == DELETED:
        rows = list(Task.objects.filter(id=change.ref, deleted__isnull=False).values_list("pk", flat=True))
        subjects.forget("tasks", rows)
        Task.objects.filter(pk__in=rows).delete()


register(Undoable(DELETED, "Task deleted", "tasks.edit", "trash-2", _restore_deleted, lambda c: f"/tasks/{c.ref}/"))


def about_of(row: Task, *, as_reader: bool = True) -> Any:
    """The record a task is about, as the reader may see it (or as it is); None for none."""
    if row.about_no is None:
        return None
    if as_reader:
        return subjects.seen(row.about_kind, [row.about_no]).get(row.about_no)
    return subjects.whole_record(row.about_kind, row.about_no)


def _title(text: str) -> str:
    text = " ".join(text.replace("\0", " ").split())
    if not text:
        raise Invalid("A task needs a title.", code="empty_task", field="title", fix="Say what is to be done.")
    if len(text) > 200:
        raise Invalid(
            f"A task's title has at most 200 characters; this one has {len(text)}.", code="task_too_long", field="title"
        )
    return text


def _why(text: str) -> str:
    return " ".join(text.replace("\0", " ").split())[:300]


def _check_assignee(actor: Actor, assignee: User | None, about: Owned | None) -> None:
    if assignee is None or actor.ref == f"user:{assignee.pk}":
        return
    policy = actor.policy
    near = policy.near(assignee.pk, None) if isinstance(policy, Policy) else None
    reach = reach_of(actor, "tasks.assign")
    if not (reach.everything if near is None else reach.holds(near)):
        raise Denied(
            f"{actor.name} may not give tasks to {assignee}.",
            fix="The right “tasks.assign” says to whom one may.",
            right="tasks.assign",
        )
    if not subjects.who_may_see(about, [assignee]):
        raise Invalid(
            f"{assignee} may not see what this task is about.",
            code="assignee_cannot_see",
            field="assignee",
            fix="Share the record first, or choose somebody else.",
        )


def _set_due(row: Task, due: Due | None, remind: bool) -> None:
    row.due, row.due_day = (due.at, due.day) if due else (None, None)
    row.remind_at = due.remind if due and remind else None
    row.reminded = None


def _tell_of_task(actor: Actor, row: Task, about: Any, event: str) -> None:
    """Let timeline, followers and assignee know. The event says only that there is a task: titles can be forgotten."""
    if about is not None:
        subject = subjects.subject_of(about)
        if subject.event:
            about_it: dict[str, Any] = {subject.event: about}
            emit("track", event, properties={"task_id": row.id, "by": actor.name}, **about_it)
        verb = VERBS[event]
        but = [row.owner_id] if row.owner_id and event == "Task added" else []
        tell_followers(actor=actor, about=about, parts=[f"{actor.name} {verb} ", None], but=but)
    if event == "Task added":
        _tell_assignee(actor, row)


def _tell_assignee(actor: Actor, row: Task) -> None:
    if row.owner_id is not None:
        parts = [f"{actor.name} gave you a task: ", None]
        notify(user_ids=[row.owner_id], kind=ASSIGNED, parts=parts, why=row.why[:200] or "It is yours to do.",
               about=row, by=actor)  # fmt: skip


@subjects.when_gone
def _forget(kind: str, numbers: Collection[int]) -> None:
    rows = list(Task.objects.filter(about_kind=kind, about_no__in=numbers).values_list("pk", flat=True))
    if rows:
        subjects.forget("tasks", rows)
        Task.objects.filter(pk__in=rows).delete()
