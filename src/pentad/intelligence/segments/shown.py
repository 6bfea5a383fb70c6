"""Segments as the API and the command line tell of them, and definitions as they are given there."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from pentad.core.actor import reader
from pentad.core.errors import Invalid
from pentad.data.identity.models import Person
from pentad.data.profiles.lists import title
from pentad.intelligence.segments import engine, naming, queries, text
from pentad.intelligence.segments import overlaps as overlapping
from pentad.intelligence.segments.access import may_ask
from pentad.intelligence.segments.definition import Definition
from pentad.intelligence.segments.models import Segment, SegmentMove
from pentad.intelligence.segments.moves import roots_of
from pentad.intelligence.segments.reading import check, read
from pentad.roles.audit import looked_at


def given(definition: Any = None, words: str | None = None) -> Definition:
    """A definition given as a JSON tree or as text: one of them. Raises Invalid."""
    if (definition is None) == (words is None):
        raise Invalid("A definition is given as JSON or as text.", code="definition", fix="Give one of them.")
    if words is not None:
        found = naming.parsed(words)
        check(found)
        return found
    try:
        return read(msgspec.json.encode(definition))
    except RecursionError:
        raise Invalid("The definition is nested too deeply.", code="definition", fix="Nest less.") from None


def tree(definition: Definition) -> Any:
    """As plain values, for JSON."""
    return msgspec.to_builtins(definition)


def both(definition: Definition) -> dict[str, Any]:
    """The two forms of a definition."""
    return {"definition": tree(definition), "text": text.say(definition)}


def segments(rows: Iterable[Segment]) -> list[dict[str, Any]]:
    known = queries.correct_until()
    return [segment(one, known) for one in rows]


def segment(row: Segment, known: datetime | None = None) -> dict[str, Any]:
    """What there is to know of a segment without what it asks; for who may not read it, without size, times and cost."""
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
        "size": queries.size(row) if readable else None,
        "correct_as_of": fresh.correct_as_of,
        "late": fresh.late,
        "failure": fresh.failure,
        "job": fresh.job,
        "progress": fresh.progress,
        "cost_ms": row.cost_ms if readable else None,
        "last_move": queries.last_moved([row]).get(row.pk) if readable else None,
    }


def whole(row: Segment) -> dict[str, Any]:
    """With what it asks, for who may read it, and what uses it."""
    told = segment(row)
    asked = both(row.tree) if told["readable"] else {"definition": None, "text": None}
    uses = [*queries.uses(row), *queries.views_using(row)] if told["readable"] else []
    return {**told, **asked, "used_by": used_by(uses)}


def used_by(uses: list[queries.Use]) -> list[dict[str, str]]:
    return [{"kind": one.kind, "id": one.id, "name": one.name} for one in uses]


def counted(definition: Definition, sample: int = 0) -> dict[str, Any]:
    """How many customers meet it, and some of them."""
    found = engine.answer(definition, sample)
    return {
        "count": found.count,
        "sample": _named(found.sample, "list:people", "api segments"),
        "milliseconds": found.milliseconds,
        "as_of": found.as_of,
    }


def _named(people: list[Person], subject: str, how: str) -> list[dict[str, str]]:
    """Customers by name, which the audit log tells of as of a page of the list."""
    if people:
        looked_at(reader(), subject, how, again=True, rows=len(people), first=people[0].id, last=people[-1].id)
    return [{"id": one.id, "name": title(one)} for one in people]


def difference(row: Segment, definition: Definition, sample: int) -> dict[str, Any]:
    """What saving another definition would change."""
    found = engine.difference(row, definition, sample)
    about, how = f"segment:{row.id}", "api difference"
    entering, leaving = _named(found.entering, about, how), _named(found.leaving, about, how)
    return {
        "size": found.size, "enter": found.enter, "leave": found.leave, "entering": entering, "leaving": leaving,
        "used_by": used_by(found.used_by),
    }  # fmt: skip


def versions(row: Segment) -> list[dict[str, Any]]:
    """The latest first; only those that the reader may read."""
    found = [(one, read(one.definition)) for one in queries.versions(row)]
    return [
        {"number": one.number, "at": one.at, "by": one.by, **both(asked)}
        for one, asked in found
        if may_ask(reader(), asked, queries.definition_of)
    ]


def overlaps(row: Segment) -> list[dict[str, Any]]:
    return [
        {"id": one.id, "name": one.name, "size": queries.size(one), "both": number}
        for one, number in overlapping.overlaps(row)
    ]


def moves(found: list[SegmentMove]) -> list[dict[str, Any]]:
    """With the customers as they are now, and as the reader may see them."""
    whole = roots_of({one.person_id for one in found})
    people = {one.no: one for one in Person.seen.filter(no__in=set(whole.values()))}
    return [
        {"person": person.id, "name": title(person), "entered": one.entered, "at": one.at}
        for one in found
        if (person := people.get(whole.get(one.person_id, 0))) is not None
    ]


def explained(definition: Definition, person: Person) -> dict[str, Any]:
    """Why a customer meets it or not."""
    reason = msgspec.to_builtins(engine.explain(definition, person))
    return {"person": person.id, "reason": reason}
