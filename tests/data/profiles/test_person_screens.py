"""What people type, and what they take out as a file."""

from dataclasses import replace

import pytest
from django.test import Client, RequestFactory

from pentad.core import clock
from pentad.core.actor import SYSTEM
from pentad.data.identity.models import Person
from pentad.data.profiles.entering import typed_value
from pentad.data.profiles.lists import PEOPLE
from pentad.data.profiles.page import fact_line
from pentad.data.profiles.queries import TraitExplanation
from pentad.data.profiles.views import list_place
from pentad.roles.access import actions

FACT = TraitExplanation("birthday", "", 1, "CRM", True, clock.now(), "m1", "it is the only one")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        (" Lisbon ", "Lisbon"),
        ("12.5", 12.5),
        ("true", True),
        ("007", "007"),
        ('["a", 1]', ["a", 1]),
        ("NaN", "NaN"),
        ("-Infinity", "-Infinity"),
        ("1e999", "1e999"),
        ("[NaN]", "[NaN]"),
        ('"\\ud800"', '"\\ud800"'),
        ("[" * 5_000, "[" * 5_000),
    ],
    ids=lambda one: str(one)[:12],
)
def test_what_is_typed_becomes_a_value_that_can_be_kept(text: str, value: object) -> None:
    assert typed_value(text) == value


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("1988-04-17", "17 April 1988"), ("2025-12-20T08:00:00Z", "20 December 2025"), ("2025-13-40", "2025-13-40"),
        ("1234-56-78 spare", "1234-56-78 spare"), ("2025-12", "2025-12"), (7, "7"),
    ],
)  # fmt: skip
def test_days_are_read_as_days(value: object, said: str) -> None:
    assert fact_line(replace(FACT, value=value)).text == said


@pytest.mark.parametrize(
    ("name", "value", "tone"), [("plan", "free", "gray"), ("plan", None, ""), ("city", "Bern", "")]
)
def test_only_traits_of_few_values_are_tags(name: str, value: object, tone: str) -> None:
    assert fact_line(replace(FACT, name=name, value=value)).tone == tone


@pytest.fixture
def browser(db: None) -> Client:
    user = actions.add_user(actor=SYSTEM, email="tom@kestrel.example", name="Tom", role="member")
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_an_export_holds_no_formula(browser: Client) -> None:
    person = Person.objects.create(name="=1+1", traits={"=HYPERLINK(1)": "@x"})
    answer = browser.post("/people/export/", {"id": person.id, "state": "cols=name,trait:%3DHYPERLINK(1)"})
    head, row = b"".join(answer).decode("utf-8-sig").splitlines()
    assert head == "id,Name,'=HYPERLINK(1)"
    assert row == f"{person.id},'=1+1,'@x"


@pytest.mark.parametrize("query", ["n=²", "n=" + "9" * 5_000])
def test_an_odd_place_in_the_list_is_passed_over(db: None, query: str) -> None:
    person = Person.objects.create(name="Ann")
    place = list_place(RequestFactory().get(f"/people/x/?{query}"), PEOPLE, person)
    assert place["back"] == PEOPLE.url


@pytest.mark.parametrize("index", ["²", "9" * 5_000], ids=["superscript", "long"])
@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("view=own-{}", 400),
        ("part=filter&field=known&index={}", 200),
        ("part=apply&field=known&op=is&value=yes&index={}", 200),
    ],
    ids=["view", "form", "apply"],
)
def test_an_odd_index_harms_no_list(browser: Client, query: str, status: int, index: str) -> None:
    assert browser.get(f"/people/?{query.format(index)}").status_code == status
