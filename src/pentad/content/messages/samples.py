"""Three customers to look at a message with: of whom much is known, of whom little, and one whose values are unusual."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pentad.core.actor import reader
from pentad.data.identity.models import Person
from pentad.data.identity.queries import person_seen
from pentad.data.profiles.lists import title

ROLES = {"rich": "Much is known", "sparse": "Little is known", "edge": "Unusual values"}
"""In the order in which they are shown."""
LOOKED_AT = 80
"""Customers, by each of several orders that an index has."""
ORDERS = (
    ("-event_count", "-no"), ("-last_seen", "-no"), ("-first_seen", "-no"), ("-name", "-no"), ("name", "no"),
)  # fmt: skip
_ODD = "<>&\"'’{}"


@dataclass(frozen=True, slots=True)
class Sample:
    """role: one of ROLES. person: None when there is nobody whom the reader sees."""

    role: str
    person: Person | None
    name: str

    @property
    def label(self) -> str:
        return ROLES[self.role]


def samples(chosen: dict[str, str] | None = None) -> list[Sample]:
    """role → id of whom somebody chose for it; the others are found. Without people.view there is nobody."""
    if not reader().may("people.view"):
        return [Sample("sparse", None, "Somebody unknown")]
    picked = {role: person for role, id in (chosen or {}).items() if role in ROLES and (person := person_seen(id))}
    if len(picked) < len(ROLES):
        picked = _found(picked) | picked
    shown = [Sample(role, picked[role], title(picked[role])) for role in ROLES if role in picked]
    return shown or [Sample("sparse", None, "Somebody unknown")]


def _found(taken: dict[str, Person]) -> dict[str, Person]:
    rows = {
        row.no: row
        for order in ORDERS
        for row in Person.seen.filter(root=None, known=True).order_by(*order)[:LOOKED_AT]
    }
    for one in taken.values():
        rows.pop(one.no, None)
    found: dict[str, Person] = {}
    for role, score in (("rich", _much), ("edge", _odd), ("sparse", _little)):
        if role not in taken and rows:
            best = max(rows.values(), key=lambda row: (score(row), -row.no))
            found[role] = rows.pop(best.no)
    return found


def _stated(row: Person) -> int:
    return sum(value not in (None, "", [], {}) for value in row.traits.values())


def _much(row: Person) -> Any:
    return bool(row.name), bool(row.email), _stated(row), row.event_count


def _little(row: Person) -> Any:
    """Somebody who could be written to all the same."""
    return bool(row.email or row.phone), not row.name, -_stated(row)


def _odd(row: Person) -> Any:
    """A name that breaks templates: of another script, with quotation marks or brackets, or very long."""
    texts = [row.name, *(value for value in row.traits.values() if isinstance(value, str))]
    return bool(row.email), _strange(row.name) * 4 + sum(map(_strange, texts))


def _strange(text: str) -> float:
    marks = sum(letter in _ODD for letter in text)
    foreign = sum(ord(letter) > 0x24F for letter in text)
    accents = sum(0x7F < ord(letter) <= 0x24F for letter in text)
    return min(marks, 3) + min(foreign, 4) + min(accents, 2) / 2 + (len(text) > 30)


def named(people: Sequence[Person]) -> list[tuple[str, str, str]]:
    """Id, what they are called and their address, for a list to choose from."""
    return [(one.id, title(one), one.email or one.phone) for one in people]
