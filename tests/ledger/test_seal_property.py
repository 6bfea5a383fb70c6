"""Whatever arrives and whenever it is sealed, every query answers as if nothing had been sealed."""

import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pentad import ledger
from pentad.ledger import Ledger, sql
from pentad.ledger.duckdb.seal import LARGE, labels_of
from tests.ledger.rows import event, slice_of

TIMES = st.one_of(
    st.datetimes(datetime(2026, 5, 1), datetime(2026, 11, 30)),
    st.datetimes(datetime(1901, 1, 1), datetime(2200, 1, 1)),
)
SLICES = st.lists(st.lists(st.tuples(st.integers(1, 4), TIMES), max_size=8), min_size=1, max_size=4)
ANSWERS = (
    "SELECT * FROM events ORDER BY seq",
    "SELECT person_no, count(*), min(ts), max(ts) FROM events GROUP BY person_no ORDER BY person_no",
    "SELECT date_trunc('month', ts) AS m, count(*) FROM events GROUP BY m ORDER BY m",
    "SELECT sum(accepted), sum(stored) FROM counts",
    sql.timeline_sql([1, 2], limit=1000)[0],
)


def answers(store: Ledger) -> list[list[dict[str, object]]]:
    return [store.rows(query) for query in ANSWERS]


@settings(max_examples=8)
@given(SLICES, st.dates(date(2026, 4, 1), date(2027, 1, 1)), st.integers(0, 3))
def test_sealing_changes_no_answer(slices: list[list[tuple[int, datetime]]], before: date, hidden: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = ledger.open(Path(folder) / "ledger")
        try:
            store.hide([hidden])
            store.set_links({2: 1})
            for n, rows in enumerate(slices):
                first = store.next_seq()
                events = [event(first + i, no, ts=ts) for i, (no, ts) in enumerate(rows)]
                assert store.append(slice_of(*events, start=n, end=n + 1))
                expected = answers(store)
                store.seal(before + timedelta(days=31 * (n % 2)))
                assert answers(store) == expected
                assert store.check() == []
        finally:
            store.close()


def test_few_old_rows_share_a_file_and_large_months_have_their_own() -> None:
    first = date(2026, 10, 1)
    months = {
        "0999-12": 1,
        "1970-01": 3,
        "2001-05": LARGE - 1,
        "2001-06": LARGE,
        "2024-09": 1,
        "2024-10": 1,
        "2026-09": 1,
    }
    assert labels_of(months, first, set()) == {
        "older": ["0999-12", "1970-01", "2001-05", "2024-09"],
        "2001-06": ["2001-06"],
        "2024-10": ["2024-10"],
        "2026-09": ["2026-09"],
    }
    assert labels_of({"2001-05": 1}, first, {"2001-05"}) == {"2001-05": ["2001-05"]}


def test_absurd_dates_do_not_make_hundreds_of_files(tmp_path: Path) -> None:
    store = ledger.open(tmp_path / "ledger")
    try:
        rows = [event(1 + n, 1, ts=datetime(1990, 1, 1) + timedelta(days=31 * n)) for n in range(400)]
        store.append(slice_of(*rows))
        store.seal(date(2026, 10, 1))
        assert len(store.file_bytes()) <= 2 * 25 + 3
        assert store.rows("SELECT count(*) AS n FROM events") == [{"n": 400}]
        assert store.check() == []
    finally:
        store.close()
