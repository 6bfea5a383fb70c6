"""Rows that every feature relies on: outbox, audit lines, jobs and schedules."""

from django.db import models

from pentad.core import clock, ids


class OutboxMessage(models.Model):
    """An event written in the same transaction as the change it tells of; relayed to the inbox."""

    id = models.BigAutoField(primary_key=True)
    message = models.JSONField(help_text="A tracking message: type, event, userId, properties …")
    at = models.DateTimeField(default=clock.now)


class AuditLine(models.Model):
    """Who did what to which subject, when. Holds no customer data."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=clock.now, db_index=True)
    actor = models.CharField(max_length=80, db_index=True)
    actor_name = models.CharField(max_length=200)
    action = models.CharField(max_length=80)
    right = models.CharField(max_length=80)
    subject = models.CharField(max_length=120, blank=True, db_index=True)
    detail = models.JSONField(default=dict)


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
