"""However a definition is drawn, each way of asking gives the same members. Asked of DuckDB; see tests/conformance."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings

from pentad import ledger
from pentad.core.errors import Invalid
from pentad.intelligence.segments import definition as d
from pentad.intelligence.segments.compile import compiled, features_sql, raw_sql
from pentad.ledger import Ledger, LedgerSlice, schema
from pentad.ledger.schema import Promoted
from tests.conformance.segments.people import as_json
from tests.intelligence.segments.drawing import PLAIN, definitions
from tests.ledger.rows import event, table

NOW = datetime(2026, 11, 22, 12)
PROMOTED = (*schema.PROMOTED, Promoted("plan", "string"), Promoted("age", "number"))
VALUES: dict[str, list[Any]] = {
    "plan": ["family", "Family", "5", 5.0, 5, "", None, ["family"], {"a": 1}, "5.0", True, "[family"],
    "country": ["DE", "de", None, "d"],
    "age": [5, 5.5, "5", "5.5", -3, 100, "x", None, "inf", [5]],
    "tags": [["a", "Family"], [], ["5", 5], "a", [5.0, None]],
    "born": ["2026-11-20", "1990-11-22", "1992-02-29", "2026-11-22T13:00:00+01:00", "2026-11-21T12:00", "soon"],
    "address": [{"city": "DE"}, {"city": "a"}, "x"],
}


def _some(chance: random.Random) -> dict[str, Any]:
    return {name: chance.choice(values) for name, values in VALUES.items() if chance.random() < 0.6}


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """Thirty people with the values that drawn definitions ask for."""
    store = ledger.open(str(tmp_path_factory.mktemp("made_up") / "ledger"))
    chance = random.Random(4)
    for item in PROMOTED[len(schema.PROMOTED) :]:
        store.promote(item.prop, item.type)
    rows = []
    for seq in range(1, 200):
        at = NOW - timedelta(minutes=chance.choice([0, 1, 30, 1440, 1441, 4000, 40_000, 60_000, 500_000]))
        name = chance.choice(["Order Completed", "Product Viewed", "Signed Up"])
        kind = chance.choice(["track", "track", "track", "page", "screen"])
        rows.append(event(seq, chance.randint(1, 30), name=name, type=kind, ts=at, props=as_json(_some(chance))))
    events = table("events", rows)
    events = events.drop_columns([name for name in events.column_names if name.startswith("p_")])
    store.append(LedgerSlice("web-1.log", 0, 100, events))
    people = [
        {"person_no": number, "id": f"p{number}", "known": number % 2 == 0, "created": NOW, "event_count": number % 7,
         "first_seen": NOW - timedelta(days=number), "last_seen": NOW, "name": "", "traits": as_json(_some(chance)),
         "identifiers": as_json({"plan": ["a", "5"]} if number % 3 else {}), "consents": "{}"}
        for number in range(1, 31)
    ]  # fmt: skip
    store.derived.put("people", pa.Table.from_pylist(people, schema=schema.DERIVED["people"]), None)
    belongs = [{"person_no": number, "company_no": number % 4} for number in range(1, 31, 2)]
    store.derived.put("belongs", pa.Table.from_pylist(belongs, schema=schema.DERIVED["belongs"]), None)
    companies = [
        {"company_no": number, "id": f"c{number}", "group_id": "", "name": "", "first_seen": NOW, "last_seen": NOW,
         "traits": as_json(_some(chance))}
        for number in range(4)
    ]  # fmt: skip
    store.derived.put("companies", pa.Table.from_pylist(companies, schema=schema.DERIVED["companies"]), None)
    yield store
    store.close()


def members(store: Ledger, sql: str, some: list[int] | None = None) -> set[int]:
    found = store.query(sql, scope=some)["person_no"].to_pylist()
    assert len(found) == len(set(found))
    return set(found)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(definitions(PLAIN))
def test_each_way_of_asking_gives_the_same(made_up: Ledger, definition: d.Definition) -> None:
    asked = compiled(definition)
    everybody = members(made_up, raw_sql(asked, NOW, promoted=PROMOTED))

    by_json = members(made_up, raw_sql(asked, NOW, promoted=()))
    assert by_json == everybody, "a typed column and the JSON"

    table = features_sql(asked.features, NOW, promoted=PROMOTED)
    assert members(made_up, f"SELECT person_no FROM ({table}) AS f WHERE {asked.test}") == everybody, "features"

    some = [1, 2, 3, 5, 8, 13, 21, 30]
    touched = raw_sql(asked, NOW, "scope", promoted=PROMOTED)
    assert members(made_up, touched, some) == everybody & set(some), "of some"
    for number in (1, 2, 3):
        assert members(made_up, touched, [number]) == everybody & {number}, "one by one"


@settings(max_examples=15, deadline=None, derandomize=True)
@given(definitions(PLAIN))
def test_nothing_changes_before_it_is_due(made_up: Ledger, definition: d.Definition) -> None:
    """Between now and when a person is due, time alone changes none of their features."""
    asked = compiled(definition)
    columns = [one.column for one in asked.features]
    before = {row["person_no"]: row for row in made_up.rows(features_sql(asked.features, NOW, promoted=PROMOTED))}
    dues = sorted({row["due"] for row in before.values() if row["due"]})
    assert all(due > NOW for due in dues), "what is due now is not due again"
    for later in [*(due - timedelta(microseconds=1) for due in dues[:2]), NOW + timedelta(days=8)]:
        after = made_up.rows(features_sql(asked.features, later, promoted=PROMOTED))
        for row in after:
            held = before[row["person_no"]]
            if held["due"] is None or held["due"] > later:
                assert [row[name] for name in columns] == [held[name] for name in columns], (later, held["due"])


@settings(max_examples=15, deadline=None, derandomize=True)
@given(definitions())
def test_odd_names_and_values_are_no_sql(made_up: Ledger, definition: d.Definition) -> None:
    """Anything that the grammar allows can be asked; but for patterns that are none."""

    def nobody(id: str) -> d.Definition:
        return d.Definition(d.Any(()))

    try:
        asked = compiled(definition, nobody)
    except Invalid as error:
        if not error.message.startswith("The pattern"):
            raise
        return
    for sql in (raw_sql(asked, NOW), features_sql(asked.features, NOW)):
        made_up.query(sql)
