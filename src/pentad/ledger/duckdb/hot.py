"""What is written to the hot file: slices with their offset, links, hidden persons, small state."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pentad.core import clock
from pentad.core.errors import Conflict, Invalid
from pentad.ledger import faults, schema, sql
from pentad.ledger.bloom import Keys
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
    cursor.execute("BEGIN").fetchall()
    tables = {**schema.ARRIVING, **schema.KEPT, "events": schema.events_schema(promoted)}
    for name, columns in tables.items():
        cursor.execute(sql.create_table_sql(f"{alias}.{name}", columns)).fetchall()
    for item in promoted:
        values = [item.prop, item.type, item.column, clock.now().replace(tzinfo=None)]
        cursor.execute(f"INSERT INTO {alias}.registry VALUES (?, ?, ?, ?)", values).fetchall()
    cursor.execute(f"INSERT INTO {alias}.state VALUES ('next_seq', 1)").fetchall()
    cursor.execute("COMMIT").fetchall()


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


def prepare(part: LedgerSlice, state: State) -> dict[str, pa.Table]:
    """The tables of a slice as they will be stored. Raises Invalid and Conflict; see `Ledger.append`."""
    promoted = schema.events_schema(state.promoted)
    tables = {
        "events": _fit(part.events, promoted, "events"),
        "quarantined": _fit(part.quarantined, schema.QUARANTINED, "quarantined"),
        "duplicates": _fit(part.duplicates, schema.DUPLICATES, "duplicates"),
        "counts": _fit(part.counts, schema.COUNTS, "counts"),
    }
    lowest = min(
        (pc.min(t["seq"]).as_py() for t in tables.values() if "seq" in t.column_names and len(t)), default=None
    )
    if lowest is not None and lowest < state.next_seq:
        raise Conflict(f"seq {lowest} is taken: the next is {state.next_seq}.", code="seq_taken")
    if state.gone and len(tables["events"]):
        _drop_gone(tables, state.gone)
    return tables


def _fit(table: pa.Table, columns: pa.Schema, relation: str) -> pa.Table:
    """Order and cast the columns. Promoted ones may be missing: they are read from the properties."""
    fields = [c for c in columns if c.name in table.column_names or c.name not in schema.ARRIVING[relation].names]
    fields = [c for c in fields if c.name in table.column_names]
    missing = {c.name for c in columns if not c.nullable} - {c.name for c in fields}
    strange = set(table.column_names) - set(columns.names)
    if missing or strange:
        raise Invalid(f"The {relation} of a slice lack {sorted(missing)} and have unknown {sorted(strange)}.")
    try:
        return table.select([c.name for c in fields]).cast(pa.schema(fields))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        raise Invalid(f"The {relation} of a slice do not fit: {error}") from error


def _drop_gone(tables: dict[str, pa.Table], gone: set[int]) -> None:
    """A slice that was resolved before an erasure may still carry the person: it is not stored."""
    events = tables["events"]
    erased = pc.is_in(events["person_no"], pa.array(gone, pa.int32()))
    if not pc.any(erased).as_py():
        return
    dropped = events.filter(erased)
    tables["events"] = events.filter(pc.invert(erased))
    minutes = pc.floor_temporal(dropped["received"], unit="minute")
    grouped = pa.table({"source_no": dropped["source_no"], "minute": minutes}).group_by(["source_no", "minute"])
    counted = grouped.aggregate([([], "count_all")])
    kinds = [pa.array([text] * len(counted)) for text in ("stored", "erased")]
    columns = [counted["source_no"], counted["minute"], *kinds, counted["count_all"]]
    tables["removed"] = pa.table(columns, names=schema.REMOVED.names)
    tables["erased"] = dropped.select(["key"])


def keys_of(tables: dict[str, pa.Table]) -> Keys:
    keys: Keys = tables["events"]["key"].to_numpy().astype(np.uint64, copy=False)
    return keys


def write_slice(cursor: Cursor, alias: str, part: LedgerSlice, tables: dict[str, pa.Table], state: State) -> None:
    """Rows, offset and next seq in one transaction; then the same in `state`."""
    seqs = [pc.max(t["seq"]).as_py() for t in tables.values() if "seq" in t.column_names and len(t)]
    if part.events.num_rows:  # rows of erased persons use their numbers up, too
        seqs.append(pc.max(part.events["seq"]).as_py())
    next_seq = max([state.next_seq, *(seq + 1 for seq in seqs)])
    faults.step("append.begin")
    cursor.execute("BEGIN").fetchall()
    try:
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
        cursor.execute("COMMIT").fetchall()
    except BaseException:
        _roll_back(cursor)
        raise
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


def _roll_back(cursor: Cursor) -> None:
    with suppress(duckdb.Error):  # the failure may have ended the transaction itself
        cursor.execute("ROLLBACK").fetchall()


def write_links(cursor: Cursor, alias: str, links: Mapping[int, int]) -> int:
    """Replace the links of these persons; returns how many links there are now."""
    pairs = pa.table(
        [pa.array(links.keys(), pa.int32()), pa.array(links.values(), pa.int32())], names=["person_no", "root_no"]
    )
    cursor.register("pairs", pairs)
    cursor.execute("BEGIN").fetchall()
    cursor.execute(f"DELETE FROM {alias}.links WHERE person_no IN (SELECT person_no FROM pairs)").fetchall()
    cursor.execute(f"INSERT INTO {alias}.links SELECT * FROM pairs WHERE person_no <> root_no").fetchall()
    cursor.execute("COMMIT").fetchall()
    count: int = cursor.execute(f"SELECT count(*) FROM {alias}.links").fetchall()[0][0]
    cursor.close()
    return count


def write_hidden(cursor: Cursor, alias: str, person_nos: set[int]) -> None:
    cursor.register("new", pa.table({"person_no": pa.array(sorted(person_nos), pa.int32())}))
    cursor.execute(f"INSERT INTO {alias}.hidden SELECT person_no FROM new").fetchall()
    cursor.close()
