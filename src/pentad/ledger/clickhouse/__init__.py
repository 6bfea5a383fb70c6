"""The grown engine: ClickHouse, or the same engine in this process (chDB). See docs/reference/ledger.md
for the few promises that are weaker here than in DuckDB."""

from pentad.ledger.clickhouse.store import ClickHouseLedger

__all__ = ["ClickHouseLedger"]
