"""Erasing people on ClickHouse.

What has to go is first noted in work tables (numbers of rows, and other people's rows with the values
blotted out); a mark in t_state then says that the notes are whole, and from there the work is done, or
after a crash finished, in steps that may be repeated. Statements that change tables are kept on disk by
the engine for a while: they name row numbers only, never a value. Other people's rows that are blotted
out are away from queries between their removal and their return.
"""

import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from pentad.core import clock
from pentad.core.errors import Unavailable
from pentad.ledger import faults, matching, schema
from pentad.ledger.clickhouse import tables
from pentad.ledger.clickhouse.dialect import literal
from pentad.ledger.protocol import ErasureReport

if TYPE_CHECKING:
    from pentad.ledger.clickhouse.store import ClickHouseLedger

_IDENTIFIERS = ("user_id", "anonymous_id", "group_id")
_KINDS = {"events": "stored", "quarantined": "quarantined", "duplicates": "duplicate"}
_DOOMED = "seq IN (SELECT seq FROM t_doomed)"
_PATIENCE = 120  # seconds for the engine to drop replaced parts


def erase(ledger: "ClickHouseLedger", persons: set[int], texts: set[str], message_ids: set[str]) -> ErasureReport:
    return _erase(ledger, persons, lambda: _note(ledger, persons, texts, message_ids))


def take_back(ledger: "ClickHouseLedger", source_no: int, received: datetime) -> ErasureReport:
    """Remove what arrived at one moment from one source."""
    moment = literal(received.isoformat(sep=" ", timespec="microseconds"))
    where = f"source_no = {int(source_no)} AND received = toDateTime64({moment}, 6, 'UTC')"

    def note() -> None:
        for relation in _KINDS:
            ledger.command(f"INSERT INTO t_doomed SELECT seq FROM t_{relation} WHERE {where}")
        _note_forgotten(ledger, "undone")

    return _erase(ledger, set(), note)


def _erase(ledger: "ClickHouseLedger", persons: set[int], note: Callable[[], None]) -> ErasureReport:
    with ledger.maintenance:
        with ledger.writing:
            # Nothing may arrive between the search and `gone`, which turns late slices away.
            _clear(ledger)
            note()
            counts = _counts(ledger)
            ledger.insert("gone", pa.table({"person_no": pa.array(sorted(persons - ledger.state.gone), pa.int32())}))
            ledger.state.gone |= persons
            _mark(ledger, clock.now_us())
        faults.step("erase.noted")
        _carry_out(ledger)
        with ledger.writing:
            ledger.state.hidden -= persons
        return ErasureReport(**counts, files=["t_events", "t_quarantined", "t_duplicates"])


def resume(ledger: "ClickHouseLedger") -> None:
    """Finish an erasure that a crash interrupted."""
    if _marked(ledger):
        _carry_out(ledger)
    else:
        _clear(ledger)


def _note(ledger: "ClickHouseLedger", persons: set[int], texts: set[str], message_ids: set[str]) -> None:
    ids = ", ".join(literal(text) for text in sorted(message_ids)) or "NULL"
    numbers = ", ".join(str(no) for no in sorted(persons)) or "NULL"
    doom = "INSERT INTO t_doomed SELECT seq FROM"
    ledger.command(f"{doom} t_events WHERE person_no IN ({numbers}) OR message_id IN ({ids})")
    erased_ids = f"(source_no, message_id) IN (SELECT source_no, message_id FROM t_events WHERE {_DOOMED})"
    holds = _matches("concat(raw, '\\n', detail, '\\n', message_id)", matching.patterns_of_all(texts))
    ledger.command(f"{doom} t_quarantined WHERE message_id IN ({ids}) OR {erased_ids} OR {holds}")
    ledger.command(f"{doom} t_duplicates WHERE message_id IN ({ids}) OR {erased_ids}")
    _note_redacted(ledger, texts)
    _note_forgotten(ledger, "erased")


def _note_forgotten(ledger: "ClickHouseLedger", reason: str) -> None:
    for relation, kind in _KINDS.items():
        ledger.command(
            f"INSERT INTO t_forgotten SELECT source_no, toStartOfMinute(received), '{kind}', '{reason}', count(), 0 "
            f"FROM t_{relation} WHERE {_DOOMED} GROUP BY source_no, toStartOfMinute(received)"
        )


def _note_redacted(ledger: "ClickHouseLedger", texts: set[str]) -> None:
    """Other people's rows in which a value stands, with the value blotted out."""
    if not texts:
        return
    blot = literal(matching.BLOT)
    listed = ", ".join(literal(text.lower()) for text in sorted(texts))
    found, changed = [], []
    for name in _IDENTIFIERS:
        is_one = f"ifNull(lowerUTF8({name}) IN ({listed}), false)"
        found.append(is_one)
        changed.append(f"if({is_one}, {blot}, {name}) AS {name}")
    telling = matching.patterns_of_telling(texts)
    if telling:
        promoted = schema.events_schema(ledger.state.promoted)
        for field in promoted:
            if field.type == pa.string() and field.name not in ("type", *_IDENTIFIERS):
                found.append(f"ifNull({_matches(field.name, telling)}, false)")
                value = field.name
                for pattern in telling:
                    value = f"replaceRegexpAll({value}, {literal(pattern)}, {blot})"
                changed.append(f"{value} AS {field.name}")
    ledger.command(
        # Found in an inner query: beside REPLACE, a WHERE would see the values already blotted out.
        f"INSERT INTO t_redacted SELECT * REPLACE ({', '.join(changed)}) FROM "
        f"(SELECT * FROM t_events WHERE NOT ({_DOOMED}) AND ({' OR '.join(found)}))"
    )


def _matches(text: str, patterns: list[str]) -> str:
    return f"({' OR '.join(f'match({text}, {literal(one)})' for one in patterns) or 'false'})"


def _counts(ledger: "ClickHouseLedger") -> dict[str, int]:
    counted = {name: f"SELECT count() AS n FROM t_{name} WHERE {_DOOMED}" for name in _KINDS}
    counted["redacted"] = "SELECT count() AS n FROM t_redacted"
    return {name: ledger.native(query).to_pylist()[0]["n"] for name, query in counted.items()}


def _carry_out(ledger: "ClickHouseLedger") -> None:
    """Each step may be repeated: after a crash all are."""
    number = -_marked(ledger)  # parts of erasures are negative: slices count upwards from 1
    for table, columns, source in (
        ("t_removed", "source_no, minute, kind, reason, n", "t_forgotten"),
        ("t_erased", "key", f"t_events WHERE {_DOOMED}"),
    ):
        if not ledger.native(f"SELECT 1 AS x FROM {table} WHERE part = {number} LIMIT 1").num_rows:
            ledger.command(f"INSERT INTO {table} ({columns}, part) SELECT {columns}, {number} FROM {source}")
        faults.step("erase.removed")
    for relation in _KINDS:
        if ledger.native(f"SELECT 1 AS x FROM t_{relation} WHERE {_DOOMED} LIMIT 1").num_rows:
            ledger.command(f"ALTER TABLE t_{relation} DELETE WHERE {_DOOMED}")
        faults.step("erase.deleted")
    if ledger.native("SELECT 1 AS x FROM t_redacted LIMIT 1").num_rows:
        ledger.command("ALTER TABLE t_events DELETE WHERE seq IN (SELECT seq FROM t_redacted)")
        faults.step("erase.redacting")
        ledger.command("INSERT INTO t_events SELECT * FROM t_redacted")
    ledger.derived.forget_gone()
    faults.step("erase.done")
    _mark(ledger, 0)
    _clear(ledger)
    _wait_for_disk(ledger)


def _clear(ledger: "ClickHouseLedger") -> None:
    for table in tables.WORK:
        ledger.command(f"TRUNCATE TABLE t_{table}")


def _mark(ledger: "ClickHouseLedger", value: int) -> None:
    ledger.values("state", name="erasure", value=value, version=time.time_ns())


def _marked(ledger: "ClickHouseLedger") -> int:
    found = ledger.native("SELECT value FROM t_state FINAL WHERE name = 'erasure'").to_pylist()
    return int(found[0]["value"]) if found else 0


def _wait_for_disk(ledger: "ClickHouseLedger") -> None:
    """Until the parts that were replaced are off the disk; the engine does it in the background."""
    waiting = (
        "SELECT count() AS n FROM system.parts WHERE database = currentDatabase() AND NOT active "
        "AND startsWith(table, 't_')"
    )
    until = time.monotonic() + _PATIENCE
    while ledger.native(waiting).to_pylist()[0]["n"]:
        if time.monotonic() > until:
            raise Unavailable(
                "The rows are erased, but the engine has not removed the old files yet.",
                code="erasure_pending",
                fix="Erase again later, or look at system.parts for parts that are not active.",
            )
        time.sleep(0.2)
