"""Sealing, promotion and compaction on ClickHouse."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa

from pentad.core import clock
from pentad.core.errors import Conflict, Invalid
from pentad.ledger import schema
from pentad.ledger.clickhouse import tables
from pentad.ledger.protocol import Progress
from pentad.ledger.schema import Promoted

if TYPE_CHECKING:
    from pentad.ledger.clickhouse.store import ClickHouseLedger

# How long the trace of a duplicate is kept. Totals keep counting it.
KEEP_DUPLICATES = timedelta(days=90)


def register(ledger: "ClickHouseLedger", items: Iterable[Promoted]) -> None:
    now = clock.now().replace(tzinfo=None)
    rows = [{"prop": item.prop, "type": item.type, "col": item.column, "since": now} for item in items]
    ledger.insert("registry", pa.Table.from_pylist(rows, schema=schema.REGISTRY))


def seal(ledger: "ClickHouseLedger", before: date, progress: Progress | None) -> list[str]:
    """Merge each closed month into one part, sorted by person and time."""
    with ledger.maintenance:
        closed = before.year * 100 + before.month
        parts = ledger.native(
            "SELECT partition, count() AS n FROM system.parts WHERE database = currentDatabase() "
            "AND table = 't_events' AND active GROUP BY partition HAVING n > 1 ORDER BY toUInt32(partition)"
        ).to_pylist()
        sealed = []
        for partition in (row["partition"] for row in parts if int(row["partition"]) < closed):
            label = "older" if partition == "0" else f"{partition[:4]}-{partition[4:]}"
            if progress:
                progress(f"sealing {label}")
            ledger.command(f"OPTIMIZE TABLE t_events PARTITION {partition} FINAL")
            sealed.append(label)
        return sealed


def promote(ledger: "ClickHouseLedger", prop: str, type_: str) -> None:
    """A typed column for a property, filled for the rows that stand."""
    if type_ not in schema.TYPES:
        raise Invalid(f"{type_!r} is not a type.", fix=f"Use one of {', '.join(schema.TYPES)}.")
    item = Promoted(prop, type_)
    with ledger.maintenance, ledger.writing:
        promoted = ledger.state.promoted
        if item in promoted:
            return
        if item.column in schema.events_schema(promoted).names:
            raise Conflict(f"The column {item.column} is taken.", code="column_taken")
        for table in ("t_events", "t_redacted"):
            column = tables.promoted_column_sql(item)
            ledger.command(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {column}")
        ledger.command(f"ALTER TABLE t_events MATERIALIZE COLUMN `{item.column}`")
        register(ledger, [item])
        ledger.state.promoted = (*promoted, item)


def compact(ledger: "ClickHouseLedger") -> None:
    """Drop the trace of old duplicates. Counts stay as they arrived: merging them is the engine's work."""
    limit = (clock.now() - KEEP_DUPLICATES).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    with ledger.maintenance, ledger.writing:
        old = f"received < toDateTime64('{limit}', 6, 'UTC')"
        if not ledger.native(f"SELECT 1 AS x FROM t_duplicates WHERE {old} LIMIT 1").num_rows:
            return
        # The rows go first: a crash between the two shows as rows missing, and `check` names the minutes.
        gone = ledger.native(
            "SELECT source_no, toStartOfMinute(received) AS minute, 'duplicate' AS kind, 'expired' AS reason, "
            f"toInt64(count()) AS n, toInt64(0) AS part FROM t_duplicates WHERE {old} GROUP BY source_no, minute"
        )
        ledger.command(f"ALTER TABLE t_duplicates DELETE WHERE {old}")
        ledger.insert("removed", gone)
