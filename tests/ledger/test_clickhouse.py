"""What only the ClickHouse engine has to prove: crashes between its several writes, bytes on disk, refusals."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest

from pentad import ledger
from pentad.core.errors import Invalid
from pentad.ledger import Ledger, faults
from pentad.ledger.clickhouse.dialect import translate
from pentad.ledger.protocol import QueryFailed
from tests.conformance.test_derived import person, put_people
from tests.ledger import works
from tests.ledger.rows import event, slice_of

pytest.importorskip("chdb", reason="ClickHouse's engine: pip install 'clickhouse-connect[chdb]'")

KEPT = "SELECT count(*) AS n FROM events WHERE person_no <> 2"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"chdb://{tmp_path}/ledger"


@pytest.fixture
def store(url: str) -> Iterator[Ledger]:
    store = ledger.open(url)
    yield store
    store.close()


@pytest.mark.parametrize(
    ("work", "point"),
    [
        ("append", "append.commit"),
        ("erase", "erase.noted"),
        ("erase", "erase.deleted"),
        ("erase", "erase.redacting"),
    ],
)
def test_a_killed_process_leaves_a_sound_store(url: str, work: str, point: str) -> None:
    """The child fills a fresh store, then kills itself at the point."""
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", CHILD, url, work, point], cwd=root, capture_output=True, text=True)
    assert done.returncode == -9, f"{point} was not reached: {done.stderr}"
    store = ledger.open(url)
    try:
        assert store.check() == []
        assert store.offset("web-1.log") == 100
        assert store.rows(KEPT) == [{"n": 12}]
        erased = not store.rows("SELECT 1 AS x FROM events WHERE person_no = 2")
        assert erased == (work == "erase")  # once noted, an erasure is finished when the store is opened
        getattr(works, work)(store)
        works.append(store)
        assert store.check() == []
        assert store.rows(KEPT) == [{"n": 14}]
    finally:
        store.close()


CHILD = """
import os, signal, sys
from pentad import ledger
from pentad.ledger import faults
from tests.ledger import works

url, work, point = sys.argv[1:]
works.fill(url)
store = ledger.open(url)

def step(name):
    if name == point:
        os.kill(os.getpid(), signal.SIGKILL)

faults.step = step
getattr(works, work)(store)
"""


def test_a_slice_is_seen_whole_or_not_at_all(store: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    store.append(slice_of(event(1), end=10))

    def step(name: str) -> None:
        seen.append(store.rows("SELECT count(*) AS n FROM events")[0]["n"])
        seen.append(store.known(pa.array([2000], pa.uint64())).num_rows)
        if name == "append.commit":
            raise OSError("connection lost")

    monkeypatch.setattr(faults, "step", step)
    with pytest.raises(OSError, match="connection lost"):
        store.append(slice_of(event(2), start=10, end=20))
    monkeypatch.undo()
    assert set(seen[0::2]) == {1}
    assert set(seen[1::2]) == {0}
    assert store.rows("SELECT count(*) AS n FROM events") == [{"n": 1}]
    assert store.append(slice_of(event(2), start=10, end=20))
    assert store.rows("SELECT count(*) AS n FROM events") == [{"n": 2}]
    assert store.check() == []


def test_no_byte_of_an_erased_person_is_left(url: str, tmp_path: Path) -> None:
    email, device = "keiko.yilmaz@lumen.example", "anon-7f3c9e52-keiko"
    store = ledger.open(url)
    props, traits = f'{{"from":"{device}"}}', f'{{"email":"{email}"}}'
    hers = [event(n, 1, user_id=email, anonymous_id=device, props=props, traits=traits) for n in range(1, 20)]
    store.append(
        slice_of(*hers, event(30, 2, props=f'{{"to":"{email}"}}'), quarantined=[works.bad(31) | {"raw": email}])
    )
    put_people(store, person(1, "Keiko", traits=traits), keys=[1])
    store.derived.add_columns({"f_text": "VARCHAR"})
    store.derived.refresh(f"SELECT person_no, '{device}' AS f_text FROM people")
    assert bytes_found(tmp_path, email) and bytes_found(tmp_path, device)  # the test can fail
    put_people(store, keys=[1])  # the mirror was quicker than the erasure
    report = store.erase([1], [email, device])
    assert (report.events, report.quarantined, report.redacted) == (19, 1, 1)
    assert bytes_found(tmp_path, email) + bytes_found(tmp_path, device) == []
    assert store.check() == []
    store.close()
    assert bytes_found(tmp_path, email) + bytes_found(tmp_path, device) == []


def bytes_found(folder: Path, mark: str) -> list[str]:
    paths = (Path(at) / name for at, _, names in os.walk(folder) for name in names)
    return [path.name for path in paths if path.is_file() and mark.encode() in path.read_bytes()]


def test_times_that_clickhouse_cannot_hold_are_refused(store: Ledger) -> None:
    with pytest.raises(Invalid, match="1900"):
        store.append(slice_of(event(1, ts=datetime(1899, 12, 31))))
    assert store.rows("SELECT count(*) AS n FROM events") == [{"n": 0}]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT props -> '$.a' FROM events",
        "SELECT quantile_cont(p_revenue, 0.5) FROM events",
        "SELECT seq << 2 FROM events",
        "SELECT json_extract_string(props, '$.a[0]') FROM events",
        "DELETE FROM events",
        "SELECT 1; SELECT 2",
        "SELECT FROM WHERE",
    ],
)
def test_what_cannot_be_the_same_is_refused(sql: str) -> None:
    with pytest.raises(QueryFailed):
        translate(sql, (), (("events", "SELECT 1"),))


def test_a_missing_parameter_is_refused() -> None:
    with pytest.raises(QueryFailed, match="p1"):
        translate("SELECT * FROM events WHERE seq = ? AND name = ?", (("p0", "Int64"),), (("events", "SELECT 1"),))
