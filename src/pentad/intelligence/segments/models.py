"""Saved segments, who is in them, and who was."""

from typing import ClassVar

from django.db import models

from pentad.core import clock, ids
from pentad.data.identity.models import Person
from pentad.intelligence.segments.definition import Definition
from pentad.intelligence.segments.reading import read


class Segment(models.Model):
    """A question about customers that is kept, and kept answered while it is live."""

    DRAFT, LIVE, ARCHIVED = "draft", "live", "archived"

    no = models.AutoField(primary_key=True)
    id = models.CharField(max_length=36, default=ids.new_id, unique=True)
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=1000, blank=True)
    definition = models.TextField(help_text="JSON, as reading.write gives it")
    state = models.CharField(max_length=8, default=LIVE)
    version = models.PositiveIntegerField(default=1)
    created = models.DateTimeField(default=clock.now)
    changed = models.DateTimeField(
        default=clock.now, help_text="When its name, words, definition or state last changed"
    )
    changed_by = models.CharField(max_length=200)
    filled = models.DateTimeField(null=True, help_text="The moment as of which everybody was asked; null: never yet")
    cost_ms = models.FloatField(null=True, help_text="How long asking everybody took")
    size = models.BigIntegerField(default=0)
    moved = models.DateTimeField(null=True, help_text="When somebody last entered or left")
    failure = models.CharField(max_length=500, blank=True, help_text="Why it cannot be kept up; empty when it can")
    failed = models.DateTimeField(null=True)
    deleted = models.DateTimeField(null=True, help_text="Kept for 30 days, for undoing it")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["state", "name"], name="segment_state")]

    def __str__(self) -> str:
        return self.name

    @property
    def tree(self) -> Definition:
        return read(self.definition)

    @property
    def kept_up(self) -> bool:
        """Whether its membership is to be true; else nobody is in it."""
        return self.state == Segment.LIVE and self.deleted is None


class SegmentVersion(models.Model):
    """What a segment asked, from when on."""

    id = models.BigAutoField(primary_key=True)
    segment = models.ForeignKey(Segment, models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    definition = models.TextField()
    at = models.DateTimeField(default=clock.now)
    by = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["segment", "number"], name="segment_version_once")]


class SegmentMember(models.Model):
    """Somebody is in a segment now. The person is a root."""

    id = models.BigAutoField(primary_key=True)
    segment = models.ForeignKey(Segment, models.CASCADE, related_name="members", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["segment", "person"], name="segment_member_once")]


class SegmentMove(models.Model):
    """Somebody entered or left. The person is the root of that time; by now it may be a part of another."""

    id = models.BigAutoField(primary_key=True)
    segment = models.ForeignKey(Segment, models.CASCADE, related_name="moves", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    entered = models.BooleanField(help_text="false: left")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["segment", "-id"], name="segment_move_latest"),
            models.Index(fields=["segment", "person", "at", "id"], name="segment_move_of"),
            models.Index(fields=["segment", "at", "entered"], name="segment_move_when"),
        ]
