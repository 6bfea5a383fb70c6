"""Attached files, the views over them, and swapping both under readers.

A generation is one set of files. A reader holds the generation it started in; the files that a later one
dropped are detached when its last reader leaves. Their names leave the folder at once, so that an
erasure need not wait for a slow query. No file of the store may be opened by other means in this
process: closing any handle on it would drop DuckDB's lock on the hot file (POSIX locks are per process).
"""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from pentad.core.errors import Unavailable
from pentad.ledger import manifest as manifests
from pentad.ledger.duckdb.seen import Seen
from pentad.ledger.manifest import Manifest

STOP_SECONDS = 2.0
"""How long statements that are interrupted may take to end when the store is closed."""


@dataclass
class Generation:
    """One consistent set of attached files. `columns`: what the events table of each has, by alias."""

    manifest: Manifest
    columns: dict[str, set[str]]
    seen: Seen
    readers: int = 0
    retired: list[str] = field(default_factory=list)
    older: "Generation | None" = None

    @property
    def hot(self) -> str:
        return alias_of(self.manifest.hot)

    @property
    def derived(self) -> str:
        return alias_of(self.manifest.derived)

    @property
    def sealed(self) -> dict[str, str]:
        """Label (month or "older") → alias."""
        return {label: alias_of(name) for label, name in self.manifest.sealed.items()}


def alias_of(file: str) -> str:
    """The name under which a file is attached: hot.2.duckdb → f_hot_2."""
    return "f_" + re.sub(r"\W", "_", file.removesuffix(".duckdb"))


class Files:
    """The in-memory root database with the store's files attached to it."""

    def __init__(self, folder: Path, memory_limit: str, threads: int | None):
        self.folder = folder
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory_limit,
            "temp_directory": str(folder / "tmp"),
            "python_enable_replacements": False,
            "autoinstall_known_extensions": False,
            # A checkpoint stalls the append that triggers it: rarer than the default 16 MB, still a quick reopen.
            "wal_autocheckpoint": "64MB",
        }
        if threads is not None:
            config["threads"] = threads
        self._root = duckdb.connect(":memory:", config=config)
        self._fence()
        self._lock = threading.Lock()
        self._generation: Generation | None = None
        self._closed = False
        self._used = set[duckdb.DuckDBPyConnection]()

    @property
    def now(self) -> Generation:
        assert self._generation is not None
        return self._generation

    def cursor(self) -> duckdb.DuckDBPyConnection:
        return self._root.cursor()

    def require_open(self) -> None:
        if self._closed:
            raise Unavailable("The event store is closed.", code="ledger_closed", fix="Open it again.")

    def shut(self) -> None:
        """Refuse all further work: what is in memory no longer follows the files."""
        self._closed = True

    @contextmanager
    def reading(self) -> Iterator[tuple[duckdb.DuckDBPyConnection, Generation]]:
        """A cursor for one thread, and files that stay attached while it is used."""
        with self._lock:
            self.require_open()
            generation = self.now
            generation.readers += 1
            cursor = self._root.cursor()
            self._used.add(cursor)
        try:
            yield cursor, generation
        finally:
            with self._lock:  # nobody interrupts it while it is closed
                self._used.discard(cursor)
                cursor.close()
                generation.readers -= 1
                self._retire()

    def _fence(self) -> None:
        """No statement reaches a file outside the folder or changes a setting."""
        inside = str(self.folder.resolve()).replace("'", "''")
        self._do(
            f"SET allowed_directories = ['{inside}']",
            "SET enable_external_access = false",
            "SET lock_configuration = true",
        )

    def attach(self, file: str, *, read_only: bool = False, create: bool = False) -> str:
        """Attach a file of the folder and return its alias. Raises Unavailable when that cannot be."""
        alias = alias_of(file)
        if not create and not (self.folder / file).exists():  # the engine would make an empty one
            fix = "Restore the data folder from a backup."
            raise Unavailable(f"{file} is missing.", code="ledger_damaged", fix=fix)
        mode = " (READ_ONLY)" if read_only else ""
        path = str(self.folder.resolve() / file).replace("'", "''")
        try:
            self._do(f"ATTACH '{path}' AS {alias}{mode}")
        except duckdb.Error as error:
            fix = "Stop the other process." if "lock" in str(error) else "Restore the file from a backup."
            raise Unavailable(f"{file} cannot be opened: {error}", code="ledger_file", fix=fix) from error
        return alias

    def detach(self, alias: str) -> None:
        self._do(f"DETACH {alias}")

    def columns(self, alias: str) -> set[str]:
        """The columns that the events table of an attached file has."""
        found = self._do(f"SELECT column_name FROM (DESCRIBE {alias}.events)")
        return {name for (name,) in found}

    def _do(self, *statements: str) -> list[tuple[Any, ...]]:
        """Run statements on a connection of their own; returns the rows of the last."""
        cursor = self._root.cursor()
        try:
            found: list[tuple[Any, ...]] = []
            for statement in statements:
                found = cursor.execute(statement).fetchall()
            return found
        finally:
            cursor.close()

    def publish(self, generation: Generation, views: list[str]) -> None:
        """Make a generation the one that new readers get. The caller holds the write lock."""
        with self._lock:
            before = self._generation
            self._show(views)
            self._generation = generation
            if before is None:
                return
            generation.older = before
            kept = set(generation.manifest.every())
            before.retired = [file for file in before.manifest.every() if file not in kept]
            for file in before.retired:
                self._unlink(file)
            self._retire()

    def show(self, views: list[str]) -> None:
        with self._lock:
            self._show(views)

    def _show(self, views: list[str]) -> None:
        self._do("BEGIN", *views, "COMMIT")

    def _unlink(self, file: str) -> None:
        for name in (file, f"{file}.wal", manifests.bloom_name(file)):
            (self.folder / name).unlink(missing_ok=True)

    def _retire(self) -> None:
        """Detach what only generations without readers used, oldest first."""
        chain: list[Generation] = []
        generation = self._generation
        while generation is not None:
            chain.append(generation)
            generation = generation.older
        for newer, oldest in zip(reversed(chain[:-1]), reversed(chain[1:]), strict=True):
            if oldest.readers:
                return
            for file in oldest.retired:
                self.detach(alias_of(file))
                self._unlink(file)  # closing the file may have written a log beside it
            newer.older = None

    def _stop_readers(self) -> None:
        """Interrupt what runs, until nothing does: a statement that just begins does not hear of it."""
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            with self._lock:
                if not self._used:
                    return
                for cursor in self._used:
                    cursor.interrupt()
            time.sleep(0.01)

    def close(self) -> None:
        open_until_now, self._closed = not self._closed, True
        self._stop_readers()
        with self._lock:
            if self._generation is not None and open_until_now:
                with suppress(duckdb.Error):  # a reader is busy: the write-ahead log is replayed on opening
                    self._do(f"CHECKPOINT {self._generation.hot}")
                    self._do(f"CHECKPOINT {self._generation.derived}")
            self._root.close()
