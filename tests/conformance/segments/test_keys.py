"""Whatever a key is called, its value is read and no other: as Python reads the same JSON."""

import json
import random
from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from pentad.intelligence.segments.compile import compiled, features_sql, raw_sql
from pentad.intelligence.segments.parts import Place
from pentad.intelligence.segments.reading import read
from pentad.ledger import Ledger, schema
from pentad.ledger.sql import quote
from tests.conformance.segments.about_people import company, identifier
from tests.conformance.segments.words import NOW, event, prop, trait
from tests.ledger.rows import event as row
from tests.ledger.rows import slice_of

SPECIAL = [
    "*",
    "**",
    "a*",
    "*a",
    '"*"',
    "\\*",
    "*\\",
    "[*]",
    "[0]",
    "$",
    "$.a",
    "?",
    "??",
    "#-1",
    "@",
    "0",
    "-",
    "-1",
    '"',
    "\\",
]
SPECIAL += ['\\"', "'", "''", "/", "~", "~1", "a/b", ":", "{", " ", "*.", ".*", "\n", "ü", "%", "(", "`", "a~0b"]


def names() -> list[str]:
    pick = random.Random(7)
    return [*SPECIAL, *("".join(pick.choices("*\"\\[]$?'/~#-01aü\n @:", k=pick.randint(1, 6))) for _ in range(60))]


def person(store: Ledger, number: int, **given: Any) -> None:
    at = {"known": False, "name": "", "created": datetime(2026, 1, 1), "event_count": 0}
    told = {one: json.dumps(given.get(one, {}), ensure_ascii=False) for one in ("traits", "identifiers", "consents")}
    whole = {"person_no": number, "id": f"p{number}", **at, **told}
    store.derived.put("people", pa.Table.from_pylist([whole], schema=schema.DERIVED["people"]), [number])


def test_each_key_is_itself(store: Ledger) -> None:
    keys = list(dict.fromkeys(names()))
    whole: dict[str, Any] = {key: f"v{n}" for n, key in enumerate(keys)}
    deep = {"deep": whole, "*": {"*": "both", "0": "nought", "list": ["x", 5.0]}, "lists": {key: [key] for key in keys}}
    person(store, 1, traits=whole)
    person(store, 2, traits=deep)
    flat = {f"c{n}": Place.of_keys("traits", [key]).text for n, key in enumerate(keys)}
    within = {f"c{n}": Place.of_keys("traits", ["deep", key]).text for n, key in enumerate(keys)}
    listed = {f"c{n}": Place.of_keys("traits", ["lists", key]).elements for n, key in enumerate(keys)}
    for no, columns in ((1, flat), (2, within), (2, listed)):
        asked = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
        (found,) = store.rows(f"SELECT {asked} FROM people WHERE person_no = {no}")
        wanted = [[key] if columns is listed else whole[key] for key in keys]
        assert [found[name] for name in columns] == wanted
    (found,) = store.rows(
        f"SELECT {Place.of('traits', '*.*').text} AS a, {Place.of('traits', '*.0').text} AS b, "
        f"{Place.of('traits', '*').kind} AS c, {Place.of('traits', '*.list').raws} AS d, "
        f"{Place.of('traits', '*.no').text} AS e FROM people WHERE person_no = 2"
    )
    assert list(found.values()) == ["both", "nought", "OBJECT", ['"x"', "5.0"], None]


def everywhere() -> list[tuple[str, dict[str, Any]]]:
    """A condition of each kind that asks for whatever `*` leads to; none may reach the secret beside it."""
    secret = [prop("*", "equals", value="secret")]
    ordered, steps = event("Ordered"), [{"event": event("Ordered")}, {"event": event("Ordered")}]
    figure = {"kind": "aggregate", "function": "distinct", "property": "*", "event": ordered}
    return [
        ("trait", trait("*", "equals", value="secret")),
        ("part of a trait", trait("*", "contains", value="secret")),
        ("list", trait("*", "list_any", values=["secret", "x"])),
        ("identifier", identifier("*", "set")),
        ("one identifier", identifier("*", "equals", value="secret")),
        ("company", company("*", "equals", value="secret")),
        ("property", {"kind": "event", "event": event("Ordered", where=secret)}),
        ("distinct", {**figure, "test": {"op": "at_least", "value": 1}}),
        ("sum", {**figure, "function": "sum", "test": {"op": "at_least", "value": 1}}),
        ("same", {"kind": "sequence", "steps": steps, "same": ["*"]}),
    ]


@pytest.mark.parametrize("sealed", [True, False], ids=["beside it", "itself"])
def test_a_star_is_no_way_to_what_lies_beside_it(store: Ledger, sealed: bool) -> None:
    name = "salary" if sealed else "*"
    person(store, 1, traits={name: ["secret"]}, identifiers={name: ["secret"]})
    person(store, 2, traits={name: "secret"})
    at, props = datetime(2026, 9, 1), json.dumps({name: "secret"})
    rows = [row(n, 2, name="Ordered", ts=at.replace(hour=n), props=props) for n in (1, 2)]
    rows.append(row(3, 1, name="Ordered", ts=at.replace(hour=3), props=json.dumps({name: 3})))
    store.append(slice_of(*rows))
    company_of = {"company_no": 1, "id": "c", "group_id": "g", "name": "", "first_seen": at, "last_seen": at}
    companies = pa.Table.from_pylist(
        [company_of | {"traits": json.dumps({name: "secret"})}], schema=schema.DERIVED["companies"]
    )
    store.derived.put("companies", companies, None)
    belongs = pa.Table.from_pylist([{"person_no": 2, "company_no": 1}], schema=schema.DERIVED["belongs"])
    store.derived.put("belongs", belongs, None)
    whom = {"list": [1, 2], "identifier": [1], "one identifier": [1], "distinct": [1, 2], "sum": [1]}
    for kind, where in everywhere():
        asked = compiled(read(json.dumps({"where": where})))
        found = store.rows(raw_sql(asked, datetime.fromisoformat(NOW)))
        store.rows(features_sql(asked.features, datetime.fromisoformat(NOW)))
        assert sorted(one["person_no"] for one in found) == ([] if sealed else whom.get(kind, [2])), kind


@pytest.mark.parametrize("prop_name", ["*", 'a"b', "a/b~c", "0"])
def test_a_promoted_property_is_that_property(store: Ledger, prop_name: str) -> None:
    store.append(
        slice_of(
            row(1, 1, props=json.dumps({"salary": "secret"})), row(2, 1, props=json.dumps({prop_name: "own", "x": 1}))
        )
    )
    store.promote(prop_name, "string")
    column = schema.Promoted(prop_name, "string").column
    found = store.rows(f"SELECT {quote(column)} AS v FROM events ORDER BY seq")
    assert [one["v"] for one in found] == [None, "own"]
