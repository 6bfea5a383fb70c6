"""What is derived, on ClickHouse: people, belongs, companies, the feature table, marks.

A row that is put has a higher version than the one it replaces, and one that is `gone` says that there is none; FINAL
reads the latest. One insert of one block is atomic, and so is the exchange of two tables: readers see all of a change or
nothing of it. A person's companies are one row, so that they change at one moment.
"""

import threading
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from pentad.core.errors import Invalid
from pentad.ledger import schema
from pentad.ledger.clickhouse import dialect, params, tables
from pentad.ledger.clickhouse.check import check_derived
from pentad.ledger.protocol import Params, Problem

if TYPE_CHECKING:
    from pentad.ledger.clickhouse.store import ClickHouseLedger

SCOPE = "t_scope_now"
"""Stands in a translated text for the table of the scope, so that one text serves every scope."""

_NEXT, _FRESH = "t_features_next", "t_features_fresh"
# However many rows a query gives, they are one block, and so appear at one moment.
_AT_ONCE = (
    "SETTINGS min_insert_block_size_rows = 1000000000000, min_insert_block_size_bytes = 0, max_insert_threads = 1"
)


class DerivedTables:
    """See `ledger.protocol.Derived`. Locks, before the ledger's `writing`: `_refreshing` → `putting`."""

    def __init__(self, ledger: "ClickHouseLedger"):
        self._ledger = ledger
        self._refreshing = threading.Lock()
        self.putting = threading.RLock()
        self._columns: dict[str, str] = {}
        self._version = 0
        self._scopes = 0
        self._scoping = threading.Lock()

    def open(self) -> None:
        """Read which features there are; drop what a crash left."""
        left = "SELECT name FROM system.tables WHERE database = currentDatabase() AND "
        left += f"(startsWith(name, 't_scope_') OR name IN ('{_NEXT}', '{_FRESH}'))"
        for row in self._ledger.native(left).to_pylist():
            self._ledger.command(f"DROP TABLE {row['name']} SYNC")
        self._load()

    def _load(self) -> None:
        described = self._ledger.native(
            "SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = 't_features' "
            "ORDER BY position"
        ).to_pylist()
        kinds = {tables.feature_type(kind): kind for kind in schema.FEATURE_TYPES}
        fixed = (*schema.FEATURES.names, *tables.VERSIONED)
        self._columns = {row["name"]: kinds[row["type"]] for row in described if row["name"] not in fixed}

    def _next_version(self) -> int:
        self._version = max(self._version + 1, time.time_ns())
        return self._version

    def _shut_out(self) -> set[int]:
        """Hidden and erased persons. A batch may have been read before they were."""
        return self._ledger.state.hidden | self._ledger.state.gone

    def relations(self) -> tuple[tuple[str, str], ...]:
        """What each derived relation reads."""
        return tables.derived_relations(tuple(self._columns), hidden=bool(self._ledger.state.hidden))

    # Scopes

    @contextmanager
    def scoped(self, numbers: Collection[int] | None) -> Iterator[str]:
        """A table of these person numbers while inside; its name."""
        if numbers is None:
            yield SCOPE
            return
        with self._scoping:
            self._scopes += 1
            name = f"scope_{self._scopes}"
        self._ledger.command(f"CREATE TABLE t_{name} (person_no Int32) ENGINE = Memory")
        try:
            self._ledger.insert(name, schema.numbers_table(numbers))
            yield f"t_{name}"
        finally:
            self._ledger.command(f"DROP TABLE t_{name} SYNC")

    # People, belongs, companies

    def put(self, relation: str, rows: pa.Table, keys: Collection[int] | None) -> None:
        rows = schema.derived_rows(relation, rows)
        key = rows.column_names[0]
        if keys is not None and not all(pc.is_in(rows[key], pa.array(list(keys), pa.int32())).to_pylist()):
            raise Invalid(f"Rows of {relation} have a {key} that is not to be replaced.", code="other_key")
        with self.putting:
            if key == "person_no":
                kept = pc.invert(pc.is_in(rows[key], pa.array(list(self._shut_out()), pa.int32())))
                rows = rows.filter(kept)
            if keys is None:
                keys = self._ledger.native(f"SELECT {key} FROM t_{relation} FINAL")[key].to_pylist()
            self._ledger.insert(relation, self._versioned(tables.packed(relation, rows), keys))

    def _versioned(self, rows: pa.Table, keys: Collection[int]) -> pa.Table:
        """The rows, and for each key without one a row that says so."""
        key = rows.column_names[0]
        absent = sorted(set(keys).difference(rows[key].to_pylist()))
        empty = [pa.array([tables.nothing(field)] * len(absent), field.type) for field in rows.schema]
        empty[0] = pa.array(absent, rows.schema.field(0).type)
        gone = pa.array([0] * len(rows) + [1] * len(absent), pa.uint8())
        both = pa.concat_tables([rows, pa.table(empty, schema=rows.schema)])
        version = pa.array([self._next_version()] * len(both), pa.int64())
        return both.append_column("version", version).append_column("gone", gone).combine_chunks()

    # The feature table

    def columns(self) -> dict[str, str]:
        return dict(self._columns)

    def add_columns(self, columns: Mapping[str, str]) -> None:
        with self._refreshing, self.putting:
            new = schema.new_columns(self._columns, columns)
            for name, kind in new.items():
                self._ledger.command(f"ALTER TABLE t_features ADD COLUMN `{name}` {tables.feature_type(kind)}")
                self._columns = {**self._columns, name: kind}

    def drop_columns(self, names: Iterable[str]) -> None:
        with self._refreshing, self.putting:
            for name in [name for name in names if name in self._columns]:
                self._columns = {other: kind for other, kind in self._columns.items() if other != name}
                self._ledger.command(f"ALTER TABLE t_features DROP COLUMN `{name}`")

    def refresh(self, sql: str, params: Params = (), scope: Collection[int] | None = None) -> int:
        with self._refreshing, self.scoped(scope) as where:
            try:
                self._compute(sql, params, scope is not None, where)
                with self.putting:
                    return self._take_over(scope is not None, where)
            finally:
                for table in (_NEXT, _FRESH):
                    self._ledger.command(f"DROP TABLE IF EXISTS {table} SYNC")

    def _compute(self, sql: str, given: Params, scoped: bool, where: str) -> None:
        """The answer of the query in a table of its own."""
        kinds, values = params.bind(given)
        relations = self._ledger.relations(scoped=scoped)
        text = dialect.translate(sql, kinds, relations).replace(SCOPE, where)
        engine = "Memory" if scoped else f"MergeTree ORDER BY tuple() SETTINGS {tables.SETTINGS}"
        self._ledger.command(f"CREATE TABLE {_FRESH} ENGINE = {engine} EMPTY AS {text}", values)
        self._ledger.command(f"INSERT INTO {_FRESH} {text}", values)
        columns = f"SELECT name FROM system.columns WHERE database = currentDatabase() AND table = '{_FRESH}'"
        names = {row["name"] for row in self._ledger.native(columns).to_pylist()}
        unknown = names - {*schema.FEATURES.names, *self._columns}
        if unknown or "person_no" not in names:
            raise Invalid(
                f"A refresh gives person_no and features there are, not {', '.join(sorted(unknown)) or 'none'}."
            )
        twice = self._one(f"SELECT count() - uniqExact(person_no) AS n FROM {_FRESH}")
        if twice:
            raise Invalid(f"A refresh gives each person once; {twice} rows were not.", code="person_twice")
        self._given = names

    def _take_over(self, scoped: bool, where: str) -> int:
        names = [*schema.FEATURES.names, *self._columns]
        values = ", ".join(f"{'f' if name in self._given else 'o'}.`{name}` AS `{name}`" for name in names)
        source = f"{_FRESH} AS f"
        if set(names) - self._given:  # these stay as they are
            source += " LEFT JOIN (SELECT * FROM t_features FINAL) AS o ON o.person_no = f.person_no"
        version = self._next_version()
        listed = ", ".join(f"`{name}`" for name in names)
        out = "f.person_no NOT IN (SELECT person_no FROM t_hidden UNION ALL SELECT person_no FROM t_gone)"
        rows = f"SELECT {values}, toInt64({version}) AS version, toUInt8(0) AS gone FROM {source} WHERE {out}"
        if scoped:
            nothing = ", ".join("NULL" for _ in names[1:])
            rows += (
                f" UNION ALL SELECT person_no, {nothing}, toInt64({version}), toUInt8(1) FROM {where}"
                f" WHERE person_no NOT IN (SELECT person_no FROM {_FRESH})"
            )
            self._ledger.command(f"INSERT INTO t_features ({listed}, version, gone) SELECT * FROM ({rows}) {_AT_ONCE}")
        else:
            self._ledger.command(f"CREATE TABLE {_NEXT} AS t_features")
            self._ledger.command(f"INSERT INTO {_NEXT} ({listed}, version, gone) {rows}")
            self._ledger.command(f"EXCHANGE TABLES t_features AND {_NEXT}")
        return self._one(f"SELECT count() AS n FROM {_FRESH} AS f WHERE {out}")

    def _one(self, query: str) -> int:
        found: list[dict[str, Any]] = self._ledger.native(query).to_pylist()
        return int(found[0]["n"])

    # Marks and the whole

    def mark(self, name: str) -> int:
        named = {"name": f"mark:{name}"}
        found = self._ledger.native("SELECT value FROM t_state FINAL WHERE name = {name:String}", named).to_pylist()
        return int(found[0]["value"]) if found else 0

    def set_mark(self, name: str, value: int) -> None:
        with self.putting:
            self._ledger.values("state", name=f"mark:{name}", value=value, version=self._next_version())

    def check(self) -> list[Problem]:
        return check_derived(self._ledger)

    def renew(self) -> None:
        with self._ledger.maintenance, self._refreshing, self.putting:
            self._ledger.command("ALTER TABLE t_state DELETE WHERE startsWith(name, 'mark:')")
            for table in tables.DERIVED:
                self._ledger.command(f"DROP TABLE t_{table} SYNC")
            for statement in tables.derived_statements():
                self._ledger.command(statement)
            self._columns = {}

    def forget_gone(self) -> None:
        """Remove erased persons. May be repeated."""
        with self.putting:
            for table in tables.OF_PERSONS:
                gone = "person_no IN (SELECT person_no FROM t_gone)"
                if self._ledger.native(f"SELECT 1 AS x FROM t_{table} WHERE {gone} LIMIT 1").num_rows:
                    self._ledger.command(f"ALTER TABLE t_{table} DELETE WHERE {gone}")
