"""What the palette finds: only what one may see, and the way to all of it."""

import pytest

from pentad.core.actor import SYSTEM, acting_as
from pentad.data.identity.models import Person, PersonWord
from pentad.data.profiles.entries import palette
from pentad.data.profiles.models import Note
from pentad.roles.access import actions
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita() -> User:
    return actions.add_user(actor=SYSTEM, email="rita@kestrel.example", name="Rita", role="rep")


def noted(name: str, owner: User | None, text: str) -> Person:
    person = Person.objects.create(name=name, known=True, owner=owner)
    Note.objects.create(person=person, text=text, author="user:1", author_name="Nadia")
    return person


def test_notes_are_found_by_their_words_on_customers_one_may_see(rita: User) -> None:
    keiko = noted("Keiko Yılmaz", rita, "She asked for\nthe decaf blend again, and sends her thanks for the quick help")
    noted("Anna Costa", None, "Decaf for everybody")
    part = Person.objects.create(root=keiko)
    Note.objects.create(person=part, text="Decaf, said her telephone", author="user:1", author_name="Nadia")
    with acting_as(actor_of(rita)):
        found = palette("DECAF")
        assert palette("de") == []
    assert [(one.group, one.hint, one.url) for one in found] == [("Notes", "Keiko Yılmaz", f"/people/{keiko.id}/")] * 2
    assert found[-1].label.startswith("She asked for the decaf blend again, and sends")
    assert {one.hint for one in palette("decaf")} == {"Keiko Yılmaz", "Anna Costa"}


def test_where_many_are_found_the_list_of_all_is_offered() -> None:
    for no in range(9):
        PersonWord.objects.create(word="anna", person=Person.objects.create(name=f"Anna {no}", known=True))
    found = palette("anna")
    assert [one.group for one in found] == ["Customers"] * 9
    assert (found[-1].label, found[-1].url) == ("All customers found by “anna”", "/people/?q=anna")
