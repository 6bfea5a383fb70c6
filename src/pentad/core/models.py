"""Rows that every feature relies on: outbox, audit lines, jobs and schedules."""

from typing import Any

from django.db import models

from pentad.core import clock, ids, trail


class OutboxMessage(models.Model):
    """An event written in the same transaction as the change it tells of; relayed to the inbox."""

    id = models.BigAutoField(primary_key=True)
    message = models.JSONField(help_text="A tracking message: type, event, userId, properties …")
    at = models.DateTimeField(default=clock.now)


class AuditLine(models.Model):
    """Who did what to which subject, when, from where. Holds no customer data, and is never changed.

    Give `bulk_create` lines that were `prepared`; `save` prepares by itself. See core.trail and roles.audit.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=clock.now)
    actor = models.CharField(max_length=80)
    actor_name = models.CharField(max_length=200)
    action = models.CharField(max_length=80)
    right = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=40, blank=True, help_text="What stands before the colon of the subject")
    subject = models.CharField(max_length=120, blank=True)
    detail = models.JSONField(default=dict)
    origin = models.CharField(max_length=45, blank=True, default=trail.origin_now, help_text="Network address")
    mark = models.BinaryField(max_length=24, default=bytes, help_text="Made of the line, with the installation's key")
    no = models.BigIntegerField(null=True, unique=True, help_text="Place in the chain; empty until sealed")
    seal = models.BinaryField(max_length=32, null=True, help_text="Made of the seal before, the place and the mark")

    class Meta:
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_at"),
            models.Index(fields=["actor", "-at", "-id"], name="audit_actor"),
            models.Index(fields=["action", "-at", "-id"], name="audit_action"),
            models.Index(fields=["kind", "-at", "-id"], name="audit_kind"),
            models.Index(fields=["subject", "-at", "-id"], name="audit_subject"),
            models.Index(fields=["origin", "-at", "-id"], name="audit_origin"),
            models.Index(fields=["id"], condition=models.Q(no=None), name="audit_unsealed"),
        ]

    def content(self) -> bytes:
        """What the mark is made of."""
        return trail.canonical(
            self.at, self.actor, self.actor_name, self.action, self.right, self.subject, self.origin,
            detail=self.detail,
        )  # fmt: skip

    def prepared(self) -> "AuditLine":
        """Itself, with its kind and mark."""
        self.kind = trail.kind_of(self.subject)
        self.mark = trail.mark(self.content())
        return self

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.mark:
            self.prepared()
        super().save(*args, **kwargs)


class AuditCheckpoint(models.Model):
    """Stands for sealed lines that are gone on purpose: pruned, or known to be missing. Signed, like what it replaces."""

    first = models.BigIntegerField(unique=True, help_text="Place of the first line that is gone")
    last = models.BigIntegerField(help_text="Place of the last one")
    seal = models.BinaryField(max_length=32, help_text="The seal of the last one, on which the next line stands")
    reason = models.CharField(max_length=200)
    at = models.DateTimeField(default=clock.now)
    mark = models.BinaryField(max_length=24)

    def content(self) -> bytes:
        return trail.canonical(self.at, self.reason, bytes(self.seal).hex(), detail=[self.first, self.last])


class Job(models.Model):
    """A unit of background work, held by lease. See core.jobs."""

    WAITING, RUNNING, DONE, DEAD, CANCELLED = "waiting", "running", "done", "dead", "cancelled"

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=200)
    payload = models.JSONField(default=dict)
    key = models.CharField(max_length=200, null=True, unique=True, help_text="At most one unfinished job per key")
    queue = models.CharField(max_length=40, default="default")
    priority = models.SmallIntegerField(default=0)
    status = models.CharField(max_length=10, default=WAITING)
    run_at = models.DateTimeField(default=clock.now)
    lease_until = models.DateTimeField(null=True)
    owner = models.CharField(max_length=80, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField(default=5, help_text="Failures after which it is a dead letter")
    step = models.PositiveIntegerField(default=0)
    progress = models.FloatField(default=0, help_text="0 to 1")
    result = models.JSONField(null=True)
    error = models.TextField(blank=True)
    created = models.DateTimeField(default=clock.now)
    started = models.DateTimeField(null=True, help_text="When the first attempt began")
    finished = models.DateTimeField(null=True)
    public_id = models.CharField(max_length=36, default=ids.new_id, unique=True)
    cancel = models.BooleanField(default=False, help_text="Asked to stop; the work looks at it between steps")

    class Meta:
        indexes = [models.Index(fields=["status", "run_at"]), models.Index(fields=["status", "lease_until"])]


class Schedule(models.Model):
    """A job that is enqueued again and again."""

    name = models.CharField(max_length=80, primary_key=True)
    kind = models.CharField(max_length=200)
    every_seconds = models.PositiveIntegerField()
    next_at = models.DateTimeField(default=clock.now, db_index=True)


class Setting(models.Model):
    """A value an operator may change at run time, by name. See core.settings."""

    name = models.CharField(max_length=80, primary_key=True)
    value = models.JSONField()
    changed = models.DateTimeField(default=clock.now)
