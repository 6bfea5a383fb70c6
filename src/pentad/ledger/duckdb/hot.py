"""What is written to the hot file: slices with their offset, links, hidden persons, small state."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

from pentad.core import clock
from pentad.ledger import faults, schema, slices, sql
from pentad.ledger.protocol import LedgerSlice
from pentad.ledger.schema import Promoted

Cursor = duckdb.DuckDBPyConnection


@dataclass
class State:
    """The small tables of the hot file, held in memory. Written to the file first, here after."""

    offsets: dict[str, int] = field(default_factory=dict)
    next_seq: int = 1
    hidden: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    linked: int = 0
    promoted: tuple[Promoted, ...] = ()


def create_tables(cursor: Cursor, alias: str, promoted: Iterable[Promoted]) -> None:
    """All tables of a new hot file, in one transaction."""
    promoted = tuple(promoted)
    tables = {**schema.ARRIVING, **schema.KEPT, "events": schema.events_schema(promoted)}
    with transaction(cursor):
        for name, columns in tables.items():
            cursor.execute(sql.create_table_sql(f"{alias}.{name}", columns)).fetchall()
        for item in promoted:
            register(cursor, alias, item)
        cursor.execute(f"INSERT INTO {alias}.state VALUES ('next_seq', 1)").fetchall()


def register(cursor: Cursor, alias: str, item: Promoted) -> None:
    values = [item.prop, item.type, item.column, clock.now().replace(tzinfo=None)]
    cursor.execute(f"INSERT INTO {alias}.registry VALUES (?, ?, ?, ?)", values).fetchall()


def is_untouched(cursor: Cursor, alias: str) -> bool:
    """Nothing was ever appended to this file; it may even lack its tables."""
    tables = cursor.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = ?", [alias]).fetchall()
    return ("state",) not in tables or read_state(cursor, alias).next_seq == 1


@contextmanager
def transaction(cursor: Cursor) -> Iterator[None]:
    """All of the block or nothing of it."""
    cursor.execute("BEGIN").fetchall()
    try:
        yield
        cursor.execute("COMMIT").fetchall()
    except BaseException:
        with suppress(duckdb.Error):  # the failure may have ended the transaction itself
            cursor.execute("ROLLBACK").fetchall()
        raise


def read_state(cursor: Cursor, alias: str) -> State:
    def all_of(query: str) -> list[tuple[Any, ...]]:
        return cursor.execute(query.format(alias)).fetchall()

    return State(
        offsets=dict(all_of("SELECT log, position FROM {}.offsets")),
        next_seq=all_of("SELECT value FROM {}.state WHERE name = 'next_seq'")[0][0],
        hidden={no for (no,) in all_of("SELECT person_no FROM {}.hidden")},
        gone={no for (no,) in all_of("SELECT person_no FROM {}.gone")},
        linked=all_of("SELECT count(*) FROM {}.links")[0][0],
        promoted=tuple(Promoted(prop, kind) for prop, kind in all_of("SELECT prop, type FROM {}.registry")),
    )


def write_slice(cursor: Cursor, alias: str, part: LedgerSlice, tables: dict[str, pa.Table], state: State) -> None:
    """Rows, offset and next seq in one transaction; then the same in `state`."""
    next_seq = slices.next_seq(part, state.next_seq)
    faults.step("append.begin")
    with transaction(cursor):
        for relation, table in tables.items():
            if len(table):
                _insert(cursor, f"{alias}.{relation}", table, state if relation == "events" else None)
                faults.step(f"append.{relation}")
        if part.log in state.offsets:
            cursor.execute(f"UPDATE {alias}.offsets SET position = ? WHERE log = ?", [part.end, part.log]).fetchall()
        else:
            cursor.execute(f"INSERT INTO {alias}.offsets VALUES (?, ?)", [part.log, part.end]).fetchall()
        cursor.execute(f"UPDATE {alias}.state SET value = ? WHERE name = 'next_seq'", [next_seq]).fetchall()
        faults.step("append.commit")
    faults.step("append.done")
    state.offsets[part.log] = part.end
    state.next_seq = next_seq


def _insert(cursor: Cursor, table: str, rows: pa.Table, state: State | None) -> None:
    names = rows.column_names
    columns = ", ".join(sql.quote(name) for name in names)
    values = columns
    if state is not None:
        values = ", ".join(sql.event_columns_sql(state.promoted, set(names)))
        columns = ", ".join(sql.quote(name) for name in schema.events_schema(state.promoted).names)
    cursor.register("arriving", rows)
    try:
        cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {values} FROM arriving").fetchall()
    finally:
        cursor.unregister("arriving")


def write_links(cursor: Cursor, alias: str, links: Mapping[int, int]) -> int:
    """Replace the links of these persons; returns how many links there are now."""
    pairs = pa.table(
        [pa.array(links.keys(), pa.int32()), pa.array(links.values(), pa.int32())], names=["person_no", "root_no"]
    )
    cursor.register("pairs", pairs)
    with transaction(cursor):
        cursor.execute(f"DELETE FROM {alias}.links WHERE person_no IN (SELECT person_no FROM pairs)").fetchall()
        cursor.execute(f"INSERT INTO {alias}.links SELECT * FROM pairs WHERE person_no <> root_no").fetchall()
    count: int = cursor.execute(f"SELECT count(*) FROM {alias}.links").fetchall()[0][0]
    cursor.close()
    return count


def write_hidden(cursor: Cursor, alias: str, person_nos: set[int]) -> None:
    cursor.register("new", pa.table({"person_no": pa.array(sorted(person_nos), pa.int32())}))
    cursor.execute(f"INSERT INTO {alias}.hidden SELECT person_no FROM new").fetchall()
    cursor.close()
