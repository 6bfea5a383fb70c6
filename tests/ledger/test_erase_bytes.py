"""After an erasure no byte of the person stands in any file of the ledger's folder."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pentad import ledger
from pentad.ledger import matching
from tests.ledger.rows import NOON, event, slice_of

# Long enough to compress badly and to be told from anything else.
MARKS = ["keiko.yilmaz@lumen.example", "anon-7f3c9e52-keiko", "Yılmaz-Straße-77-Lumen", "ord-keiko-000123"]


def hers(seq: int, **more: Any) -> dict[str, Any]:
    props = f'{{"order_id":"{MARKS[3]}","n":{seq}}}'
    traits = f'{{"email":"{MARKS[0]}","street":"{MARKS[2]}"}}'
    return event(seq, 1, user_id=MARKS[0], anonymous_id=MARKS[1], props=props, traits=traits, **more)


def bytes_found(folder: Path) -> list[tuple[str, str]]:
    """Every mark in every file, as UTF-8 and as escaped JSON."""
    found = []
    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        for mark in MARKS:
            if any(form.encode() in content for form in matching.forms(mark)):
                found.append((path.name, mark))
    return found


def test_no_byte_is_left(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    store = ledger.open(folder)
    others = [event(n, 2 + n % 5, props=f'{{"n":{n}}}', ts=NOON.replace(month=1 + n % 10)) for n in range(1, 400)]
    mine = [hers(400 + n, ts=NOON.replace(month=1 + n % 10), message_id=f"{MARKS[1]}-{n}") for n in range(40)]
    bad = {"seq": 500, "source_no": 1, "message_id": "q", "received": NOON, "reason": "wrong_type"}
    bad |= {"detail": f"{MARKS[0]} is not a number", "raw": f'{{"userId":"{MARKS[0].upper()}"}}'}
    twice = {"seq": 501, "source_no": 1, "message_id": f"{MARKS[1]}-3", "received": NOON, "key": 403_000}
    store.append(slice_of(*others, *mine, quarantined=[bad], duplicates=[twice], end=10))
    store.seal(date(2026, 10, 1))
    told = event(510, 9, props=f'{{"shared_by":"{MARKS[0]}"}}')
    store.append(slice_of(hers(509), told, start=10, end=20))
    store.close()
    assert {mark for _, mark in bytes_found(folder)} == set(MARKS)  # the test can fail

    store = ledger.open(folder)
    store.hide([1])
    store.erase([1], MARKS[:2])
    assert store.check() == []
    assert store.rows("SELECT count(*) AS n FROM events") == [{"n": 400}]
    store.close()
    assert bytes_found(folder) == []


def test_an_erasure_does_not_wait_for_a_slow_reader(tmp_path: Path) -> None:
    """The reader keeps what it began with; the names are gone from the folder at once."""
    folder = tmp_path / "ledger"
    store = ledger.open(folder)
    store.append(slice_of(hers(1), event(2, 2)))
    with store.files.reading() as (cursor, _):  # type: ignore[attr-defined]
        result = cursor.execute("SELECT user_id FROM events ORDER BY seq")
        store.erase([1], MARKS[:2])
        assert not [path.name for path in folder.glob("hot.duckdb*")]
        assert result.fetchall() == [(MARKS[0],), (None,)]
    assert store.rows("SELECT seq FROM events") == [{"seq": 2}]
    store.close()
    assert bytes_found(folder) == []


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("keiko@lumen.example", True),
        ("7f3c9e52-41d0-4f1a-9d59-1f0f8a3bb1c2", True),
        ("+4917012345678", True),
        ("u-1", False),
        ("42", False),
        ("Copenhagen 2100 Denmark", False),
        ("@", False),
        ("subscription", False),
    ],
)
def test_which_values_are_telling(value: str, told: bool) -> None:
    assert matching.telling(value) is told


def test_a_person_with_thousands_of_identifiers(tmp_path: Path) -> None:
    """So many that no regular expression takes them all at once."""
    values = [f"anon-{n:05}-7f3c9e52" for n in range(3000)]
    store = ledger.open(tmp_path / "ledger")
    mine = [event(1 + n, 1, anonymous_id=value) for n, value in enumerate(values)]
    props = f'{{"seen_with":["{values[0]}","{values[1500]}","{values[-1]}"]}}'
    store.append(slice_of(*mine, event(4000, 2, props=props)))
    report = store.erase([1], values)
    assert (report.events, report.redacted) == (3000, 1)
    assert store.rows("SELECT props FROM events") == [{"props": '{"seen_with":["[erased]","[erased]","[erased]"]}'}]
    store.close()
