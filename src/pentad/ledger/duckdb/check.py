"""Is the store sound? Reads every file; changes nothing."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import duckdb

from pentad.ledger import schema
from pentad.ledger.duckdb.files import Generation
from pentad.ledger.duckdb.views import SEALED
from pentad.ledger.protocol import DERIVED_DAMAGED, Problem

if TYPE_CHECKING:
    from pentad.ledger.duckdb.store import DuckDBLedger

Cursor = duckdb.DuckDBPyConnection

_SAMPLE = 20_000
# A kind of count, and the relation whose rows it counts.
_COUNTED = {"stored": "events", "quarantined": "quarantined", "duplicate": "duplicates"}


def check(ledger: "DuckDBLedger") -> list[Problem]:
    """All problems found, worst first. One transaction, so that appends meanwhile confuse nothing."""
    with ledger.files.reading() as (cursor, generation):
        cursor.execute("BEGIN").fetchall()
        unreadable = list(_files(cursor, generation))
        if unreadable:
            return unreadable
        return [
            *_balance(cursor, generation),
            *_numbering(cursor, generation),
            *_twice(cursor, generation),
            *_filters(cursor, generation),
            *_order(cursor, generation),
            *_derived(cursor, generation),
        ]


def check_derived(ledger: "DuckDBLedger") -> list[Problem]:
    with ledger.files.reading() as (cursor, generation):
        return list(_derived(cursor, generation))


def _all(cursor: Cursor, query: str) -> list[tuple[Any, ...]]:
    return cursor.execute(query).fetchall()


def _union(generation: Generation, relation: str, columns: str) -> str:
    return " UNION ALL ".join(f"SELECT {columns} FROM {alias}.{relation}" for alias in generation.columns)


def _files(cursor: Cursor, generation: Generation) -> Iterator[Problem]:
    """Read every value: DuckDB verifies the checksum of each block that it reads."""
    for alias in generation.columns:
        for relation in SEALED:
            try:
                _all(cursor, f"SELECT bit_xor(hash(t)) FROM {alias}.{relation} t")
            except duckdb.Error as error:
                yield Problem("file_damaged", f"The {relation} of a file cannot be read: {error}", alias)


def _derived(cursor: Cursor, generation: Generation) -> Iterator[Problem]:
    """The same of what can be made anew."""
    for relation in (*schema.DERIVED, "features"):
        try:
            _all(cursor, f"SELECT bit_xor(hash(t)) FROM {generation.derived}.{relation} t")
        except duckdb.Error as error:
            yield Problem(DERIVED_DAMAGED, f"The derived {relation} cannot be read: {error}", generation.derived)


def _balance(cursor: Cursor, generation: Generation) -> Iterator[Problem]:
    """Counts equal rows, and what was accepted equals what became of it, for each source and minute."""
    hot = generation.hot
    rows = " UNION ALL ".join(
        f"SELECT source_no, date_trunc('minute', received) AS minute, '{kind}' AS kind, count(*) AS n "
        f"FROM ({_union(generation, relation, 'source_no, received')}) GROUP BY ALL"
        for kind, relation in _COUNTED.items()
    )
    counts = " UNION ALL ".join(
        f"SELECT source_no, minute, '{kind}' AS kind, -sum({kind}) AS n FROM {hot}.counts GROUP BY ALL"
        for kind in _COUNTED
    )
    removed = f"SELECT source_no, minute, kind, n FROM {hot}.removed"
    off = (
        f"SELECT source_no, minute, kind, sum(n)::BIGINT AS off FROM ({rows} UNION ALL {counts} UNION ALL {removed}) "
        "GROUP BY ALL HAVING off <> 0"
    )
    for source_no, kind, n, minutes, first in _all(cursor, _by_source(off, "source_no, kind")):
        direction = "more" if n > 0 else "fewer"
        text = f"Source {source_no}: {abs(n)} rows {direction} than counted as {kind}, {_when(minutes, first)}."
        yield Problem("rows_uncounted" if n > 0 else "rows_missing", text, f"source {source_no}")
    unbalanced = (
        "SELECT source_no, minute, sum(accepted - stored - duplicate - quarantined)::BIGINT AS off "
        f"FROM {hot}.counts GROUP BY ALL HAVING off <> 0"
    )
    for source_no, n, minutes, first in _all(cursor, _by_source(unbalanced, "source_no")):
        text = f"Source {source_no}: {n} accepted messages have no outcome, {_when(minutes, first)}."
        yield Problem("counts_unbalanced", text, f"source {source_no}")


def _by_source(off: str, columns: str) -> str:
    """Of differences by minute: their sum, the number of minutes, and the first. Signs are kept apart."""
    return (
        f"SELECT {columns}, sum(off)::BIGINT, count(*), min(minute) FROM ({off}) "
        f"GROUP BY {columns}, sign(off) ORDER BY {columns}"
    )


def _when(minutes: int, first: datetime) -> str:
    return f"in the minute {first:%Y-%m-%d %H:%M}" + (f" and {minutes - 1} others" if minutes > 1 else "")


def _numbering(cursor: Cursor, generation: Generation) -> Iterator[Problem]:
    seqs = " UNION ALL ".join(_union(generation, relation, "seq") for relation in SEALED)
    rows, distinct, last = _all(cursor, f"SELECT count(*), count(DISTINCT seq), coalesce(max(seq), 0) FROM ({seqs})")[0]
    if rows != distinct:
        yield Problem("seq_twice", f"{rows - distinct} rows share their seq with another.")
    next_seq = _all(cursor, f"SELECT value FROM {generation.hot}.state WHERE name = 'next_seq'")[0][0]
    if next_seq <= last:
        yield Problem("seq_behind", f"The next seq is {next_seq}, but {last} is stored.")
    for log, position in _all(cursor, f"SELECT log, position FROM {generation.hot}.offsets WHERE position < 0"):
        yield Problem("offset_negative", f"The offset of {log} is {position}.", log)
    for (log,) in _all(cursor, f"SELECT log FROM {generation.hot}.offsets GROUP BY log HAVING count(*) > 1"):
        yield Problem("offset_twice", f"{log} has two offsets.", log)


def _twice(cursor: Cursor, generation: Generation) -> Iterator[Problem]:
    events = _union(generation, "events", "key, message_id")
    keys = f"SELECT any_value(message_id), count(*) FROM ({events}) GROUP BY key HAVING count(*) > 1 LIMIT 20"
    for message_id, n in _all(cursor, keys):
        yield Problem("stored_twice", f"Message {message_id} is stored {n} times.")


def _filters(cursor: Cursor, generation: Generation) -> Iterator[Problem]:
    tests = {generation.hot: generation.seen.hot.maybe}
    tests |= {alias: bloom.maybe for alias, bloom in generation.seen.sealed.items()}
    for alias, maybe in tests.items():
        sample = cursor.sql(f"SELECT key FROM {alias}.events USING SAMPLE {_SAMPLE} ROWS").to_arrow_table()
        missed = int((~maybe(sample["key"].to_numpy())).sum())
        if missed:
            text = f"{missed} of {len(sample)} message keys are missing from the filter: duplicates could be stored."
            yield Problem("filter_incomplete", text, alias)


def _order(cursor: Cursor, generation: Generation) -> Iterator[Problem]:
    for alias in generation.sealed.values():
        row = "(person_no, ts, seq)"
        pairs = f"SELECT {row} AS this, lag({row}) OVER (ORDER BY rowid) AS before FROM {alias}.events"
        wrong = _all(cursor, f"SELECT count(*) FROM ({pairs}) WHERE before > this")[0][0]
        if wrong:
            yield Problem("file_unsorted", f"{wrong} events stand before their place.", alias)
