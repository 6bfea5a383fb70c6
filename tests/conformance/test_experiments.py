"""What the arms of a campaign did, by hand: the same sums from each engine."""

import math
from datetime import datetime
from typing import Any

import pytest

from pentad.intelligence.experiments.definition import Goal
from pentad.intelligence.experiments.measuring_sql import Entering, currencies_sql, entries_sql, sums_sql
from pentad.intelligence.segments.definition import Equals, EventMatch, Greater, PropertyTest
from pentad.intelligence.segments.parts import Scene
from pentad.ledger import Ledger, LedgerSlice
from tests.conformance.segments.people import as_json
from tests.ledger.rows import event, table

NOW = datetime(2026, 11, 22, 12, 0)
# (person, time, name, properties)
HAPPENED: list[tuple[int, str, str, dict[str, Any]]] = [
    (1, "2026-11-01 10:00:00", "Campaign Entered", {"campaign_id": "c1", "run": "r1", "arm": "A"}),
    (2, "2026-11-01 10:00:00", "Campaign Entered", {"campaign_id": "c1", "run": "r1", "arm": "A"}),
    (3, "2026-11-01 10:00:00", "Campaign Entered", {"campaign_id": "c1", "run": "r1", "arm": "holdout"}),
    (4, "2026-11-20 10:00:00", "Campaign Entered", {"campaign_id": "c1", "run": "r2", "arm": "holdout"}),
    # Chosen again, while the days of the first time are not over.
    (1, "2026-11-05 10:00:00", "Campaign Entered", {"campaign_id": "c1", "run": "r2", "arm": "A"}),
    # Merged into one person, and so in two arms.
    (5, "2026-11-01 10:00:00", "Campaign Entered", {"campaign_id": "c1", "run": "r1", "arm": "A"}),
    (6, "2026-11-01 10:00:00", "Campaign Entered", {"campaign_id": "c1", "run": "r1", "arm": "holdout"}),
    (3, "2026-11-01 10:00:00", "Campaign Entered", {"campaign_id": "c2", "run": "r9", "arm": "B"}),
    (4, "2026-11-23 10:00:00", "Campaign Entered", {"campaign_id": "c1", "run": "r3", "arm": "A"}),  # ahead of now
    # Before: one event within 90 days, one earlier than that.
    (1, "2026-10-01 10:00:00", "Order Completed", {"revenue": 10}),
    (1, "2026-07-01 10:00:00", "Order Completed", {"revenue": 1000}),
    (3, "2026-11-01 09:59:59", "Order Completed", {"revenue": 5}),
    # After: at that very moment, within the days of both entries (once), of the second alone, the last instant but one,
    # and too late.
    (1, "2026-11-01 10:00:00", "Order Completed", {"revenue": 20, "currency": "EUR"}),
    (1, "2026-11-07 10:00:00", "Order Completed", {"revenue": "30", "currency": "usd"}),
    (1, "2026-11-09 10:00:00", "Order Completed", {"revenue": 3, "currency": "eur"}),
    (1, "2026-11-12 10:00:00", "Order Completed", {"revenue": 500, "currency": "GBP"}),
    (2, "2026-11-08 09:59:59", "Order Completed", {"revenue": "a lot", "currency": "CHF"}),
    (3, "2026-11-08 10:00:00", "Order Completed", {"revenue": 500}),
    (4, "2026-11-21 10:00:00", "Order Completed", {"revenue": 7}),
    (5, "2026-11-02 10:00:00", "Order Completed", {"revenue": 70, "currency": "NOK"}),
    (7, "2026-11-02 10:00:00", "Order Completed", {"revenue": 70}),  # never chosen
]
ORDERED = EventMatch(("Order Completed",))


@pytest.fixture
def happened(store: Ledger) -> Ledger:
    rows = [
        event(seq, person, name=name, ts=datetime.fromisoformat(at), props=as_json(props))
        for seq, (person, at, name, props) in enumerate(HAPPENED, 1)
    ]
    events = table("events", rows)
    events = events.drop_columns([name for name in events.column_names if name.startswith("p_")])
    store.append(LedgerSlice("web-1.log", 0, 100, events))
    store.set_links({6: 5})
    return store


def sums(store: Ledger, goal: Goal, entering: Entering, *moments: datetime) -> list[dict[str, list[float]]]:
    rows = store.rows(sums_sql(goal, entering, Scene(NOW, alone=True), moments))
    names = ("n", "some", "y", "yy", "x", "xx", "xy")
    return [
        {row["arm"]: [round(float(row[f"{name}_{m}"]), 6) for name in names] for row in rows}
        for m in range(len(moments))
    ]


def currencies(store: Ledger, goal: Goal, entering: Entering) -> list[str]:
    return [row["currency"] for row in store.rows(currencies_sql(goal, entering, Scene(NOW, alone=True)))]


def test_each_person_counts_once_in_one_arm(happened: Ledger) -> None:
    rows = happened.rows(entries_sql(Entering("c1"), Scene(NOW, alone=True), 7))
    found = {row["arm"]: (row["people"], int(row["entries"]), int(row["done"])) for row in rows}
    assert found == {"A": (2, 3, 2), "holdout": (2, 2, 1), None: (1, 2, 1)}
    rows = happened.rows(entries_sql(Entering("c1", "r2"), Scene(NOW, alone=True), 7))
    assert {row["arm"]: row["people"] for row in rows} == {"A": 1, "holdout": 1}

    # 1: 20, 30 and 3 after, 10 before. 2: no number. 3: too late, 5 before. 4: 7 after.
    a = [2, 1, 53, 2809, 10, 100, 530]
    holdout = [2, 1, 7, 49, 5, 25, 0]
    revenue = Goal(ORDERED, "sum", "revenue")
    low, high = datetime(2026, 11, 1, 10), datetime(2026, 11, 20, 10)
    assert sums(happened, revenue, Entering("c1"), NOW) == [{"A": a, "holdout": holdout}]
    assert sums(happened, revenue, Entering("c1", low=low, high=high), NOW) == [{"A": a, "holdout": holdout}]
    # As it was on the 2nd: two in A and one in the holdout; nothing of what came later.
    then = datetime(2026, 11, 2)
    assert sums(happened, revenue, Entering("c1"), then)[0] == {
        "A": [2, 1, 20, 400, 10, 100, 200], "holdout": [1, 0, 0, 0, 5, 25, 0],
    }  # fmt: skip
    # By each person's only entry, as when nobody was chosen twice: of 1 the events of the first seven days.
    assert sums(happened, revenue, Entering("c1", again=False), then, NOW)[1]["A"] == [
        2, 1, 50, 2500, 10, 100, 500,
    ]  # fmt: skip

    log2 = round(math.log(2), 6)
    ln = [log2, round(math.log(2) ** 2, 6)]
    converted = sums(happened, Goal(ORDERED), Entering("c1"), NOW)[0]
    assert converted == {"A": [2, 2, 2, 2, *ln, log2], "holdout": [2, 1, 1, 1, *ln, 0]}
    counted = sums(happened, Goal(ORDERED, "count"), Entering("c1"), NOW)[0]
    assert counted["A"] == [2, 2, 4, 10, 1, 1, 3]

    large = EventMatch(("Order Completed",), where=(PropertyTest("revenue", Greater(15)),))
    assert sums(happened, Goal(large, "count"), Entering("c1", "r1"), NOW)[0]["A"] == [2, 1, 2, 4, 0, 0, 0]
    assert sums(happened, Goal(large, "count"), Entering("c3"), NOW) == [{}]

    euros = EventMatch(("Order Completed",), where=(PropertyTest("currency", Equals("EUR")),))
    # Of what counts for somebody: not of what is no number, came too late, or was done by who is in two arms.
    many = [currencies(happened, Goal(one, "sum", "revenue"), Entering("c1")) for one in (ORDERED, euros)]
    assert many == [["EUR", "USD", ""], ["EUR"]]
    # Each by itself: of 1 20 and 3 in one, 30 in another; of 4 the 7 that name none, as what everybody did before.
    for currency, told in (
        ("EUR", {"A": [2, 1, 23, 529, 0, 0, 0], "holdout": [2, 0, 0, 0, 0, 0, 0]}),
        ("USD", {"A": [2, 1, 30, 900, 0, 0, 0], "holdout": [2, 0, 0, 0, 0, 0, 0]}),
        ("", {"A": [2, 0, 0, 0, 10, 100, 0], "holdout": [2, 1, 7, 49, 5, 25, 0]}),
    ):
        assert sums(happened, Goal(ORDERED, "sum", "revenue", currency=currency), Entering("c1"), NOW) == [told], (
            currency
        )
