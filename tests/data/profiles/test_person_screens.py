"""What people type, and what they take out as a file."""

import pytest
from django.test import Client, RequestFactory

from pentad.core.actor import SYSTEM
from pentad.data.identity.models import Person
from pentad.data.profiles.lists import PEOPLE
from pentad.data.profiles.person_views import typed_value
from pentad.data.profiles.views import list_place
from pentad.roles.access import actions


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
