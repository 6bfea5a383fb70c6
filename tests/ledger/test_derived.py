"""The file of what is derived: lost and made anew, killed at the points where it hurts, and without a byte of the erased."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from pentad import ledger
from pentad.ledger import Ledger, faults
from pentad.ledger import manifest as manifests
from tests.conformance.test_derived import person, put_people, tuples
from tests.ledger.rows import event, slice_of
from tests.ledger.test_crash import copy, killed, unnamed

NAMES = "SELECT person_no, name FROM people ORDER BY person_no"
MARK = "keiko.yilmaz@lumen.example"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store with two persons and a feature of theirs."""
    folder = tmp_path / "ledger"
    store = ledger.open(folder)
    store.append(slice_of(event(1, 1), event(2, 2)))
    put_people(store, person(1, "Keiko", traits=f'{{"email":"{MARK}"}}'), person(2, "Sven"))
    store.derived.add_columns({"f_text": "VARCHAR"})
    store.derived.refresh(f"SELECT person_no, CASE person_no WHEN 1 THEN '{MARK}' END AS f_text FROM people")
    store.derived.set_mark("filled", 1)
    store.close()
    return folder


@pytest.fixture
def opened(folder: Path) -> Iterator[list[Ledger]]:
    """Ledgers to close."""
    found: list[Ledger] = []
    yield found
    for one in found:
        one.close()


def derived(folder: Path) -> Path:
    manifest = manifests.read(folder)
    assert manifest is not None
    return folder / manifest.derived


@pytest.mark.parametrize("harm", ["lost", "damaged", "half"])
def test_a_lost_file_is_made_anew_and_says_so(folder: Path, opened: list[Ledger], harm: str) -> None:
    path = derived(folder)
    if harm == "lost":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:5000] if harm == "half" else b"\x00" * 20_000)
    store = ledger.open(folder)
    opened.append(store)
    assert (store.derived.mark("filled"), store.derived.columns(), tuples(store, NAMES)) == (0, {}, [])
    put_people(store, person(3, "Ana"))
    assert tuples(store, "SELECT person_no FROM events ORDER BY 1") == [(1,), (2,)]
    assert (store.check(), unnamed(folder)) == ([], [])


def test_a_file_of_another_make_is_made_anew(
    folder: Path, opened: list[Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    from pentad.ledger.duckdb import derived as engine

    companies = engine._TABLES["companies"].append(pa.field("size", pa.int64()))
    monkeypatch.setitem(engine._TABLES, "companies", companies)
    opened.append(ledger.open(folder))
    assert opened[0].derived.mark("filled") == 0
    assert tuples(opened[0], "SELECT * FROM companies") == []


def test_damage_inside_is_found(folder: Path, opened: list[Ledger]) -> None:
    store = ledger.open(folder)
    names = (hashlib.sha256(f"{no}".encode()).hexdigest() for no in range(1, 5000))
    put_people(store, *(person(no, name) for no, name in enumerate(names, 1)))
    store.close()
    path = derived(folder)
    content = bytearray(path.read_bytes())
    content[-100_000] ^= 0xFF  # in the last block: rows, not what tells where they are
    path.write_bytes(content)
    store = ledger.open(folder)
    opened.append(store)
    assert {problem.code for problem in store.derived.check()} == {"derived_damaged"}
    store.derived.renew()
    assert (store.check(), unnamed(folder), store.derived.mark("filled")) == ([], [], 0)


def test_an_erasure_leaves_no_byte(folder: Path, opened: list[Ledger]) -> None:
    store = ledger.open(folder)
    opened.append(store)
    put_people(store, person(1, "K.", traits=f'{{"email":"{MARK}","n":2}}'), keys=[1])
    put_people(store, keys=[1])  # the mirror was quicker than the erasure
    store.close()
    assert bytes_found(folder) == [derived(folder).name]  # the test can fail
    store = ledger.open(folder)
    opened[0] = store
    store.hide([1])
    store.erase([1], [MARK])
    assert tuples(store, NAMES) == [(2, "Sven")]
    assert tuples(store, "SELECT person_no FROM features") == [(2,)]
    assert store.derived.mark("filled") == 1
    store.close()
    opened.clear()
    assert bytes_found(folder) == []


def bytes_found(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and MARK.encode() in path.read_bytes()]


def test_readers_keep_what_they_began_with(folder: Path, opened: list[Ledger]) -> None:
    """A refresh shows itself at one moment, and an erasure takes the file from nobody who reads it."""
    store = ledger.open(folder)
    opened.append(store)
    rows = "SELECT person_no, f_text FROM features ORDER BY person_no"
    seen: list[list[tuple[object, ...]]] = []

    def look(point: str) -> None:
        if point in ("refresh.deleted", "refresh.commit"):
            seen.append(tuples(store, rows))

    before, faults.step = faults.step, look
    try:
        store.derived.refresh("SELECT person_no, 'new' AS f_text FROM people")
    finally:
        faults.step = before
    assert seen == [[(1, MARK), (2, None)]] * 2
    assert tuples(store, rows) == [(1, "new"), (2, "new")]
    with store.files.reading() as (cursor, _):  # type: ignore[attr-defined]
        result = cursor.execute(NAMES)
        store.erase([1])
        assert result.fetchall() == [(1, "Keiko"), (2, "Sven")]


@pytest.mark.parametrize(
    ("work", "point"),
    [
        ("put", "put.commit"),
        ("refresh", "refresh.commit"),
        ("forget", "erase.events"),
        ("forget", "derived.before_switch"),
        ("forget", "derived.switched"),
    ],
)
def test_a_killed_process_leaves_all_or_nothing(
    folder: Path, tmp_path: Path, opened: list[Ledger], work: str, point: str
) -> None:
    folder = copy(folder, tmp_path / "killed")
    killed(folder, work, point, 1)
    store = ledger.open(folder)
    opened.append(store)
    gone = point == "derived.switched"
    assert tuples(store, NAMES) == ([(2, "Sven")] if gone else [(1, "Keiko"), (2, "Sven")])
    assert tuples(store, "SELECT f_text FROM features ORDER BY person_no") == (
        [(None,)] if gone else [(MARK,), (None,)]
    )
    assert (store.check(), unnamed(folder), store.derived.mark("filled")) == ([], [], 1)
