"""Stating a trait of many customers or companies at once, and taking that back."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import JSONField, Value

from pentad.core import clock
from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Denied, Invalid
from pentad.core.outbox import emit
from pentad.data.fields.queries import accept
from pentad.data.identity.models import Person
from pentad.data.identity.store import chunks
from pentad.data.ingest.own import own_number
from pentad.data.profiles import actions, fold
from pentad.data.profiles.company_actions import set_company_trait
from pentad.data.profiles.computed import require_not_computed
from pentad.data.profiles.kinds import may_change
from pentad.data.profiles.models import Company, CompanyTrait, PersonTrait
from pentad.data.profiles.rules import text_of
from pentad.data.profiles.touched import touch, touch_companies
from pentad.roles.access.seeing import Owned, kind_of, require
from pentad.roles.undo import actions as undo
from pentad.roles.undo.models import Change, ChangedRecord

STEP = 100
"""Records changed in one transaction: others write in between."""


@dataclass(frozen=True)
class _Side:
    """What differs between customers and companies. owner: the column of `rows` that names the record."""

    kind: str
    model: Any
    rows: Any
    owner: str
    event: str
    set: Callable[[Actor, Any, str, Any], object]
    restate: Callable[[Actor, Any, str, Any], object]
    refresh: Callable[[Iterable[Any]], None]

    def statements(self, numbers: list[int], name: str) -> dict[int, Any]:
        """What the team itself states of this trait, by record."""
        found: dict[int, Any] = {}
        for some in chunks(numbers):
            said = {"name": name[:120], "source_no": own_number(), "once": False, "withdrawn": False}
            rows = self.rows.objects.filter(**{f"{self.owner}__in": some}, **said)
            found.update({getattr(row, self.owner): row for row in rows})
        return found


def _refresh_people(roots: set[int]) -> None:
    fold.refresh_traits(roots)
    touch(roots)


def _refresh_companies(numbers: set[int]) -> None:
    fold.refresh_companies(numbers)
    touch_companies(numbers)


PEOPLE = _Side(
    "people", Person, PersonTrait, "person_id", "person",
    lambda actor, person, name, value: actions.set_trait(actor=actor, person=person, name=name, value=value),
    lambda actor, person, name, value: actions.state_traits(actor, person, {name: value}),
    lambda people: _refresh_people({person.root_id or person.no for person in people}),
)  # fmt: skip
COMPANIES = _Side(
    "companies", Company, CompanyTrait, "company_id", "company",
    lambda actor, company, name, value: set_company_trait(actor=actor, company=company, name=name, value=value),
    lambda actor, company, name, value: set_company_trait(actor=actor, company=company, name=name, value=value),
    lambda companies: _refresh_companies({company.no for company in companies}),
)  # fmt: skip
SIDES = {side.kind: side for side in (PEOPLE, COMPANIES)}


def change_kind(side: _Side) -> str:
    return f"{side.kind}.trait"


def set_trait_of_all(*, actor: Actor, records: Sequence[Owned], name: str, value: Any) -> Change:
    """State a trait of customers, or of companies, in the team's own name; what it said before is kept for 30 days.

    Needs “bulk” and “edit” of their kind to reach each of them. An error in the middle leaves what was done before it,
    as a change that can be taken back. records: of one kind, at least one.
    """
    kind, name = kind_of(type(records[0])), name.strip()
    actions.check_traits({name: accept(kind.name, name, value)})
    if kind.name == "people":
        require_not_computed([name])

    @action(f"{kind.name}.bulk", listed=False)
    def set_trait_of_some(*, actor: Actor, records: list[Owned], change: Change | None) -> Change:
        """Change many records at once."""
        return _set_some(actor, SIDES[kind.name], records, name, value, change)

    change = None
    for start in range(0, len(records), STEP):
        change = set_trait_of_some(actor=actor, records=list(records[start : start + STEP]), change=change)
    assert change is not None
    return change


def _set_some(
    actor: Actor, side: _Side, records: Sequence[Owned], name: str, value: Any, change: Change | None
) -> Change:
    numbers = [record.pk for record in records]
    before = side.statements(numbers, name)
    for record in records:
        side.set(actor, record, name, value)
    after = side.statements(numbers, name)
    rows = [
        ChangedRecord(
            kind=side.kind, no=no, before=_kept(before.get(no)),
            after={"message": after[no].message_id},
        )
        for no in numbers if no in after
    ]  # fmt: skip
    if change is None:
        what = f"“{name}” set for {kind_of(side.model).many.lower()}"
        change = undo.remember(
            actor=actor, kind=change_kind(side), what=what, records=rows, data={"trait": name[:120], "side": side.kind}
        )
    else:
        undo.remember_more(change, rows)
    note(f"change:{change.id}", trait=name, records=len(rows))
    return change


def outranked_among(records: Sequence[Owned], name: str) -> int:
    """For how many the team's statement does not count, as a source that goes first says something else."""
    side = SIDES[kind_of(type(records[0])).name]
    said = side.statements([record.pk for record in records], name.strip())
    lost = {no: row.value for no, row in said.items() if not row.winner}
    now = side.model._base_manager.filter(pk__in=list(lost)).values_list("pk", "traits")
    return sum(traits.get(name.strip()) != lost[no] for no, traits in now)


def _kept(statement: Any) -> dict[str, Any]:
    return {"value": statement.value, "message": statement.message_id} if statement is not None else {}


def restore_traits(actor: Actor, change: Change, records: Sequence[ChangedRecord]) -> list[ChangedRecord]:
    """The team's statements as they were; those stated anew since, and those out of reach, are left alone."""
    side, name, left = SIDES[change.data["side"]], str(change.data["trait"]), []
    numbers = [kept.no for kept in records]
    now, found = side.statements(numbers, name), side.model._base_manager.in_bulk(numbers)
    withdrawn: list[Any] = []
    restated: dict[int, str] = {}
    for kept in records:
        statement, record = now.get(kept.no), found.get(kept.no)
        if statement is None or record is None or statement.message_id != kept.after["message"]:
            kept.stays = True
            left.append(kept)
            continue
        try:
            _check(actor, side, record, name)
            if "value" in kept.before:
                side.restate(actor, record, name, kept.before["value"])
                restated[kept.no] = kept.before["message"]
            else:
                withdrawn.append(record)
        except Denied:
            left.append(kept)
        except Invalid:
            kept.stays = True
            left.append(kept)
    _withdraw(side, withdrawn, name, change)
    _hand_back(side, restated, name)
    return left


def _hand_back(side: _Side, restated: dict[int, str], name: str) -> None:
    """What an earlier change had stated stands again, under another message: that change can be taken back next."""
    now = side.statements(list(restated), name)
    for row in ChangedRecord.objects.filter(kind=side.kind, no__in=list(restated)):
        if row.after == {"message": restated[row.no]} and row.no in now:
            row.after = {"message": now[row.no].message_id}
            row.save(update_fields=["after"])


def _check(actor: Actor, side: _Side, record: Any, name: str) -> None:
    require(actor, f"{side.kind}.edit", getattr(record, "root", None) or record)
    if not may_change(actor, record, name):
        raise Denied(f"{actor.name} may not change “{name}” here.", right=f"{side.kind}.edit")


def _withdraw(side: _Side, records: list[Any], name: str, change: Change) -> None:
    """The team says nothing of the trait any more, and other sources count again.

    The row stays as a mark: the event that stated the value may still be on its way to the loader.
    """
    said = {"name": name[:120], "source_no": own_number(), "once": False}
    rows = side.rows.objects.filter(**{f"{side.owner}__in": [record.pk for record in records]}, **said)
    nothing = Value(None, JSONField())
    rows.update(value=nothing, text=text_of(None), number=None, at=clock.now(), withdrawn=True, winner=False)
    side.refresh(records)
    for record in records:
        about = {side.event: record}
        emit("track", "Change undone", properties={"change_id": change.id, "what": "trait"}, **about)
