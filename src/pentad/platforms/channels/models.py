"""Where messages go, every single message that is to go there, and each attempt to hand it over.

What keeps a message from being sent twice are rows here: the key of a delivery, the key of an address in a run, and the
attempt that is written before anything leaves.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from pentad.core import clock, ids

QUEUED, SENDING, HELD, PAUSED = "queued", "sending", "held", "paused"
SENT, DELIVERED, BOUNCED, FAILED = "sent", "delivered", "bounced", "failed"
SKIPPED, DOUBTFUL, EXPIRED, CANCELLED = "skipped", "doubtful", "expired", "cancelled"

WAITING = (QUEUED, HELD)
"""Is sent once it is due; one that is held is asked about again then."""
PENDING = (QUEUED, HELD, PAUSED)
"""Can still be cancelled."""
GONE = (SENT, DELIVERED, BOUNCED, DOUBTFUL)
"""Left, or may have left."""


class Destination(models.Model):
    """A service, or a place of our own, that carries messages of one channel."""

    ON, OFF, ARCHIVED = "on", "off", "archived"

    id = models.AutoField(primary_key=True)
    public_id = models.CharField(max_length=36, default=ids.new_id, unique=True)
    channel = models.CharField(max_length=60)
    adapter = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    config = models.JSONField(default=dict, help_text="What the adapter is told")
    secret = models.TextField(blank=True, help_text="Passwords and keys: JSON, sealed")
    state = models.CharField(max_length=8, default=ON)
    per_second = models.FloatField(default=0, help_text="Most messages a second; 0 for as many as go")
    concurrency = models.PositiveSmallIntegerField(default=1, help_text="Messages handed over at the same time")
    per_domain = models.JSONField(
        default=dict, help_text='Most messages a minute by domain of the address; "*" for every other'
    )
    warm_up = models.JSONField(default=dict, help_text='{"start": "2026-11-22", "days": [50, 100 …]}, or empty')
    breaker_until = models.DateTimeField(
        null=True, help_text="Left alone until then, because it failed again and again"
    )
    failures = models.PositiveIntegerField(default=0, help_text="In a row")
    failure = models.CharField(max_length=300, blank=True, help_text="What it said last")
    failed = models.DateTimeField(null=True)
    paced_until = models.DateTimeField(null=True, help_text="Up to when its rate is used up")
    is_default = models.BooleanField(default=False, help_text="Takes what names no destination")
    reported = models.DateTimeField(null=True, help_text="When its service reported last; once a minute")
    report_refused = models.DateTimeField(null=True, help_text="When a report was refused last")
    report_refusal = models.CharField(max_length=300, blank=True, help_text="Why")
    created = models.DateTimeField(default=clock.now)
    changed = models.DateTimeField(default=clock.now)
    changed_by = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["channel"], condition=Q(is_default=True), name="destination_default")
        ]

    def __str__(self) -> str:
        return self.name


class DomainPace(models.Model):
    """How far the rate of one domain is used up at one destination."""

    destination = models.ForeignKey(Destination, models.CASCADE, related_name="paces", db_index=False)
    domain = models.CharField(max_length=253)
    paced_until = models.DateTimeField(help_text="Up to when what has left uses it up")
    promised_until = models.DateTimeField(help_text="Up to when what was put off will")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["destination", "domain"], name="domain_pace_once")]


class DayCount(models.Model):
    """How many messages left by a destination on one day (UTC), while it is warmed up."""

    destination = models.ForeignKey(Destination, models.CASCADE, related_name="days", db_index=False)
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["destination", "day"], name="day_count_once")]


class PayloadBase(models.Model):
    """What the deliveries of one version have in common, so that each keeps only what is its own.

    Made of words that several customers were told alike: nothing here is anybody's.
    """

    id = models.AutoField(primary_key=True)
    key = models.CharField(max_length=160, unique=True, help_text="Version, channel, variant and language")
    dictionary = models.BinaryField()
    created = models.DateTimeField(default=clock.now)


class Delivery(models.Model):
    """One message to one customer by one channel. `key` says what it is about: it is there once, and sent once."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=36, default=ids.new_id, unique=True)
    key = models.CharField(max_length=120, unique=True)
    person_no = models.BigIntegerField(help_text="As it was queued; by now it may be a part of another")
    channel = models.CharField(max_length=60)
    destination = models.ForeignKey(
        Destination, models.PROTECT, null=True, related_name="+", db_index=False, help_text="null: the default one"
    )
    purpose = models.CharField(max_length=60, blank=True)
    transactional = models.BooleanField(default=False)
    priority = models.SmallIntegerField(default=0, help_text="Higher goes first")
    origin_kind = models.CharField(max_length=12)
    origin_id = models.CharField(max_length=36, blank=True)
    run = models.CharField(max_length=36, blank=True)
    variant = models.CharField(max_length=16, blank=True)
    language = models.CharField(max_length=20, blank=True)
    version_id = models.BigIntegerField(null=True)
    payload = models.BinaryField(help_text="Content and links; emptied some time after it has left")
    base = models.ForeignKey(PayloadBase, models.PROTECT, null=True, related_name="+", db_index=False)
    state = models.CharField(max_length=9, default=QUEUED)
    due_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True)
    if_held = models.CharField(max_length=4, default="wait")
    reason = models.CharField(max_length=40, blank=True, help_text="Why it is as it is: a gate, or a code")
    detail = models.CharField(max_length=300, blank=True, help_text="The same in words")
    gates = models.JSONField(null=True, help_text="[name, passed, value seen] of each gate, in order")
    attempts = models.PositiveSmallIntegerField(default=0)
    unsure = models.BooleanField(default=False, help_text="An attempt may have succeeded without an answer")
    once = models.CharField(max_length=44, null=True, unique=True, help_text="Its address in its run, keyed")
    lease_owner = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(Destination, models.PROTECT, null=True, related_name="+", db_index=False)
    provider_id = models.CharField(max_length=200, null=True)
    created = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["channel", "destination", "-priority", "due_at", "id"],
                condition=Q(state__in=WAITING),
                name="delivery_due",
            ),
            models.Index(fields=["lease_until"], condition=Q(state=SENDING), name="delivery_leased"),
            models.Index(fields=["origin_kind", "origin_id"], condition=Q(state=PAUSED), name="delivery_paused"),
            models.Index(fields=["expires_at"], condition=Q(state__in=PENDING), name="delivery_expiring"),
            models.Index(fields=["origin_kind", "origin_id", "run", "state"], name="delivery_origin"),
            models.Index(fields=["person_no", "-id"], name="delivery_person"),
            models.Index(fields=["sent_at"], condition=Q(sent_at__isnull=False), name="delivery_sent"),
            models.Index(
                fields=["origin_kind", "origin_id", "run", "channel", "person_no", "sent_at"],
                condition=Q(sent_at__isnull=False, once__isnull=False),
                name="delivery_told",
            ),
            models.Index(fields=["provider_id"], condition=Q(provider_id__isnull=False), name="delivery_provider"),
        ]

    def __str__(self) -> str:
        return self.key


class Attempt(models.Model):
    """One try at handing a delivery over: written before anything leaves, and completed afterwards.

    One that was begun and not completed may have succeeded: what becomes of its delivery then is decided by whether the
    service knows the same message again by its key.
    """

    BEGUN, ACCEPTED, REFUSED, BUSY, UNKNOWN, LOST = "begun", "accepted", "refused", "busy", "unknown", "lost"
    OPEN = (BEGUN, UNKNOWN, LOST)

    id = models.BigAutoField(primary_key=True)
    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="tries", db_index=False)
    destination = models.ForeignKey(Destination, models.PROTECT, null=True, related_name="+", db_index=False)
    number = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=64, help_text="What the service is told to know the message again by")
    to = models.CharField(max_length=40, blank=True, help_text="The address, keyed: of what a report may speak")
    at = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, default=BEGUN)
    status = models.CharField(max_length=20, blank=True, help_text="What the service answered with: 250, 429 …")
    detail = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["delivery", "number"], name="attempt_once")]
        ordering: ClassVar = ["number"]
        indexes: ClassVar = [
            models.Index(fields=["at"], condition=Q(outcome="accepted", number__gt=1), name="attempt_again")
        ]

    @property
    def words(self) -> str:
        """Its outcome for people. Of one that was lost the message is not: it is tried again, or told as in doubt."""
        return {self.BEGUN: "under way", self.UNKNOWN: "no answer", self.LOST: "interrupted"}.get(
            self.outcome, self.outcome
        )


class StoppedOrigin(models.Model):
    """Deliveries of a campaign or journey, or of one run of it, are not sent: for now, or any more.

    What is under way while it is stopped comes back to the queue when its service was busy: there this is looked at.
    """

    PAUSED, CANCELLED = "paused", "cancelled"

    origin_kind = models.CharField(max_length=12)
    origin_id = models.CharField(max_length=36)
    run = models.CharField(max_length=36, blank=True, help_text="Empty: all of them")
    kind = models.CharField(max_length=9)
    at = models.DateTimeField(help_text="A whole campaign that was cancelled: what was queued up to then")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["origin_kind", "origin_id", "run", "kind"], name="origin_stopped_once")
        ]


class MailboxMessage(models.Model):
    """What was delivered into the built-in mailbox, where it can be read instead of by customers."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=64, unique=True)
    destination = models.ForeignKey(Destination, models.CASCADE, related_name="mailbox")
    delivery = models.CharField(max_length=36, help_text="Public id of the delivery")
    person_no = models.BigIntegerField(db_index=True)
    channel = models.CharField(max_length=60)
    address = models.CharField(max_length=500)
    title = models.CharField(max_length=300, blank=True)
    content = models.JSONField()
    headers = models.JSONField(default=dict)
    at = models.DateTimeField(default=clock.now)
    read = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["channel", "-id"], name="mailbox_channel")]


class TaskMade(models.Model):
    """A delivery that became a task for a colleague, so that it becomes one once."""

    key = models.CharField(max_length=64, primary_key=True)
    task = models.CharField(max_length=36, help_text="Public id of the task")
    at = models.DateTimeField(default=clock.now)
