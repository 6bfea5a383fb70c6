"""Where customers are reached by a channel, whoever asks: looked up set by set, as messages leave."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pentad.data.consent.queries import channels
from pentad.data.identity.models import Identifier, Person
from pentad.data.identity.store import chunks


@dataclass(frozen=True, slots=True)
class Reached:
    """A customer as they are now, of whom a delivery may name a part. id: the public one."""

    root: int
    id: str
    addresses: tuple[str, ...]


def reached(person_nos: Collection[int], channel: str) -> dict[int, Reached]:
    """Number → the customer and their addresses by a channel, the best first; those who are gone are left out."""
    wanted = next((one.addresses for one in channels() if one.name == channel), ())
    roots = {
        no: root or no
        for some in chunks(person_nos)
        for no, root in Person.objects.filter(no__in=some).values_list("no", "root_id")
    }
    rows = [row for some in chunks(set(roots.values())) for row in Person.objects.filter(no__in=some).only(
        "no", "id", "email", "phone", *(["traits"] if any(one.startswith("trait:") for one in wanted) else [])
    )]  # fmt: skip
    held = _identifiers([row.no for row in rows], wanted)
    found = {row.no: Reached(row.no, row.id, _addresses(row, wanted, held)) for row in rows}
    return {no: found[root] for no, root in roots.items() if root in found}


def _identifiers(roots: Sequence[int], wanted: Sequence[str]) -> Mapping[tuple[int, str], list[str]]:
    """(root, namespace) → values, the latest first."""
    namespaces = [name for kind, _, name in (one.partition(":") for one in wanted) if kind == "identifier"]
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    if not namespaces:
        return found
    parts = {root: root for root in roots}
    for some in chunks(roots):
        parts.update(Person.objects.filter(root_id__in=some).values_list("no", "root_id"))
    for some in chunks(parts):
        rows = Identifier.objects.filter(person_id__in=some, namespace__in=namespaces).order_by("-id")
        for part, namespace, value in rows.values_list("person_id", "namespace", "value"):
            found[parts[part], namespace].append(value)
    return found


def _addresses(person: Person, wanted: Sequence[str], held: Mapping[tuple[int, str], list[str]]) -> tuple[str, ...]:
    """In the order in which the channel names them; the one that the profile shows before its like."""
    found: list[str] = []
    for one in wanted:
        kind, _, name = one.partition(":")
        values = held.get((person.no, name), []) if kind == "identifier" else _texts(person.traits.get(name))
        shown = {"email": person.email, "phone": person.phone}.get(name)
        found += sorted(values, key=lambda value: value != shown)
    return tuple(dict.fromkeys(value for value in found if value.strip()))


def _texts(value: Any) -> list[str]:
    """A trait that can be an address: a text, or a number as telephone numbers sometimes come."""
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return [str(value)] if isinstance(value, str | int) and not isinstance(value, bool) else []
