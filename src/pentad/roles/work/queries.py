"""Reads of tasks."""

from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from django.utils import timezone

from pentad.core import clock
from pentad.core.errors import NotFound
from pentad.core.hookvalues import PaletteItem
from pentad.roles.access import seeing
from pentad.roles.access.models import User
from pentad.roles.access.seeing import Owned
from pentad.roles.notices import subjects
from pentad.roles.work import rules
from pentad.roles.work.models import Task

SHOWN = 50


def find_task(id: str) -> Task:
    """Raises NotFound, in the same words, for one there is not and for one the reader may not see."""
    found = Task.seen.select_related("owner").filter(id=id).first()
    if found is None:
        raise NotFound("There is no such task.", code="task_not_found", fix="See the list of tasks.")
    return found


def tasks_about(record: Owned) -> list[Task]:
    """Open tasks about a record, all parts of it, the first due first."""
    subject = subjects.subject_of(record)
    rows = Task.seen.filter(about_kind=subject.kind, about_no__in=subject.parts(record), done=None)
    return prepare(list(rows.select_related("owner").order_by("place", "no")[:SHOWN]))


def prepare(rows: Sequence[Task], zone: tzinfo | None = None) -> list[Task]:
    """Attach what screens say of tasks: `when` in words, `overdue`, and `record`, what each is about, if seen."""
    now, zone = clock.now(), zone or timezone.get_current_timezone()
    numbers: dict[str, set[int]] = {}
    for row in rows:
        if row.about_no is not None:
            numbers.setdefault(row.about_kind, set()).add(row.about_no)
    records = {kind: subjects.seen(kind, some) for kind, some in numbers.items()}
    for row in rows:
        record = records[row.about_kind].get(row.about_no) if row.about_no is not None else None
        subject = subjects.subject_of(record) if record is not None else None
        row.when = rules.words(row.due, row.due_day, now, zone)  # type: ignore[attr-defined]
        row.overdue = row.done is None and row.due is not None and row.due <= now  # type: ignore[attr-defined]
        row.record = (  # type: ignore[attr-defined]
            {
                "title": subject.title(record),
                "url": subject.url(record),
                "icon": subject.icon,
                "ref": subjects.reference(record),
            }
            if subject
            else None
        )
    return list(rows)


def palette(query: str) -> list[PaletteItem]:
    """Open tasks by words of their title, the first due first."""
    if len(query) < 2 or not seeing.sees("tasks", "title"):
        return []
    found = prepare(list(Task.seen.filter(title__icontains=query, done=None).order_by("place", "no")[:5]))
    return [
        PaletteItem(
            task.title, f"/tasks/{task.id}/", "list-checks", "Tasks", getattr(task, "when", ""), right="tasks.view"
        )
        for task in found
    ]


def in_words(name: str, value: Any) -> str:
    """The value of a field as tasks are compared by it, for people."""
    if name == "assignee":
        return str(User.objects.filter(pk=value).first() or "") if value is not None else ""
    if name == "remind":
        return "yes" if value else "no"
    if name == "due" and value:
        zone = timezone.get_current_timezone()
        day = date.fromisoformat(value) if len(value) == 10 else None
        at = datetime.fromisoformat(value) if day is None else rules.end_of(day, zone)
        return rules.words(at, day, clock.now(), zone)
    return str(value or "")


def colleague(text: str) -> User | None:
    """The open account with this number, as forms send it."""
    number = int(text) if text.isdecimal() and len(text) < 10 else None
    return User.objects.filter(pk=number, is_active=True).first() if number is not None else None
