"""Reads of changes: one's own, and by right those of others."""

from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet

from pentad.core import clock
from pentad.core.actor import Actor, acting_as, reader
from pentad.core.errors import NotFound
from pentad.roles.access.rights import Policy, Scope
from pentad.roles.access.seeing import reach_of, self_ref
from pentad.roles.notices import subjects
from pentad.roles.undo.models import Change, ChangedRecord

OTHERS = "changes.others"
SHOWN = 50
KEPT = timedelta(days=30)


def visible(actor: Actor, rows: "QuerySet[Change]") -> "QuerySet[Change]":
    """Those among the changes that are one's own, or of colleagues whom the right to see others' reaches."""
    mine, reach, policy = Q(actor=self_ref(actor)), reach_of(actor, OTHERS), actor.policy
    if reach.everything:
        return rows
    if not actor.may("changes.others") or not isinstance(policy, Policy):
        return rows.filter(mine)
    mates = Q(actor__in=[f"user:{number}" for number in sorted(policy.mates)])
    others = {Scope.ALL: Q(), Scope.TEAM: mates}.get(reach.allow, mine)
    return rows.filter(mine | (others & ~mates if reach.deny >= Scope.TEAM else others))


def changes() -> "QuerySet[Change]":
    """Of the last 30 days, as the reader may see them."""
    return visible(reader(), Change.objects.filter(at__gte=clock.now() - KEPT))


def find_change(id: str) -> Change:
    """Raises NotFound, in the same words, for one there is not and for one the reader may not see."""
    found = changes().filter(id=id).first()
    if found is None:
        raise NotFound("There is no such change.", code="change_not_found", fix="See the list of recent changes.")
    return found


def named(actor: Actor, change: Change, *, stays: bool = False) -> dict[str, Any]:
    """The records of a change that the actor may see, named, at most SHOWN; `hidden` counts the others."""
    rows = list(change.records.exclude(kind="").filter(stays=stays))  # without: numbers that a job works through
    found: list[dict[str, str]] = []
    hidden = 0
    with acting_as(actor):
        for kind, numbers in _by_kind(rows[:SHOWN]).items():
            seen = subjects.seen(kind, numbers)
            records = {record.pk: record for record in seen.values()}
            hidden += len([number for number in numbers if number not in seen])
            for record in records.values():
                subject = subjects.subject_of(record)
                url, ref = subject.url(record), subjects.reference(record)
                found.append({"title": subject.title(record), "url": url, "icon": subject.icon, "ref": ref})
    return {"rows": found, "hidden": hidden, "more": max(0, len(rows) - SHOWN)}


def _by_kind(rows: list[ChangedRecord]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(row.kind, []).append(row.no)
    return found
