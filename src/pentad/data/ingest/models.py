"""Where events come from, and how far the loader has read."""

from django.db import models

from pentad.core import clock, ids

OWN_KINDS = ("pentad", "computed")
"""Kinds of sources through which Pentad itself speaks: events of its own, and traits worked out of events."""


class Source(models.Model):
    """A place that sends events. `no` is the dense number that ledger rows carry.

    The write key is public by nature (it ships in web pages): it allows writing and nothing else.
    """

    no = models.AutoField(primary_key=True)
    id = models.CharField(max_length=36, default=ids.new_id, unique=True)
    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, default="web", help_text="web, server, mobile, import, pentad")
    write_key = models.CharField(max_length=64, unique=True)
    owned = models.BooleanField(default=True, help_text="Facts from here are ours; otherwise from an outside party")
    priority = models.SmallIntegerField(default=100, help_text="Survivorship: the lower number wins")
    enabled = models.BooleanField(default=True)
    origins = models.JSONField(default=list, help_text="Allowed browser origins; empty allows any")
    rate_per_second = models.PositiveIntegerField(default=1000, help_text="Requests a second before 429")
    created = models.DateTimeField(default=clock.now)
    archived = models.DateTimeField(null=True)

    @property
    def own(self) -> bool:
        """Pentad writes through it itself: nobody else does, and nobody changes it."""
        return self.kind in OWN_KINDS


class LoaderOffset(models.Model):
    """How far the relational rows follow each inbox log; moved in the same transaction as they are."""

    log = models.CharField(max_length=80, primary_key=True)
    offset = models.BigIntegerField(default=0)


class SignalCount(models.Model):
    """How often the tracking API saw something in an hour that never became a message. See `signals`; a day is kept."""

    hour = models.BigIntegerField(help_text="Hours since the epoch")
    source_no = models.IntegerField(help_text="0 where no source can be told")
    kind = models.CharField(max_length=20)
    count = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hour", "source_no", "kind"], name="signal_once")]


class WrongWriteKey(models.Model):
    """The beginning of a write key that was sent and that no source has. The latest are kept."""

    key = models.CharField(max_length=12, primary_key=True)
    count = models.BigIntegerField()
    last = models.DateTimeField()


class Gap(models.Model):
    """A message that was accepted and cannot be found in the ledger: the alarm names it."""

    log = models.CharField(max_length=80, db_index=True)
    source_no = models.IntegerField()
    message_id = models.CharField(max_length=200)
    received = models.DateTimeField()
    found = models.DateTimeField(default=clock.now, help_text="When the gap was noticed")
