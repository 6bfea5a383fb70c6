"""Campaigns, what became of each time they ran, and a row for each customer they chose."""

from datetime import datetime
from typing import ClassVar

from django.db import models

from pentad.core import clock, ids
from pentad.data.identity.models import Person
from pentad.engage.campaigns import rules
from pentad.engage.campaigns.plan import Plan, read


class Campaign(models.Model):
    """A plan, and how far it has got. Once it has started, its plan does not change."""

    DRAFT, SCHEDULED, RUNNING, PAUSED = "draft", "scheduled", "running", "paused"
    FINISHED, CANCELLED = "finished", "cancelled"
    BEGUN = (RUNNING, PAUSED)
    OVER = (FINISHED, CANCELLED)

    no = models.AutoField(primary_key=True)
    id = models.CharField(max_length=36, default=ids.new_id, unique=True)
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=1000, blank=True)
    plan = models.TextField(help_text="JSON, as plan.write gives it")
    start = models.CharField(max_length=8, help_text="How it starts, of the plan: now, at, every, trigger")
    state = models.CharField(max_length=10, default=DRAFT)
    version = models.PositiveIntegerField(default=1)
    created = models.DateTimeField(default=clock.now)
    changed = models.DateTimeField(default=clock.now)
    changed_by = models.CharField(max_length=200)
    changed_ref = models.CharField(max_length=80, help_text="Who: nobody approves what they wrote themselves")
    next_at = models.DateTimeField(null=True, help_text="When it runs next")
    next_day = models.DateField(null=True, help_text="The day that is planned for, by the clock of the plan")
    started = models.DateTimeField(null=True)
    started_by = models.CharField(max_length=200, blank=True)
    ended = models.DateTimeField(null=True)
    failure = models.CharField(max_length=500, blank=True, help_text="Why it does not go on; empty when it does")
    failed = models.DateTimeField(null=True)
    winner = models.CharField(max_length=20, blank=True, help_text="The variant that won")
    decided = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    archived = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state", "next_at"], name="campaign_due"),
            models.Index(fields=["name", "no"], name="campaign_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def tree(self) -> Plan:
        return read(self.plan)

    @property
    def planned_at(self) -> datetime | None:
        """The time it is planned for next, as the calendar and every other page tell it."""
        return rules.planned(self.tree.when, self.next_day, self.next_at) if self.next_at is not None else None


class CampaignVersion(models.Model):
    """What a campaign was to do, from when on."""

    id = models.BigAutoField(primary_key=True)
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    plan = models.TextField()
    at = models.DateTimeField(default=clock.now)
    by = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["campaign", "number"], name="campaign_version_once")]


class Run(models.Model):
    """One time of a campaign: the only one, one of a recurring one, or all of a triggered one. One row for each time."""

    CHOOSING, SENDING, DONE, CANCELLED = "choosing", "sending", "done", "cancelled"
    UNDER_WAY = (CHOOSING, SENDING)

    no = models.AutoField(primary_key=True)
    id = models.CharField(max_length=36, default=ids.new_id, unique=True)
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="runs", db_index=False)
    key = models.CharField(max_length=40, help_text="The planned time: what began once does not begin again")
    state = models.CharField(max_length=9, default=CHOOSING)
    at = models.DateTimeField(help_text="When it was planned to begin")
    day = models.DateField(help_text="The day it is planned for, by the clock of the plan")
    created = models.DateTimeField(default=clock.now)
    cursor = models.BigIntegerField(default=0, help_text="How far choosing, or following what sets it off, has got")
    chosen = models.BigIntegerField(default=0, help_text="Rows of customers, with those held out and skipped")
    slot = models.DateTimeField(null=True, help_text="The last time given to a message, where so many an hour may go")
    ended = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["campaign", "key"], name="campaign_run_once")]
        indexes: ClassVar = [models.Index(fields=["state", "no"], name="campaign_run_state")]


class Recipient(models.Model):
    """A customer whom a run chose, before anything is done about it: nobody is chosen twice for one entry.

    entry: what set it off, where something did; else empty.
    """

    CHOSEN, WAITING, QUEUED, HELD_OUT, SKIPPED = "chosen", "waiting", "queued", "held out", "skipped"

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, models.CASCADE, related_name="recipients", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    entry = models.CharField(max_length=36, blank=True)
    arm = models.CharField(max_length=20)
    state = models.CharField(max_length=9)
    due_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, blank=True)
    seen = models.CharField(max_length=200, blank=True, help_text="The value that was the reason")
    extra = models.JSONField(null=True, help_text="The event that set it off, for the message")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "person", "entry"], name="campaign_told_once")]
        indexes: ClassVar = [
            models.Index(fields=["run", "state", "due_at", "id"], name="campaign_recipient_due"),
            models.Index(fields=["run", "arm"], name="campaign_recipient_arm"),
            models.Index(fields=["due_at"], name="campaign_recipient_when"),
        ]


class Approval(models.Model):
    """Somebody asks another to approve a version, and what became of it."""

    ASKED, APPROVED, REFUSED, WITHDRAWN = "asked", "approved", "refused", "withdrawn"

    id = models.CharField(max_length=36, default=ids.new_id, primary_key=True)
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="approvals")
    version = models.PositiveIntegerField()
    content = models.BigIntegerField(default=0, help_text="The version of the message that was read")
    state = models.CharField(max_length=9, default=ASKED, db_index=True)
    asked = models.DateTimeField(default=clock.now)
    asked_by = models.CharField(max_length=200)
    asked_ref = models.CharField(max_length=80)
    words = models.CharField(max_length=1000, blank=True)
    decided = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    reply = models.CharField(max_length=1000, blank=True)
