"""Each kind of damage is found and named. The damage is done behind the store's back, while it is closed."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from pentad import ledger
from pentad.core.errors import Unavailable
from pentad.ledger.bloom import Bloom
from tests.ledger.rows import NOON, event, slice_of

DAMAGE = {
    "a lost row": ("hot", "DELETE FROM events WHERE seq = 30", {"rows_missing"}),
    "a row too many": (
        "hot",
        "INSERT INTO events SELECT * REPLACE (90 AS seq, 90 AS key) FROM events WHERE seq = 30; "
        "UPDATE state SET value = 100",
        {"rows_uncounted"},
    ),
    "a row stored twice": (
        "hot",
        "INSERT INTO events FROM events WHERE seq = 30",
        {"rows_uncounted", "seq_twice", "stored_twice"},
    ),
    "a lost row of a sealed month": ("2026-05", "DELETE FROM events WHERE seq = 5", {"rows_missing"}),
    "an unsorted month": ("2026-05", "UPDATE events SET person_no = 99 WHERE seq = 3", {"file_unsorted"}),
    "a seq that starts again": ("hot", "UPDATE state SET value = 7", {"seq_behind"}),
    "a negative offset": ("hot", "UPDATE offsets SET position = -5", {"offset_negative"}),
    "two offsets": ("hot", "INSERT INTO offsets VALUES ('web-1.log', 3)", {"offset_twice"}),
    "a message without an outcome": (
        "hot",
        "UPDATE counts SET accepted = 2 WHERE minute = (SELECT min(minute) FROM counts)",
        {"counts_unbalanced"},
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "ledger"
    store = ledger.open(folder)
    early = [event(n, 1 + n % 4, ts=NOON.replace(month=5)) for n in range(1, 21)]
    store.append(slice_of(*early, event(30, 2), event(31, 3)))
    store.seal(date(2026, 10, 1))
    store.close()
    return folder


@pytest.mark.parametrize("name", DAMAGE, ids=list(DAMAGE))
def test_damage_is_named(folder: Path, name: str) -> None:
    label, statement, codes = DAMAGE[name]
    (path,) = folder.glob(f"{label}.*.duckdb")
    with duckdb.connect(path) as behind:
        behind.execute(statement).fetchall()
    store = ledger.open(folder)
    problems = store.check()
    store.close()
    assert {problem.code for problem in problems} == codes


def test_bytes_that_changed_on_disk_are_found(folder: Path) -> None:
    (path,) = folder.glob("2026-05.*.duckdb")
    content = bytearray(path.read_bytes())
    for page in range(12288 + 4096, len(content), 4096):  # behind the three headers of the file
        content[page : page + 16] = b"\xff" * 16
    path.write_bytes(content)
    assert told(folder) in ("ledger_damaged", "ledger_file", "file_damaged")


def told(folder: Path) -> str:
    """The code of the first thing said about a store: on opening it, or by its check."""
    try:
        store = ledger.open(folder)
    except Unavailable as error:
        return error.code
    problems = store.check()
    store.close()
    return problems[0].code


def test_a_filter_that_misses_keys_is_found(folder: Path) -> None:
    (path,) = folder.glob("2026-05.*.bloom")
    empty = Bloom.for_keys(20)
    empty.count = 20
    empty.write(path)
    store = ledger.open(folder)
    problems = store.check()
    store.close()
    assert [problem.code for problem in problems] == ["filter_incomplete"]
