"""Sealing, promoting and compacting change no answer. The timeline is paged to the first event."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pyarrow as pa
import pytest

from pentad.core import clock
from pentad.core.errors import Conflict, Invalid
from pentad.ledger import Ledger, sql
from tests.ledger.rows import NOON, event, slice_of

Reopen = Callable[[], Ledger]
EVERYTHING = "SELECT * FROM events ORDER BY seq"


def months(store: Ledger) -> None:
    """Ten events of two persons over five months, one with a clock in 1970, one in 2031."""
    times = [datetime(2026, 6 + n % 4, 3, n) for n in range(8)] + [datetime(1970, 1, 1), datetime(2031, 1, 1)]
    store.append(slice_of(*(event(1 + n, 1 + n % 2, ts=ts, props='{"plan":"gold"}') for n, ts in enumerate(times))))


def test_seal_changes_no_answer(store: Ledger, reopen: Reopen) -> None:
    months(store)
    before = store.rows(EVERYTHING)
    told: list[str] = []
    store.seal(date(2026, 9, 15), told.append)
    assert store.rows(EVERYTHING) == before
    assert store.check() == []
    assert store.seal(date(2026, 9, 15)) == []
    assert reopen().rows(EVERYTHING) == before


def test_late_events_of_a_sealed_month(store: Ledger) -> None:
    months(store)
    store.seal(date(2026, 9, 1))
    late = event(11, 1, ts=datetime(2026, 7, 1), key=777)
    assert store.append(slice_of(late, start=100, end=200))
    seqs = [row["seq"] for row in store.rows(EVERYTHING)]
    assert seqs == list(range(1, 12))
    store.seal(date(2026, 9, 1))
    assert [row["seq"] for row in store.rows(EVERYTHING)] == seqs
    assert store.known(pa.array([777], pa.uint64())).num_rows == 1
    assert store.check() == []


@pytest.mark.parametrize("sealed", [False, True], ids=["hot", "sealed"])
def test_a_timeline_is_paged_to_the_first_event(store: Ledger, sealed: bool) -> None:
    # Person 1 has 23 events, five of them in one microsecond; persons 2 and 3 have others.
    times = [datetime(2026, 7, 1) + timedelta(days=7 * (n // 5) if n < 20 else n) for n in range(23)]
    mine = [event(10 + n, 1, ts=ts, name="A" if n % 2 else "B") for n, ts in enumerate(times)]
    store.append(slice_of(event(1, 2), *mine, event(40, 3, ts=datetime(2026, 7, 1)), event(41, 2)))
    if sealed:
        store.seal(date(2026, 10, 1))
    expected = sorted([(row["ts"], row["seq"]) for row in mine] + [(datetime(2026, 7, 1), 40)], reverse=True)
    found: list[tuple[datetime, int]] = []
    before = None
    while True:
        page = store.rows(*sql.timeline_sql([1, 3], limit=4, before=before))
        if not page:
            break
        found += [(row["ts"], row["seq"]) for row in page]
        before = found[-1]
    assert found == expected
    named = store.rows(*sql.timeline_sql([1], names=["A"], types=["track"], source_nos=[1], columns=["seq"]))
    assert {row["seq"] for row in named} == {row["seq"] for row in mine if row["name"] == "A"}
    assert store.rows(*sql.timeline_sql([], limit=4)) == []


def test_promote_holds_for_rows_stored_before_and_after(store: Ledger, reopen: Reopen) -> None:
    months(store)
    store.append(slice_of(event(11, 3, props='{"plan":5,"trial":"no","at":"2026-01-02 03:04:05"}'), start=100, end=200))
    store.seal(date(2026, 9, 1))
    store.promote("plan", "string")
    store.promote("plan", "string")
    store.promote("at", "timestamp")
    store.promote("trial", "boolean")
    store = reopen()
    store.append(slice_of(event(12, 4, props='{"plan":"tin"}'), start=200, end=300))
    plans = "SELECT p_plan, count(*) FROM events GROUP BY p_plan ORDER BY p_plan"
    assert [tuple(row.values()) for row in store.rows(plans)] == [("5", 1), ("gold", 10), ("tin", 1)]
    assert store.rows("SELECT p_at, p_trial FROM events WHERE seq = 11") == [
        {"p_at": datetime(2026, 1, 2, 3, 4, 5), "p_trial": False}
    ]
    store.seal(date(2026, 10, 1))
    assert [tuple(row.values()) for row in store.rows(plans)] == [("5", 1), ("gold", 10), ("tin", 1)]


def test_promote_refuses_what_cannot_be(store: Ledger) -> None:
    with pytest.raises(Invalid):
        store.promote("plan", "money")
    with pytest.raises(Conflict):
        store.promote("Revenue", "string")


def test_compact_keeps_totals(store: Ledger) -> None:
    duplicate = {"seq": 9, "source_no": 1, "message_id": "m-1", "received": NOON, "key": 1000}
    rows = [event(n, received=NOON) for n in range(1, 9)]
    store.append(slice_of(*rows, duplicates=[duplicate]))
    sums = "SELECT source_no, minute, sum(accepted) AS n FROM counts GROUP BY source_no, minute"
    assert store.rows(sums) == [{"source_no": 1, "minute": NOON, "n": 9}]
    with clock.held(NOON + timedelta(days=89)):
        store.compact()
    assert store.rows("SELECT count(*) AS n FROM duplicates") == [{"n": 1}]
    with clock.held(NOON + timedelta(days=91)):
        store.compact()
    assert store.rows("SELECT count(*) AS n FROM duplicates") == [{"n": 0}]
    assert store.rows(sums) == [{"source_no": 1, "minute": NOON, "n": 9}]
    assert store.check() == []
