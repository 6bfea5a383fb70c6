"""The file of what is derived: people, belongs, companies, the feature table, marks.

A file of its own beside the hot one, so that the many small changes of customers never grow the file of the events,
and so that it can be lost: when it is missing, damaged, or of another make, an empty one takes its place and is
filled again. What is replaced stays in the file's free blocks until they are written over; an erasure therefore
writes a new file.

Locks, after the ledger's `maintenance` and before its `writing` and `stating`: `_refreshing` (one refresh of features at
a time) → `_putting` (one change of the file at a time).
"""

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import structlog

from pentad.core.errors import Invalid, Unavailable
from pentad.ledger import faults, schema, sql
from pentad.ledger import manifest as manifests
from pentad.ledger.duckdb import hot
from pentad.ledger.duckdb.check import check_derived
from pentad.ledger.duckdb.files import alias_of
from pentad.ledger.manifest import Manifest
from pentad.ledger.protocol import Params, Problem, QueryFailed

if TYPE_CHECKING:
    from pentad.ledger.duckdb.store import DuckDBLedger

Cursor = duckdb.DuckDBPyConnection

log = structlog.get_logger(__name__)

LABEL = "derived"
_MARKS = pa.schema([pa.field("name", pa.string(), False), pa.field("value", pa.int64(), False)])
_TABLES = {**schema.DERIVED, "features": schema.FEATURES, "marks": _MARKS}


class DerivedFile:
    """See `ledger.protocol.Derived`."""

    def __init__(self, ledger: "DuckDBLedger"):
        self._ledger = ledger
        self._refreshing = threading.Lock()
        self._putting = threading.Lock()
        self._columns: dict[str, str] = {}
        self._marks: dict[str, int] = {}

    # The file

    def open(self, manifest: Manifest) -> Manifest:
        """Attach the file, or make a new one; returns the manifest that names it. Called once, at the start."""
        if manifest.derived:
            try:
                alias = self._ledger.files.attach(manifest.derived)
                if self._sound(alias):
                    self._load(alias)
                    return manifest
                self._ledger.files.detach(alias)
            except (Unavailable, duckdb.Error) as error:
                with suppress(duckdb.Error):
                    self._ledger.files.detach(alias_of(manifest.derived))
                log.warning("derived_relations_lost", file=manifest.derived, error=str(error))
        file = self._make(manifest)
        manifest = manifest.with_derived(file)
        manifests.write(self._ledger.folder, manifest)
        self._load(alias_of(file))
        return manifest

    def _sound(self, alias: str) -> bool:
        """Whether the file has the tables of today."""
        cursor = self._ledger.files.cursor()
        found = cursor.execute(
            "SELECT table_name, list(column_name ORDER BY column_index), list(data_type ORDER BY column_index)"
            f" FROM duckdb_columns() WHERE database_name = '{alias}' GROUP BY table_name"
        ).fetchall()
        cursor.close()
        there = {name: list(zip(names, kinds, strict=True)) for name, names, kinds in found}
        return all(
            there.get(name, [])[: len(columns)] == [(c.name, schema.sql_type(c.type)) for c in columns]
            for name, columns in _TABLES.items()
        )

    def _make(self, manifest: Manifest) -> str:
        """An empty file, attached."""
        file = manifest.next_name(LABEL)
        for name in (file, f"{file}.wal"):  # of a start that was cut off
            (self._ledger.folder / name).unlink(missing_ok=True)
        alias = self._ledger.files.attach(file, create=True)
        cursor = self._ledger.files.cursor()
        with hot.transaction(cursor):
            for name, columns in _TABLES.items():
                cursor.execute(sql.create_table_sql(f"{alias}.{name}", columns)).fetchall()
        cursor.close()
        return file

    def _load(self, alias: str) -> None:
        cursor = self._ledger.files.cursor()
        described = cursor.execute(f"SELECT column_name, column_type FROM (DESCRIBE {alias}.features)").fetchall()
        self._columns = {name: kind for name, kind in described if name not in schema.FEATURES.names}
        self._marks = dict(cursor.execute(f"SELECT name, value FROM {alias}.marks").fetchall())
        cursor.close()

    def _replace(self, fill: Callable[[Cursor, str, str], None]) -> None:
        """Put a new file in the place of this one. The caller holds all of `maintenance` and this file's locks.

        fill: is given the new and the old file's alias.
        """
        ledger = self._ledger
        before = ledger.files.now.manifest
        file = self._make(before)
        try:
            cursor = ledger.files.cursor()
            fill(cursor, alias_of(file), alias_of(before.derived))
            cursor.execute(f"CHECKPOINT {alias_of(file)}").fetchall()
            cursor.close()
            faults.step("derived.before_switch")
        except BaseException:
            with suppress(duckdb.Error):
                ledger.files.detach(alias_of(file))
            for name in (file, f"{file}.wal"):
                (ledger.folder / name).unlink(missing_ok=True)
            raise
        with ledger.writing, ledger.stating:
            manifest = before.with_derived(file)
            manifests.write(ledger.folder, manifest)
            faults.step("derived.switched")
            try:
                self._load(alias_of(file))
                ledger.publish(ledger.generation(manifest, ledger.files.now.seen))
            except BaseException:
                ledger.files.shut()  # the manifest is on disk: there is no way back to the old file
                raise

    def check(self) -> list[Problem]:
        return check_derived(self._ledger)

    def renew(self) -> None:
        with self._ledger.maintenance, self._refreshing, self._putting:
            self._ledger.files.require_open()
            self._replace(lambda cursor, new, old: None)

    def forget(self, persons: Collection[int]) -> None:
        """Write the file anew without these persons. The caller holds `maintenance`, and has made them `gone`."""
        with self._refreshing, self._putting:
            self._replace(lambda cursor, new, old: self._copy(cursor, new, old, persons))

    def _copy(self, cursor: Cursor, new: str, old: str, without: Collection[int]) -> None:
        _numbers(cursor, "without", without)
        for name, kind in self._columns.items():
            cursor.execute(f"ALTER TABLE {new}.features ADD COLUMN {sql.quote(name)} {kind}").fetchall()
        for table in _TABLES:
            columns = _listed(self._names(table))
            where = " WHERE person_no NOT IN (SELECT person_no FROM without)" if _of_persons(table) else ""
            cursor.execute(
                f"INSERT INTO {new}.{table} ({columns}) SELECT {columns} FROM {old}.{table}{where}"
            ).fetchall()

    def _names(self, table: str) -> list[str]:
        return [*_TABLES[table].names, *(self._columns if table == "features" else ())]

    def views(self, alias: str, hidden: str) -> list[str]:
        """CREATE VIEW statements. hidden: the table of persons to leave out, or ''."""
        statements = []
        for table in (*schema.DERIVED, "features"):
            body = f"SELECT {_listed(self._names(table))} FROM {alias}.{table} d"
            if hidden and _of_persons(table):
                body += f" ANTI JOIN {hidden} h ON h.person_no = d.person_no"
            statements.append(f"CREATE OR REPLACE VIEW {table} AS {body}")
        return statements

    # People, belongs, companies

    def put(self, relation: str, rows: pa.Table, keys: Collection[int] | None) -> None:
        rows = schema.derived_rows(relation, rows)
        key = rows.column_names[0]
        with self._putting, self._ledger.files.reading() as (cursor, generation):
            table = f"{generation.derived}.{relation}"
            cursor.register("arriving", rows)
            if keys is not None:
                _numbers(cursor, "replaced", keys)
                if not pc.all(pc.is_in(rows[key], pa.array(list(keys), pa.int32()))).as_py() and len(rows):
                    raise Invalid(f"Rows of {relation} have a {key} that is not to be replaced.", code="other_key")
            where = "" if keys is None else f" WHERE {key} IN (SELECT person_no FROM replaced)"
            try:
                with hot.transaction(cursor):
                    cursor.execute(f"DELETE FROM {table}{where}").fetchall()
                    faults.step("put.deleted")
                    kept = f" WHERE {_shown(generation.hot)}" if _of_persons(relation) else ""
                    cursor.execute(f"INSERT INTO {table} SELECT * FROM arriving{kept}").fetchall()
                    faults.step("put.commit")
            except duckdb.Error as error:
                raise QueryFailed(f"The {relation} were not replaced: {error}") from error

    # The feature table

    def columns(self) -> dict[str, str]:
        return dict(self._columns)

    def add_columns(self, columns: Mapping[str, str]) -> None:
        with self._refreshing, self._putting:
            new = schema.new_columns(self._columns, columns)
            with self._ledger.files.reading() as (cursor, generation), hot.transaction(cursor):
                for name, kind in new.items():
                    cursor.execute(f"ALTER TABLE {generation.derived}.features ADD COLUMN {sql.quote(name)} {kind}")
            self._columns |= new
            self._ledger.show()

    def drop_columns(self, names: Iterable[str]) -> None:
        with self._refreshing, self._putting:
            gone = [name for name in names if name in self._columns]
            self._columns = {name: kind for name, kind in self._columns.items() if name not in gone}
            self._ledger.show()  # first: readers must not look for what is not there
            with self._ledger.files.reading() as (cursor, generation), hot.transaction(cursor):
                for name in gone:
                    cursor.execute(f"ALTER TABLE {generation.derived}.features DROP COLUMN {sql.quote(name)}")

    def refresh(self, sql: str, params: Params = (), scope: Collection[int] | None = None) -> int:
        with self._refreshing, self._ledger.files.reading() as (cursor, generation):
            if scope is not None:
                _numbers(cursor, "scope", scope)
            try:
                # Outside of the file and its lock: it may take seconds, and puts go on meanwhile.
                cursor.execute(f"CREATE TEMP TABLE fresh AS {sql}", params or None).fetchall()
                given = [name for (name,) in cursor.execute("SELECT column_name FROM (DESCRIBE fresh)").fetchall()]
                self._require(cursor, given)
                with self._putting, hot.transaction(cursor):
                    return self._write(cursor, generation.derived, generation.hot, given, scope is not None)
            except duckdb.InterruptException:
                self._ledger.files.require_open()
                raise
            except duckdb.Error as error:
                raise QueryFailed(str(error), sql=sql) from error

    def _require(self, cursor: Cursor, given: list[str]) -> None:
        unknown = set(given) - set(self._names("features"))
        if unknown or "person_no" not in given:
            raise Invalid(
                f"A refresh gives person_no and features there are, not {', '.join(sorted(unknown)) or 'none'}."
            )
        twice = cursor.execute("SELECT count(*) - count(DISTINCT person_no) FROM fresh").fetchall()[0][0]
        if twice:
            raise Invalid(f"A refresh gives each person once; {twice} rows were not.", code="person_twice")

    def _write(self, cursor: Cursor, derived: str, hot_alias: str, given: list[str], scoped: bool) -> int:
        names = self._names("features")
        values = ", ".join(f"{'f' if name in given else 'o'}.{sql.quote(name)}" for name in names)
        source = "fresh f"
        if set(names) - set(given):  # these stay as they are
            source += f" LEFT JOIN {derived}.features o ON o.person_no = f.person_no"
        cursor.execute(
            f"CREATE TEMP TABLE written AS SELECT {values} FROM {source} WHERE {_shown(hot_alias, 'f.')}"
        ).fetchall()
        replaced = "SELECT person_no FROM scope UNION ALL SELECT person_no FROM fresh"
        where = f" WHERE person_no IN ({replaced})" if scoped else ""
        cursor.execute(f"DELETE FROM {derived}.features{where}").fetchall()
        faults.step("refresh.deleted")
        wrote = cursor.execute(
            f"INSERT INTO {derived}.features ({_listed(names)}) SELECT {_listed(names)} FROM written"
        ).fetchall()
        faults.step("refresh.commit")
        return int(wrote[0][0])

    # Marks

    def mark(self, name: str) -> int:
        return self._marks.get(name, 0)

    def set_mark(self, name: str, value: int) -> None:
        with self._putting, self._ledger.files.reading() as (cursor, generation):
            with hot.transaction(cursor):
                cursor.execute(f"DELETE FROM {generation.derived}.marks WHERE name = ?", [name]).fetchall()
                cursor.execute(f"INSERT INTO {generation.derived}.marks VALUES (?, ?)", [name, value]).fetchall()
            self._marks[name] = value


def _of_persons(table: str) -> bool:
    return "person_no" in _TABLES[table].names


def _shown(hot_alias: str, of: str = "") -> str:
    """A condition: neither hidden nor erased. A batch may have been read before they were."""
    return " AND ".join(
        f"{of}person_no NOT IN (SELECT person_no FROM {hot_alias}.{table})" for table in ("hidden", "gone")
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sql.quote(name) for name in names)


def _numbers(cursor: Cursor, name: str, numbers: Collection[int]) -> None:
    """Make numbers known to the statements of a cursor, as a relation of one column."""
    cursor.register(name, schema.numbers_table(numbers))
