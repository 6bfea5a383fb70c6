"""Computed traits as the API and the command line tell of them, and definitions as they are given there."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from pentad.core.actor import reader
from pentad.core.errors import Invalid
from pentad.data.identity.models import Person
from pentad.data.profiles.lists import title
from pentad.intelligence.computed import previewing, queries, text
from pentad.intelligence.computed.definition import Computed, read
from pentad.intelligence.computed.models import ComputedTrait
from pentad.roles.audit import looked_at


def given(definition: Any = None, words: str | None = None) -> Computed:
    """A definition given as a JSON tree or as text: one of them. Raises Invalid."""
    if (definition is None) == (words is None):
        raise Invalid("A computed trait is given as JSON or as text.", code="computed", fix="Give one of them.")
    if words is not None:
        return text.parse(words)
    try:
        return read(msgspec.json.encode(definition))
    except RecursionError:
        raise Invalid("The definition is nested too deeply.", code="computed", fix="Nest less.") from None


def both(computed: Computed) -> dict[str, Any]:
    """The two forms of a definition."""
    return {"definition": msgspec.to_builtins(computed), "text": text.say(computed)}


def traits(rows: Iterable[ComputedTrait]) -> list[dict[str, Any]]:
    known = queries.correct_until()
    return [trait(one, known) for one in rows]


def trait(row: ComputedTrait, known: datetime | None = None) -> dict[str, Any]:
    """What there is to know of it; not what it is made of, nor of how many, for who may not see that."""
    readable = queries.readable(row)
    fresh = queries.freshness(row, known) if readable else queries.UNTOLD
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "state": row.state,
        "version": row.version,
        "created": row.created,
        "changed": row.changed,
        "changed_by": row.changed_by,
        "readable": readable,
        **(both(row.computed) if readable else {"definition": None, "text": None}),
        "size": queries.size(row) if readable else None,
        "correct_as_of": fresh.correct_as_of,
        "late": fresh.late,
        "failure": fresh.failure,
        "job": fresh.job,
        "progress": fresh.progress,
        "cost_ms": row.cost_ms if readable else None,
    }


def versions(row: ComputedTrait) -> list[dict[str, Any]]:
    return [
        {"number": one.number, "at": one.at, "by": one.by, **both(computed)} for one, computed in queries.versions(row)
    ]


def previewed(computed: Computed, sample: int) -> dict[str, Any]:
    """What it would hold, for some customers."""
    found = previewing.preview(computed, sample)
    _tell(found.sample, "api computed traits")
    return {
        "count": found.count,
        "sample": [{"id": one.id, "name": title(one), "value": value} for one, value in found.sample],
        "milliseconds": found.milliseconds,
        "as_of": found.as_of,
    }


def _tell(sample: list[tuple[Person, Any]], how: str) -> None:
    """Customers were shown by name: the audit log tells of it as of a page of the list."""
    if sample:
        first, last = sample[0][0].id, sample[-1][0].id
        looked_at(reader(), "list:people", how, again=True, rows=len(sample), first=first, last=last)
