"""Erasing people: their events, their quarantined messages, and their identifiers in others' rows.

Nothing is deleted in place (see `rewrite`). What stays behind are numbers that say nothing of the person:
how many rows went (`removed`, so that receipts still balance), the hashes of their message ids
(`erased`, so that an audit of the inbox does not take them for lost), and their person numbers (`gone`,
so that a slice resolved before the erasure does not bring them back).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from pentad.ledger import faults, matching, schema, sql
from pentad.ledger.duckdb.files import alias_of
from pentad.ledger.duckdb.rewrite import Cut, Rewrite, rewriting
from pentad.ledger.protocol import ErasureReport

if TYPE_CHECKING:
    from pentad.ledger.duckdb.store import DuckDBLedger

Cursor = duckdb.DuckDBPyConnection

_IDENTIFIERS = ("user_id", "anonymous_id", "group_id")
_KINDS = {"events": "stored", "quarantined": "quarantined", "duplicates": "duplicate"}
# Each condition is true for a row that has to go. They read the temporary tables of `_mark`.
_DOOMED = {
    "events": "(person_no IN (SELECT * FROM doomed_person) OR message_id IN (SELECT * FROM doomed_message))",
    "quarantined": (
        "(message_id IN (SELECT * FROM doomed_message) OR (source_no, message_id) IN (SELECT * FROM doomed_id)"
        " OR {holds})"
    ),
    "duplicates": "(message_id IN (SELECT * FROM doomed_message) OR (source_no, message_id) IN (SELECT * FROM doomed_id))",
}


def erase(
    ledger: "DuckDBLedger", person_nos: Iterable[int], values: Iterable[str], message_ids: Iterable[str]
) -> ErasureReport:
    persons, texts = set(person_nos), {value for value in values if value}
    with ledger.maintenance, rewriting(ledger) as work:
        _mark(work, persons, set(message_ids))
        report = _carry_out(ledger, work, _Search(work, texts, _DOOMED, "erased"))
        faults.step("erase.events")
        ledger.derived.forget(persons)  # after: now that they are `gone`, nothing puts them there again
        return report


def take_back(ledger: "DuckDBLedger", source_no: int, received: datetime) -> ErasureReport:
    """Remove what arrived at one moment from one source."""
    moment = sql.literal(received.isoformat(sep=" ", timespec="microseconds"))
    where = f"(source_no = {int(source_no)} AND received = {moment}::TIMESTAMP)"
    with ledger.maintenance, rewriting(ledger) as work:
        _mark(work, set(), set())
        return _carry_out(ledger, work, _Search(work, set(), dict.fromkeys(_DOOMED, where), "undone"))


def _carry_out(ledger: "DuckDBLedger", work: Rewrite, search: "_Search") -> ErasureReport:
    for file in work.base.files():
        # All message ids first: a duplicate may lie in another month than its event.
        search.note_ids(alias_of(file), f"seq <= {work.upto}")
    for label, file in work.base.sealed.items():
        if search.count(alias_of(file), "true"):
            work.write_sealed(label, [(alias_of(file), search.cut)])
            faults.step("erase.month")
    search.count(work.old_hot, f"seq <= {work.upto}")
    work.copy_hot(search.cut)
    with ledger.writing, ledger.stating:
        search.note_ids(work.old_hot, f"seq > {work.upto}")
        search.count(work.old_hot, f"seq > {work.upto}")
        work.finish(search.cut, _remember)
    return ErasureReport(**search.totals, files=sorted([*work.sealed, "hot"]))


def _mark(work: Rewrite, persons: set[int], message_ids: set[str]) -> None:
    """Temporary tables of what is doomed. They live in memory, on this cursor, and go with it."""
    run = work.cursor.execute
    work.cursor.register("persons", pa.table({"person_no": pa.array(sorted(persons), pa.int32())}))
    work.cursor.register("messages", pa.table({"message_id": pa.array(sorted(message_ids), pa.string())}))
    run("CREATE TEMP TABLE doomed_person AS SELECT * FROM persons").fetchall()
    run("CREATE TEMP TABLE doomed_message AS SELECT * FROM messages").fetchall()
    run("CREATE TEMP TABLE doomed_id (source_no INTEGER, message_id VARCHAR)").fetchall()
    run("CREATE TEMP TABLE mentioning (seq BIGINT)").fetchall()
    run("CREATE TEMP TABLE forgotten_key (key UBIGINT)").fetchall()
    run(sql.create_table_sql("forgotten", schema.REMOVED).replace("CREATE", "CREATE TEMP")).fetchall()


def _matches(text: str, patterns: list[str]) -> str:
    return f"({' OR '.join(f'regexp_matches({text}, {sql.literal(one)})' for one in patterns) or 'false'})"


class _Search:
    """Finds the doomed rows of each file, counts them, and notes what may be remembered of them."""

    def __init__(self, work: Rewrite, texts: set[str], doomed: dict[str, str], reason: str):
        self._work = work
        self._texts = texts
        self._reason = reason
        holds = _matches("concat_ws(chr(10), raw, detail, message_id)", matching.patterns_of_all(texts))
        self._doomed = {name: f"coalesce({text.replace('{holds}', holds)}, false)" for name, text in doomed.items()}
        promoted = schema.events_schema(work.promoted)
        others = ("type", *_IDENTIFIERS)
        self._text_columns = [c.name for c in promoted if c.type == pa.string() and c.name not in others]
        self._telling = matching.patterns_of_telling(texts)
        self.totals = dict.fromkeys([*_DOOMED, "redacted"], 0)
        keep = {name: f"NOT {condition}" for name, condition in self._doomed.items()}
        self.cut = Cut(keep, self._blotted(), changed="seq IN (SELECT seq FROM mentioning)")

    def note_ids(self, alias: str, where: str) -> None:
        self._work.cursor.execute(
            f"INSERT INTO doomed_id SELECT source_no, message_id FROM {alias}.events "
            f"WHERE {self._doomed['events']} AND {where}"
        ).fetchall()

    def count(self, alias: str, where: str) -> int:
        """Add a file's doomed rows to the totals and the notes; returns how many rows change."""
        counts = {name: self._count(alias, name, f"{where} AND {doomed}") for name, doomed in self._doomed.items()}
        mentions = f"{where} AND NOT {self._doomed['events']} AND {self._mentions()}"
        noted = f"INSERT INTO mentioning SELECT seq FROM {self._work.source(alias, 'events')} WHERE {mentions}"
        counts["redacted"] = int(self._work.cursor.execute(noted).fetchall()[0][0])
        for name, n in counts.items():
            self.totals[name] += n
        for name, doomed in self._doomed.items():
            self._work.cursor.execute(
                f"INSERT INTO forgotten SELECT source_no, date_trunc('minute', received), '{_KINDS[name]}', "
                f"'{self._reason}', count(*) FROM {alias}.{name} WHERE {where} AND {doomed} GROUP BY ALL"
            ).fetchall()
        self._work.cursor.execute(
            f"INSERT INTO forgotten_key SELECT key FROM {alias}.events WHERE {where} AND {self._doomed['events']}"
        ).fetchall()
        return sum(counts.values())

    def _count(self, alias: str, relation: str, where: str) -> int:
        source = self._work.source(alias, relation)
        found = self._work.cursor.execute(f"SELECT count(*) FROM {source} WHERE {where}")
        return int(found.fetchall()[0][0])

    def _is_one(self, column: str) -> str:
        listed = ", ".join(sql.literal(text.lower()) for text in sorted(self._texts))
        return f"coalesce(lower({column}) IN ({listed}), false)"

    def _mentions(self) -> str:
        """True for an events row in which a value stands somewhere."""
        found = [self._is_one(name) for name in _IDENTIFIERS] if self._texts else []
        if self._telling:
            found += [f"coalesce({_matches(name, self._telling)}, false)" for name in self._text_columns]
        return f"({' OR '.join(found)})" if found else "false"

    def _blotted(self) -> dict[str, str]:
        """Other people's event columns with the values blotted out: SQL by column."""
        values: dict[str, str] = {}
        blot = sql.literal(matching.BLOT)
        if self._telling:
            for name in self._text_columns:
                values[name] = name
                for pattern in self._telling:
                    values[name] = f"regexp_replace({values[name]}, {sql.literal(pattern)}, {blot}, 'g')"
        if self._texts:
            for name in _IDENTIFIERS:
                values[name] = f"CASE WHEN {self._is_one(name)} THEN {blot} ELSE {name} END"
        return values


def _remember(cursor: Cursor, alias: str) -> None:
    """The small tables of the new hot file after the erasure."""
    for statement in (
        f"INSERT INTO {alias}.removed SELECT * FROM forgotten",
        f"INSERT INTO {alias}.erased SELECT key FROM forgotten_key",
        f"INSERT INTO {alias}.gone SELECT person_no FROM doomed_person EXCEPT SELECT person_no FROM {alias}.gone",
        f"DELETE FROM {alias}.hidden WHERE person_no IN (SELECT * FROM doomed_person)",
        f"DELETE FROM {alias}.links WHERE person_no IN (SELECT * FROM doomed_person) OR root_no IN (SELECT * FROM doomed_person)",
    ):
        cursor.execute(statement).fetchall()
