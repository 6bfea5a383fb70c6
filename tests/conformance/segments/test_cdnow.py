"""Questions that people ask of purchases, asked of real ones: Pentad's members are those that pandas finds in the file.

CDNOW: 2,357 customers, 6,919 purchases. There are days without times, so the purchases of one day (223 came on a day
of another) are told apart only by their order in the file. Nothing of pandas' side is made by Pentad.
"""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from pentad import ledger
from pentad.intelligence.segments.compile import Compiled, compiled, features_sql, raw_sql
from pentad.intelligence.segments.reading import read, write
from pentad.intelligence.segments.text import parse
from pentad.ledger import Ledger, LedgerSlice, schema
from pentad.ledger.duckdb import DuckDBLedger
from tests.conformance.conftest import ENGINES
from tests.ledger.rows import event, table

PURCHASES = Path(__file__).parent / "cdnow" / "purchases.csv.gz"
NOW = datetime(1998, 6, 30, 12)
DAYS = pd.Timedelta(days=1)


@pytest.fixture(scope="module")
def buys() -> pd.DataFrame:
    """customer, day, cds and dollars of each purchase; those of one customer in their order."""
    rows = pd.read_csv(PURCHASES, parse_dates=["day"])
    rows["cents"] = (rows["dollars"] * 100).round().astype(int)
    return rows


@pytest.fixture(scope="module", params=ENGINES)
def shop(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, buys: pd.DataFrame
) -> Iterator[Ledger]:
    folder = tmp_path_factory.mktemp("cdnow")
    if request.param == "clickhouse":
        pytest.importorskip("chdb", reason="ClickHouse's engine: pip install 'clickhouse-connect[chdb]'")
    store = ledger.open(f"chdb://{folder}/ledger" if request.param == "clickhouse" else str(folder / "ledger"))
    fill(store, buys)
    yield store
    store.close()


def fill(store: Ledger, buys: pd.DataFrame) -> None:
    """Each purchase as the event that a shop sends: with the number that it has among those of its customer."""
    rows, had = [], dict.fromkeys(buys["customer"], 0)
    for seq, one in enumerate(buys.itertuples(index=False), 1):
        had[one.customer] += 1
        props = {"revenue": one.dollars, "quantity": one.cds, "number": had[one.customer]}
        rows.append(event(seq, one.customer, ts=one.day.to_pydatetime(), props=json.dumps(props)))
    events = table("events", rows)
    # Typed columns are read from the properties, as those of properties that are promoted later are.
    events = events.drop_columns([name for name in events.column_names if name.startswith("p_")])
    store.append(LedgerSlice("web-1.log", 0, 100, events))
    texts = {"name": "", "traits": "{}", "identifiers": "{}", "consents": "{}"}
    people = [
        {"person_no": number, "id": f"c-{number}", "known": True, "created": NOW, "event_count": count} | texts
        for number, count in had.items()
    ]
    store.derived.put("people", pa.Table.from_pylist(people, schema=schema.DERIVED["people"]), None)


# -- the questions, and pandas' answers -------------------------------------------------------------

Answer = Callable[[pd.DataFrame], pd.Series]  # true or false of each customer
QUESTIONS: dict[str, Answer] = {}


def asks(text: str) -> Callable[[Answer], Answer]:
    return lambda answer: QUESTIONS.setdefault(text, answer)


@asks('did "Order Completed" exactly 1 time')
def once_only(buys: pd.DataFrame) -> pd.Series:
    return buys.groupby("customer").size() == 1


# A sequence begins with any of its events; which is a customer's first is told by the number that the shop gives.
@asks('did "Order Completed" where number is 1 then "Order Completed" within 90 days')
def again_within_90_days_of_the_first(buys: pd.DataFrame) -> pd.Series:
    by = buys.groupby("customer")
    again = (by.cumcount() > 0) & (buys["day"] - by["day"].transform("min") <= 90 * DAYS)
    return again.groupby(buys["customer"]).any()


@asks('did "Order Completed" where number is 1 then not "Order Completed" within 90 days')
def not_again_within_90_days_of_the_first(buys: pd.DataFrame) -> pd.Series:
    return ~again_within_90_days_of_the_first(buys)


@asks('did "Order Completed" then "Order Completed" within 2 weeks')
def twice_within_two_weeks(buys: pd.DataFrame) -> pd.Series:
    gaps = buys.groupby("customer")["day"].diff()
    return (gaps <= 14 * DAYS).groupby(buys["customer"]).any()


@asks(
    'did "Order Completed" between 1997-06-01 and 1997-08-31 then "Order Completed" then "Order Completed", all within 60 days'
)
def three_within_60_days_begun_in_summer(buys: pd.DataFrame) -> pd.Series:
    third = buys.groupby("customer")["day"].shift(-2)
    run = buys["day"].between("1997-06-01", "1997-08-31") & (third - buys["day"] <= 60 * DAYS)
    return run.groupby(buys["customer"]).any()


@asks('did "Order Completed" at least 3 times before 1998-01-01')
def third_purchase_in_1997(buys: pd.DataFrame) -> pd.Series:
    third = buys.groupby("customer").nth(2).set_index("customer")["day"]
    return (third < "1998-01-01").reindex(buys["customer"].unique(), fill_value=False)


@asks('did "Order Completed" then not "Order Completed" within 180 days')
def silent_for_180_days(buys: pd.DataFrame) -> pd.Series:
    # Each purchase is at midnight and now is noon, so that no silence is 180 days to the instant.
    after = buys.groupby("customer")["day"].shift(-1).fillna(pd.Timestamp(NOW))
    return (after - buys["day"] > 180 * DAYS).groupby(buys["customer"]).any()


@asks("""did "Order Completed" where quantity is at least 4 then not "Order Completed" where quantity is 1
    then "Order Completed" where quantity is at least 4""")
def two_big_orders_without_a_small_one_between(buys: pd.DataFrame) -> pd.Series:
    some = buys[(buys["cds"] >= 4) | (buys["cds"] == 1)]
    before = some.groupby("customer")["cds"].shift(1)
    run = (some["cds"] >= 4) & (before >= 4)
    return run.groupby(some["customer"]).any().reindex(buys["customer"].unique(), fill_value=False)


@asks('last "Order Completed" was before 1998-01-01')
def lapsed(buys: pd.DataFrame) -> pd.Series:
    return buys.groupby("customer")["day"].max() < "1998-01-01"


@asks('last "Order Completed" was before 1998-01-01 in America/New_York')
def lapsed_by_new_yorks_calendar(buys: pd.DataFrame) -> pd.Series:
    there = buys["day"].dt.tz_localize("UTC").dt.tz_convert("America/New_York").dt.tz_localize(None)
    return there.groupby(buys["customer"]).max() < "1998-01-01"


@asks('never did "Order Completed" in the last 3 months')
def not_in_the_last_3_months(buys: pd.DataFrame) -> pd.Series:
    return buys.groupby("customer")["day"].max() <= pd.Timestamp(NOW) - pd.DateOffset(months=3)


@asks("""did "Order Completed" between 1998-01-01 and 1998-03-31
    and never did "Order Completed" between 1998-04-01 and 1998-06-30""")
def in_the_first_quarter_but_not_in_the_second(buys: pd.DataFrame) -> pd.Series:
    quarter = buys["day"].dt.to_period("Q").astype(str)
    first, second = ((quarter == one).groupby(buys["customer"]).any() for one in ("1998Q1", "1998Q2"))
    return first & ~second


@asks('average of revenue of "Order Completed" is more than 50')
def average_above_50(buys: pd.DataFrame) -> pd.Series:
    by = buys.groupby("customer")["cents"]
    return by.sum() > 5000 * by.size()


@asks('maximum of revenue of "Order Completed" before 1998-01-01 is more than 200')
def best_order_of_the_first_year_above_200(buys: pd.DataFrame) -> pd.Series:
    dear = (buys["cents"] > 20000) & (buys["day"] < "1998-01-01")
    return dear.groupby(buys["customer"]).any()


@asks('last "Order Completed" was at any time with revenue at least 50')
def last_order_of_at_least_50(buys: pd.DataFrame) -> pd.Series:
    return buys.groupby("customer")["cents"].last() >= 5000


@asks('first "Order Completed" was at any time with quantity 1')
def first_order_of_one_cd(buys: pd.DataFrame) -> pd.Series:
    return buys.groupby("customer")["cds"].first() == 1


@asks("""(did "Order Completed" at least 4 times and last "Order Completed" was after 1998-03-31
    and average of revenue of "Order Completed" is at least 30) or sum of revenue of "Order Completed" is 0""")
def loyal_or_never_paid(buys: pd.DataFrame) -> pd.Series:
    by = buys.groupby("customer")
    loyal = (by.size() >= 4) & (by["day"].max() > "1998-03-31") & (by["cents"].sum() >= 3000 * by.size())
    return loyal | (by["cents"].sum() == 0)


# -- asking ----------------------------------------------------------------------------------------


def asked(text: str) -> Compiled:
    """By way of JSON, as it is saved."""
    return compiled(read(write(parse(text))))


def at_once(shop: Ledger, texts: list[str]) -> list[set[int]]:
    """The members of each, from features as the feature table keeps them: one statement for all."""
    every = [asked(text) for text in texts]
    features = list({one.column: one for each in every for one in each.features}.values())
    tests = ", ".join(f"({each.test}) AS c{n}" for n, each in enumerate(every))
    found = shop.query(f"SELECT person_no, {tests} FROM ({features_sql(features, NOW)}) AS f").to_pandas()
    return [set(found["person_no"][found[f"c{n}"].astype(bool)]) for n in range(len(every))]


def test_the_file_is_the_known_one(buys: pd.DataFrame) -> None:
    assert (len(buys), buys["customer"].nunique()) == (6_919, 2_357)
    assert buys.duplicated(["customer", "day"]).sum() == 223


def test_each_question_by_itself(shop: Ledger, buys: pd.DataFrame) -> None:
    # ClickHouse's engine takes long to plan a statement; all of them are one below.
    for text in QUESTIONS if isinstance(shop, DuckDBLedger) else list(QUESTIONS)[::4]:
        right = QUESTIONS[text](buys)
        found = shop.query(raw_sql(asked(text), NOW))["person_no"].to_pylist()
        assert sorted(found) == sorted(right.index[right]), text


def test_all_questions_at_once(shop: Ledger, buys: pd.DataFrame) -> None:
    for (text, answer), members in zip(QUESTIONS.items(), at_once(shop, list(QUESTIONS)), strict=True):
        right = answer(buys)
        assert 0 < right.sum() < len(right) == 2_357, text
        assert members == set(right.index[right]), text


def test_deciles_of_spenders(shop: Ledger, buys: pd.DataFrame) -> None:
    """Each limit is what somebody spent, to the cent: who spent just so much belongs to it."""
    by = buys.groupby("customer")
    spent = by["cents"].sum()
    limits = [int(spent.quantile(n / 10, interpolation="higher")) for n in range(1, 10)]
    # Floats added up one after the other may fall short of the sum of the cents.
    short = spent[by["dollars"].agg(lambda own: sum(own.tolist())) < spent / 100]
    assert len(short) > 100
    limits += [int(limit) for limit in short[:5]]
    texts = [f'sum of revenue of "Order Completed" is at least {limit / 100}' for limit in limits]
    for limit, members in zip(limits, at_once(shop, texts), strict=True):
        assert members == set(spent.index[spent >= limit]), limit
