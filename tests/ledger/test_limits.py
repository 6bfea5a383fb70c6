"""A statement that somebody waits for is stopped in time, and by a newer one; closing stops whatever runs."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pentad.core.errors import Conflict, Invalid, PentadError
from pentad.ledger import Ledger, limits
from pentad.ledger.duckdb import DuckDBLedger

ENDLESS = "SELECT count(*) AS n FROM range(10000000000) a, range(1000) b WHERE a.range % 7 = b.range % 11"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Ledger]:
    engine = DuckDBLedger(tmp_path, threads=1)
    yield engine
    engine.close()


class Asked(threading.Thread):
    """Somebody who asks what has no end, in a thread; `told` is what comes of it."""

    def __init__(self, store: Ledger, of: str | None):
        super().__init__()
        self.store, self.of, self.begun = store, of, threading.Event()
        self.told: PentadError | None = None
        self.start()
        self.begun.wait()

    def run(self) -> None:
        try:
            if self.of is None:
                self.begun.set()
                self.store.query(ENDLESS)
            else:
                with limits.asking(60, self.of):
                    self.begun.set()
                    self.store.query(ENDLESS)
        except PentadError as error:
            self.told = error


def test_what_takes_too_long_is_stopped(store: Ledger) -> None:
    with pytest.raises(Invalid, match=r"not answered within 0\.05 seconds") as caught, limits.asking(0.05):
        store.query(ENDLESS)
    assert caught.value.code == "ask_too_slow"
    assert "background" in caught.value.fix
    assert store.rows("SELECT 1 AS n") == [{"n": 1}], "others go on"


def test_statements_of_one_question_share_its_time(store: Ledger) -> None:
    with limits.asking(0.05), pytest.raises(Invalid), limits.asking(60):
        store.query(ENDLESS)
    with limits.asking(60) as ask:
        assert store.rows("SELECT 1 AS n") == [{"n": 1}]
        ask.until = 0.0
        with pytest.raises(Invalid, match="was stopped"):
            store.query("SELECT 1")


def test_a_newer_question_of_the_same_asker_stops_the_older(store: Ledger) -> None:
    older = Asked(store, "ann")
    with limits.asking(60, "bo"):
        assert older.is_alive(), "another asker's"
    with limits.asking(60, "ann"):
        older.join(10)
        assert store.rows("SELECT 1 AS n") == [{"n": 1}]
    assert isinstance(older.told, Conflict)
    assert older.told.code == "ask_replaced"
    assert not limits._latest


def test_closing_stops_what_runs(store: Ledger) -> None:
    running = [Asked(store, "ann"), Asked(store, None)]
    store.close()
    for one in running:
        one.join(10)
    assert [one.told.code for one in running if one.told] == ["ledger_closed"] * 2
