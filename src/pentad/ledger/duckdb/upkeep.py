"""Promotion of properties and compaction: rewrites that change no answer."""

from datetime import timedelta
from typing import TYPE_CHECKING

from pentad.core import clock
from pentad.core.errors import Conflict, Invalid
from pentad.ledger import schema, sql
from pentad.ledger.duckdb import hot
from pentad.ledger.duckdb.files import alias_of
from pentad.ledger.duckdb.rewrite import Cut, rewriting
from pentad.ledger.schema import Promoted

if TYPE_CHECKING:
    from pentad.ledger.duckdb.store import DuckDBLedger

# How long the trace of a duplicate is kept. Totals keep counting it.
KEEP_DUPLICATES = timedelta(days=90)


def promote(ledger: "DuckDBLedger", prop: str, type_: str) -> None:
    """A typed column for a property. The hot file gets it at once; sealed files at their next rewrite,
    until when the view reads it from the properties."""
    if type_ not in schema.TYPES:
        raise Invalid(f"{type_!r} is not a type.", fix=f"Use one of {', '.join(schema.TYPES)}.")
    item = Promoted(prop, type_)
    with ledger.maintenance:
        if item in ledger.state.promoted:
            return
        if item.column in schema.events_schema(ledger.state.promoted).names:
            raise Conflict(f"The column {item.column} is taken.", code="column_taken")
        with rewriting(ledger) as work:
            work.promoted = (*work.promoted, item)
            work.copy_hot(Cut())

            with ledger.writing, ledger.stating:
                work.finish(Cut(), lambda cursor, alias: hot.register(cursor, alias, item))


def compact(ledger: "DuckDBLedger") -> None:
    """Sum counts up to a row for each source and minute; drop the trace of old duplicates."""
    with ledger.maintenance:
        with ledger.writing:
            _collapse_counts(ledger)
        _drop_old_duplicates(ledger)


def _collapse_counts(ledger: "DuckDBLedger") -> None:
    counts, cursor = f"{ledger.files.now.hot}.counts", ledger.writer
    sums = ", ".join(f"sum({name})::BIGINT AS {name}" for name in schema.COUNTS.names[2:])
    summed = f"SELECT source_no, minute, {sums} FROM {counts} GROUP BY ALL ORDER BY minute, source_no"
    with hot.transaction(cursor):
        cursor.execute(f"CREATE TEMP TABLE summed AS {summed}").fetchall()
        cursor.execute(f"DELETE FROM {counts}").fetchall()
        cursor.execute(f"INSERT INTO {counts} SELECT * FROM summed").fetchall()
        cursor.execute("DROP TABLE summed").fetchall()


def _drop_old_duplicates(ledger: "DuckDBLedger") -> None:
    limit = (clock.now() - KEEP_DUPLICATES).replace(tzinfo=None)
    old = f"received < {sql.literal(limit.isoformat(sep=' '))}::TIMESTAMP"
    with rewriting(ledger) as work:
        noted = sql.create_table_sql("expired", schema.REMOVED).replace("CREATE", "CREATE TEMP")
        work.cursor.execute(noted).fetchall()
        found = []
        for file in work.base.files():
            rows = work.cursor.execute(
                f"INSERT INTO expired SELECT source_no, date_trunc('minute', received), 'duplicate', 'expired', "
                f"count(*) FROM {alias_of(file)}.duplicates WHERE {old} AND seq <= {work.upto} GROUP BY ALL"
            ).fetchall()
            if rows[0][0]:
                found.append(file)
        if not found:
            return
        for label, file in work.base.sealed.items():
            if file in found:
                work.write_sealed(label, [(alias_of(file), Cut({"duplicates": f"NOT ({old})"}))])
        work.copy_hot(Cut({"duplicates": f"NOT ({old})"}))
        with ledger.writing, ledger.stating:
            work.finish(Cut(), lambda c, alias: c.execute(f"INSERT INTO {alias}.removed FROM expired").fetchall())
