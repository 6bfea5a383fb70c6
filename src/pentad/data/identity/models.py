"""Persons, what identifies them, and the reversible links between them.

A person row is never rewritten into another: a merge is a link. Each identifier keeps the person
it was first seen with (`person_id`), so that taking a link away restores both sides.
"""

from django.db import models

from pentad.core import clock, ids
from pentad.core.nested import NestedJSON
from pentad.roles.access.seeing import Owned, SeenManager


class Person(Owned):
    """One customer, or one part of one: parts that are linked share a root, which lists show.

    `own_*` columns speak of this part alone; the others of the whole cluster and hold on the root.
    """

    no = models.AutoField(primary_key=True)
    id = models.CharField(max_length=36, default=ids.new_id, unique=True)
    root = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="parts",
        db_index=False,  # each index below begins with it
        help_text="null: is a root itself",
    )
    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    traits = NestedJSON(default=dict, help_text="The winning value of each trait")
    known = models.BooleanField(default=False, help_text="Has a user_id or an e-mail address")
    first_seen = models.DateTimeField(null=True)
    last_seen = models.DateTimeField(null=True)
    event_count = models.BigIntegerField(default=0)
    own_first_seen = models.DateTimeField(null=True)
    own_last_seen = models.DateTimeField(null=True)
    own_event_count = models.BigIntegerField(default=0)
    created = models.DateTimeField(default=clock.now)
    called: str | None = None
    """The identifier to call somebody without name and address by, once `queries.call` has looked for it."""

    objects = models.Manager()
    seen: "models.Manager[Person]" = SeenManager()

    class Meta:
        indexes = [
            models.Index(fields=["root", "-last_seen", "-no"], name="person_last_seen"),
            models.Index(fields=["root", "-first_seen", "-no"], name="person_first_seen"),
            models.Index(fields=["root", "name", "no"], name="person_name"),
            models.Index(fields=["root", "email", "no"], name="person_email"),
            models.Index(fields=["root", "-event_count", "-no"], name="person_events"),
            models.Index(fields=["root", "known", "-last_seen", "-no"], name="person_known"),
        ]


class Identifier(models.Model):
    """A value in a namespace (user_id, anonymous_id, email …) that points to one person."""

    id = models.BigAutoField(primary_key=True)
    namespace = models.CharField(max_length=60)
    value = models.CharField(max_length=500)
    person = models.ForeignKey(Person, models.CASCADE, related_name="identifiers")
    source_no = models.IntegerField(default=0)
    first_seen = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["namespace", "value"], name="identifier_once")]
        indexes = [models.Index(fields=["value", "namespace"], name="identifier_value")]


class PersonWord(models.Model):
    """A lower-case word of a name or address, for search by prefix. Points to the root's own parts."""

    id = models.BigAutoField(primary_key=True)
    word = models.CharField(max_length=60)
    person = models.ForeignKey(Person, models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["word", "person"], name="person_word_once")]


class MergeLink(models.Model):
    """Two persons are one, and why. Undone links stay as history."""

    id = models.CharField(max_length=36, default=ids.new_id, primary_key=True)
    keep = models.ForeignKey(Person, models.CASCADE, related_name="+")
    other = models.ForeignKey(Person, models.CASCADE, related_name="+")
    evidence = models.JSONField(help_text="rule, message_id, identifiers that met, or the person who decided")
    actor = models.CharField(max_length=80)
    created = models.DateTimeField(default=clock.now)
    undone = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=80, blank=True)


class Separation(models.Model):
    """These two are not one: said by a person who undid a merge or turned a suggestion down."""

    a = models.ForeignKey(Person, models.CASCADE, related_name="+")
    b = models.ForeignKey(Person, models.CASCADE, related_name="+")
    created = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["a", "b"], name="separation_once")]


class Conflict(models.Model):
    """Identifiers pointed to several persons that the rules keep apart: an event's, or those of a customer whom a
    colleague added by hand with what belongs to somebody they do not see. For review.
    """

    OPEN, MERGED, KEPT = "open", "merged", "kept apart"
    TAKEN = "taken"

    id = models.CharField(max_length=36, default=ids.new_id, primary_key=True)
    reason = models.CharField(max_length=40, help_text="limit, separated, cap")
    namespace = models.CharField(max_length=60, help_text="The identifier that was dropped")
    value = models.CharField(max_length=500)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+", help_text="Where the event went")
    other = models.ForeignKey(
        Person, models.CASCADE, null=True, related_name="+", help_text="Whom the dropped identifier belongs to"
    )
    message_id = models.CharField(max_length=100)
    count = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=12, default=OPEN, db_index=True)
    first_at = models.DateTimeField(default=clock.now)
    last_at = models.DateTimeField(default=clock.now)
    decided_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["namespace", "value", "person"], name="conflict_once"),
        ]


class IdentifierRule(models.Model):
    """Priority and limit of a namespace. No row: the defaults in identity.rules."""

    namespace = models.CharField(max_length=60, primary_key=True)
    priority = models.PositiveSmallIntegerField()
    limit = models.PositiveIntegerField(help_text="Most values a person may have")
    identifies = models.BooleanField(default=True)


class BlockedValue(models.Model):
    """A value that identifies nobody, such as "null". An empty namespace means all."""

    namespace = models.CharField(max_length=60, blank=True)
    value = models.CharField(max_length=500)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["namespace", "value"], name="blocked_once")]


class PersonCounter(models.Model):
    """The last person number given. A number is never given twice, even after an erasure."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last = models.BigIntegerField(default=0)
