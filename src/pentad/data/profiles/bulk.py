"""Stating a trait of many customers at once, and taking that back."""

from collections.abc import Sequence
from typing import Any

from django.db.models import JSONField, Value

from pentad.core import clock
from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Denied
from pentad.core.outbox import emit
from pentad.data.identity.models import Person
from pentad.data.identity.store import chunks
from pentad.data.ingest.own import own_number, own_source
from pentad.data.profiles import actions, fold
from pentad.data.profiles.models import PersonTrait
from pentad.data.profiles.rules import text_of
from pentad.roles.access.rights import Level
from pentad.roles.access.seeing import level_for, require
from pentad.roles.undo import actions as undo
from pentad.roles.undo.models import Change, ChangedRecord

KIND = "people.trait"
STEP = 100
"""Customers changed in one transaction: others write in between."""


def set_trait_of_all(*, actor: Actor, people: Sequence[Person], name: str, value: Any) -> Change:
    """State a trait of customers in the team's own name; what the team said before is kept for 30 days.

    Needs “people.bulk” and “people.edit” to reach each of them. An error in the middle leaves what was done before it,
    as a change that can be taken back. people: at least one.
    """
    actions.check_traits({name: value})
    change = None
    for start in range(0, len(people), STEP):
        some = list(people[start : start + STEP])
        change = set_trait_of_some(actor=actor, people=some, name=name, value=value, change=change)
    assert change is not None
    return change


@action("people.bulk")
def set_trait_of_some(
    *, actor: Actor, people: list[Person], name: str, value: Any, change: Change | None = None
) -> Change:
    """Change many customers at once."""
    numbers = [person.no for person in people]
    before = _statements(numbers, name)
    for person in people:
        actions.set_trait(actor=actor, person=person, name=name, value=value)
    after = _statements(numbers, name)
    rows = [
        ChangedRecord(
            kind="people", no=no, before={"value": before[no].value} if no in before else {},
            after={"message": after[no].message_id},
        )
        for no in numbers if no in after
    ]  # fmt: skip
    if change is None:
        what = f"“{name.strip()}” set for customers"
        change = undo.remember(actor=actor, kind=KIND, what=what, records=rows, data={"trait": name[:120]})
    else:
        undo.remember_more(change, rows)
    note(f"change:{change.id}", trait=name, records=len(rows))
    return change


def _statements(numbers: list[int], name: str) -> dict[int, PersonTrait]:
    """What the team itself states of this trait, by customer."""
    found: dict[int, PersonTrait] = {}
    for some in chunks(numbers):
        rows = PersonTrait.objects.filter(
            person_id__in=some, name=name[:120], source_no=own_number(), once=False, withdrawn=False
        )
        found.update({row.person_id: row for row in rows})
    return found


def restore_traits(actor: Actor, change: Change, records: Sequence[ChangedRecord]) -> list[ChangedRecord]:
    """The team's statements as they were; those stated anew since, and those out of reach, are left alone."""
    name, stay = str(change.data["trait"]), []
    now = _statements([kept.no for kept in records], name)
    people = {row.no: row for row in Person.objects.filter(no__in=[kept.no for kept in records]).select_related("root")}
    withdrawn: list[Person] = []
    for kept in records:
        statement, person = now.get(kept.no), people.get(kept.no)
        if statement is None or person is None or statement.message_id != kept.after["message"]:
            stay.append(kept)
            continue
        try:
            _check(actor, person, name)
        except Denied:
            stay.append(kept)
            continue
        if "value" in kept.before:
            actions.state_traits(actor, person, {name: kept.before["value"]})
        else:
            withdrawn.append(person)
    _withdraw(withdrawn, name, change)
    return stay


def _check(actor: Actor, person: Person, name: str) -> None:
    require(actor, "people.edit", person.root or person)
    if level_for(actor, "people", f"trait:{name}") < Level.CHANGE:
        raise Denied(f"{actor.name} may not change “{name}” of customers.", right="people.edit")


def _withdraw(people: list[Person], name: str, change: Change) -> None:
    """The team says nothing of the trait any more, and other sources count again.

    The row stays as a mark: the event that stated the value may still be on its way to the loader.
    """
    rows = PersonTrait.objects.filter(
        person__in=people, name=name[:120], source_no=own_source().no, once=False
    )  # fmt: skip
    rows.update(
        value=Value(None, JSONField()), text=text_of(None), number=None, at=clock.now(), withdrawn=True, winner=False
    )
    fold.refresh_traits({person.root_id or person.no for person in people})
    for person in people:
        emit("track", "Change undone", person=person, properties={"change_id": change.id, "trait": name})
