"""Is the store sound, on ClickHouse? Reads; changes nothing."""

from typing import TYPE_CHECKING, Any

from pentad.ledger.clickhouse import tables
from pentad.ledger.protocol import DERIVED_DAMAGED, Problem

if TYPE_CHECKING:
    from pentad.ledger.clickhouse.store import ClickHouseLedger

_COUNTED = {"stored": "events", "quarantined": "quarantined", "duplicate": "duplicates"}


def check(ledger: "ClickHouseLedger") -> list[Problem]:
    """All problems found. Appends are held back meanwhile: there is no snapshot over several tables."""
    with ledger.writing:
        events = [*_parts(ledger, (*_COUNTED.values(), "counts"), "file_damaged"), *_balance(ledger)]
        return [*events, *_numbering(ledger), *_twice(ledger), *check_derived(ledger)]


def check_derived(ledger: "ClickHouseLedger") -> list[Problem]:
    return _parts(ledger, tuple(tables.DERIVED), DERIVED_DAMAGED)


def _all(ledger: "ClickHouseLedger", query: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in ledger.native(query).to_pylist()]


def _parts(ledger: "ClickHouseLedger", relations: tuple[str, ...], code: str) -> list[Problem]:
    """The engine's own check of its files' checksums."""
    problems = []
    for relation in relations:
        for row in ledger.native(f"CHECK TABLE t_{relation} SETTINGS check_query_single_value_result = 0").to_pylist():
            if not row["is_passed"]:
                problems.append(Problem(code, f"{row['part_path']}: {row['message']}", f"t_{relation}"))
    return problems


def _balance(ledger: "ClickHouseLedger") -> list[Problem]:
    rows = " UNION ALL ".join(
        f"SELECT source_no, toDateTime(toStartOfMinute(received)) AS minute, '{kind}' AS kind, toInt64(count()) AS n "
        f"FROM t_{relation} GROUP BY source_no, minute"
        for kind, relation in _COUNTED.items()
    )
    counts = " UNION ALL ".join(
        f"SELECT source_no, toDateTime(minute) AS minute, '{kind}' AS kind, -sum({kind}) AS n FROM t_counts "
        "GROUP BY source_no, minute"
        for kind in _COUNTED
    )
    removed = "SELECT source_no, toDateTime(minute) AS minute, toString(kind) AS kind, n FROM t_removed"
    off = (
        f"SELECT source_no, minute, kind, sum(n) AS off FROM ({rows} UNION ALL {counts} UNION ALL {removed}) "
        "GROUP BY source_no, minute, kind HAVING off <> 0"
    )
    problems = []
    for source_no, kind, n, minutes, first in _all(ledger, _by_source(off, "source_no, kind")):
        text = f"Source {source_no}: {abs(n)} rows {'more' if n > 0 else 'fewer'} than counted as {kind}, "
        text += f"in {minutes} minutes from {first:%Y-%m-%d %H:%M}."
        problems.append(Problem("rows_uncounted" if n > 0 else "rows_missing", text, f"source {source_no}"))
    unbalanced = (
        "SELECT source_no, toDateTime(minute) AS minute, sum(accepted - stored - duplicate - quarantined) AS off "
        "FROM t_counts GROUP BY source_no, minute HAVING off <> 0"
    )
    for source_no, n, minutes, first in _all(ledger, _by_source(unbalanced, "source_no")):
        text = f"Source {source_no}: {n} accepted messages have no outcome, in {minutes} minutes from "
        problems.append(Problem("counts_unbalanced", f"{text}{first:%Y-%m-%d %H:%M}.", f"source {source_no}"))
    return problems


def _by_source(off: str, columns: str) -> str:
    return (
        f"SELECT {columns}, sum(off) AS total, count() AS minutes, min(minute) AS first FROM ({off}) "
        f"GROUP BY {columns}, sign(off) ORDER BY {columns}"
    )


def _numbering(ledger: "ClickHouseLedger") -> list[Problem]:
    union = " UNION ALL ".join(f"SELECT seq FROM t_{relation}" for relation in _COUNTED.values())
    rows, distinct, last = _all(ledger, f"SELECT count() AS a, uniqExact(seq) AS b, max(seq) AS c FROM ({union})")[0]
    problems = []
    if rows != distinct:
        problems.append(Problem("seq_twice", f"{rows - distinct} rows share their seq with another."))
    if ledger.next_seq() <= (last or 0):
        problems.append(Problem("seq_behind", f"The next seq is {ledger.next_seq()}, but {last} is stored."))
    return problems


def _twice(ledger: "ClickHouseLedger") -> list[Problem]:
    keys = "SELECT any(message_id) AS m, count() AS n FROM t_events GROUP BY key HAVING n > 1 LIMIT 20"
    return [Problem("stored_twice", f"Message {text} is stored {n} times.") for text, n in _all(ledger, keys)]
