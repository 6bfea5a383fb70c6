"""Customers after rows of theirs have left the ledger: counted anew; gone, when nothing else speaks of them."""

from collections.abc import Collection
from datetime import UTC
from typing import Any

from django.db.models import Exists, OuterRef, Q

from pentad import ledger
from pentad.core.models import OutboxMessage
from pentad.data.consent.models import ConsentStatement
from pentad.data.identity.models import Identifier, MergeLink, Person
from pentad.data.imports.models import Import
from pentad.data.ingest.own import own_number
from pentad.data.profiles import fold
from pentad.data.profiles.computed import computed_number
from pentad.data.profiles.models import Membership, Note, PersonTrait
from pentad.data.profiles.touched import touch
from pentad.roles.access.rights_models import Share
from pentad.roles.notices import subjects
from pentad.roles.work.models import Task


def refold(row: Import, numbers: Collection[int]) -> tuple[int, int]:
    """Count what is left of these persons, in the transaction under way, while the loader rests.

    Returns how many customers went, and how many stay although nothing is left but what colleagues did with them.
    """
    left = _left(numbers)
    parts = Person.objects.filter(no__in=numbers)
    for person in parts:
        found = left.get(person.no, {})
        person.own_event_count = found.get("seen", 0)
        person.own_first_seen, person.own_last_seen = found.get("first"), found.get("last")
        person.save(update_fields=["own_event_count", "own_first_seen", "own_last_seen"])
    bare = {person.no for person in parts if not left.get(person.no, {}).get("every")}
    gone = _brought(row, bare)
    subjects.forget("people", gone)
    Share.objects.filter(kind="people", record__in=gone).delete()
    Person.objects.filter(no__in=gone).delete()
    fold.refresh_spans({person.root_id or person.no for person in parts if person.no not in gone})
    touch([*gone, *(person.root_id or person.no for person in parts)], names=None)
    return len(gone), len(bare - gone)


def _left(numbers: Collection[int]) -> dict[int, dict[str, Any]]:
    """By person: events of any kind; and of those that are no colleague's doing their number, the first and the last."""
    listed, own = ", ".join(map(str, sorted(numbers))), own_number()
    rows = ledger.current().rows(
        "SELECT person_no, count(*) AS every, CAST(sum(CASE WHEN source_no <> ? THEN 1 ELSE 0 END) AS BIGINT) AS seen,"
        " min(CASE WHEN source_no <> ? THEN ts END) AS first, max(CASE WHEN source_no <> ? THEN ts END) AS last"
        f" FROM events WHERE person_no IN ({listed}) GROUP BY person_no",
        (own, own, own),
    )
    for one in rows:
        for name in ("first", "last"):
            one[name] = one[name].replace(tzinfo=UTC) if one[name] is not None else None
    return {one["person_no"]: one for one in rows}


def _brought(row: Import, numbers: Collection[int]) -> set[int]:
    """Those of these persons, of whom the ledger tells nothing, whom only the import made known."""
    here = {"person": OuterRef("pk")}
    used = (
        Exists(PersonTrait.objects.filter(**here).exclude(source_no=computed_number()))
        | Exists(Note.objects.filter(**here))
        | Exists(ConsentStatement.objects.filter(**here))
        | Exists(Membership.objects.filter(**here))
        | Exists(Identifier.objects.filter(**here).exclude(source_no=row.source_no))
        | Exists(MergeLink.objects.filter(Q(keep=OuterRef("pk")) | Q(other=OuterRef("pk"))))
        | Exists(Person.objects.filter(root=OuterRef("pk")))
        | Exists(Task.objects.filter(about_kind="people", about_no=OuterRef("pk")))
    )
    rows = Person.objects.filter(no__in=numbers, root=None, owner=None, team=None).exclude(used)
    found = dict(rows.values_list("no", "id"))
    waiting = OutboxMessage.objects.filter(message__personId__in=list(found.values()))
    spoken_of = {message["personId"] for message in waiting.values_list("message", flat=True)}
    return {no for no, id in found.items() if id not in spoken_of}
