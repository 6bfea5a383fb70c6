"""Opening: what is damaged is refused or healed, never overwritten; one process at a time."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from pentad import ledger
from pentad.core.errors import Conflict, PentadError, Unavailable
from pentad.ledger import Ledger, faults
from pentad.ledger.protocol import QueryFailed
from tests.ledger.rows import NOON, event, slice_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store with one sealed month and a hot file."""
    folder = tmp_path / "ledger"
    store = ledger.open(folder)
    store.append(slice_of(event(1, 1, ts=NOON.replace(month=5)), event(2, 2, ts=NOON.replace(month=5)), event(3, 1)))
    store.seal(date(2026, 10, 1))
    store.close()
    return folder


@pytest.fixture
def store(folder: Path) -> Iterator[Ledger]:
    store = ledger.open(folder)
    yield store
    store.close()


def test_current_is_the_open_one(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        ledger.current()
    store = ledger.open(tmp_path / "ledger")
    assert ledger.current() is store
    with pytest.raises(Conflict):
        ledger.open(tmp_path / "other")
    store.close()
    store.close()
    with pytest.raises(Unavailable):
        ledger.current()
    with pytest.raises(Unavailable):
        store.query("SELECT 1")
    with pytest.raises(Unavailable):
        store.append(slice_of(event(1)))


def test_another_process_is_refused_and_harms_nothing(store: Ledger, folder: Path) -> None:
    leftover = folder / "2026-09.7.duckdb"  # as if this process were sealing at the moment
    leftover.touch()
    code = "import sys; from pentad import ledger; ledger.open(sys.argv[1])"
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True)
    assert "Unavailable" in done.stderr
    assert leftover.exists()
    assert store.rows("SELECT count(*) AS n FROM events") == [{"n": 3}]


@pytest.mark.parametrize("lost", ["manifest.json", "hot.*.duckdb", "2026-05.*.duckdb"])
def test_a_lost_file_is_named_and_nothing_is_made_up(folder: Path, lost: str) -> None:
    (path,) = folder.glob(lost)
    path.rename(folder.parent / path.name)
    before = {one.name for one in folder.iterdir()}
    with pytest.raises(Unavailable) as refused:
        ledger.open(folder)
    assert refused.value.code == "ledger_damaged"
    assert path.name in refused.value.message
    assert before <= {one.name for one in folder.iterdir()}
    (folder.parent / path.name).rename(path)
    store = ledger.open(folder)
    assert store.check() == []
    store.close()


@pytest.mark.parametrize("content", [None, b"", b"PBLOOM1\0 but cut"])
def test_a_lost_filter_is_built_again(folder: Path, content: bytes | None) -> None:
    (bloom,) = folder.glob("2026-05.*.bloom")
    bloom.unlink() if content is None else bloom.write_bytes(content)
    store = ledger.open(folder)
    assert store.known(pa.array([1000, 9], pa.uint64())).to_pylist() == [{"key": 1000, "body": 1}]
    assert store.check() == []
    store.close()


def fail_at(point: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def step(name: str) -> None:
        if name == point:
            raise OSError("disk full")

    monkeypatch.setattr(faults, "step", step)


def test_a_seal_that_fails_leaves_the_store_as_it_was(
    store: Ledger, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path.name for path in folder.iterdir()}
    fail_at("rewrite.before_switch", monkeypatch)
    with pytest.raises(OSError, match="disk full"):
        store.seal(date(2026, 11, 1))
    assert {path.name for path in folder.iterdir()} <= before | {"tmp"}
    assert store.append(slice_of(event(4), start=100, end=200))
    monkeypatch.undo()
    assert store.seal(date(2026, 11, 1)) == ["2026-10"]
    assert (store.rows("SELECT count(*) AS n FROM events"), store.check()) == ([{"n": 4}], [])


def test_a_failure_past_the_switch_stops_the_store(
    store: Ledger, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An append into the files of yesterday would be lost: refuse, and be right again once reopened."""
    fail_at("rewrite.switched", monkeypatch)
    with pytest.raises(OSError, match="disk full"):
        store.seal(date(2026, 11, 1))
    monkeypatch.undo()
    with pytest.raises(Unavailable):
        store.append(slice_of(event(4), start=100, end=200))
    with pytest.raises(Unavailable):
        store.hide([1])
    store.close()
    again = ledger.open(folder)
    assert again.append(slice_of(event(4), start=100, end=200))
    assert again.rows("SELECT count(*) AS n FROM events") == [{"n": 4}]
    assert again.check() == []
    again.close()


def test_an_append_that_fails_changes_nothing(store: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_at("append.counts", monkeypatch)
    with pytest.raises(OSError, match="disk full"):
        store.append(slice_of(event(4), start=100, end=200))
    monkeypatch.undo()
    assert (store.offset("web-1.log"), store.next_seq()) == (100, 4)
    assert store.append(slice_of(event(4), start=100, end=200))
    assert store.check() == []


def test_an_engine_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pentad.ledger.clickhouse", None)
    with pytest.raises(PentadError) as refused:
        ledger.open("clickhouse://localhost")
    assert "clickhouse" in refused.value.fix


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM read_csv('../outside.csv')",
        "COPY events TO '../events.csv'",
        "SET memory_limit = '1GB'",
    ],
)
def test_a_statement_reaches_nothing_outside_the_folder(store: Ledger, sql: str) -> None:
    with pytest.raises(QueryFailed):
        store.query(sql)
