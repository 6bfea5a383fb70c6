"""Reads of preferences: of one customer, and of many at once for what decides on messages."""

from collections.abc import Collection, Iterable

from django.db.models import Q

from pentad.data.consent.models import Preference
from pentad.data.consent.rules_preferences import Held, Wish
from pentad.data.identity.models import Person
from pentad.data.identity.store import chunks


def preferences_of(person: Person) -> Held:
    """(purpose, channel) → wish, of the customer with all parts, whoever asks: for what acts on it."""
    root = person.root_id or person.no
    return _latest(Preference.objects.filter(Q(person_id=root) | Q(person__root_id=root)))


def wishes(person_nos: Collection[int]) -> dict[int, Held]:
    """Number of the root → the same, of those who wish anything. person_nos: of roots."""
    found: dict[int, list[Preference]] = {}
    for some in chunks(person_nos):
        for row in Preference.objects.filter(person_id__in=some):
            found.setdefault(row.person_id, []).append(row)
        parts = Preference.objects.filter(person__root_id__in=some).select_related("person")
        for row in parts:
            found.setdefault(row.person.root_id or row.person_id, []).append(row)
    return {no: _latest(rows) for no, rows in found.items()}


def _latest(rows: Iterable[Preference]) -> dict[tuple[str, str], Wish]:
    return {(row.purpose, row.channel): row.wish for row in sorted(rows, key=lambda row: (row.at, row.pk))}
