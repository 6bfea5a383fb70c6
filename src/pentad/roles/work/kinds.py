"""What rights and notices may say of tasks."""

from collections.abc import Callable
from typing import Any

from pentad.roles.access import seeing
from pentad.roles.access.rights import Level
from pentad.roles.notices import subjects
from pentad.roles.work.models import Task


def _veil(task: Any, at: Callable[[str], Level]) -> None:
    task.title = seeing.veiled(task.title, at("title")) or "A task"
    task.why = seeing.veiled(task.why, at("why")) or ""


seeing.register(Task, seeing.Kind("tasks", "task", "Tasks", (("title", "Title"), ("why", "Reason")), _veil))
subjects.register(subjects.Subject(Task, "/tasks/", "list-checks", lambda task: str(task.title)))
