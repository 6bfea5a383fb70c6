"""A server of ClickHouse is told to stop what nobody waits for. What it says is acted; the engine in this process cannot be told."""

import threading
from typing import Any

import pyarrow as pa
import pytest
from clickhouse_connect.driver.exceptions import DatabaseError

from pentad.core.errors import Conflict, Invalid, PentadError
from pentad.ledger import limits
from pentad.ledger.clickhouse.store import ClickHouseLedger
from pentad.ledger.protocol import QueryFailed


class Server:
    """Answers what is quick; the rest runs until it is killed by its id."""

    def __init__(self) -> None:
        self.running: dict[str, threading.Event] = {}
        self.begun, self.deaf = threading.Event(), False

    def query_arrow(self, query: str, *, settings: dict[str, Any] | None, **_: Any) -> pa.Table:
        if query == "quick":
            return pa.table({"n": [1]})
        if query == "bad":
            raise DatabaseError("Code: 62. SYNTAX_ERROR")
        assert settings is not None
        ended = self.running[settings["query_id"]] = threading.Event()
        self.begun.set()
        assert ended.wait(10), "nobody stopped it"
        del self.running[settings["query_id"]]
        raise DatabaseError("Code: 394. QUERY_WAS_CANCELLED")

    def command(self, statement: str) -> None:
        _, id, how = statement.split("'")
        assert statement.startswith("KILL QUERY WHERE query_id = ")
        assert how == " ASYNC"
        if self.deaf:
            self.deaf = False
            raise DatabaseError("Code: 497. ACCESS_DENIED")
        if id in self.running:
            self.running[id].set()


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def store(server: Server) -> ClickHouseLedger:
    made = ClickHouseLedger.__new__(ClickHouseLedger)
    made._client, made._alone = server, False  # type: ignore[assignment]
    return made


def test_a_replaced_statement_is_killed(server: Server, store: ClickHouseLedger) -> None:
    told: list[PentadError] = []

    def ask() -> None:
        with pytest.raises(PentadError) as caught, limits.asking(60, "ann"):
            store.native("slow")
        told.append(caught.value)

    older = threading.Thread(target=ask)
    older.start()
    server.begun.wait(10)
    with limits.asking(60, "ann"):
        older.join(10)
        assert store.native("quick").num_rows == 1
    assert [(type(one), one.code) for one in told] == [(Conflict, "ask_replaced")]
    assert not server.running


def test_what_takes_too_long_is_killed_though_telling_fails_once(server: Server, store: ClickHouseLedger) -> None:
    server.deaf = True
    with pytest.raises(Invalid, match="was stopped"), limits.asking(0.05):
        store.native("slow")
    assert not server.deaf


def test_other_failures_stay_what_they_are(store: ClickHouseLedger) -> None:
    with pytest.raises(QueryFailed), limits.asking(60):
        store.native("bad")
    with pytest.raises(QueryFailed):
        store.native("bad")
