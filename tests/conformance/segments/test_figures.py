"""Literal computed traits of literal people: the values were worked out by hand, and are the same on each engine."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from pentad.intelligence.computed.figures_sql import figures_sql
from pentad.intelligence.computed.text import parse
from pentad.intelligence.computed.values import due_of, value_of
from pentad.ledger import Ledger, LedgerSlice
from tests.conformance.segments.people import as_json
from tests.conformance.segments.words import NOW
from tests.ledger.rows import event, table

# (person, time, properties), in the order in which they arrive.
BOUGHT: list[tuple[int, str, dict[str, Any]]] = [
    (1, "2026-11-01 10:00:00", {"item": "Tea", "n": 1}),
    (1, "2026-11-02 10:00:00", {"item": "coffee", "n": 2.5}),
    (1, "2026-11-04 10:00:00", {"item": "Coffee", "n": True}),
    (1, "2026-11-03 10:00:00", {"item": "TEA", "n": "4"}),  # arrived late
    (2, "2026-11-22 11:59:00", {"item": ["Tea"], "n": 5.0}),
    (2, "2026-11-22 11:59:00", {"item": "Mate", "n": 5}),  # at the same time, arrived later
    (3, "2026-11-23 12:00:00", {"item": ""}),  # ahead of now
    (4, "2026-11-20 10:00:00", {"item": "b", "n": 1}),
    (4, "2026-11-20 10:00:00", {"item": "a", "n": 1}),
    (4, "2026-11-21 10:00:00", {"n": -1}),
]
MONTH = "in the last 30 days"

FIGURES: dict[str, dict[int, Any]] = {
    'number of "Bought"': {1: 4, 2: 2, 3: 1, 4: 3},
    f'number of "Bought" {MONTH}': {1: 4, 2: 2, 4: 3},
    'number of "Bought" where n is more than 1': {1: 2, 2: 2},
    'sum of n of "Bought"': {1: 7.5, 2: 10, 4: 1},
    'sum of n of "Bought" where item is set': {1: 7.5, 2: 10, 4: 2},
    'average of n of "Bought"': {1: 2.5, 2: 5, 4: 0.333333},
    'minimum of n of "Bought"': {1: 1, 2: 5, 4: -1},
    'maximum of n of "Bought"': {1: 4, 2: 5, 4: 1},
    'number of different n of "Bought"': {1: 4, 2: 1, 4: 2},
    'number of different item of "Bought"': {1: 2, 2: 1, 4: 2},
    # Tea and coffee twice each: coffee was seen last, and written so.
    'most frequent item of "Bought"': {1: "Coffee", 2: "Mate", 4: "a"},
    'most frequent item of "Bought" before 2026-11-04': {1: "TEA"},
    'most frequent n of "Bought"': {1: True, 2: 5, 4: 1},
    'first item of "Bought"': {1: "Tea", 4: "b"},
    'last item of "Bought"': {1: "Coffee", 2: "Mate"},
    'last item of "Bought" where item is set': {1: "Coffee", 2: "Mate", 4: "a"},
    'last n of "Bought"': {1: True, 2: 5, 4: -1},
    'last n of "Bought" before 2026-11-04': {1: "4"},
    'last n of "Bought" in the last 1 minute': {},
    'time of first "Bought"': {
        1: "2026-11-01T10:00:00Z", 2: "2026-11-22T11:59:00Z", 3: "2026-11-23T12:00:00Z", 4: "2026-11-20T10:00:00Z",
    },
    f'time of last "Bought" {MONTH}': {
        1: "2026-11-04T10:00:00Z", 2: "2026-11-22T11:59:00Z", 4: "2026-11-21T10:00:00Z",
    },
    'days since first "Bought"': {1: 21, 2: 0, 3: 0, 4: 2},
    'days since last "Bought"': {1: 18, 2: 0, 3: 0, 4: 1},
    # A property with a column of its own.
    'sum of revenue of "Order Completed"': {20: 30.5, 21: 0.3, 24: -5},
    'last revenue of "Order Completed"': {20: "20.5", 21: 0.2, 22: "free", 24: -5},
    'most frequent category of "Order Completed"': {20: "shoes", 21: 7, 23: "7", 24: "50.0"},
    'last coupon of "Order Completed"': {21: "5.0"},
    'first cart.total of "Order Completed" where cart.total is set': {20: 3},
    "number of any page": {26: 1, 28: 1},
    # Merged, parted, late and doubled.
    'sum of n of "Merged"': {70: 3, 72: 1, 73: 2},
    'last n of "Merged"': {70: 2, 72: 1, 73: 2},
    'first v of "Late"': {74: 1, 75: 2},
    'number of "Late"': {74: 2, 75: 1},
}  # fmt: skip


@pytest.fixture(scope="module")
def bought(everybody: Ledger) -> Iterator[Ledger]:
    rows = [
        event(1000 + seq, person, name="Bought", ts=datetime.fromisoformat(at), props=as_json(props))
        for seq, (person, at, props) in enumerate(BOUGHT)
    ]
    events = table("events", rows)
    events = events.drop_columns([name for name in events.column_names if name.startswith("p_")])
    everybody.append(LedgerSlice("web-1.log", 100, 200, events))
    return everybody


def found(store: Ledger, texts: list[str], now: str, scope: list[int] | None = None) -> list[dict[int, Any]]:
    asked, at = [parse(text) for text in texts], datetime.fromisoformat(now)
    sql = figures_sql({f"c{n}": one for n, one in enumerate(asked)}, at, "scope" if scope else "")
    rows = store.query(sql, scope=scope).to_pylist()
    told = [{row["person_no"]: value_of(one, row[f"c{n}"], at) for row in rows} for n, one in enumerate(asked)]
    return [{no: value for no, value in one.items() if value is not None} for one in told]


def test_values(bought: Ledger) -> None:
    texts = list(FIGURES)
    for text, values in zip(texts, found(bought, texts, NOW), strict=True):
        assert repr(dict(sorted(values.items()))) == repr(FIGURES[text]), text
    some = [1, 4, 20, 70, 99]
    for text, values in zip(texts, found(bought, texts, NOW, some), strict=True):
        assert values == {no: value for no, value in FIGURES[text].items() if no in some}, text


@pytest.mark.parametrize(
    ("now", "zone", "days"),
    [
        ("2026-03-29 09:29:59", "Europe/Berlin", {30: 0, 31: 0, 32: 0}),
        ("2026-03-29 09:30:00", "Europe/Berlin", {30: 1, 31: 0, 32: 0}),  # a day by the clock, of 23 hours
        ("2026-03-29 09:30:00", "UTC", {30: 0, 31: 0, 32: 0}),
        ("2026-03-29 10:30:00", "UTC", {30: 1, 31: 0, 32: 0}),
    ],
)
def test_days_go_by_the_calendar(bought: Ledger, now: str, zone: str, days: dict[int, int]) -> None:
    assert found(bought, [f'days since last "Spring" in {zone}'], now) == [days]


def test_when_time_alone_makes_another_value(bought: Ledger) -> None:
    at = datetime.fromisoformat(NOW)

    def due(text: str) -> dict[int, Any]:
        one = parse(text)
        rows = bought.query(figures_sql({"c": one}, at, "scope"), scope=[1, 3, 24, 30]).to_pylist()
        dues = {row["person_no"]: [row["due"], due_of(one, row["c"], at)] for row in rows}
        return {no: str(min(some)) for no, both in dues.items() if (some := [each for each in both if each])}

    assert due(f'number of "Bought" {MONTH}') == {1: "2026-12-01 10:00:00", 3: "2026-11-23 12:00:00"}
    assert due('last item of "Bought" today') == {3: "2026-11-23 00:00:00"}
    assert due('most frequent item of "Bought" in the last 20 days') == {
        1: "2026-11-23 10:00:00", 3: "2026-11-23 12:00:00",
    }  # fmt: skip
    assert due('number of "Win"') == {}
    assert due('days since last "Win"') == {24: "2026-11-23 09:00:00"}
    assert due('days since last "Spring" in Europe/Berlin') == {30: "2026-11-23 10:30:00"}
