"""Reads of computed traits: which there are, and how they stand."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min, QuerySet

from pentad.core import clock
from pentad.core.actor import reader
from pentad.core.errors import NotFound
from pentad.core.models import Job
from pentad.data.identity.models import Person
from pentad.data.profiles.computed import computed_number
from pentad.data.profiles.models import PersonTrait
from pentad.intelligence.computed.definition import Computed, asked, read
from pentad.intelligence.computed.models import ComputedDue, ComputedTrait, ComputedVersion
from pentad.intelligence.segments.access import everybody, may_ask, require_fields, seen_people
from pentad.intelligence.segments.queries import LATE, definition_of

FILL = "computed.fill"


def traits(state: str | None = None) -> "QuerySet[ComputedTrait]":
    """By name."""
    return ComputedTrait.objects.filter(**({"state": state} if state else {})).order_by("name", "no")


def find_trait(id: str) -> ComputedTrait:
    """Raises NotFound."""
    found = ComputedTrait.objects.filter(id=id).first()
    if found is None:
        raise NotFound(
            f"There is no computed trait with the id {id[:80]!r}.", code="computed_not_found", fix="List them."
        )
    return found


def named(name: str) -> ComputedTrait | None:
    """The one in use that fills a trait."""
    return ComputedTrait.objects.filter(name=name, state=ComputedTrait.LIVE).first()


def readable(row: ComputedTrait) -> bool:
    """Whether the reader sees in full what it is made of; else its name is all there is to see."""
    return may_read(row.computed)


def may_read(computed: Computed) -> bool:
    return may_ask(reader(), asked(computed), definition_of)


def require_readable(row: ComputedTrait) -> None:
    """Raises Denied."""
    require_fields(reader(), asked(row.computed), definition_of)


def size(row: ComputedTrait) -> int:
    """How many customers whom the reader may see have a value."""
    rows = PersonTrait.objects.filter(source_no=computed_number(), name=row.name, person__root=None)
    if not row.live:
        return 0
    return rows.count() if everybody() else rows.filter(person__in=seen_people().values("pk")).count()


def values(row: ComputedTrait, most: int) -> list[tuple[Person, object]]:
    """Customers whom the reader may see with their values, the newest first."""
    rows = PersonTrait.objects.filter(source_no=computed_number(), name=row.name).order_by("-person_id")
    if not everybody():
        rows = rows.filter(person__in=seen_people().values("pk"))
    found = dict(rows.values_list("person_id", "value")[:most])
    people = Person.seen.filter(root=None, pk__in=list(found)).order_by("-no")
    return [(one, found[one.no]) for one in people]


def versions(row: ComputedTrait) -> "list[tuple[ComputedVersion, Computed]]":
    """The latest first; only those that the reader may read."""
    found = [(one, read(one.definition)) for one in row.versions.order_by("-number")]
    return [(one, computed) for one, computed in found if may_read(computed)]


@dataclass(frozen=True, slots=True)
class Freshness:
    """correct_as_of: everything accepted until then counts; None: not worked out yet. job: id of the one at it now."""

    correct_as_of: datetime | None
    late: bool
    failure: str
    job: str = ""
    progress: float | None = None


UNTOLD = Freshness(None, False, "")
"""What those are told of it who may not read the trait."""


def freshness(row: ComputedTrait, known: datetime | None = None) -> Freshness:
    """known: `correct_until`, asked once for many."""
    filling = job_of(row)
    about = (filling.public_id, filling.progress) if filling else ("", None)
    if not row.live:
        return Freshness(None, False, "", *about)
    until = known or correct_until()
    if row.filled is None or row.failure:
        return Freshness(row.filled, until - (row.failed or row.changed) > LATE, row.failure, *about)
    return Freshness(until, clock.now() - until > LATE, "", *about)


def correct_until() -> datetime:
    """Everything accepted until then has reached the values, and what time alone changes."""
    from pentad.data.profiles.mirror import (
        correct_as_of,  # here: most commands need no engine, which takes long to load
    )

    until, due = correct_as_of(), next_due()
    return until if due is None else min(until, due)


def next_due() -> datetime | None:
    """When somebody's values change next by time alone."""
    due: datetime | None = ComputedDue.objects.aggregate(at=Min("due"))["at"]
    return due


def job_of(row: ComputedTrait) -> Job | None:
    """The job that works it out for everybody, or is about to."""
    return jobs_of(row).order_by("-id").first()


def jobs_of(row: ComputedTrait) -> "QuerySet[Job]":
    return Job.objects.filter(key__startswith=f"{FILL}:{row.id}", status__in=[Job.WAITING, Job.RUNNING])
