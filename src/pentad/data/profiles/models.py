"""What we know of persons and companies, and where each fact comes from."""

from django.db import models

from pentad.core import clock, ids
from pentad.core.nested import NestedJSON
from pentad.data.identity.models import Person
from pentad.data.profiles.rules_files import WORDS
from pentad.roles.access.seeing import Owned, SeenManager


class TraitValue(models.Model):
    """The latest value of a trait from one source, or the first of those meant once. The winner among all is marked."""

    name = models.CharField(max_length=120)
    source_no = models.IntegerField()
    value = NestedJSON()
    text = models.CharField(max_length=200, help_text="Lower-case text of the value, for filters")
    number = models.FloatField(null=True)
    at = models.DateTimeField(help_text="When the fact was stated")
    message_id = models.CharField(max_length=100)
    winner = models.BooleanField(default=True)
    once = models.BooleanField(default=False, help_text="Meant only for a trait without a value")
    withdrawn = models.BooleanField(
        default=False, db_default=False, help_text="The source takes back what it stated: as if it had said nothing"
    )

    class Meta:
        abstract = True


class PersonTrait(TraitValue):
    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="trait_values")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "name", "source_no", "once"], name="person_trait_once")
        ]
        indexes = [
            models.Index(fields=["name", "text", "winner"], name="person_trait_text"),
            models.Index(
                fields=["name", "number"],
                condition=models.Q(number__isnull=False, winner=True),
                name="person_trait_number",
            ),
        ]


class Company(Owned):
    """An organisation from `group` calls."""

    no = models.AutoField(primary_key=True)
    id = models.CharField(max_length=36, default=ids.new_id, unique=True)
    group_id = models.CharField(max_length=500, unique=True)
    name = models.CharField(max_length=200, blank=True, db_index=True)
    traits = NestedJSON(default=dict)
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField(db_index=True)

    objects = models.Manager()
    seen: "models.Manager[Company]" = SeenManager()


class CompanyTrait(TraitValue):
    id = models.BigAutoField(primary_key=True)
    company = models.ForeignKey(Company, models.CASCADE, related_name="trait_values")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "name", "source_no", "once"], name="company_trait_once")
        ]


class Membership(models.Model):
    """A person belongs to a company."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships")
    company = models.ForeignKey(Company, models.CASCADE, related_name="memberships")
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "company"], name="membership_once")]


class Note(models.Model):
    """What a colleague wrote on a customer's page. The timeline event tells of it; the text lives here."""

    id = models.CharField(max_length=36, default=ids.new_id, primary_key=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="notes")
    text = models.TextField()
    author = models.CharField(max_length=80)
    author_name = models.CharField(max_length=200)
    at = models.DateTimeField(default=clock.now)
    mentions = models.JSONField(default=list, help_text="Names of the colleagues it was meant for, as they stand in it")
    edited = models.DateTimeField(null=True)
    before = models.TextField(blank=True, help_text="The text before the last change, for undoing it")
    deleted = models.DateTimeField(null=True)


class Kept(models.Manager["Attachment"]):
    """Files that were not removed."""

    def get_queryset(self) -> "models.QuerySet[Attachment]":
        return super().get_queryset().filter(deleted=None)


class Attachment(models.Model):
    """A file of a note. `key` is its name on disk; `type` was told from what is in it."""

    id = models.CharField(max_length=36, default=ids.new_id, primary_key=True)
    note = models.ForeignKey(Note, models.CASCADE, related_name="files")
    name = models.CharField(max_length=120)
    size = models.BigIntegerField()
    type = models.CharField(max_length=80)
    key = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField(default=clock.now)
    deleted = models.DateTimeField(null=True)

    objects = Kept()
    with_removed = models.Manager()

    @property
    def words(self) -> str:
        """What kind of file it is, for people."""
        return WORDS.get(self.type, "File")


class TraitRule(models.Model):
    """Survivorship of one trait. No row: source priority, then recency."""

    name = models.CharField(max_length=120, primary_key=True)
    sources = models.JSONField(default=list, help_text="Source numbers, best first; others follow by priority")


class Touch(models.Model):
    """Something changed that is kept beside the events too, and is not there yet. See `touched` and `mirror`.

    A touch of what is touched already counts its version up, so that the mirror does not take the newer change for done.
    """

    version = models.BigIntegerField()
    at = models.DateTimeField(help_text="Of the first change that waits")

    class Meta:
        abstract = True


class TouchedPerson(Touch):
    """By number and without a foreign key: it may be of somebody who is gone."""

    no = models.IntegerField(primary_key=True)
    regrouped = models.BooleanField(help_text="Which customer the number belongs to changed")


class TouchedCompany(Touch):
    no = models.IntegerField(primary_key=True)


class MirrorTurn(models.Model):
    """How many turns the mirror has done. The ledger counts them too, so that a store that was lost, or restored
    from another moment than this database, is known by its count.

    filling: while everybody is written anew, up to when what stands there was right. lost: nothing stands there meanwhile.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last = models.BigIntegerField(default=0)
    filling = models.DateTimeField(null=True)
    lost = models.BooleanField(default=False)


class TouchedEvent(Touch):
    """A name of events that arrived for touched persons; "" when no name says which of their events changed."""

    name = models.CharField(max_length=200, primary_key=True)
