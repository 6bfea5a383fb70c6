"""Links, hidden persons and erasure."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from pentad.ledger import Ledger
from tests.ledger.rows import NOON, event, slice_of

Reopen = Callable[[], Ledger]
ROOTS = "SELECT person_no, root_no FROM events ORDER BY seq"


def pairs(store: Ledger) -> list[tuple[int, int]]:
    return [tuple(row.values()) for row in store.rows(ROOTS)]


def numbers(store: Ledger, sql: str = "SELECT seq FROM events ORDER BY seq") -> list[Any]:
    return [next(iter(row.values())) for row in store.rows(sql)]


def test_links_are_read_and_can_be_taken_back(store: Ledger, reopen: Reopen) -> None:
    store.append(slice_of(event(1, 1), event(2, 2), event(3, 3)))
    store.set_links({2: 1, 3: 1})
    assert pairs(store) == [(1, 1), (2, 1), (3, 1)]
    assert numbers(store, "SELECT count(*) FROM events WHERE root_no = 1") == [3]
    store.set_links({3: 3, 2: 5})
    assert pairs(store) == [(1, 1), (2, 5), (3, 3)]
    store = reopen()
    assert pairs(store) == [(1, 1), (2, 5), (3, 3)]
    store.set_links({2: 2})
    store.set_links({})
    assert pairs(store) == [(1, 1), (2, 2), (3, 3)]


def test_links_hold_for_later_events_and_sealed_months(store: Ledger) -> None:
    store.append(slice_of(event(1, 2, ts=datetime(2026, 1, 5)), end=10))
    store.set_links({2: 1})
    store.seal(date(2026, 10, 1))
    store.append(slice_of(event(2, 2), start=10, end=20))
    assert pairs(store) == [(2, 1), (2, 1)]


def test_hidden_persons_never_appear(store: Ledger, reopen: Reopen) -> None:
    store.append(slice_of(event(1, 1), event(2, 2), end=10))
    store.hide([2, 77])
    store.hide([2])
    store.hide([])
    assert numbers(store) == [1]
    store.append(slice_of(event(3, 2), event(4, 1), start=10, end=20))
    store = reopen()
    assert numbers(store) == [1, 4]
    store.set_links({1: 9})
    assert pairs(store) == [(1, 9), (1, 9)]
    assert store.check() == []


def test_erasure_takes_a_person_out_of_every_relation(store: Ledger, reopen: Reopen) -> None:
    email = "keiko@lumen.example"
    store.append(
        slice_of(
            event(1, 1, ts=datetime(2026, 1, 5), user_id="k-1", traits=f'{{"email":"{email}"}}'),
            event(2, 2, ts=datetime(2026, 1, 6), props='{"note":"for KEIKO@lumen.example, 42"}', context="{}"),
            event(3, 2, message_id="m-3", user_id="k-1"),
            event(4, 1),
            event(5, 3, message_id="also-this"),
            quarantined=[quarantined(6, f'{{"userId":"x","email":"{email}"}}'), quarantined(7, '{"userId":"other"}')],
            duplicates=[duplicate(8, "m-1"), duplicate(9, "m-3")],
        )
    )
    store.seal(date(2026, 10, 1))
    store.hide([1])
    report = store.erase([1], [email, "k-1"], ["also-this"])
    assert (report.events, report.quarantined, report.duplicates, report.redacted) == (3, 1, 1, 2)
    for _ in range(2):
        assert numbers(store) == [2, 3]
        assert numbers(store, "SELECT seq FROM quarantined") == [7]
        assert numbers(store, "SELECT seq FROM duplicates") == [9]
        assert numbers(store, "SELECT props FROM events ORDER BY seq") == ['{"note":"for [erased], 42"}', None]
        assert numbers(store, "SELECT user_id FROM events ORDER BY seq") == [None, "[erased]"]
        assert sorted(numbers(store, "SELECT key FROM erased")) == [1000, 4000, 5000]
        assert store.check() == []
        assert store.next_seq() == 10
        store = reopen()


def test_what_arrived_at_one_moment_is_taken_back_and_may_come_again(store: Ledger, reopen: Reopen) -> None:
    at = datetime(2026, 10, 5, 12, 30, 0, 123456)
    brought = [event(1, 1, ts=datetime(2026, 1, 5), received=at), event(2, 2, received=at)]
    others = [event(3, 1), event(4, 2, received=at, source_no=2), event(5, 2, received=at.replace(microsecond=123457))]
    bad = [quarantined(6, "{}") | {"received": at}, quarantined(7, "{}")]
    store.append(slice_of(*brought, *others, quarantined=bad, duplicates=[duplicate(8, "m-1") | {"received": at}]))
    store.seal(date(2026, 10, 1))
    report = store.take_back(1, at)
    assert (report.events, report.quarantined, report.duplicates, report.redacted) == (2, 1, 1, 0)
    for _ in range(2):
        assert numbers(store) == [3, 4, 5]
        assert numbers(store, "SELECT seq FROM quarantined") == [7]
        assert numbers(store, "SELECT count(*) FROM duplicates") == [0]
        assert numbers(store, "SELECT DISTINCT reason FROM removed") == ["undone"]
        assert store.check() == []
        store = reopen()
    assert store.take_back(1, at).events == 0, "twice is once"
    assert store.known(pa.array([1000, 2000, 3000], pa.uint64()))["key"].to_pylist() == [3000]
    store.append(slice_of(event(9, 1, message_id="m-1", key=1000, received=at.replace(minute=31)), start=100, end=200))
    assert numbers(store) == [3, 4, 5, 9]
    assert store.check() == []


def test_totals_survive_an_erasure(store: Ledger) -> None:
    store.append(slice_of(event(1, 1), event(2, 1), event(3, 2), quarantined=[quarantined(4, '"k-1"')]))
    store.erase([1], ["k-1"])
    stored = "SELECT sum(stored), sum(quarantined) FROM counts"
    assert list(store.rows(stored)[0].values()) == [3, 1]
    removed = "SELECT kind, reason, sum(n) FROM removed GROUP BY kind, reason ORDER BY kind"
    assert [tuple(row.values()) for row in store.rows(removed)] == [
        ("quarantined", "erased", 1),
        ("stored", "erased", 2),
    ]
    assert store.check() == []


def test_an_erased_person_does_not_come_back_with_a_late_slice(store: Ledger, reopen: Reopen) -> None:
    store.append(slice_of(event(1, 1), end=10))
    store.erase([1])
    store = reopen()
    assert store.append(slice_of(event(2, 1), event(3, 2), start=10, end=20))
    assert numbers(store) == [3]
    assert (store.next_seq(), store.check()) == (4, [])
    assert sorted(numbers(store, "SELECT key FROM erased")) == [1000, 2000]


def test_erasing_nobody_changes_nothing(store: Ledger) -> None:
    store.append(slice_of(event(1, 1)))
    report = store.erase([55], ["nobody@fjord.example"])
    assert (report.events, report.quarantined, report.duplicates, report.redacted) == (0, 0, 0, 0)
    assert (numbers(store), store.check()) == ([1], [])


def quarantined(seq: int, raw: str) -> dict[str, Any]:
    row = {"seq": seq, "source_no": 1, "message_id": f"q-{seq}", "received": NOON, "reason": "wrong_type"}
    return row | {"detail": "", "raw": raw}


def duplicate(seq: int, message_id: str) -> dict[str, Any]:
    return {"seq": seq, "source_no": 1, "message_id": message_id, "received": NOON, "key": 1}
