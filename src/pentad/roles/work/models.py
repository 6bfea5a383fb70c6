"""Tasks, as rows."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from django.db import models

from pentad.core import clock, ids
from pentad.roles.access.seeing import Owned, SeenManager, SeenQuerySet


class SeenTasks(SeenManager):
    """What the reader may see, without what was deleted."""

    def get_queryset(self) -> "SeenQuerySet[Any]":
        return super().get_queryset().filter(deleted=None)


SOMETIME = datetime(9999, 1, 1, tzinfo=UTC)
"""Where a task without a due day stands in a list by due day."""


class Task(Owned):
    """`owner` is who is to do it. `about_*` names a record by kind and number, as notices do."""

    no = models.AutoField(primary_key=True)
    id = models.CharField(max_length=36, default=ids.new_id, unique=True)
    title = models.CharField(max_length=200)
    why = models.CharField(max_length=300, blank=True, help_text="Why it is to be done")
    about_kind = models.CharField(max_length=20, blank=True)
    about_no = models.BigIntegerField(null=True)
    due = models.DateTimeField(null=True, help_text="When it is overdue; for a day without a time, when that day ends")
    due_day = models.DateField(null=True, help_text="Set when only the day was said")
    place = models.DateTimeField(default=SOMETIME, help_text="`due`, or a time far away")
    remind_at = models.DateTimeField(null=True)
    reminded = models.DateTimeField(null=True)
    done = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=200, blank=True)
    made_by = models.CharField(max_length=200)
    created = models.DateTimeField(default=clock.now)
    deleted = models.DateTimeField(null=True)

    objects = models.Manager()
    seen: "models.Manager[Task]" = SeenTasks()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["place", "no"], name="task_place"),
            models.Index(fields=["-created", "-no"], name="task_created"),
            models.Index(fields=["owner", "done", "place"], name="task_owner"),
            models.Index(fields=["about_kind", "about_no"], name="task_about"),
            models.Index(fields=["remind_at"], condition=models.Q(reminded=None, done=None), name="task_to_remind"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.place = self.due or SOMETIME
        super().save(*args, **kwargs)
