"""Lists in the order of a trait: typed, with those without a value last, page by page, by either way, as far as one may see."""

from typing import Any

import pytest
from django.test import Client

from pentad.core.actor import SYSTEM, acting_as
from pentad.core.errors import Invalid
from pentad.data.fields.actions import add_field
from pentad.data.identity.models import Person
from pentad.data.ingest.models import Source
from pentad.data.profiles import vocabulary
from pentad.data.profiles.company_list import COMPANIES
from pentad.data.profiles.lists import PEOPLE
from pentad.roles.access import actions as accounts
from pentad.roles.access.manage.actions import assign, set_field_rule
from pentad.roles.access.queries import actor_of
from pentad.roles.access.rights_models import Role
from pentad.roles.views import counts, heads, paging, plans, valued
from pentad.roles.views.spec import ListSpec
from pentad.roles.views.state import Filter, ListState
from tests.data.fields.test_fields import company, customer
from tests.data.profiles import walking

pytestmark = pytest.mark.django_db
SEATS = (12, 3, None, 100, "many", 3, None, 7.5)
SINCE = ("2026-03-02", "2025-12-31", None, "2026-03-01", "2024", None, "2026-11-01", "")


@pytest.fixture(autouse=True)
def _fresh() -> None:
    for kept in (vocabulary.trait_names, vocabulary.person_number, vocabulary.company_numbers):
        kept.forget()  # type: ignore[attr-defined]
    counts.forget_counts()


@pytest.fixture
def crowd() -> list[Person]:
    """In the order in which they came; the last belongs to a part of the first, who says nothing of seats."""
    web = Source.objects.create(name="Web", write_key="web")
    traits = zip(SEATS, SINCE, strict=True)
    made = [customer(web, f"P{no}", seats=seats, since=since) for no, (seats, since) in enumerate(traits)]
    whole = customer(web, "Whole", since="2026-01-01")
    Person.objects.filter(pk=made[-1].pk).update(root=whole)
    return [*made[:-1], whole]


@pytest.fixture(params=[True, False], ids=["walked", "sorted"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    if request.param:
        monkeypatch.setattr(valued, "FEW", 0)
    return bool(request.param)


def names(spec: ListSpec, state: ListState, size: int = 2) -> list[str]:
    return [row.name for row in walking.walk(spec, state, size)]


@pytest.mark.parametrize(
    ("sort", "type", "wanted"),
    [
        ("trait:seats", "number", "P1 P5 Whole P0 P3 P6 P4 P2"),
        ("-trait:seats", "number", "P3 P0 Whole P5 P1 P6 P4 P2"),
        ("trait:seats", "", "P3 P0 P1 P5 Whole P4 P6 P2"),
        ("trait:since", "date", "P4 P1 Whole P3 P0 P6 P5 P2"),
        ("-trait:since", "date", "P6 P0 P3 Whole P1 P4 P5 P2"),
    ],
    ids=["number", "number down", "a word among numbers makes them texts", "day", "day down"],
)
def test_each_is_on_one_page_in_the_order_of_its_type_and_those_without_come_last(
    crowd: list[Person], either_way: bool, sort: str, type: str, wanted: str
) -> None:
    if type:
        add_field(actor=SYSTEM, kind="people", label=sort[-5:], type=type)
    with acting_as(SYSTEM):
        assert names(PEOPLE, ListState(sort=sort)) == wanted.split()
        state = ListState(sort=sort, filters=(Filter("name", "starts", "P"),))
        rest = [name for name in wanted.split() if name != "Whole"]
        assert names(PEOPLE, state) == rest
        rows = {row.name: row for row in PEOPLE.base()}
        for before, name, after in zip([None, *rest], rest, [*rest[1:], None], strict=False):
            found = paging.neighbours(PEOPLE, state, rows[name])
            assert [one and one.name for one in found] == [before, after]


def test_companies_too() -> None:
    web = Source.objects.create(name="Web", write_key="web")
    for group_id, employees in (("a", 250), ("b", 8), ("c", None), ("d", 30)):
        company(web, group_id, name=group_id.upper(), employees=employees)
    with acting_as(SYSTEM):
        assert names(COMPANIES, ListState(sort="-trait:employees")) == ["A", "D", "B", "C"]


def test_a_walk_that_takes_long_is_given_up(crowd: list[Person], monkeypatch: pytest.MonkeyPatch) -> None:
    with acting_as(SYSTEM):
        patient = names(PEOPLE, ListState(sort="trait:since"))
        monkeypatch.setattr(valued, "FEW", 0)

        def never(*_: Any) -> Any:
            raise valued.TooSlow

        monkeypatch.setattr(valued, "_walked", never)
        assert names(PEOPLE, ListState(sort="trait:since")) == patient


def test_a_rep_sorts_her_own_and_what_is_hidden_or_masked_gives_no_order(crowd: list[Person]) -> None:
    rita = accounts.add_user(actor=SYSTEM, email="rita@kestrel.example", name="Rita Osei", role="rep")
    for person in crowd[:4]:
        assign(actor=SYSTEM, record=person, owner=rita, team=None)
    add_field(actor=SYSTEM, kind="people", label="Seats", type="number")
    state = ListState(sort="trait:seats", columns=("name", "trait:seats"))
    with acting_as(actor_of(rita)):
        assert names(PEOPLE, state) == ["P1", "P0", "P3", "P2"]
        plain = names(PEOPLE, ListState())
    for level in ("hidden", "masked"):
        role = Role.objects.get(name="rep")
        set_field_rule(actor=SYSTEM, role=role, kind="people", target="trait:seats", level=level)
        with acting_as(actor_of(rita)):
            assert names(PEOPLE, state) == plain
            offered = heads.sorts(PEOPLE, state, PEOPLE.shown_columns(state.columns))
            assert not [label for label, _, _ in offered if "Seats" in label]


@pytest.mark.parametrize("value", ["Ann", {"t": "2026-11-21"}])
def test_a_place_of_another_sort_is_refused(crowd: list[Person], value: Any) -> None:
    add_field(actor=SYSTEM, kind="people", label="Seats", type="number")
    state = ListState(sort="trait:seats", cursor=str(paging.Cursor(True, value, 1, 1)))
    with acting_as(SYSTEM), pytest.raises(Invalid):
        paging.fetch(PEOPLE, state, plans.plan(PEOPLE, state))


def test_heads_and_menu_sort_by_the_traits_that_are_shown(client: Client, crowd: list[Person]) -> None:
    client.force_login(accounts.add_user(actor=SYSTEM, email="ann@kestrel.example", name="Ann", role="admin"))
    page = client.get("/people/?cols=name,trait:since&sort=-trait:since").content.decode()
    assert "Since, Z to A" in page and 'aria-sort="descending"' in page
    assert page.index(">P6<") < page.index(">P0<") < page.index(">Whole<") < page.index(">P5<")
