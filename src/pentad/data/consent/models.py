"""Consent as rows: what may be agreed to, by which channels, and what customers said of it."""

from typing import ClassVar

from django.db import models

from pentad.core import clock
from pentad.data.consent.rules import Channel, Purpose
from pentad.data.consent.rules_preferences import ALL, Wish
from pentad.data.identity.models import Person


class ConsentPurpose(models.Model):
    """Something customers agree to. One that messages name is noted when it is first seen, and may be declared later.

    Not a purpose of use, which says what colleagues work for.
    """

    name = models.CharField(max_length=60, primary_key=True, help_text="As messages call it")
    label = models.CharField(max_length=80, blank=True)
    description = models.CharField(max_length=300, blank=True, help_text="What exactly a customer agrees to")
    opt_out = models.BooleanField(default=False, help_text="Who said nothing may be reached")
    track_opens = models.BooleanField(default=True, help_text="Whether its messages are opened is counted")
    track_clicks = models.BooleanField(default=True, help_text="Links lead through Pentad, which counts clicks")
    first_seen = models.DateTimeField(default=clock.now)
    declared = models.DateTimeField(null=True)
    archived = models.DateTimeField(null=True)

    @property
    def plain(self) -> Purpose:
        in_force = self.declared is not None and self.archived is None
        told = self.label or self.name, self.description
        return Purpose(self.name, *told, in_force, self.opt_out, self.track_opens, self.track_clicks)


class ConsentChannel(models.Model):
    """A way to reach customers: one of the usual ones, as the team wants it, or one of its own."""

    name = models.CharField(max_length=60, primary_key=True, help_text="As messages call it")
    label = models.CharField(max_length=80, blank=True)
    addresses = models.JSONField(default=list, help_text="Identifiers and traits of which one is an address there")
    declared = models.DateTimeField(null=True)
    archived = models.DateTimeField(null=True)

    @property
    def plain(self) -> Channel:
        in_force = self.declared is not None and self.archived is None
        return Channel(self.name, self.label or self.name, tuple(self.addresses), in_force)


class ConsentStatement(models.Model):
    """What a customer said by one source: since `at`, and again up to `until`. Never rewritten, but for a message that
    arrives late. It stays with the part of the customer who said it, so that a merge can be taken back.
    """

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="consents", db_index=False)
    purpose = models.CharField(max_length=60)
    channel = models.CharField(max_length=60, blank=True, help_text="Empty: every channel")
    source_no = models.IntegerField()
    state = models.CharField(max_length=7)
    at = models.DateTimeField(help_text="When it was said first")
    until = models.DateTimeField(help_text="When it was repeated last, with nothing else in between")
    decided = models.BooleanField(help_text="Said as a decision, not repeated with every message")
    message_id = models.CharField(max_length=100)
    last_message_id = models.CharField(max_length=100)
    text_version = models.CharField(max_length=120, blank=True, help_text="Of the text that was agreed to")
    evidence = models.CharField(max_length=300, blank=True, help_text="How a colleague knows")
    author = models.CharField(max_length=80, blank=True)
    author_name = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "purpose", "channel", "source_no", "at"], name="consent_statement_once"
            )
        ]


class Preference(models.Model):
    """How often a customer wants what they agree to, and until when not at all. It stays with the part of the customer
    who said it, so that a merge can be taken back; of two the later one holds.
    """

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="preferences", db_index=False)
    purpose = models.CharField(max_length=60, blank=True, help_text="Empty: every purpose")
    channel = models.CharField(max_length=60, blank=True, help_text="Empty: every channel")
    frequency = models.CharField(max_length=7, default=ALL)
    paused_until = models.DateTimeField(null=True)
    unwatched = models.BooleanField(default=False, help_text="Opens and clicks are not to be kept")
    at = models.DateTimeField(default=clock.now)
    author = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "purpose", "channel"], name="preference_once")
        ]

    @property
    def wish(self) -> Wish:
        return Wish(self.frequency, self.paused_until, self.unwatched)
