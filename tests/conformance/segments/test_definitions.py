"""Literal definitions asked of literal people: the members were worked out by hand, and are the same on each engine.

Three ways to ask: of the events on the spot, of features as the feature table keeps them, and of some people only.
"""

from collections import Counter, defaultdict
from datetime import datetime
from typing import Any

import msgspec
import pytest

from pentad.core.errors import Invalid
from pentad.intelligence.segments.catalogue import remembering, seen
from pentad.intelligence.segments.compile import Compiled, compiled, features_sql, raw_sql
from pentad.intelligence.segments.definition import Definition, Sequence
from pentad.intelligence.segments.explain import explain
from pentad.intelligence.segments.features import Leaf
from pentad.intelligence.segments.parts import Scene
from pentad.intelligence.segments.periods import naive
from pentad.intelligence.segments.reading import read
from pentad.intelligence.segments.runs import run_of
from pentad.intelligence.segments.steps_sql import steps_sql
from pentad.intelligence.segments.stops import stop_of
from pentad.ledger import Ledger
from pentad.ledger.duckdb import DuckDBLedger
from tests.conformance.segments.about_events import COUNTS, JUNCTIONS, OTHERS, PICKED, SEQUENCES, TIMES
from tests.conformance.segments.about_people import DATES, NAMES, TRAITS
from tests.conformance.segments.people import EVENTS, EVERYBODY
from tests.conformance.segments.words import NOW, Case, every, occurrence, prop, trait

CASES = [*TRAITS, *DATES, *NAMES, *TIMES, *COUNTS, *PICKED, *SEQUENCES, *JUNCTIONS]


def others(id: str) -> Definition:
    where, zone = OTHERS[id]
    return read(msgspec.json.encode({"where": where, "time_zone": zone}))


def asked(case: Case) -> Compiled:
    return compiled(read(msgspec.json.encode({"where": case.where, "time_zone": case.zone})), others)


def test_every_promise_has_a_name_of_its_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 150


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_on_the_spot(everybody: Ledger, case: Case) -> None:
    rows = everybody.rows(raw_sql(asked(case), datetime.fromisoformat(case.now)))
    assert sorted(row["person_no"] for row in rows) == sorted(case.members)


def test_from_features(everybody: Ledger) -> None:
    """Many definitions of a moment in one statement, as the feature table is filled."""
    # Some of them: engines take long to plan so large a statement, ClickHouse's longest.
    some = CASES[:: 3 if isinstance(everybody, DuckDBLedger) else 15]
    moments = defaultdict(list)
    for case in some:
        moments[case.now].append(case)
    for now, cases in moments.items():
        ready = [asked(case) for case in cases]
        features = list({one.column: one for each in ready for one in each.features}.values())
        tests = ", ".join(f"({each.test}) AS c{n}" for n, each in enumerate(ready))
        sql = f"SELECT person_no, {tests} FROM ({features_sql(features, datetime.fromisoformat(now))}) AS f"
        found = everybody.rows(sql)
        for n, case in enumerate(cases):
            assert {row["person_no"] for row in found if row[f"c{n}"]} == case.members, case.name


def test_of_some_people(everybody: Ledger) -> None:
    """Everybody restricted to some is the same as asking of these alone."""
    some = [1, 5, 21, 24, 28, 54, 57, 66, 70, 80, 82, 85]
    kinds = {str(case.where["kind"]): case for case in CASES if case.now == NOW and case.members != EVERYBODY}
    chosen = list(kinds.values()) if isinstance(everybody, DuckDBLedger) else list(kinds.values())[::3]
    for case in chosen:
        sql = raw_sql(asked(case), datetime.fromisoformat(case.now), "scope")
        rows = everybody.rows(sql, scope=some)
        assert {row["person_no"] for row in rows} == case.members & set(some), case.name


def test_the_run_that_is_shown(everybody: Ledger) -> None:
    """Who meets a sequence has a run of events to show for it, and nobody else."""
    sequences = [case for case in SEQUENCES if case.where["kind"] == "sequence"]
    for case in sequences if isinstance(everybody, DuckDBLedger) else sequences[::10]:
        definition, now = asked(case).tree, datetime.fromisoformat(case.now)
        assert isinstance(definition, Leaf)
        assert isinstance(definition.condition, Sequence)
        people = defaultdict(list)
        for row in everybody.rows(steps_sql(definition, Scene(naive(now)))):
            people[row["root_no"]].append(row)
        found = {person: run_of(definition.condition, rows, now, case.zone) for person, rows in people.items()}
        assert {person for person, run in found.items() if run} == case.members, case.name
        present = [number for number, step in enumerate(definition.condition.steps, 1) if not step.absent]
        assert all([one.step for one in run] == present for run in found.values() if run), case.name
        for person, run in found.items():
            if not run:  # and who has none is told of a step at which it stops
                stop = stop_of(definition.condition, people[person], now, case.zone)
                assert 1 <= stop.step <= len(definition.condition.steps), (case.name, person)
                assert all(at in stop.text for at in stop.times), (case.name, person)


def test_a_circle_is_refused_with_its_path() -> None:
    circle = {"a": "b", "b": "c", "c": "a"}

    def next_one(id: str) -> Definition:
        return read(msgspec.json.encode({"where": {"kind": "segment", "id": circle[id]}}))

    with pytest.raises(Invalid, match="a → b → c → a"):
        compiled(next_one("a"), next_one, own="a")


def test_explained(everybody: Ledger) -> None:
    """The explanation says of a member that the whole holds, and of another person that it does not."""
    for case in CASES[:: 12 if isinstance(everybody, DuckDBLedger) else 60]:
        definition = read(msgspec.json.encode({"where": case.where, "time_zone": case.zone}))
        for number in [*sorted(case.members)[:1], *sorted(EVERYBODY - case.members)[:1]]:

            def ask(sql: str, number: int = number) -> list[dict[str, Any]]:
                return everybody.rows(sql, scope=[number])

            reason = explain(definition, number, datetime.fromisoformat(case.now), others, ask)
            assert reason.holds == (number in case.members), (case.name, number)


def test_explained_with_the_values_seen(everybody: Ledger) -> None:
    where = every(
        trait("plan", "equals", value="solo"),
        {"kind": "segment", "id": "buyers"},
        occurrence("first", "Order Completed", where=[prop("cart.total", "equals", value=3)]),
    )
    definition = read(msgspec.json.encode({"where": where}))
    reason = explain(definition, 20, datetime.fromisoformat(NOW), others, lambda sql: everybody.rows(sql, scope=[20]))
    assert not reason.holds
    plan, buyers, first = reason.of
    assert (plan.holds, plan.values) == (False, {"value": None})
    assert (buyers.holds, buyers.of[0].values["count"], len(buyers.of[0].values["events"])) == (True, 2, 2)
    # the first order, and not the second one that has the cart
    at, name = "2026-11-01T10:00:00Z", "Order Completed"
    assert (first.holds, first.values["events"]) == (
        False,
        [{"at": at, "name": name, "properties": {"cart.total": None}}],
    )


@pytest.mark.parametrize("some", [None, [66, 70]])
def test_what_is_suggested_is_what_was_seen(everybody: Ledger, some: list[int] | None) -> None:
    remembering.forget()
    names = {(one.type, one.name): one.count for one in seen.names(some).values()}
    expected = Counter(
        (str(more.get("type", "track")), name)
        for person, name, _, _, more in EVENTS
        if more.get("type") != "identify" and (some is None or person in (*some, 71))
    )
    assert names == expected
    last = datetime(2028, 3, 1) if some is None else datetime(2026, 11, 6, 10)
    assert max(one.last for one in seen.names(some).values()) == last
    found = seen.properties("track", ["A"], some)
    assert {name: path.type for name, path in found.items()} == {"o": "text" if some is None else "number"}
    traits = seen.traits("people", some)
    assert ("plan" in traits) == (some is None)
    assert [often for _, often in seen.traits("companies")["sector"].frequent] == [2, 1]
