"""What was done and can be taken back, with what the records were before."""

from typing import ClassVar

from django.db import models

from pentad.core import clock, ids


class Change(models.Model):
    """One thing that somebody did. It is kept for 30 days; `ref` is what its kind calls it, such as a note's id.

    `what` names no customer: who they are is asked for when it is shown, so that it follows the reader's rights.
    """

    no = models.BigAutoField(primary_key=True)
    id = models.CharField(max_length=36, default=ids.new_id, unique=True)
    kind = models.CharField(max_length=40)
    ref = models.CharField(max_length=60, blank=True)
    what = models.CharField(max_length=200)
    count = models.PositiveIntegerField(default=1, help_text="Records that it changed")
    actor = models.CharField(max_length=80)
    actor_name = models.CharField(max_length=200)
    at = models.DateTimeField(default=clock.now)
    data = models.JSONField(default=dict, help_text="What the kind needs beside the records")
    job = models.CharField(max_length=36, blank=True, help_text="Public id of the job that takes it back")
    undone = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=200, blank=True)
    stayed = models.PositiveIntegerField(default=0, help_text="Records left as they are: changed again since")

    def left(self) -> int:
        """How many records taking it back would change; as far as one can tell before."""
        rows = self.records.filter(stays=False).count()
        return min(rows, self.count) if rows else self.count

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-at", "-no"], name="change_at"),
            models.Index(fields=["actor", "-at", "-no"], name="change_actor"),
            models.Index(fields=["kind", "ref"], name="change_ref"),
        ]


class ChangedRecord(models.Model):
    """One record of a change: its state before and after. Goes once it is as before; with the record, when that is erased."""

    id = models.BigAutoField(primary_key=True)
    change = models.ForeignKey(Change, models.CASCADE, related_name="records")
    kind = models.CharField(max_length=20, help_text="As rights and notices call it, such as people")
    no = models.BigIntegerField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    stays = models.BooleanField(default=False, help_text="Was found changed again when the change was taken back")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["kind", "no"], name="changed_record"),
            models.Index(fields=["change", "stays", "id"], name="changed_of"),
        ]
