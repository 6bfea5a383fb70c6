"""The DuckDB engine: appends, reads and small state. Sealing and erasing stand beside it."""

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import nullcontext
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from pentad.core import clock
from pentad.core.errors import Unavailable
from pentad.ledger import limits, schema, slices
from pentad.ledger import manifest as manifests
from pentad.ledger.duckdb import check, erase, hot, seal, upkeep, views
from pentad.ledger.duckdb import files as attached
from pentad.ledger.duckdb.derived import DerivedFile
from pentad.ledger.duckdb.files import Files, Generation
from pentad.ledger.duckdb.seen import Seen, hot_keys, open_bloom
from pentad.ledger.manifest import Manifest
from pentad.ledger.protocol import ErasureReport, LedgerSlice, Params, Problem, Progress, QueryFailed
from pentad.ledger.results import plain


class DuckDBLedger:
    """See `ledger.protocol.Ledger`.

    Locks, always taken in this order: `maintenance` (one seal, erasure, promotion or compaction at a
    time) → those of `derived` → `writing` (one append at a time; held for the moment of a swap) → `stating`
    (links, hidden).
    """

    def __init__(
        self,
        folder: Path,
        *,
        memory_limit: str = "2GB",
        threads: int | None = None,
        on_close: Callable[["DuckDBLedger"], None] = lambda _: None,
    ):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.maintenance = threading.Lock()
        self.writing = threading.RLock()
        self.stating = threading.RLock()
        self._on_close = on_close
        self._closed = False
        self.files = Files(folder, memory_limit, threads)
        self.state = hot.State()
        self.derived = DerivedFile(self)
        try:
            self._start()
        except duckdb.Error as error:
            self.files.close()
            fix = "Restore the data folder from a backup."
            raise Unavailable(f"The ledger cannot be read: {error}", code="ledger_damaged", fix=fix) from error
        except BaseException:
            self.files.close()
            raise

    def _start(self) -> None:
        self.writer = self.files.cursor()
        manifest = manifests.read(self.folder) or self._first_manifest()
        alias = self.files.attach(manifest.hot)
        manifest = self.derived.open(manifest)
        # Only now, with the engine's lock on the hot file: another process may be sealing.
        manifests.remove_leftovers(self.folder, manifest)
        self.state = hot.read_state(self.writer, alias)
        blooms = {}
        for file in manifest.sealed.values():
            sealed = self.files.attach(file, read_only=True)
            blooms[sealed] = open_bloom(self.writer, sealed, self.folder, file)
        self.publish(self.generation(manifest, Seen(hot_keys(self.writer, alias), blooms)))

    def _first_manifest(self) -> Manifest:
        """A new store; or one whose very first start was cut off. Never one whose manifest was lost."""
        manifest = Manifest()
        alias = self.files.attach(manifest.hot, create=True)
        strange = [name for name in manifests.ours(self.folder) if not name.startswith(f"{manifest.hot}")]
        if strange or not hot.is_untouched(self.writer, alias):
            raise Unavailable(
                f"{self.folder} has ledger files but no {manifests.NAME}.",
                code="ledger_damaged",
                fix="Restore the data folder from a backup.",
            )
        self.files.detach(alias)
        for path in self.folder.glob(f"{manifest.hot}*"):
            path.unlink()
        hot.create_tables(self.writer, self.files.attach(manifest.hot, create=True), schema.PROMOTED)
        manifests.write(self.folder, manifest)
        self.files.detach(alias)
        return manifest

    def generation(self, manifest: Manifest, seen: Seen) -> Generation:
        aliases = [attached.alias_of(file) for file in manifest.files()]
        return Generation(manifest, {alias: self.files.columns(alias) for alias in aliases}, seen)

    def publish(self, generation: Generation) -> None:
        self.files.publish(generation, self._view_statements(generation))

    def show(self) -> None:
        """Write the views anew: the first link or hidden person, or another feature, changes how they read."""
        with self.stating:
            self.files.show(self._view_statements(self.files.now))

    def _view_statements(self, generation: Generation) -> list[str]:
        hidden = f"{generation.hot}.hidden" if self.state.hidden else ""
        events = views.view_statements(
            generation.hot,
            generation.columns,
            self.state.promoted,
            hidden=bool(hidden),
            linked=self.state.linked > 0,
        )
        return [*events, *self.derived.views(generation.derived, hidden)]

    # Appending

    def append(self, part: LedgerSlice) -> bool:
        with self.writing:
            self.files.require_open()
            if self.state.offsets.get(part.log, 0) != part.start:
                return False
            state = self.state
            tables = slices.prepare(part, promoted=state.promoted, next_seq=state.next_seq, gone=state.gone)
            self.files.now.seen.hot.add(slices.keys_of(tables))
            try:
                hot.write_slice(self.writer, self.files.now.hot, part, tables, self.state)
            except duckdb.Error as error:
                self.state = hot.read_state(self.writer, self.files.now.hot)
                raise QueryFailed(f"The slice at {part.log}:{part.start} was not stored: {error}") from error
            return True

    def offset(self, log: str) -> int:
        return self.state.offsets.get(log, 0)

    def offsets(self) -> dict[str, int]:
        return dict(self.state.offsets)

    def forget_log(self, log: str) -> None:
        with self.writing:
            self.files.require_open()
            self.writer.execute(f"DELETE FROM {self.files.now.hot}.offsets WHERE log = ?", [log]).fetchall()
            self.state.offsets.pop(log, None)

    def next_seq(self) -> int:
        return self.state.next_seq

    # Reading

    def known(self, keys: pa.ChunkedArray | pa.Array) -> pa.Table:
        flat = keys.combine_chunks() if isinstance(keys, pa.ChunkedArray) else keys
        with self.files.reading() as (cursor, generation):
            return generation.seen.find(cursor, generation.hot, flat)

    def query(self, sql: str, params: Params = (), scope: Collection[int] | None = None) -> pa.Table:
        with self.files.reading() as (cursor, _):
            if scope is not None:
                cursor.register("scope", schema.numbers_table(scope))
            ask = limits.current()
            try:
                with ask.running(cursor.interrupt) if ask else nullcontext():
                    result = cursor.sql(sql, params=params or None).to_arrow_table()
            except duckdb.InterruptException:
                self.files.require_open()
                if ask is not None:
                    ask.check()
                raise
            except duckdb.Error as error:
                raise QueryFailed(str(error), sql=sql) from error
            return plain(result)

    def rows(self, sql: str, params: Params = (), scope: Collection[int] | None = None) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.query(sql, params, scope).to_pylist()
        return found

    # Links and hidden persons

    def set_links(self, links: Mapping[int, int]) -> None:
        if not links:
            return
        with self.stating:
            self.files.require_open()
            before = self.state.linked
            self.state.linked = hot.write_links(self.files.cursor(), self.files.now.hot, links)
            if (before > 0) != (self.state.linked > 0):
                self.show()

    def hide(self, person_nos: Iterable[int]) -> None:
        with self.stating:
            self.files.require_open()
            new = set(person_nos) - self.state.hidden
            if not new:
                return
            hot.write_hidden(self.files.cursor(), self.files.now.hot, new)
            first = not self.state.hidden
            self.state.hidden |= new
            if first:
                self.show()

    # Upkeep: each takes `maintenance` for its whole length, and the others for the moment of the swap

    def erase(
        self, person_nos: Iterable[int], values: Iterable[str] = (), message_ids: Iterable[str] = ()
    ) -> ErasureReport:
        return erase.erase(self, person_nos, values, message_ids)

    def take_back(self, source_no: int, received: datetime) -> ErasureReport:
        return erase.take_back(self, source_no, received)

    def seal(self, before: date | None = None, progress: Progress | None = None) -> list[str]:
        return seal.seal(self, before or clock.now().date(), progress)

    def compact(self) -> None:
        upkeep.compact(self)

    def promote(self, prop: str, type: str) -> None:
        upkeep.promote(self, prop, type)

    def check(self) -> list[Problem]:
        return check.check(self)

    def file_bytes(self) -> dict[str, int]:
        found = (path for path in self.folder.iterdir() if path.is_file())
        return {path.name: path.stat().st_size for path in sorted(found)}

    def close(self) -> None:
        with self.maintenance, self.writing, self.stating:
            if not self._closed:
                self._closed = True
                self.writer.close()
                self.files.close()
                self._on_close(self)
