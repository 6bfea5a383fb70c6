"""Readers and the writer go on while files are swapped: no gap, no row twice, no error."""

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa

from pentad import ledger
from pentad.ledger import Ledger
from tests.ledger.rows import NOON, event, slice_of


def test_readers_see_every_row_once_while_files_are_swapped(tmp_path: Path) -> None:
    store = ledger.open(tmp_path / "ledger")
    store.append(slice_of(*(event(n, n % 7, ts=NOON.replace(month=1 + n % 10)) for n in range(1, 501)), end=1))
    stop, wrong = threading.Event(), []

    def read() -> None:  # a slice is in the file a moment before next_seq counts it: hence + 1
        while not stop.is_set():
            low = store.next_seq() - 1
            row = store.rows("SELECT count(*) AS n, count(DISTINCT seq) AS d FROM events")[0]
            high = store.next_seq() - 1
            known = store.known(pa.array([1000, 250_000, 500_000], pa.uint64())).num_rows
            if row["n"] != row["d"] or not low <= row["n"] <= high + 1 or known != 3:
                wrong.append((low, row, high, known))

    def write() -> None:
        n = 1
        while not stop.is_set():
            seq = store.next_seq()
            assert store.append(slice_of(event(seq, 2, ts=NOON.replace(month=1 + n % 10)), start=n, end=n + 1))
            n += 1

    threads = [watched(read, wrong), watched(read, wrong), watched(write, wrong)]
    for month in (4, 7, 10, 10):
        store.seal(date(2026, month, 1))
    store.promote("plan", "string")
    store.erase([99], ["nobody@fjord.example"])
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert store.check() == []
    assert retired(store) == 0
    store.close()


def watched(work: Callable[[], None], wrong: list[object]) -> threading.Thread:
    """A thread whose exception fails the test."""

    def run() -> None:
        try:
            work()
        except Exception as error:
            wrong.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def retired(store: Ledger) -> int:
    """Generations that are still held although nobody reads them."""
    count, generation = 0, store.files.now.older  # type: ignore[attr-defined]
    while generation is not None:
        count, generation = count + 1, generation.older
    return count


def test_hiding_is_at_once_while_a_seal_runs(tmp_path: Path) -> None:
    store = ledger.open(tmp_path / "ledger")
    store.append(slice_of(*(event(n, n % 3, ts=NOON.replace(month=1 + n % 9)) for n in range(1, 100))))
    hidden: list[list[dict[str, int]]] = []

    def hide(_: str) -> None:
        if not hidden:
            store.hide([1])
            hidden.append(store.rows("SELECT count(*) AS n FROM events WHERE person_no = 1"))

    store.seal(date(2026, 10, 1), hide)
    assert hidden == [[{"n": 0}]]
    assert store.rows("SELECT count(*) AS n FROM events") == [{"n": 66}]
    store.close()
    store = ledger.open(tmp_path / "ledger")
    assert store.rows("SELECT count(*) AS n FROM events") == [{"n": 66}]
    store.close()
