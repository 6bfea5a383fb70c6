"""The ClickHouse engine: appends, reads and small state. Erasure and checks stand beside it.

One process writes (the owner of the data folder), any number may read. A slice is several INSERTs, each
atomic by itself: its rows are shown once the row in t_offsets says that the slice is whole.
"""

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import clickhouse_connect
import pyarrow as pa
import pyarrow.compute as pc
from clickhouse_connect import common
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from pentad.core import clock
from pentad.core.errors import Invalid, Unavailable
from pentad.ledger import faults, limits, schema, slices
from pentad.ledger.clickhouse import check, dialect, erase, tables, upkeep
from pentad.ledger.clickhouse import params as parameters
from pentad.ledger.clickhouse.derived import SCOPE, DerivedTables
from pentad.ledger.clickhouse.large_numbers import readable
from pentad.ledger.clickhouse.stopping import stoppable
from pentad.ledger.protocol import ErasureReport, LedgerSlice, Params, Problem, Progress, QueryFailed
from pentad.ledger.results import plain
from pentad.ledger.schema import Promoted

_SETTINGS = {
    # Without these two, an outer join and an aggregate over no rows answer 0 and '' instead of NULL.
    "join_use_nulls": 1,
    "aggregate_functions_null_for_empty": 1,
    # A WHERE means the column, as everywhere else, though the SELECT gives another value that name.
    "prefer_column_name_to_alias": 1,
    "mutations_sync": 2,
    "log_queries": 0,  # the server's own log would keep what an erasure looks for
    "max_partitions_per_insert_block": 0,  # an import spans years
    # The features of many segments are asked for in one statement.
    "max_query_size": 100_000_000,
    "max_ast_elements": 10_000_000,
    "max_expanded_ast_elements": 10_000_000,
}
_FIRST_YEAR, _LAST_YEAR = 1900, 2299  # of DateTime64
_DATABASE = "pentad"


@dataclass
class State:
    offsets: dict[str, int] = field(default_factory=dict)
    next_seq: int = 1
    part: int = 0  # the last whole slice
    hidden: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    linked: bool = False
    promoted: tuple[Promoted, ...] = ()


class ClickHouseLedger:
    """See `ledger.protocol.Ledger`. Locks: `maintenance` before `writing`."""

    def __init__(self, url: str, *, on_close: Callable[["ClickHouseLedger"], None] = lambda _: None):
        self.maintenance = threading.Lock()
        self.writing = threading.RLock()
        self._on_close = on_close
        self._unfinished = False
        self._client: Client | None = _connect(url)
        self._alone = url.startswith("chdb:")
        self.derived = DerivedTables(self)
        try:
            for statement in tables.create_statements():
                self.command(statement)
            self.state = self._read_state()
            self.derived.open()
            self._remove_unfinished()
            erase.resume(self)
            self.state = self._read_state()
        except BaseException:
            self.client.close()
            raise

    @property
    def client(self) -> Client:
        if self._client is None:
            raise Unavailable("The event store is closed.", code="ledger_closed")
        return self._client

    def command(self, statement: str, parameters: dict[str, Any] | None = None) -> Any:
        try:
            return self.client.command(statement, parameters=parameters)
        except ClickHouseError as error:
            raise QueryFailed(str(error), sql=statement[:500]) from error

    def native(self, query: str, parameters: dict[str, Any] | None = None) -> pa.Table:
        """Run ClickHouse's own SQL."""
        ask, seconds = limits.current(), limits.seconds_left()
        given = {"max_execution_time": seconds} if seconds else {}
        try:
            with stoppable(self.client, ask, alone=self._alone) as more:
                settings = given | more or None
                return plain(self.client.query_arrow(query, parameters=parameters, settings=settings, use_strings=True))
        except ClickHouseError as error:
            if ask is not None and "TIMEOUT_EXCEEDED" in str(error):
                ask.end(limits.too_slow(ask.seconds))
            if ask is not None:
                ask.check()
            raise QueryFailed(str(error), sql=query[:500]) from error

    def insert(self, table: str, rows: pa.Table) -> None:
        if len(rows):
            self.client.insert_arrow(f"t_{table}", readable(rows))

    def values(self, table: str, **columns: Any) -> None:
        """Insert one row."""
        kinds = {int: pa.int64(), str: pa.string(), datetime: pa.timestamp("us")}
        arrays = [pa.array([value], kinds[type(value)]) for value in columns.values()]
        self.insert(table, pa.table(arrays, names=list(columns)))

    def _read_state(self) -> State:
        def all_of(query: str) -> list[tuple[Any, ...]]:
            return [tuple(row.values()) for row in self.native(query).to_pylist()]

        registry = "SELECT prop, type FROM t_registry ORDER BY since, prop"
        promoted = tuple(Promoted(prop, kind) for prop, kind in all_of(registry))
        if not promoted:
            upkeep.register(self, schema.PROMOTED)
            promoted = schema.PROMOTED
        gone = {no for (no,) in all_of("SELECT person_no FROM t_gone")}
        last = all_of("SELECT coalesce(max(next_seq), 1) AS s, coalesce(max(part), 0) AS p FROM t_offsets")[0]
        return State(
            offsets=dict(all_of("SELECT log, position FROM t_offsets FINAL WHERE position >= 0")),
            next_seq=last[0],
            part=last[1],
            hidden={no for (no,) in all_of("SELECT person_no FROM t_hidden")} - gone,
            gone=gone,
            linked=bool(all_of("SELECT 1 AS x FROM t_links FINAL WHERE person_no <> root_no LIMIT 1")),
            promoted=promoted,
        )

    # Appending

    def append(self, part: LedgerSlice) -> bool:
        with self.writing:
            state = self.state
            if state.offsets.get(part.log, 0) != part.start:
                return False
            ready = slices.prepare(part, promoted=state.promoted, next_seq=state.next_seq, gone=state.gone)
            _refuse_far_times(ready["events"])
            if self._unfinished:
                self._remove_unfinished()
            number, next_seq = state.part + 1, slices.next_seq(part, state.next_seq)
            self._unfinished = True  # from here on readers are told to look at whole slices only
            for name, rows in ready.items():
                self.insert(name, rows.append_column("part", pa.array([number] * len(rows), pa.int64())))
                faults.step(f"append.{name}")
            faults.step("append.commit")
            self.values("offsets", log=part.log, position=part.end, next_seq=next_seq, part=number)
            faults.step("append.done")
            state.offsets[part.log] = part.end
            state.next_seq, state.part, self._unfinished = next_seq, number, False
            return True

    def _remove_unfinished(self) -> None:
        """Delete what a crash left of a slice."""
        for name in tables.ARRIVING:
            unfinished = f"part > {self.state.part}"
            if self.native(f"SELECT 1 AS x FROM t_{name} WHERE {unfinished} LIMIT 1").num_rows:
                self.command(f"ALTER TABLE t_{name} DELETE WHERE {unfinished}")
        self._unfinished = False

    def offset(self, log: str) -> int:
        return self.state.offsets.get(log, 0)

    def offsets(self) -> dict[str, int]:
        return dict(self.state.offsets)

    def forget_log(self, log: str) -> None:
        with self.writing:
            if log in self.state.offsets:
                # A higher part makes this the row that stays; no slice has that number yet.
                state = self.state
                self.values("offsets", log=log, position=-1, next_seq=state.next_seq, part=state.part + 1)
                state.part += 1
                del state.offsets[log]

    def next_seq(self) -> int:
        return self.state.next_seq

    # Reading

    def relations(self, *, scoped: bool = False) -> tuple[tuple[str, str], ...]:
        """What each relation reads. scoped: `scope` is one of them."""
        state = self.state
        events = tables.relations(
            state.promoted,
            hidden=bool(state.hidden),
            linked=state.linked,
            committed=state.part if self._unfinished else None,
        )
        scope = (("scope", f"SELECT person_no FROM {SCOPE}"),) if scoped else ()
        return (*events, *self.derived.relations(), *scope)

    def known(self, keys: pa.ChunkedArray | pa.Array) -> pa.Table:
        columns = pa.schema([("key", pa.uint64()), ("body", pa.uint64())])
        asked = ",".join(str(key) for key in pc.unique(keys).to_pylist())
        if not asked:
            return columns.empty_table()
        whole = f" AND part <= {self.state.part}" if self._unfinished else ""
        return self.native(f"SELECT key, body FROM t_events WHERE key IN ({asked}){whole}").cast(columns)

    def query(self, sql: str, params: Params = (), scope: Collection[int] | None = None) -> pa.Table:
        kinds, values = parameters.bind(params)
        text = dialect.translate(sql, kinds, self.relations(scoped=scope is not None))
        with self.derived.scoped(scope) as table:
            return self.native(text.replace(SCOPE, table), values)

    def rows(self, sql: str, params: Params = (), scope: Collection[int] | None = None) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.query(sql, params, scope).to_pylist()
        return found

    # Links and hidden persons

    def set_links(self, links: Mapping[int, int]) -> None:
        if not links:
            return
        with self.writing:
            version = pa.array([clock.now_us()] * len(links), pa.int64())
            persons, roots = pa.array(links.keys(), pa.int32()), pa.array(links.values(), pa.int32())
            self.insert("links", pa.table([persons, roots, version], names=["person_no", "root_no", "version"]))
            self.state.linked = self.state.linked or any(no != root for no, root in links.items())

    def hide(self, person_nos: Iterable[int]) -> None:
        with self.writing:
            new = set(person_nos) - self.state.hidden - self.state.gone
            self.insert("hidden", pa.table({"person_no": pa.array(sorted(new), pa.int32())}))
            self.state.hidden |= new

    # Upkeep

    def erase(
        self, person_nos: Iterable[int], values: Iterable[str] = (), message_ids: Iterable[str] = ()
    ) -> ErasureReport:
        return erase.erase(self, set(person_nos), {v for v in values if v}, set(message_ids))

    def take_back(self, source_no: int, received: datetime) -> ErasureReport:
        return erase.take_back(self, source_no, received)

    def seal(self, before: date | None = None, progress: Progress | None = None) -> list[str]:
        return upkeep.seal(self, before or clock.now().date(), progress)

    def compact(self) -> None:
        upkeep.compact(self)

    def promote(self, prop: str, type: str) -> None:
        upkeep.promote(self, prop, type)

    def check(self) -> list[Problem]:
        return check.check(self)

    def file_bytes(self) -> dict[str, int]:
        sizes = (
            "SELECT table, sum(bytes_on_disk) AS n FROM system.parts WHERE database = currentDatabase() GROUP BY table"
        )
        return {row["table"]: row["n"] for row in self.native(sizes).to_pylist()}

    def close(self) -> None:
        with self.maintenance, self.writing:
            if self._client is not None:
                self._client.close()
                self._client = None
                self._on_close(self)


def _connect(url: str) -> Client:
    common.set_setting("autogenerate_session_id", False)  # one session would let one query run at a time
    try:
        client = clickhouse_connect.get_client(dsn=url, settings=_SETTINGS)
        if url.startswith("chdb:"):
            client.command(f"CREATE DATABASE IF NOT EXISTS {_DATABASE}")
            client.database = _DATABASE
        return client
    except (ClickHouseError, OSError) as error:
        raise Unavailable(f"ClickHouse cannot be reached: {error}", code="ledger_file") from error


def _refuse_far_times(events: pa.Table) -> None:
    """DateTime64 would store another time for what it cannot hold, without a word."""
    for name in ("ts", "received", "original", "sent"):
        if name in events.column_names and len(events):
            ends = pc.min_max(events[name]).as_py()
            if ends["min"] is not None and not _FIRST_YEAR <= ends["min"].year <= ends["max"].year <= _LAST_YEAR:
                raise Invalid(
                    f"{name} must lie between {_FIRST_YEAR} and {_LAST_YEAR} for ClickHouse.", code="time_out_of_range"
                )
