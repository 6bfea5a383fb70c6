"""A made-up company: customers, companies and half a year of events, written straight into a ledger. No chance in it.

Events come in visits of four. A fifth of the visits are those of a fiftieth of the customers. The last month is in the
hot file in the order of arrival, the months before are sealed.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import duckdb
import pyarrow as pa

from pentad.ledger import Ledger, LedgerSlice

CUSTOMERS, EVENTS, DAYS = 1_000_000, 20_000_000, 180
COMPANY = 20
"""Customers for each company; half of the customers belong to none."""

NOW = datetime(2026, 7, 1, 12)  # noqa: DTZ001 - the ledger's times are naive UTC
FIRST = NOW - timedelta(days=DAYS)
STEP = 1_000_000

_PROPS = """'{"path":"/p/' || h2 % 400 || '","device":"' || ['phone','tablet','desktop'][1 + h3 % 3] ||
  '","coupon":"' || ['SPRING-10','WELCOME-5','none','VIP-20','loyal-15'][1 + h2 % 5] ||
  '","rating":' || h3 % 6 || ',"tags":["' || ['sale','new','bulk'][1 + h2 % 3] || '","t' || h3 % 9 || '"]' ||
  CASE WHEN n >= 10 THEN ',"revenue":' || (h3 % 9000) / 100.0 || ',"order_id":"o-' || visit || '"' ELSE '' END || '}'"""
_NAMES = "CASE WHEN n < 6 THEN 'Product Viewed' WHEN n < 8 THEN 'Product Added' WHEN n < 10 THEN 'Cart Viewed'"
_EVENTS = f"""
WITH drawn AS (SELECT i, i // 4 AS visit, h(i // 4) AS h1, h(i + 7) AS h2, h(i * 3 + 1) AS h3 FROM range(?, ?) r(i)),
named AS (SELECT *, h2 // 1000 % 13 AS n, CASE WHEN h1 % 5 = 0 THEN 1 + h1 // 10 % greatest(1, ? // 50) ELSE 1 + h1 // 10 % ? END AS who
  FROM drawn)
SELECT CAST(i + 1 AS BIGINT) AS seq, CAST(who AS INTEGER) AS person_no, CAST(1 AS INTEGER) AS source_no, 'track' AS type,
  {_NAMES} WHEN n < 12 THEN 'Order Completed' ELSE 'Order Refunded' END AS name,
  TIMESTAMP '{FIRST}' + INTERVAL ((i * ?) // 1000000) SECOND + INTERVAL ((i * ?) % 1000000) MICROSECOND AS ts,
  ts AS received, 'm-' || i AS message_id, hash(i) AS key, hash(i + 1) AS body, 'u-' || who AS user_id,
  '/p/' || h2 % 400 AS p_path, NULL AS p_referrer, NULL AS p_product_id, NULL AS p_category,
  CASE WHEN n >= 10 THEN 'o-' || visit END AS p_order_id, NULL AS p_currency,
  CASE WHEN n >= 10 THEN (h3 % 9000) / 100.0 END AS p_revenue, NULL AS p_quantity,
  {_PROPS} AS props, '{{}}' AS context FROM named ORDER BY i"""

_PEOPLE = f"""
SELECT CAST(n AS INTEGER) AS person_no, 'p-' || n AS id, n % 10 < 7 AS known, TIMESTAMP '{FIRST}' + INTERVAL (n % 170) DAY AS first_seen,
  TIMESTAMP '{NOW}' - INTERVAL (h(n) % 4000) HOUR AS last_seen, TIMESTAMP '{FIRST}' AS created,
  CAST(h(n) % 60 AS BIGINT) AS event_count, 'Customer ' || n AS name,
  '{{"plan":"' || ['family','single','Business','student'][1 + n % 4] || '","city":"' ||
  ['Porto','Köln','Izmir','Leeds','Gdynia'][1 + h(n) % 5] || '","age":' || 18 + n % 70 || ',"email":"u-' || n || '@kestrel.example"' ||
  ',"birthday":"' || strftime(DATE '1950-01-01' + CAST(h(n + 5) % 20000 AS INTEGER), '%Y-%m-%d') ||
  '","renewal":"' || strftime(DATE '2026-06-01' + CAST(h(n + 9) % 120 AS INTEGER), '%Y-%m-%d') ||
  '","likes":["' || ['tea','coffee','mugs'][1 + n % 3] || '","' || ['jam','bread'][1 + n % 2] || '"]}}' AS traits,
  '{{"user_id":["u-' || n || '"],"email":["u-' || n || '@kestrel.example"]}}' AS identifiers,
  '{{"news":{{"email":"' || ['granted','denied'][1 + n % 2] || '"}}}}' AS consents FROM range(?, ?) r(n)"""
_BELONGS = f"""
SELECT CAST(n AS INTEGER) AS person_no, CAST(1 + n // {2 * COMPANY} AS INTEGER) AS company_no
FROM range(1, ? + 1) r(n) WHERE n % 2 = 0"""
_COMPANIES = f"""
SELECT CAST(n AS INTEGER) AS company_no, 'c-' || n AS id, 'g-' || n AS group_id, 'Company ' || n AS name,
  TIMESTAMP '{FIRST}' AS first_seen,
  TIMESTAMP '{NOW}' AS last_seen,
  '{{"industry":"' || ['retail','health','steel','food'][1 + n % 4] || '","seats":' || n % 300 || '}}' AS traits
FROM range(1, ? + 2) r(n)"""


def fill(store: Ledger, customers: int, events: int) -> None:
    """Customers, companies and so many events, sealed but for the last month."""
    maker = drawer()
    for at in range(1, customers + 1, STEP // 4):
        rows = _table(maker, _PEOPLE, at, min(at + STEP // 4, customers + 1))
        store.derived.put("people", rows, rows["person_no"].to_pylist())
    store.derived.put("belongs", _table(maker, _BELONGS, customers), None)
    store.derived.put("companies", _table(maker, _COMPANIES, customers // (2 * COMPANY)), None)
    for part in slices(maker, customers, events, 0, events):
        store.append(part)
    maker.close()
    store.seal(date(NOW.year, NOW.month - 1, 1))


def drawer() -> duckdb.DuckDBPyConnection:
    """What draws the rows."""
    maker = duckdb.connect(":memory:")
    maker.execute("CREATE MACRO h(x) AS CAST(hash(x) >> 2 AS BIGINT)")
    return maker


def slices(maker: duckdb.DuckDBPyConnection, customers: int, whole: int, low: int, high: int) -> Iterator[LedgerSlice]:
    """Events number low to high of a world in which `whole` of them fill the half year."""
    between = DAYS * 86_400_000_000 // whole
    for at in range(low, high, STEP):
        upto = min(at + STEP, high)
        rows = _table(maker, _EVENTS, at, upto, customers, customers, between, between)
        yield LedgerSlice("bench", at, upto, events=rows)


def _table(maker: duckdb.DuckDBPyConnection, sql: str, *params: int) -> pa.Table:
    return maker.sql(sql, params=list(params)).to_arrow_table()
