"""Saved computed traits, and when the next of a customer's values changes by time alone. The values are traits."""

from typing import ClassVar

from django.db import models

from pentad.core import clock, ids
from pentad.data.identity.models import Person
from pentad.intelligence.computed.definition import Computed, read


class ComputedTrait(models.Model):
    """A figure of what customers did, kept as a trait of each while it is live."""

    LIVE, ARCHIVED = "live", "archived"

    no = models.AutoField(primary_key=True)
    id = models.CharField(max_length=36, default=ids.new_id, unique=True)
    name = models.CharField(max_length=120, help_text="Of the trait; never changed")
    description = models.CharField(max_length=1000, blank=True)
    definition = models.TextField(help_text="JSON, as definition.write gives it")
    state = models.CharField(max_length=8, default=LIVE)
    version = models.PositiveIntegerField(default=1)
    created = models.DateTimeField(default=clock.now)
    changed = models.DateTimeField(default=clock.now, help_text="When its words, definition or state last changed")
    changed_by = models.CharField(max_length=200)
    filled = models.DateTimeField(null=True, help_text="The moment as of which everybody has it; null: never yet")
    cost_ms = models.FloatField(null=True, help_text="How long working it out for everybody took")
    failure = models.CharField(max_length=500, blank=True, help_text="Why it cannot be kept up; empty when it can")
    failed = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name"], condition=models.Q(state="live"), name="computed_trait_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def computed(self) -> Computed:
        return read(self.definition)

    @property
    def live(self) -> bool:
        return self.state == ComputedTrait.LIVE


class ComputedVersion(models.Model):
    """What a computed trait was, from when on."""

    id = models.BigAutoField(primary_key=True)
    trait = models.ForeignKey(ComputedTrait, models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    definition = models.TextField()
    at = models.DateTimeField(default=clock.now)
    by = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["trait", "number"], name="computed_version_once")]


class ComputedDue(models.Model):
    """When some computed trait of a customer changes next by time alone."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="+")
    due = models.DateTimeField(db_index=True)
