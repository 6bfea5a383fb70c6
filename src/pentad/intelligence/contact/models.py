"""Rows of the contact policy: its versions, suppressed addresses, who was written to, and when people open."""

from typing import ClassVar

from django.db import models

from pentad.core import clock, ids
from pentad.data.identity.models import Person
from pentad.intelligence.contact.policy import Policy, read


class ContactPolicy(models.Model):
    """A version of the policy. The latest holds."""

    number = models.AutoField(primary_key=True)
    definition = models.TextField(help_text="JSON, as policy.write gives it")
    at = models.DateTimeField(default=clock.now)
    by = models.CharField(max_length=200)
    author = models.CharField(max_length=80)

    @property
    def plain(self) -> Policy:
        return read(self.definition)


class Suppression(models.Model):
    """An address that is not written to. Only its keyed digest is kept: it outlives an erasure, so that the address is
    not written to when it comes back. Lifted ones stay as history.
    """

    HARD, INVALID, COMPLAINT, SOFT, MANUAL, IMPORT = (
        "hard_bounce", "invalid", "complaint", "soft_bounces", "manual", "import",
    )  # fmt: skip
    REASONS = (HARD, INVALID, COMPLAINT, SOFT, MANUAL, IMPORT)

    no = models.BigAutoField(primary_key=True)
    id = models.CharField(max_length=36, default=ids.new_id, unique=True)
    channel = models.CharField(max_length=60, blank=True, help_text="Empty: every channel")
    digest = models.CharField(max_length=40)
    person = models.ForeignKey(
        Person, models.SET_NULL, null=True, related_name="+", help_text="Whose address it was then, if anybody's"
    )
    reason = models.CharField(max_length=20)
    source = models.CharField(max_length=120, blank=True, help_text="What told of it")
    at = models.DateTimeField(default=clock.now)
    until = models.DateTimeField(null=True, help_text="null: until somebody lifts it")
    lifted = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=200, blank=True)
    lifted_why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["digest", "channel"], condition=models.Q(lifted=None), name="suppression_once"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["-at", "-no"], name="suppression_at")]


class ContactLog(models.Model):
    """A customer was written to, or is just about to be (promised). It stays with the part of the customer it went to.

    Without a constraint in the database: a row written while its customer is erased must not fail the sending of others.
    """

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    channel = models.CharField(max_length=60)
    purpose = models.CharField(max_length=60)
    at = models.DateTimeField(db_index=True)
    delivery_key = models.CharField(max_length=120, unique=True)
    priority = models.IntegerField(default=0)
    promised = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["person", "at"], name="contact_log_person")]


class OpenTimes(models.Model):
    """How often a customer opened messages of a channel in each hour of their day: 24 figures of which newer ones weigh
    more.
    """

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    channel = models.CharField(max_length=60)
    hours = models.JSONField(default=list)
    changed = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "channel"], name="open_times_once")]


class OpenTimesOfMany(models.Model):
    """The same of people alike (group: the values of the traits that make them so), and of everyone (group “”)."""

    id = models.BigAutoField(primary_key=True)
    channel = models.CharField(max_length=60)
    group = models.CharField(max_length=200, blank=True)
    hours = models.JSONField(default=list)
    people = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["channel", "group"], name="open_times_of_many_once")]


class SeenZone(models.Model):
    """The time zone that a customer's own messages told of last, from the program that sent them."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="+", db_constraint=False)
    zone = models.CharField(max_length=60)
    at = models.DateTimeField()


class SeenZoneMark(models.Model):
    """Up to which event of the ledger zones were looked for."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)
