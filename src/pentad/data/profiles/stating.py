"""What the team itself states of a trait, beside what counts: a source that goes first may say something else."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pentad.core.actor import reader
from pentad.core.errors import Conflict
from pentad.data.identity.models import Person
from pentad.data.identity.queries import part_numbers
from pentad.data.ingest.models import Source
from pentad.data.ingest.own import own_number
from pentad.data.profiles.kinds import veiled_inside
from pentad.data.profiles.models import Company, CompanyTrait, PersonTrait
from pentad.data.profiles.values import shown
from pentad.roles.access.rights import Level
from pentad.roles.access.seeing import kind_of, levels
from pentad.roles.together.conflicts import LastChange, settle
from pentad.roles.together.rules import Versions, version

OWN = "own:"
"""Before the name of a trait in `seen`: the version of what the team itself stated of it."""

Told = Callable[[str], LastChange | None]


def _rows(record: Person | Company) -> Any:
    if isinstance(record, Company):
        return CompanyTrait.objects.filter(company=record)
    return PersonTrait.objects.filter(person_id__in=part_numbers(record))


def own_statements(record: Person | Company, *names: str) -> dict[str, Any]:
    """What the team itself states, by trait: as far as the reader could change it, as what is compared can be told."""
    rows = _rows(record).filter(source_no=own_number(), once=False, withdrawn=False)
    rows = rows.filter(name__in=names) if names else rows
    at = levels(kind_of(type(record)).name, reader())
    found = dict(rows.order_by("at").values_list("name", "value"))
    return {
        name: value
        for name, value in found.items()
        if at(f"trait:{name}") >= Level.CHANGE and veiled_inside(value, at) == value
    }


def settled(record: Person | Company, name: str, value: Any, seen: Versions, told: Told, own_told: Told) -> bool:
    """Whether the value is to be stated. Raises Conflict when a colleague has stated another one since, or when another
    one counts by now. Ask with the record locked.
    """
    now, mine, key = record.traits.get(name), version(value), OWN + name
    if key in seen:
        own = own_statements(record, name).get(name)
        if version(own) not in (seen[key], mine):
            if mine == seen.get(name):  # it was not changed here
                return False
            try:
                settle({name: own}, {name: value}, {name: ""}, {name: name}, own_told)
            except Conflict as error:
                error.data["changes"][0]["seen"] = {key: version(own), name: version(now)}
                raise
    write = settle({name: now}, {name: value}, seen, {name: name}, told)
    return bool(write) or now == value  # else it was not changed here, but somewhere else


@dataclass(frozen=True, slots=True)
class Outranked:
    """source: what goes before the team's own statement, with what it says."""

    source: str
    value: Any

    def __str__(self) -> str:
        return (
            f"{self.source} says {shown(self.value)} and goes first. "
            "Which source goes first is its priority, in the settings of the source."
        )


def outranked(record: Person | Company, name: str) -> Outranked | None:
    """What counts instead of what the team states of a trait; None when that counts, or says the same."""
    winner = _rows(record).filter(name=name, winner=True).first()
    own = own_number()
    if winner is None or winner.source_no == own:
        return None
    said = _rows(record).filter(name=name, source_no=own, once=False, withdrawn=False).order_by("at").last()
    if said is None or said.value == winner.value:
        return None
    source = Source.objects.filter(no=winner.source_no).first()
    return Outranked(source.name if source else "A source", winner.value)
