"""The embedded engine: DuckDB files in a folder.

`hot.duckdb` takes appends in arrival order. Closed months are sealed into a file each, sorted by person
and time, attached read-only. The relations that queries name are views over all of them.
"""

from pentad.ledger.duckdb.store import DuckDBLedger

__all__ = ["DuckDBLedger"]
