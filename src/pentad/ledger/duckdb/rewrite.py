"""New files out of old ones: what sealing, erasing, promoting and compacting have in common.

DuckDB does not wipe freed blocks, so nothing is ever removed in place: rows that stay are written to new
files, and the manifest's rename makes these the store. Until then the old files stand untouched, and a
crash leaves nothing but unnamed files that the next start removes. Appends go on meanwhile: the hot
file is copied up to a seq, and only the rows that came after it are copied with appends held back.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from pentad.ledger import faults, schema, sql
from pentad.ledger import manifest as manifests
from pentad.ledger.bloom import Bloom
from pentad.ledger.duckdb import hot, seen
from pentad.ledger.duckdb.files import alias_of
from pentad.ledger.duckdb.views import SEALED
from pentad.ledger.manifest import Manifest

if TYPE_CHECKING:
    from pentad.ledger.duckdb.store import DuckDBLedger

Cursor = duckdb.DuckDBPyConnection

_ORDER = {"events": "person_no, ts, seq", "quarantined": "seq", "duplicates": "seq"}


@dataclass(frozen=True)
class Cut:
    """Which rows stay, by relation (a SQL condition; absent: all). Events that meet `changed` get other values."""

    keep: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    changed: str = "false"

    def where(self, relation: str) -> str:
        return self.keep.get(relation, "true")


@dataclass
class Rewrite:
    """New files in the making. `sealed`: label → file, or None where no row was left."""

    ledger: "DuckDBLedger"
    cursor: Cursor
    base: Manifest
    upto: int
    promoted: tuple[schema.Promoted, ...]
    sealed: dict[str, str | None] = field(default_factory=dict)
    blooms: dict[str, Bloom] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    hot: str = ""
    keys: seen.HotKeys = field(default_factory=seen.HotKeys)

    @property
    def old_hot(self) -> str:
        return alias_of(self.base.hot)

    def write_sealed(self, label: str, parts: Sequence[tuple[str, Cut]]) -> int:
        """One sealed file out of the kept rows of some attached ones; returns how many events it has."""
        file = self._new(label)
        alias = alias_of(file)
        tables = {name: schema.ARRIVING[name] for name in SEALED[1:]} | {"events": self._events()}
        for relation, columns in tables.items():
            self._run(sql.create_table_sql(f"{alias}.{relation}", columns))
            union = " UNION ALL ".join(self._select(source, relation, cut) for source, cut in parts)
            self._run(f"INSERT INTO {alias}.{relation} SELECT * FROM ({union}) ORDER BY {_ORDER[relation]}")
        rows = seen.count_rows(self.cursor, alias)
        left = rows + sum(self._count(f"{alias}.{relation}") for relation in SEALED[1:])
        self._run(f"CHECKPOINT {alias}")
        faults.step("rewrite.sealed")
        if left:
            self.blooms[alias] = seen.write_bloom(self.cursor, alias, self.ledger.folder, file)
        self.ledger.files.detach(alias)
        if left:
            self.ledger.files.attach(file, read_only=True)
            self.sealed[label] = file
        else:
            self.made.remove(file)
            (self.ledger.folder / file).unlink()
            self.sealed[label] = None
        return rows

    def copy_hot(self, cut: Cut) -> None:
        """Copy the kept rows of the hot file up to `upto`, while appends go on."""
        file = self._new("hot")
        self.hot = alias_of(file)
        hot.create_tables(self.cursor, self.hot, self.promoted)
        self._run(f"DELETE FROM {self.hot}.registry")
        self._run(f"DELETE FROM {self.hot}.state")
        for relation in SEALED:
            self._copy(relation, cut, f"seq <= {self.upto}")
        self._run(f"CHECKPOINT {self.hot}")
        for piece in seen.read_keys(self.cursor, self.hot):
            self.keys.add(piece)
        faults.step("rewrite.hot")

    def finish(self, cut: Cut, last: Callable[[Cursor, str], object] = lambda cursor, alias: None) -> None:
        """With appends held back: the rows since `upto`, the small tables, and the switch to the new files.

        last: changes to the small tables that belong to the same moment.
        """
        for relation in SEALED:
            self._copy(relation, cut, f"seq > {self.upto}")
        for relation in ("counts", *schema.KEPT):
            self._run(f"INSERT INTO {self.hot}.{relation} SELECT * FROM {self.old_hot}.{relation}")
        last(self.cursor, self.hot)
        for piece in seen.read_keys(self.cursor, self.hot, f"seq > {self.upto}"):
            self.keys.add(piece)
        sealed = {**self.base.sealed, **{k: v for k, v in self.sealed.items() if v}}
        sealed = {label: file for label, file in sealed.items() if self.sealed.get(label, "") is not None}
        manifest = self.base.succeeded_by(hot=self.made_hot, sealed=sealed)
        manifests.sync_folder(self.ledger.folder)
        faults.step("rewrite.before_switch")
        try:
            manifests.write(self.ledger.folder, manifest)
            faults.step("rewrite.switched")
            self._publish(manifest)
        finally:
            self._settle(manifest)
        faults.step("rewrite.published")

    def _settle(self, manifest: Manifest) -> None:
        """Once the manifest is on disk there is no way back: go on with the new files, or not at all."""
        if manifests.read(self.ledger.folder) != manifest:
            return
        self.made.clear()
        if self.ledger.files.now.manifest != manifest:
            self.ledger.files.shut()

    @property
    def made_hot(self) -> str:
        return next(file for file in self.made if alias_of(file) == self.hot)

    def _publish(self, manifest: Manifest) -> None:
        self.ledger.state = hot.read_state(self.cursor, self.hot)
        blooms = {**self.ledger.files.now.seen.sealed, **self.blooms}
        named = {alias_of(file) for file in manifest.sealed.values()}
        known = seen.Seen(self.keys, {alias: bloom for alias, bloom in blooms.items() if alias in named})
        self.ledger.publish(self.ledger.generation(manifest, known))

    def abandon(self) -> None:
        """Remove what was made: the manifest does not name it."""
        for file in self.made:
            with suppress(duckdb.Error):  # it may not be attached at the time
                self.ledger.files.detach(alias_of(file))
            for name in (file, f"{file}.wal", manifests.bloom_name(file)):
                (self.ledger.folder / name).unlink(missing_ok=True)

    def _new(self, label: str) -> str:
        file = self.base.next_name(label)
        self.made.append(file)
        self.ledger.files.attach(file, create=True)
        return file

    def _events(self) -> pa.Schema:
        return schema.events_schema(self.promoted)

    def source(self, alias: str, relation: str) -> str:
        """A relation of one file, in the columns of today, to stand behind FROM."""
        if relation != "events":
            return f"{alias}.{relation}"
        columns = sql.event_columns_sql(self.promoted, self.ledger.files.columns(alias))
        return f"(SELECT {', '.join(columns)} FROM {alias}.events)"

    def _select(self, alias: str, relation: str, cut: Cut) -> str:
        kept = f"FROM {self.source(alias, relation)} WHERE ({cut.where(relation)})"
        if relation != "events" or not cut.values:
            return f"SELECT * {kept}"
        values = ", ".join(f"{value} AS {sql.quote(name)}" for name, value in cut.values.items())
        # Two branches, as the expressions are long and few rows need them.
        changed = f"SELECT * REPLACE ({values}) {kept} AND {cut.changed}"
        return f"SELECT * {kept} AND NOT {cut.changed} UNION ALL {changed}"

    def _copy(self, relation: str, cut: Cut, range_: str) -> None:
        within = replace(cut, keep={**cut.keep, relation: f"({cut.where(relation)}) AND {range_}"})
        self._run(f"INSERT INTO {self.hot}.{relation} {self._select(self.old_hot, relation, within)}")

    def _count(self, table: str) -> int:
        return int(self.cursor.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])

    def _run(self, statement: str) -> None:
        self.cursor.execute(statement).fetchall()


@contextmanager
def rewriting(ledger: "DuckDBLedger") -> Iterator[Rewrite]:
    """A rewrite of the present files. The caller holds `maintenance`; what is made is removed on failure."""
    with ledger.writing:
        base, upto = ledger.files.now.manifest, ledger.next_seq() - 1
    work = Rewrite(ledger, ledger.files.cursor(), base, upto, ledger.state.promoted)
    try:
        yield work
    except BaseException:
        work.abandon()
        raise
    finally:
        work.cursor.close()
