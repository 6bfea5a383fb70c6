"""Literal events for ledger tests: small, readable, told by the cast."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from pentad.ledger import LedgerSlice, schema

NOON = datetime(2026, 10, 5, 12, 0)


def event(seq: int, person_no: int = 1, **more: Any) -> dict[str, Any]:
    """One event a minute after NOON for each seq; any column can be given."""
    at = NOON + timedelta(minutes=seq)
    return {
        "seq": seq,
        "person_no": person_no,
        "source_no": 1,
        "type": "track",
        "name": "Order Completed",
        "ts": at,
        "received": at,
        "message_id": f"m-{seq}",
        "key": seq * 1000,
        "body": seq,
    } | more


def table(relation: str, rows: Iterable[dict[str, Any]]) -> pa.Table:
    columns = schema.ARRIVING[relation]
    return pa.Table.from_pylist(list(rows), schema=columns)


def counted(rows: list[dict[str, Any]], kind: str = "stored") -> list[dict[str, Any]]:
    """The counts that the loader would write for these rows: one delta a row."""
    zero = {"stored": 0, "duplicate": 0, "quarantined": 0}
    return [
        {"source_no": row["source_no"], "minute": row["received"].replace(second=0, microsecond=0), "accepted": 1}
        | zero
        | {kind: 1}
        for row in rows
    ]


def slice_of(
    *events: dict[str, Any],
    log: str = "web-1.log",
    start: int = 0,
    end: int = 100,
    quarantined: Iterable[dict[str, Any]] = (),
    duplicates: Iterable[dict[str, Any]] = (),
) -> LedgerSlice:
    bad, again = list(quarantined), list(duplicates)
    counts = counted(list(events)) + counted(bad, "quarantined") + counted(again, "duplicate")
    return LedgerSlice(
        log,
        start,
        end,
        table("events", events),
        table("quarantined", bad),
        table("duplicates", again),
        table("counts", counts),
    )
