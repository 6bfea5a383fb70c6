"""Appending: atomic with its offset, applied once, refused loudly when it does not fit."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pyarrow as pa
import pytest

from pentad.core.errors import Conflict, Invalid
from pentad.ledger import Ledger, LedgerSlice, schema
from tests.ledger.rows import NOON, event, slice_of, table

Reopen = Callable[[], Ledger]


def test_an_appended_event_comes_back_as_it_was(store: Ledger) -> None:
    row = event(
        1,
        person_no=7,
        source_no=3,
        type="page",
        name="Beans 🫘 “ş”",
        ts=datetime(2026, 2, 28, 23, 59, 59, 999999),
        original=NOON,
        message_id="ajs-next-1",
        key=2**64 - 1,
        body=2**63,
        user_id="keiko",
        p_path="/beans",
        p_revenue=19.9,
        props='{"path":"/beans","n":null,"q":"it\'s \\\\ \\"x\\""}',
        context="{}",
    )
    assert store.append(slice_of(row))
    absent = dict.fromkeys(schema.EVENTS.names)
    assert store.rows("SELECT * FROM events") == [absent | row | {"root_no": 7}]


def test_timestamps_are_naive_microseconds(store: Ledger) -> None:
    store.append(slice_of(event(1)))
    assert store.query("SELECT ts, received FROM events").schema.types == [pa.timestamp("us")] * 2


def test_a_slice_is_applied_once(store: Ledger) -> None:
    assert store.append(slice_of(event(1), event(2), start=0, end=100))
    assert not store.append(slice_of(event(1), event(2), start=0, end=100))
    assert not store.append(slice_of(event(3), start=50, end=150))
    assert store.append(slice_of(event(3), start=100, end=150))
    assert store.rows("SELECT count(*) AS n FROM events") == [{"n": 3}]
    assert store.offset("web-1.log") == 150


def test_logs_have_their_own_offsets_and_can_be_forgotten(store: Ledger, reopen: Reopen) -> None:
    assert store.append(slice_of(event(1), log="a.log", end=10))
    assert store.append(slice_of(event(2), log="b.log", end=20))
    store = reopen()
    assert store.offsets() == {"a.log": 10, "b.log": 20}
    store.forget_log("a.log")
    store.forget_log("never-seen.log")
    assert store.offsets() == {"b.log": 20}
    store = reopen()
    assert (store.offset("a.log"), store.offset("b.log"), store.next_seq()) == (0, 20, 3)


def test_a_slice_without_rows_moves_the_offset(store: Ledger) -> None:
    assert store.append(LedgerSlice("web-1.log", 0, 64))
    assert store.offset("web-1.log") == 64
    assert (store.next_seq(), store.rows("SELECT count(*) AS n FROM events")) == (1, [{"n": 0}])


def test_the_other_relations_of_a_slice(store: Ledger) -> None:
    bad = {"seq": 2, "source_no": 1, "message_id": "bad", "received": NOON, "reason": "wrong_type"}
    bad |= {"detail": "userId is a list", "raw": '{"userId":[]}'}
    again = {"seq": 3, "source_no": 1, "message_id": "m-1", "received": NOON, "key": 1000}
    assert store.append(slice_of(event(1), quarantined=[bad], duplicates=[again]))
    assert store.rows("SELECT * FROM quarantined") == [bad]
    assert store.rows("SELECT * FROM duplicates") == [again]
    sums = "sum(accepted) AS a, sum(stored) AS s"
    sums += ", sum(duplicate) AS d, sum(quarantined) AS q"
    assert store.rows(f"SELECT {sums} FROM counts") == [{"a": 3, "s": 1, "d": 1, "q": 1}]
    assert store.next_seq() == 4
    assert store.check() == []


def test_a_taken_seq_is_refused_and_changes_nothing(store: Ledger) -> None:
    store.append(slice_of(event(1), event(2), end=10))
    with pytest.raises(Conflict) as refused:
        store.append(slice_of(event(2), start=10, end=20))
    assert refused.value.code == "seq_taken"
    assert store.offset("web-1.log") == 10
    assert store.append(slice_of(event(9), start=10, end=20))
    assert store.next_seq() == 10


@pytest.mark.parametrize(
    "events",
    [
        pytest.param(table("events", [event(1)]).drop(["ts"]), id="column missing"),
        pytest.param(table("events", [event(1)]).append_column("extra", pa.array([1])), id="column unknown"),
        pytest.param(
            table("events", [event(1)]).set_column(0, "seq", pa.array(["one"])),
            id="column of another type",
        ),
        pytest.param(table("events", [event(1)]).set_column(4, "name", pa.array([None], pa.string())), id="null name"),
    ],
)
def test_what_does_not_fit_is_refused_whole(store: Ledger, events: pa.Table) -> None:
    with pytest.raises(Invalid):
        store.append(LedgerSlice("web-1.log", 0, 10, events))
    assert (store.offset("web-1.log"), store.next_seq()) == (0, 1)
    assert store.rows("SELECT count(*) AS n FROM events") == [{"n": 0}]


def test_a_promoted_column_that_a_slice_lacks_is_read_from_the_properties(store: Ledger) -> None:
    props = '{"path":"/p","revenue":"12.50","quantity":"two","currency":null,"category":{"a":1}}'
    events = table("events", [event(1, props=props), event(2)]).drop([item.column for item in schema.PROMOTED])
    assert store.append(LedgerSlice("web-1.log", 0, 10, events))
    columns = "p_path, p_revenue, p_quantity, p_currency, p_category"
    nothing = dict.fromkeys(columns.split(", "))
    assert store.rows(f"SELECT {columns} FROM events ORDER BY seq") == [
        nothing | {"p_path": "/p", "p_revenue": 12.5},
        nothing,
    ]


def test_dictionary_encoded_columns_are_taken(store: Ledger) -> None:
    events = table("events", [event(1), event(2)])
    names = events["name"].dictionary_encode()
    assert store.append(LedgerSlice("l", 0, 1, events.set_column(4, "name", names)))
    assert store.rows("SELECT DISTINCT name FROM events") == [{"name": "Order Completed"}]


def test_known_answers_for_the_whole_retention(store: Ledger, reopen: Reopen) -> None:
    old = event(1, ts=datetime(2026, 3, 1), key=11, body=5)
    store.append(slice_of(old, event(2, key=2**64 - 1, body=6)))
    asked = pa.chunked_array([pa.array([11, 12], pa.uint64()), pa.array([2**64 - 1, 11], pa.uint64())])
    answer = [{"key": 11, "body": 5}, {"key": 2**64 - 1, "body": 6}]

    def known(of: Ledger) -> list[dict[str, int]]:
        return sorted(of.known(asked).to_pylist(), key=lambda row: row["key"])

    assert known(store) == answer
    store.seal(datetime(2026, 10, 1).date())
    assert known(store) == answer
    store = reopen()
    assert known(store) == answer
    assert store.known(pa.chunked_array([], pa.uint64())).num_rows == 0


def test_many_slices_balance(store: Ledger) -> None:
    for n in range(20):
        rows = [event(1 + n * 10 + i, person_no=i, received=NOON + timedelta(seconds=n)) for i in range(10)]
        assert store.append(slice_of(*rows, start=n, end=n + 1))
    assert store.check() == []
    assert store.rows("SELECT count(*) AS n, min(seq) AS a, max(seq) AS b FROM events") == [
        {"n": 200, "a": 1, "b": 200}
    ]
