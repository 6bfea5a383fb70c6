"""People, belongs and companies as the ledger keeps them, read from the relational rows set by set."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import pyarrow as pa
from django.db import connection

from pentad.data.consent.standing import standing_of
from pentad.data.identity.store import chunks, marks
from pentad.ledger import schema

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class PeopleRows:
    """The rows of these keys. A key that is no root, or nobody's any more, has none."""

    keys: frozenset[int]
    people: pa.Table
    belongs: pa.Table

    @property
    def companies(self) -> set[int]:
        return set(self.belongs["company_no"].to_pylist())


def people_rows(numbers: Collection[int]) -> PeopleRows:
    """Rows of these persons, and of the roots of those that are parts."""
    keys = {*numbers, *roots_of(numbers).values()}
    found = list(
        _read(
            "SELECT no, id, known, first_seen, last_seen, created, event_count, name, CAST(traits AS TEXT)"
            " FROM pentad_data_person WHERE root_id IS NULL AND no IN ({})",
            keys,
        )
    )
    columns = list(zip(*found, strict=True)) or [()] * 9
    part_root = {no: no for no in columns[0]}
    part_root.update(_read("SELECT no, root_id FROM pentad_data_person WHERE root_id IN ({})", columns[0]))
    identifiers, consents = _identifiers(part_root), _consents(part_root)
    people = pa.table(
        [
            pa.array(columns[0], pa.int32()),
            pa.array(columns[1], pa.string()),
            pa.array(map(bool, columns[2]), pa.bool_()),
            *(_times(column) for column in columns[3:6]),
            pa.array(columns[6], pa.int64()),
            pa.array(columns[7], pa.string()),
            pa.array(columns[8], pa.string()),
            pa.array([identifiers.get(no, "{}") for no in columns[0]], pa.string()),
            pa.array([consents.get(no, "{}") for no in columns[0]], pa.string()),
        ],
        schema=schema.DERIVED["people"],
    )
    return PeopleRows(frozenset(keys), people, _belongs(part_root))


def company_rows(numbers: Collection[int]) -> pa.Table:
    found = _read(
        "SELECT no, id, group_id, name, first_seen, last_seen, CAST(traits AS TEXT) FROM pentad_data_company"
        " WHERE no IN ({})",
        numbers,
    )
    columns = list(zip(*found, strict=True)) or [()] * 7
    return pa.table(
        [
            pa.array(columns[0], pa.int32()),
            *(pa.array(column, pa.string()) for column in columns[1:4]),
            *(_times(column) for column in columns[4:6]),
            pa.array(columns[6], pa.string()),
        ],
        schema=schema.DERIVED["companies"],
    )


def roots_of(numbers: Collection[int]) -> dict[int, int]:
    """Part → root, and root → itself, of those that there are."""
    return dict(_read("SELECT no, coalesce(root_id, no) FROM pentad_data_person WHERE no IN ({})", numbers))


def members_of(companies: Collection[int]) -> set[int]:
    """The customers who belong to these companies."""
    found = _read(
        "SELECT coalesce(p.root_id, p.no) FROM pentad_data_membership m JOIN pentad_data_person p ON p.no = m.person_id"
        " WHERE m.company_id IN ({})",
        companies,
    )
    return {root for (root,) in found}


def page(table: str, after: int, limit: int) -> list[int]:
    """The next numbers of a table, in order. table: person (roots alone) or company."""
    roots = " AND root_id IS NULL" if table == "person" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT no FROM pentad_data_{table} WHERE no > %s{roots} ORDER BY no LIMIT %s", [after, limit])
        return [no for (no,) in cursor.fetchall()]


def _identifiers(part_root: dict[int, int]) -> dict[int, str]:
    """Root → its identifiers as JSON: {namespace: [values, oldest first]}."""
    grouped: dict[int, dict[str, list[str]]] = {}
    sql = "SELECT person_id, namespace, value FROM pentad_data_identifier WHERE person_id IN ({}) ORDER BY id"
    for part, namespace, value in _read(sql, part_root):
        grouped.setdefault(part_root[part], {}).setdefault(namespace, []).append(value)
    return {root: _encode(values).decode() for root, values in grouped.items()}


def _consents(part_root: dict[int, int]) -> dict[int, str]:
    """Root → what its customer agrees to as JSON: {purpose: {channel: state}}."""
    return {root: _encode(states).decode() for root, states in standing_of(part_root).items()}


def _belongs(part_root: dict[int, int]) -> pa.Table:
    sql = "SELECT person_id, company_id FROM pentad_data_membership WHERE person_id IN ({})"
    pairs = sorted({(part_root[part], company) for part, company in _read(sql, part_root)})
    persons, companies = zip(*pairs, strict=True) if pairs else ((), ())
    return pa.table([pa.array(persons, pa.int32()), pa.array(companies, pa.int32())], schema=schema.DERIVED["belongs"])


def _read(sql: str, numbers: Iterable[int]) -> Iterator[tuple[Any, ...]]:
    """The rows of a query for all these numbers. {}: where they stand in it."""
    with connection.cursor() as cursor:
        for some in chunks(list(numbers)):
            cursor.execute(sql.format(marks(some)), some)
            yield from cursor.fetchall()


def _times(values: Sequence[Any]) -> pa.Array:
    """Moments as the database drivers give them: SQLite text in UTC, PostgreSQL with an offset."""
    if any(isinstance(value, datetime) for value in values):
        return pa.array(values, pa.timestamp("us", "UTC")).cast(pa.timestamp("us"))
    return pa.array(values, pa.string()).cast(pa.timestamp("us"))
