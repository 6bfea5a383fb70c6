"""The latest messages with their verdicts, in order of arrival: what the live page shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pentad import ledger
from pentad.data.ingest.counts import reason
from pentad.data.ingest.models import Source
from pentad.data.ingest.when import aware

Outcome = Literal["stored", "duplicate", "quarantined"]
OUTCOMES: tuple[Outcome, ...] = ("stored", "duplicate", "quarantined")

_WINDOWS = (20_000, 1_000_000, None)
"""How many of the latest arrivals to look at: wider only when a filter finds too few."""


@dataclass(frozen=True, slots=True)
class LiveFilter:
    """What to show. Empty fields show everything."""

    source_no: int | None = None
    outcome: str = ""
    type: str = ""
    text: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LiveRow:
    """A message as the live page lists it."""

    seq: int
    source_no: int
    received: datetime
    message_id: str
    outcome: Outcome
    type: str = ""
    name: str = ""
    user_id: str | None = None
    anonymous_id: str | None = None
    root_no: int | None = None
    reason: str = ""
    says: str = ""
    fix: str = ""


def live(
    after_seq: int = 0,
    limit: int = 100,
    source: Source | None = None,
    outcome: str = "",
    text: str = "",
    type: str = "",
    reason: str = "",
) -> list[LiveRow]:
    """Messages that arrived after `after_seq`, newest first, at most `limit` of the newest."""
    wanted = LiveFilter(source.no if source else None, outcome, type, text.strip(), reason)
    return rows_after(after_seq, limit, wanted)


def rows_after(after_seq: int, limit: int, wanted: LiveFilter) -> list[LiveRow]:
    """As `live`, with the filter as one value."""
    newest = ledger.current().next_seq()
    rows: list[dict[str, Any]] = []
    for window in _WINDOWS:
        floor = max(after_seq, newest - window) if window else after_seq
        sql, params = live_sql(floor, limit, wanted)
        rows = ledger.current().rows(sql, params)
        if len(rows) >= limit or floor <= after_seq:
            break
    _name_duplicates(rows)
    return [_live_row(row) for row in rows]


def live_sql(after_seq: int, limit: int, wanted: LiveFilter) -> tuple[str, list[Any]]:
    """The union over the three relations that carry an arrival number."""
    parts, params = [], []
    if wanted.outcome in ("", "stored") and not wanted.reason:
        where, values = _event_conditions(wanted)
        parts.append(
            "SELECT seq, source_no, received, message_id, 'stored' AS outcome, type, name, user_id, anonymous_id, root_no, "
            f"'' AS reason, '' AS detail, CAST(0 AS UBIGINT) AS key FROM events WHERE seq > ?{where}"
        )
        params += [after_seq, *values]
    if wanted.outcome in ("", "duplicate") and not wanted.reason:
        where, values = _duplicate_conditions(wanted)
        parts.append(
            f"SELECT seq, source_no, received, message_id, 'duplicate' AS outcome, {_NOTHING}, "
            f"'' AS reason, '' AS detail, key FROM duplicates WHERE seq > ?{where}"
        )
        params += [after_seq, *values]
    if wanted.outcome in ("", "quarantined"):
        where, values = _quarantine_conditions(wanted)
        parts.append(
            f"SELECT seq, source_no, received, message_id, 'quarantined' AS outcome, {_NOTHING}, "
            f"reason, detail, CAST(0 AS UBIGINT) AS key FROM quarantined WHERE seq > ?{where}"
        )
        params += [after_seq, *values]
    if not parts:
        return "SELECT 1 WHERE FALSE", []
    return f"SELECT * FROM ({' UNION ALL '.join(parts)}) AS l ORDER BY seq DESC LIMIT {int(limit)}", params


_NOTHING = (
    "'' AS type, '' AS name, CAST(NULL AS VARCHAR) AS user_id, "
    "CAST(NULL AS VARCHAR) AS anonymous_id, CAST(NULL AS INTEGER) AS root_no"
)


def _event_conditions(wanted: LiveFilter) -> tuple[str, list[Any]]:
    where, params = _shared_conditions(wanted)
    if wanted.type:
        where += " AND type = ?"
        params.append(wanted.type)
    if wanted.text:
        columns = ("name", "message_id", "user_id", "anonymous_id", "props", "traits")
        where += " AND (" + " OR ".join(f"contains(lower(coalesce({c}, '')), ?)" for c in columns) + ")"
        params += [wanted.text.lower()] * len(columns)
    return where, params


def _duplicate_conditions(wanted: LiveFilter) -> tuple[str, list[Any]]:
    """A duplicate is found by what its original says: only that was stored."""
    where, params = _shared_conditions(wanted)
    if wanted.type or wanted.text:
        original, values = _event_conditions(wanted)
        where += f" AND key IN (SELECT key FROM events WHERE TRUE{original})"
        params += values
    return where, params


def _quarantine_conditions(wanted: LiveFilter) -> tuple[str, list[Any]]:
    where, params = _shared_conditions(wanted)
    if wanted.reason:
        where += " AND reason = ?"
        params.append(wanted.reason)
    if wanted.type:
        where += " AND contains(replace(raw, ' ', ''), ?)"
        params.append(f'"type":"{wanted.type}"')
    if wanted.text:
        where += (
            " AND ("
            + " OR ".join(f"contains(lower(coalesce({c}, '')), ?)" for c in ("message_id", "detail", "raw"))
            + ")"
        )
        params += [wanted.text.lower()] * 3
    return where, params


def _shared_conditions(wanted: LiveFilter) -> tuple[str, list[Any]]:
    return (" AND source_no = ?", [wanted.source_no]) if wanted.source_no is not None else ("", [])


def _name_duplicates(rows: list[dict[str, Any]]) -> None:
    """Give duplicates the name and person of the message they repeat."""
    keys = list({row["key"] for row in rows if row["outcome"] == "duplicate"})
    if not keys:
        return
    marks = ", ".join("?" * len(keys))
    originals = {
        row["key"]: row
        for row in ledger.current().rows(
            f"SELECT key, type, name, user_id, anonymous_id, root_no FROM events WHERE key IN ({marks})", keys
        )
    }
    for row in rows:
        if row["outcome"] == "duplicate" and row["key"] in originals:
            row.update({k: v for k, v in originals[row["key"]].items() if k != "key"})


def _live_row(row: dict[str, Any]) -> LiveRow:
    why = reason(row["reason"]) if row["reason"] else None
    return LiveRow(
        seq=row["seq"], source_no=row["source_no"], received=aware(row["received"]), message_id=row["message_id"] or "",
        outcome=row["outcome"], type=row["type"], name=row["name"], user_id=row["user_id"], anonymous_id=row["anonymous_id"],
        root_no=row["root_no"], reason=row["reason"], says=(row["detail"] or why.says) if why else "", fix=why.fix if why else "",
    )  # fmt: skip


def content(seq: int) -> dict[str, Any] | None:
    """Everything the ledger holds of the arrival `seq`; for a duplicate, the message it repeats."""
    current = ledger.current()
    for relation in ("events", "quarantined"):
        rows = current.rows(f"SELECT * FROM {relation} WHERE seq = ?", [seq])
        if rows:
            return {"relation": relation, **rows[0]}
    repeated = current.rows("SELECT * FROM duplicates WHERE seq = ?", [seq])
    if not repeated:
        return None
    original = current.rows("SELECT * FROM events WHERE key = ? LIMIT 1", [repeated[0]["key"]])
    return {"relation": "duplicates", **(original[0] if original else {}), "again": repeated[0]["received"]}
