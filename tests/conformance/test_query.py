"""Queries in DuckDB's dialect give the same rows on each engine. Results are worked out by hand."""

from datetime import datetime
from typing import Any

import pytest

from pentad.ledger import Ledger
from pentad.ledger.protocol import QueryFailed
from tests.ledger.rows import event, slice_of


@pytest.fixture
def shop(store: Ledger) -> Ledger:
    """Keiko (1) looks and buys twice, Sven (2) looks and buys a day later, Elif (3) looks only."""

    def of(seq: int, person_no: int, name: str, day: int, hour: int, **more: Any) -> dict[str, Any]:
        return event(seq, person_no, name=name, ts=datetime(2026, 9, day, hour), **more)

    store.append(
        slice_of(
            of(1, 1, "Product Viewed", 1, 9, user_id="keiko", props='{"color":"dark","size":250}'),
            of(2, 1, "Order Completed", 1, 10, user_id="keiko", p_revenue=20.0),
            of(3, 2, "Product Viewed", 2, 9, props='{"color":"light"}'),
            of(4, 1, "Order Completed", 8, 9, user_id="keiko", p_revenue=30.5),
            of(5, 2, "Order Completed", 3, 10, p_revenue=12.0),
            of(6, 3, "Product Viewed", 8, 9, p_path="/it's \\ a\ttab", props='{"color":null,"size":"x"}'),
        )
    )
    return store


QUERIES: dict[str, tuple[str, tuple[Any, ...], list[tuple[Any, ...]]]] = {
    "count by name": (
        "SELECT name, count(*) FROM events GROUP BY name ORDER BY name",
        (),
        [("Order Completed", 3), ("Product Viewed", 3)],
    ),
    "distinct persons": ("SELECT count(DISTINCT person_no) FROM events WHERE p_revenue > ?", (15.0,), [(1,)]),
    "sum of floats": (
        "SELECT person_no, sum(p_revenue) FROM events GROUP BY person_no ORDER BY person_no",
        (),
        [(1, 50.5), (2, 12.0), (3, None)],
    ),
    "aggregates over no rows": (
        "SELECT count(*), min(ts), sum(p_revenue) FROM events WHERE name = 'x'",
        (),
        [(0, None, None)],
    ),
    "null is neither equal nor unequal": ("SELECT count(*) FROM events WHERE user_id <> 'keiko'", (), [(0,)]),
    "null test": ("SELECT count(*) FROM events WHERE user_id IS NULL", (), [(3,)]),
    "left join without a match": (
        "SELECT a.person_no, b.p_revenue FROM events a LEFT JOIN events b ON b.person_no = a.person_no "
        "AND b.name = 'Order Completed' WHERE a.name = 'Product Viewed' AND a.person_no > 1 ORDER BY a.person_no",
        (),
        [(2, 12.0), (3, None)],
    ),
    "viewers who did not buy": (
        "SELECT DISTINCT person_no FROM events WHERE name = 'Product Viewed' AND person_no NOT IN "
        "(SELECT person_no FROM events WHERE name = 'Order Completed')",
        (),
        [(3,)],
    ),
    "sequence within a day": (
        "SELECT DISTINCT a.person_no FROM events a JOIN events b ON a.person_no = b.person_no WHERE a.name = ? "
        "AND b.name = ? AND b.ts > a.ts AND b.ts <= a.ts + INTERVAL 24 HOUR ORDER BY 1",
        ("Product Viewed", "Order Completed"),
        [(1,)],
    ),
    "by week": (
        "SELECT date_trunc('week', ts) AS week, count(*) FROM events GROUP BY week ORDER BY week",
        (),
        [(datetime(2026, 8, 31).date(), 4), (datetime(2026, 9, 7).date(), 2)],
    ),
    "time window by parameter": (
        "SELECT count(*) FROM events WHERE ts >= ? AND ts < ?",
        (datetime(2026, 9, 1, 10), datetime(2026, 9, 8, 9)),
        [(3,)],
    ),
    "text parameter with quote, backslash and tab": (
        "SELECT seq FROM events WHERE p_path = ?",
        ("/it's \\ a\ttab",),
        [(6,)],
    ),
    "null parameter": ("SELECT count(*) FROM events WHERE coalesce(?, 1) = 1", (None,), [(6,)]),
    "property as sent": (
        "SELECT seq, json_extract_string(props, '$.color'), json_extract_string(props, '$.size') FROM events "
        "WHERE name = 'Product Viewed' ORDER BY seq",
        (),
        [(1, "dark", "250"), (3, "light", None), (6, None, "x")],
    ),
    "own CTE beside ours": (
        "WITH orders AS (SELECT * FROM events WHERE name = 'Order Completed') "
        "SELECT person_no, count(*) FROM orders GROUP BY person_no HAVING count(*) > 1",
        (),
        [(1, 2)],
    ),
    "first by window": (
        "SELECT seq FROM (SELECT seq, row_number() OVER (PARTITION BY person_no ORDER BY ts, seq) AS n FROM events) "
        "WHERE n = 1 ORDER BY seq",
        (),
        [(1,), (3,), (6,)],
    ),
    "a column keeps its name where an alias takes it": (
        "SELECT lower(name) AS name, count(*) FROM events WHERE name = 'Order Completed' GROUP BY 1",
        (),
        [("order completed", 3)],
    ),
    "letters beyond ASCII": (
        "SELECT lower('ÇĞÖ'), upper('çğö'), length('Yılmaz'), substring('ığdır', 2, 2), left('ığdır', 2), "
        "right('dırığ', 2), strpos('Yılmaz', 'm'), reverse('ığ') FROM events LIMIT 1",
        (),
        [("çğö", "ÇĞÖ", 6, "ğd", "ığ", "ığ", 4, "ğı")],
    ),
    "whole numbers are divided exactly": ("SELECT DISTINCT 7 / 2 FROM events", (), [(3.5,)]),
    "cast keeps microseconds": (
        "SELECT DISTINCT CAST('2026-01-02 03:04:05.678901' AS TIMESTAMP) FROM events",
        (),
        [(datetime(2026, 1, 2, 3, 4, 5, 678901),)],
    ),
    "try_cast": ("SELECT DISTINCT TRY_CAST('x' AS DOUBLE), TRY_CAST('1.5' AS DOUBLE) FROM events", (), [(None, 1.5)]),
    "nulls are last": (
        "SELECT seq FROM events ORDER BY p_revenue DESC, seq DESC LIMIT 4",
        (),
        [(4,), (2,), (5,), (6,)],
    ),
    "union, in and between": (
        "SELECT seq FROM events WHERE person_no IN (2, 3) AND seq BETWEEN 3 AND 5 "
        "UNION ALL SELECT seq FROM quarantined ORDER BY seq",
        (),
        [(3,), (5,)],
    ),
    "pattern in any letter case": ("SELECT count(*) FROM events WHERE name ILIKE '%viewed'", (), [(3,)]),
    "count by condition": (
        "SELECT count(*) FILTER (WHERE person_no = 1), count(p_revenue), avg(p_revenue) FROM events",
        (),
        [(3, 3, 62.5 / 3)],
    ),
    "date difference": (
        "SELECT date_diff('day', min(ts), max(ts)) FROM events",
        (),
        [(7,)],
    ),
    "case and lower": (
        "SELECT lower(name), sum(CASE WHEN person_no = 1 THEN 1.0 ELSE 0.0 END) FROM events GROUP BY 1 ORDER BY 1",
        (),
        [("order completed", 2.0), ("product viewed", 1.0)],
    ),
}


@pytest.mark.parametrize("case", QUERIES, ids=list(QUERIES))
def test_query(shop: Ledger, case: str) -> None:
    sql, params, expected = QUERIES[case]
    found = [tuple(plain(value) for value in row.values()) for row in shop.rows(sql, params)]
    assert found == expected


def plain(value: Any) -> Any:
    """Engines differ in whether the start of a week is a date or a midnight."""
    return value.date() if isinstance(value, datetime) and value.time() == datetime.min.time() else value


def test_a_wrong_statement_says_why(store: Ledger) -> None:
    with pytest.raises(QueryFailed, match="nonsense"):
        store.query("SELECT nonsense FROM events")


def test_a_number_beyond_all_numbers_hides_nothing_beside_it(store: Ledger) -> None:
    props = '{"a":1e400,"text":"1e400 \\"1e999","list":[-1e309,2],"plan":"solo"}'
    store.append(slice_of(event(1, props=props), event(2, props='{"a":1e308}')))
    parts = ("$.a", "$.text", "$.plan", "$.list[*]")
    read = ", ".join(f"json_extract_string(props, '{part}') AS c{n}" for n, part in enumerate(parts))
    assert list(store.rows(f"SELECT {read} FROM events WHERE seq = 1")[0].values()) == [
        "1e400", '1e400 "1e999', "solo", ["-1e309", "2"],
    ]  # fmt: skip
    large = "SELECT seq, TRY_CAST(json_extract_string(props, '$.a') AS DOUBLE) > 1e308 AS x FROM events ORDER BY seq"
    assert [bool(row["x"]) for row in store.rows(large)] == [True, False]


def test_named_parameters(shop: Ledger) -> None:
    sql = "SELECT count(*) AS n FROM events WHERE person_no = $person AND name = $name"
    assert shop.rows(sql, {"person": 1, "name": "Order Completed"}) == [{"n": 2}]


def test_registry_names_the_promoted_columns(store: Ledger) -> None:
    store.promote("plan", "string")
    found = store.rows("SELECT prop, type, col FROM registry WHERE prop IN ('revenue', 'plan') ORDER BY prop")
    assert [tuple(row.values()) for row in found] == [("plan", "string", "p_plan"), ("revenue", "number", "p_revenue")]
