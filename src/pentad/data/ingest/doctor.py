"""The SDK doctor at work: gathers what arrived from a source and asks the rules.

The cost is bounded: a sample of the newest messages, and counts of the last days.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import msgspec

from pentad import ledger
from pentad.core import clock
from pentad.data.ingest import rules_doctor_flow, rules_doctor_messages, signal_store, signals  # noqa: F401 - importing registers the rules
from pentad.data.ingest.models import Source
from pentad.data.ingest.rules_doctor import Facts, Finding, Repeat, Seen, examine
from pentad.data.ingest.when import aware, aware_or_none, naive

SAMPLE = 1000
DAYS = 8


def sdk_findings(source: Source) -> list[Finding]:
    """What seems wrong with how this source sends, problems first. Empty when nothing does."""
    return examine(facts_of(source))


def facts_of(source: Source) -> Facts:
    """What the rules look at."""
    day = naive(clock.now() - timedelta(days=1))
    counts = _counts(source.no, day)
    quarantined = _quarantined(source.no, day)
    return Facts(
        kind=source.kind,
        messages=_messages(source.no),
        repeats=_repeats(source.no),
        accepted=counts["accepted"],
        duplicate=counts["duplicate"],
        quarantined=Counter({row["reason"]: row["count"] for row in quarantined}),
        samples={row["reason"]: row["message_id"] or "" for row in quarantined},
        daily=_daily(source.no),
        signals=_signals(source),
    )


def _counts(no: int, since: datetime) -> dict[str, int]:
    rows = ledger.current().rows(
        "SELECT CAST(coalesce(sum(accepted), 0) AS BIGINT) AS accepted, CAST(coalesce(sum(duplicate), 0) AS BIGINT) AS duplicate "
        "FROM counts WHERE source_no = ? AND minute >= ?",
        [no, since],
    )
    return rows[0]


def _quarantined(no: int, since: datetime) -> list[dict[str, Any]]:
    return ledger.current().rows(
        "SELECT reason, count(*) AS count, arg_max(message_id, seq) AS message_id FROM quarantined "
        "WHERE source_no = ? AND received >= ? GROUP BY reason",
        [no, since],
    )


def _messages(no: int) -> list[Seen]:
    current = ledger.current()
    columns = "message_id, type, name, received, user_id, anonymous_id, original, sent, context, props, traits"
    rows: list[dict[str, Any]] = []
    # The newest arrivals first; the whole ledger only for a source that has been quiet for long.
    for floor in (current.next_seq() - 100_000, 0):
        rows = current.rows(
            f"SELECT {columns} FROM events WHERE source_no = ? AND seq > ? ORDER BY seq DESC LIMIT {SAMPLE}",
            [no, floor],
        )
        if rows or floor <= 0:
            break
    return [_seen(row) for row in rows]


def _seen(row: dict[str, Any]) -> Seen:
    return Seen(
        message_id=row["message_id"], type=row["type"], name=row["name"] or "", received=aware(row["received"]),
        user_id=row["user_id"] or "", anonymous_id=row["anonymous_id"] or "",
        original=aware_or_none(row["original"]), sent=aware_or_none(row["sent"]),
        context=_object(row["context"]), props=_object(row["props"]), traits=_object(row["traits"]),
    )  # fmt: skip


def _object(text: str | None) -> dict[str, Any]:
    if not text:
        return {}
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _repeats(no: int) -> list[Repeat]:
    current = ledger.current()
    rows = current.rows(
        "SELECT key, message_id, received FROM duplicates WHERE source_no = ? ORDER BY seq DESC LIMIT 200", [no]
    )
    keys = list({row["key"] for row in rows})
    first: dict[int, datetime] = {}
    if keys:
        marks = ", ".join("?" * len(keys))
        for row in current.rows(f"SELECT key, received FROM events WHERE key IN ({marks})", keys):
            first[row["key"]] = row["received"]
    return [Repeat(r["message_id"] or "", r["received"] - first[r["key"]] if r["key"] in first else None) for r in rows]


def _daily(no: int) -> list[int]:
    """Accepted in each 24 hours up to now, oldest first, from the first day on which anything came."""
    now = clock.now().replace(second=0, microsecond=0)
    first = naive(now - timedelta(days=DAYS))
    rows = ledger.current().rows(
        "SELECT date_trunc('hour', minute) AS hour, CAST(sum(accepted) AS BIGINT) AS accepted FROM counts "
        "WHERE source_no = ? AND minute >= ? GROUP BY 1",
        [no, first],
    )
    days = [0] * DAYS
    for row in rows:
        days[min(DAYS - 1, max(0, (row["hour"] - first).days))] += row["accepted"]
    while days and not days[0]:
        days.pop(0)
    return days


def _signals(source: Source) -> Counter[str]:
    """The source's own, and those that belong to no source: any may be the one that a sender meant."""
    return signal_store.counts(source.no) + signal_store.counts(signals.ANY)
