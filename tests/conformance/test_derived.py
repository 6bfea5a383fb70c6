"""People, belongs, companies, the feature table and marks: what is made from other rows and may be made anew."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from pentad.core.errors import Conflict, Invalid
from pentad.ledger import Ledger, schema
from pentad.ledger.protocol import QueryFailed
from tests.ledger.rows import NOON, event, slice_of

Reopen = Callable[[], Ledger]
ALL = "SELECT person_no, name, traits FROM people ORDER BY person_no"
DUE = datetime(2026, 11, 1, 8, 30, 0, 123456)


def person(no: int, name: str, **more: Any) -> dict[str, Any]:
    empty = dict.fromkeys(("traits", "identifiers", "consents"), "{}")
    seen = {"first_seen": None, "last_seen": NOON, "created": NOON, "event_count": 0}
    return {"person_no": no, "id": f"id-{no}", "known": True, "name": name} | empty | seen | more


def company(no: int, name: str) -> dict[str, Any]:
    seen = {"first_seen": NOON, "last_seen": NOON}
    return {"company_no": no, "id": f"c-{no}", "group_id": name.lower(), "name": name, "traits": "{}"} | seen


def table(relation: str, *rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=schema.DERIVED[relation])


def tuples(store: Ledger, sql: str, **more: Any) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in store.rows(sql, **more)]


def put_people(store: Ledger, *rows: dict[str, Any], keys: Any = None) -> None:
    store.derived.put("people", table("people", *rows), keys)


def test_put_replaces_what_is_kept_of_its_keys_and_twice_is_once(store: Ledger, reopen: Reopen) -> None:
    put_people(
        store, person(1, "Keiko", traits='{"plan":"family"}'), person(2, "Sven"), person(3, "Ana"), keys=[1, 2, 3]
    )
    for _ in range(2):
        put_people(store, person(1, "Keiko Yılmaz"), person(4, "Bo"), keys=[1, 2, 4, 99])
    said = [(1, "Keiko Yılmaz", "{}"), (3, "Ana", "{}"), (4, "Bo", "{}")]
    assert tuples(store, ALL) == said
    store = reopen()
    assert tuples(store, ALL) == said
    assert tuples(store, "SELECT first_seen, last_seen, known FROM people WHERE person_no = 1") == [(None, NOON, True)]
    put_people(store, person(5, "Cy"))
    assert tuples(store, ALL) == [(5, "Cy", "{}")]
    put_people(store)
    assert tuples(store, ALL) == []
    assert store.check() == []


def test_a_row_of_another_key_is_refused(store: Ledger) -> None:
    with pytest.raises(Invalid):
        put_people(store, person(1, "Keiko"), keys=[2])
    with pytest.raises(Invalid):
        store.derived.put("events", table("people"), [1])
    assert tuples(store, ALL) == []


def test_somebody_belongs_to_several_companies(store: Ledger) -> None:
    pairs = [{"person_no": p, "company_no": c} for p, c in ((1, 7), (1, 8), (2, 7))]
    store.derived.put("belongs", table("belongs", *pairs), [1, 2, 3])
    store.derived.put("companies", table("companies", company(7, "Lumen"), company(8, "Fjord")), None)
    joined = (
        "SELECT b.person_no, c.name FROM belongs b JOIN companies c ON c.company_no = b.company_no"
        " ORDER BY b.person_no, c.name"
    )
    assert tuples(store, joined) == [(1, "Fjord"), (1, "Lumen"), (2, "Lumen")]
    store.derived.put("belongs", table("belongs", pairs[1]), [1])
    store.derived.put("companies", table("companies"), [7])
    assert tuples(store, joined) == [(1, "Fjord")]


def test_hidden_and_erased_persons_are_in_none_of_it(store: Ledger, reopen: Reopen) -> None:
    def fill() -> None:
        put_people(store, person(1, "Keiko"), person(2, "Sven"), keys=[1, 2])
        store.derived.put("belongs", table("belongs", {"person_no": 1, "company_no": 7}), [1])
        store.derived.refresh("SELECT person_no, TRUE AS m1 FROM scope", scope=[1, 2])

    def left() -> list[int]:
        names = ("people", "belongs", "features")
        return [row[0] for row in tuples(store, " UNION ALL ".join(f"SELECT person_no FROM {name}" for name in names))]

    store.derived.add_columns({"m1": "BOOLEAN"})
    store.append(slice_of(event(1, 1), event(2, 2)))
    fill()
    assert sorted(left()) == [1, 1, 1, 2, 2]
    store.hide([1])
    assert left() == [2, 2]
    fill()  # read before they were hidden
    assert left() == [2, 2]
    store.erase([1])
    assert (left(), store.check()) == ([2, 2], [])
    store = reopen()
    fill()  # and before they were erased
    assert left() == [2, 2]


def test_a_query_takes_a_scope_of_any_size(store: Ledger) -> None:
    store.append(slice_of(*(event(n, n) for n in range(1, 6))))
    store.set_links({2: 1})
    asked = (
        "SELECT root_no, count(*) AS n FROM events WHERE root_no IN (SELECT person_no FROM scope) GROUP BY 1 ORDER BY 1"
    )
    assert tuples(store, asked, scope=[1, 4, 999]) == [(1, 2), (4, 1)]
    assert tuples(store, asked, scope=[]) == []
    assert len(tuples(store, asked, scope=range(200_000))) == 4
    with pytest.raises(QueryFailed):
        store.rows("SELECT person_no FROM scope")


def test_features_come_and_go(store: Ledger, reopen: Reopen) -> None:
    derived = store.derived
    derived.add_columns({"f_n": "BIGINT", "f_text": "VARCHAR"})
    derived.add_columns({"f_n": "BIGINT", "m3": "BOOLEAN"})
    assert derived.columns() == {"f_n": "BIGINT", "f_text": "VARCHAR", "m3": "BOOLEAN"}
    for wrong in ({"f_n": "DOUBLE"}, {"due": "TIMESTAMP"}, {"f_x": "BLOB"}, {'f"': "BIGINT"}):
        with pytest.raises((Conflict, Invalid)):
            derived.add_columns(wrong)
    derived.refresh("SELECT 1 AS person_no, 5 AS f_n, 'é' AS f_text, TRUE AS m3")
    derived.drop_columns(["f_text", "never"])
    for _ in range(2):
        assert store.derived.columns() == {"f_n": "BIGINT", "m3": "BOOLEAN"}
        assert tuples(store, "SELECT * FROM features") == [(1, None, 5, True)]
        store = reopen()
    store.derived.add_columns({"f_text": "VARCHAR"})
    assert tuples(store, "SELECT f_text FROM features") == [(None,)]


def test_a_refresh_replaces_a_scope_or_everything(store: Ledger) -> None:
    derived = store.derived
    derived.add_columns({"f_n": "BIGINT", "f_last": "TIMESTAMP", "f_sum": "DOUBLE"})
    store.append(slice_of(event(1, 1), event(2, 1), event(3, 2), event(4, 3), end=10))
    counted = "SELECT root_no AS person_no, count(*) AS f_n, max(ts) AS f_last FROM events"
    rows = "SELECT person_no, f_n, f_sum FROM features ORDER BY person_no"
    assert derived.refresh(f"{counted} GROUP BY root_no") == 3
    assert tuples(store, rows) == [(1, 2, None), (2, 1, None), (3, 1, None)]
    within = f"{counted} WHERE root_no IN (SELECT person_no FROM scope) AND name = ? GROUP BY root_no"
    store.append(slice_of(event(5, 1), event(6, 4), start=10, end=20))
    assert derived.refresh(within, ["Order Completed"], [1, 4]) == 2
    assert tuples(store, rows) == [(1, 3, None), (2, 1, None), (3, 1, None), (4, 1, None)]
    # What a refresh does not give stays; whom it does not give goes.
    assert derived.refresh("SELECT person_no, 0.5 AS f_sum FROM scope WHERE person_no <> 2", (), [1, 2]) == 1
    assert tuples(store, rows) == [(1, 3, 0.5), (3, 1, None), (4, 1, None)]
    given = {"due": DUE}
    assert (
        derived.refresh("SELECT person_no, CAST($due AS TIMESTAMP) AS due FROM features WHERE person_no < 4", given)
        == 2
    )
    assert tuples(store, "SELECT person_no, due, f_n, f_sum FROM features ORDER BY 1") == [
        (1, DUE, 3, 0.5),
        (3, DUE, 1, None),
    ]
    assert derived.refresh("SELECT person_no FROM features", (), []) == 2
    assert store.check() == []


def test_a_refresh_that_cannot_be_changes_nothing(store: Ledger) -> None:
    derived = store.derived
    derived.add_columns({"f_n": "BIGINT"})
    derived.refresh("SELECT 1 AS person_no, 5 AS f_n")
    twice = "SELECT 1 AS person_no, 6 AS f_n UNION ALL SELECT 1 AS person_no, 7 AS f_n"
    for wrong in ("SELECT 1 AS person_no, 2 AS f_other", "SELECT 7 AS f_n", twice):
        with pytest.raises(Invalid):
            derived.refresh(wrong)
    with pytest.raises(QueryFailed):
        derived.refresh("SELECT person_no, f_n FROM nowhere")
    assert tuples(store, "SELECT person_no, f_n FROM features") == [(1, 5)]
    assert derived.refresh("SELECT 1 AS person_no, 8 AS f_n") == 1


def test_marks_stay_until_all_is_made_anew(store: Ledger, reopen: Reopen) -> None:
    store.derived.set_mark("filled", 3)
    store.derived.set_mark("filled", 4)
    store.derived.add_columns({"f_n": "BIGINT"})
    put_people(store, person(1, "Keiko"))
    store = reopen()
    assert (store.derived.mark("filled"), store.derived.mark("other")) == (4, 0)
    store.derived.renew()
    for _ in range(2):
        assert (store.derived.mark("filled"), store.derived.columns(), tuples(store, ALL)) == (0, {}, [])
        store.derived.set_mark("filled", 0)
        store = reopen()
    put_people(store, person(2, "Sven"))
    assert tuples(store, ALL) == [(2, "Sven", "{}")]
