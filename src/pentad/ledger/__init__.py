"""The event store: append, query, seal, erase. The only package that knows an analytical driver.

One ledger is open per owner process. Its engine follows from where it lives: a folder means DuckDB
files, `clickhouse://…` (or `chdb:///folder`, the same engine in-process) means ClickHouse.
"""

from pathlib import Path

from pentad.core.errors import Conflict, Unavailable
from pentad.ledger.protocol import ErasureReport, Ledger, LedgerSlice, Problem
from pentad.ledger.staging import Staging

__all__ = ["ErasureReport", "Ledger", "LedgerSlice", "Problem", "Staging", "current", "open", "staging"]

_current: Ledger | None = None


def open(target: str | Path, *, memory_limit: str = "2GB", threads: int | None = None) -> Ledger:
    """Open the ledger at a folder or URL and make it the current one of this process.

    memory_limit and threads bound the DuckDB engine (threads: default, one per core).
    Raises Conflict when this process has one open already, Unavailable when another process has it.
    """
    global _current
    if _current is not None:
        raise Conflict("This process has a ledger open already.", code="ledger_open", fix="Close it first.")
    if "://" in str(target):
        try:
            from pentad.ledger.clickhouse import ClickHouseLedger
        except ModuleNotFoundError as error:
            fix = "Install Pentad with the extra: pip install 'pentad[clickhouse]'."
            raise Unavailable(f"{error.name} is not installed.", code="ledger_engine", fix=fix) from error

        engine: Ledger = ClickHouseLedger(str(target), on_close=_closed)
    else:
        from pentad.ledger.duckdb import DuckDBLedger

        engine = DuckDBLedger(Path(target), memory_limit=memory_limit, threads=threads, on_close=_closed)
    _current = engine
    return engine


def current() -> Ledger:
    """The ledger this process has open. Raises Unavailable when there is none: not the owner."""
    if _current is None:
        raise Unavailable(
            "The event store is not open in this process.",
            code="ledger_closed",
            fix="Only the process that owns the data folder reads it; start `pentad up`.",
        )
    return _current


def staging(*, memory_limit: str = "1GB", threads: int = 1) -> Staging:
    """A fresh in-memory engine for the loader's joins."""
    return Staging(memory_limit=memory_limit, threads=threads)


def _closed(engine: Ledger) -> None:
    global _current
    if _current is engine:
        _current = None
