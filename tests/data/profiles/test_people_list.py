"""The customers list: every page, every filter, against a plain look at all rows."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import pytest
from django.db import connection

from pentad.core.errors import Invalid
from pentad.data.identity.models import Identifier, Person, PersonWord
from pentad.data.profiles import vocabulary
from pentad.data.profiles.filters import people
from pentad.data.profiles.lists import PEOPLE, load_people, title
from pentad.data.profiles.models import Company, Membership, PersonTrait
from pentad.data.profiles.rules import number_of, text_of, words
from pentad.roles.views import counts, paging, plans
from pentad.roles.views.state import Filter, ListState
from tests.data.profiles import walking

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PLANS = ("Explorer", "Family", "explorer", "")


def one(no: int) -> tuple[Person, list[Identifier], list[PersonWord], list[PersonTrait]]:
    """Customer number `no`, not saved: every third is anonymous, every plan and age comes again."""
    known = no % 3 != 0
    traits = {"plan": PLANS[no % 4], "age": no % 50} if known else {}
    traits = {name: value for name, value in traits.items() if value != ""}
    seen = NOW - timedelta(hours=no // 2)  # two by two at the same moment: the key has to break the tie
    person = Person(
        name=f"Person {no:03}" if known else "", email=f"p{no}@x{no % 7}.example" if known else "", traits=traits, known=known,
        first_seen=seen - timedelta(days=no), last_seen=seen, event_count=no % 11,
    )  # fmt: skip
    names = {"user_id" if known else "anonymous_id": f"u{no}", "device": f"d{no}"}
    said = {"person": person, "source_no": 1, "at": seen, "message_id": "m", "winner": True}
    return (
        person,
        [Identifier(namespace=n, value=v, person=person, first_seen=seen, source_no=1) for n, v in names.items()],
        [PersonWord(word=word, person=person) for word in words(person.name, person.email)],
        [PersonTrait(name=n, value=v, text=text_of(v), number=number_of(v), **said) for n, v in traits.items()],
    )


@pytest.fixture
def crowd(db: None) -> list[Person]:
    """130 customers; the last is a part of the first, and says that its plan is Office."""
    vocabulary.stated_values.forget()  # type: ignore[attr-defined]
    counts.forget_counts()
    made, *theirs = zip(*(one(no) for no in range(130)), strict=True)
    Person.objects.bulk_create(made)
    for model, rows in zip((Identifier, PersonWord, PersonTrait), theirs, strict=True):
        model.objects.bulk_create(chain.from_iterable(rows))
    part = made[-1]
    Person.objects.filter(pk=part.pk).update(root=made[0])
    PersonTrait.objects.filter(person=part, name="plan").update(text="office", value="Office")
    PersonTrait.objects.get_or_create(
        person=part,
        name="plan",
        source_no=1,
        defaults={"value": "Office", "text": "office", "at": NOW, "message_id": "m"},
    )
    company = Company.objects.create(group_id="lumen", name="Lumen Health", first_seen=NOW, last_seen=NOW)
    for person in (made[5], part):
        Membership.objects.create(person=person, company=company, first_seen=NOW, last_seen=NOW)
    return list(people().order_by("pk"))


def walk(state: ListState, size: int = 7) -> list[Person]:
    return walking.walk(PEOPLE, state, size)


@pytest.mark.parametrize(
    "sort", ["", "last_seen", "-first_seen", "name", "-name", "email", "-event_count", "event_count"]
)
def test_every_customer_is_on_exactly_one_page(crowd: list[Person], sort: str) -> None:
    rows = walk(ListState(sort=sort))
    assert sorted(row.pk for row in rows) == [row.pk for row in crowd]
    column, down, _ = paging.order(PEOPLE, ListState(sort=sort))
    assert rows == sorted(rows, key=lambda row: (getattr(row, column), row.pk), reverse=down)


FILTERS: list[tuple[str, str, str, Callable[[Person], bool]]] = [
    ("known", "is", "yes", lambda p: p.known),
    ("known", "is", "no", lambda p: not p.known),
    ("email", "contains", "x3.", lambda p: "x3." in p.email),
    ("email", "starts", "p1", lambda p: p.email.startswith("p1")),
    ("name", "is", "Person 007", lambda p: p.name == "Person 007"),
    ("name", "none", "", lambda p: not p.name),
    ("event_count", "gte", "7", lambda p: p.event_count >= 7),
    ("event_count", "eq", "3", lambda p: p.event_count == 3),
    (
        "last_seen",
        "after",
        "2026-11-20",
        lambda p: bool(p.last_seen and p.last_seen >= datetime(2026, 11, 20, tzinfo=UTC)),
    ),
    (
        "first_seen",
        "before",
        "2026-09-01",
        lambda p: bool(p.first_seen and p.first_seen < datetime(2026, 9, 1, tzinfo=UTC)),
    ),
    ("identifier", "has", "user_id", lambda p: p.known),
    ("identifier", "has", "device", lambda p: True),
    ("source", "is", "1", lambda p: True),
    ("source", "is", "2", lambda p: False),
    ("trait:plan", "is", "EXPLORER", lambda p: str(p.traits.get("plan", "")).lower() == "explorer"),
    ("trait:plan", "in", "Explorer|Family", lambda p: str(p.traits.get("plan", "")).lower() in ("explorer", "family")),
    ("trait:plan", "contains", "plor", lambda p: "plor" in str(p.traits.get("plan", "")).lower()),
    ("trait:age", "gt", "45", lambda p: p.traits.get("age", 0) > 45),
    ("trait:age", "lt", "5", lambda p: "age" in p.traits and p.traits["age"] < 5),
    ("trait:nothing", "any", "", lambda p: False),
]


@pytest.mark.parametrize("limits", [(3, 20_000), ()], ids=["driven", "walked"])
@pytest.mark.parametrize("number", range(len(FILTERS)), ids=[f"{f} {o} {v}" for f, o, v, _ in FILTERS])
def test_a_filter_shows_whom_it_says(
    crowd: list[Person], number: int, limits: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "LIMITS", limits)
    field, operator, value, holds = FILTERS[number]
    state = ListState(filters=(Filter(field, operator, value),))
    assert {row.pk for row in walk(state)} == {row.pk for row in crowd if holds(row)}
    assert counts.count(PEOPLE, state).number == len(walk(state))


@pytest.mark.parametrize("limits", [(3, 20_000), ()], ids=["driven", "walked"])
@pytest.mark.parametrize(("field", "value"), [("trait:plan", "Office"), ("company", "Lumen Health")])
def test_what_a_part_says_counts_for_the_whole(
    crowd: list[Person], field: str, value: str, limits: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "LIMITS", limits)
    rows = walk(ListState(filters=(Filter(field, "is", value),)))
    assert crowd[0] in rows
    assert all(row.root_id is None for row in rows)


@pytest.mark.parametrize("limits", [(3, 20_000), ()], ids=["driven", "walked"])
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("u7", [7]),
        ("user_id:u7", [7]),
        ("person 007", [7]),
        ("per 007", [7]),
        ("p13@x6.example", [13]),
        ("u129", [0]),
        ("nobody", []),
        ("%_", []),
    ],
)
def test_search(
    crowd: list[Person], text: str, found: list[int], limits: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "LIMITS", limits)
    assert [crowd.index(row) for row in walk(ListState(q=text))] == found


def test_filters_join(crowd: list[Person]) -> None:
    state = ListState(q="person", filters=(Filter("trait:plan", "is", "family"), Filter("trait:age", "lt", "10")))
    rows = walk(state)
    assert rows
    assert all(row.traits["plan"] == "Family" and row.traits["age"] < 10 for row in rows)


def test_neighbours_are_those_of_the_list(crowd: list[Person]) -> None:
    state = ListState(sort="-event_count", filters=(Filter("known", "is", "yes"),))
    rows = walk(state)
    for before, row, after in zip([None, *rows], rows, [*rows[1:], None], strict=False):
        assert paging.neighbours(PEOPLE, state, row) == (before, after)


@pytest.mark.parametrize(
    "state",
    [
        ListState(filters=(Filter("nonsense", "is", "1"),)),
        ListState(filters=(Filter("known", "contains", "1"),)),
        ListState(filters=(Filter("event_count", "gte", "many"),)),
        ListState(filters=(Filter("event_count", "gte", "nan"),)),
        ListState(filters=(Filter("source", "is", "inf"),)),
        ListState(filters=(Filter("last_seen", "after", "yesterday"),)),
        ListState(filters=(Filter("last_seen", "within", "-3"),)),
    ],
    ids=["field", "operator", "number", "nan", "infinity", "day", "days"],
)
def test_what_cannot_be_is_said(db: None, state: ListState) -> None:
    with pytest.raises(Invalid):
        plans.plan(PEOPLE, state)


@pytest.mark.parametrize("cursor", ["x", "W10", "WzEsbnVsbCwxLDFd", "////", "WzEsMSxJbmZpbml0eSwxXQ"])
def test_a_foreign_cursor_is_refused(db: None, cursor: str) -> None:
    state = ListState(cursor=cursor)
    with pytest.raises(Invalid):
        paging.fetch(PEOPLE, state, plans.plan(PEOPLE, state))


@pytest.mark.parametrize(("sort", "value"), [("last_seen", "Ann"), ("last_seen", 5), ("event_count", "Ann")])
def test_a_cursor_of_another_sort_is_refused(db: None, sort: str, value: str | int) -> None:
    state = ListState(sort=sort, cursor=str(paging.Cursor(True, value, 1, 1)))
    with pytest.raises(Invalid):
        paging.fetch(PEOPLE, state, plans.plan(PEOPLE, state))


def test_a_page_costs_few_queries(crowd: list[Person], django_assert_max_num_queries: Callable[[int], object]) -> None:
    vocabulary.trait_names()
    limits = 0 if connection.vendor == "sqlite" else 4  # statements that set the time allowed
    with django_assert_max_num_queries(3 + limits):  # type: ignore[attr-defined]
        state = ListState()
        paging.fetch(PEOPLE, state, plans.plan(PEOPLE, state))


def test_a_walk_that_takes_long_is_given_up_for_sets(crowd: list[Person], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "LIMITS", ())
    state = ListState(q="person", filters=(Filter("trait:plan", "is", "family"),))
    patient = walk(state)
    asked: list[str] = []

    def fail_once(seconds: float) -> object:
        asked.append("walk" if seconds == plans.WALK_SECONDS else "sets")
        if asked[-1] == "walk":
            raise plans.TooSlow
        return nullcontext()

    monkeypatch.setattr(plans, "within", fail_once)
    assert walk(state) == patient
    assert {"walk", "sets"} == set(asked)


@pytest.mark.django_db
def test_the_database_stops_when_its_time_is_up() -> None:
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 100000000) SELECT sum(x) FROM n"
    with pytest.raises(plans.TooSlow), plans.within(0.05), connection.cursor() as cursor:
        cursor.execute(endless)
    assert people().count() == 0


def test_who_has_neither_name_nor_address_is_called_by_the_user_id(
    db: None, django_assert_max_num_queries: Any
) -> None:
    rows = [Person.objects.create(known=True) for _ in range(20)]
    for no, person in enumerate(rows):
        Identifier.objects.create(namespace="user_id", value=f"0000{no}", person=person, first_seen=NOW, source_no=1)
    with django_assert_max_num_queries(5):
        load_people(rows)
        assert [title(person) for person in rows][:2] == ["Customer 00000", "Customer 00001"]
    assert title(Person.objects.get(no=rows[3].no)) == "Customer 00003"
    nobody = Person.objects.create(known=False)
    assert title(nobody) == f"Visitor {nobody.id[-6:]}"
