"""Notes: who is mentioned is told if they may see the customer; only the author changes a note, and can take it back."""

import re

import pytest
from django.test import Client

from pentad.core.actor import SYSTEM, acting_as
from pentad.core.errors import Conflict, Denied, NotFound
from pentad.core.models import AuditLine
from pentad.data.identity.actions import merge_people
from pentad.data.identity.models import Person
from pentad.data.profiles import note_actions
from pentad.data.profiles.models import Note
from pentad.data.profiles.note_queries import find_note
from pentad.data.profiles.rules_notes import mentioned
from pentad.roles.access import actions as accounts
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_of
from pentad.roles.notices import actions as notices
from pentad.roles.notices import queries
from pentad.roles.notices.models import Notice

NAMES = ["Ann Lee", "Ann Lee Moss", "Bo", "Zoë Ó Neill"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@Ann Lee Moss and @bo, please", ["Ann Lee Moss", "Bo"]),
        ("@Bo: ask @Ann Lee.", ["Bo", "Ann Lee"]),
        ("mail bo@bo.example, (@Zoë Ó Neill)", ["Zoë Ó Neill"]),
        ("@Boris and @ Bo", []),
        ("@Bo @Bo", ["Bo"]),
    ],
)
def test_who_is_mentioned(text: str, found: list[str]) -> None:
    assert mentioned(text, [*NAMES, ""]) == found


def _user(name: str, role: str) -> User:
    address = f"{name.split()[0].lower()}@kestrel.example"
    return accounts.add_user(actor=SYSTEM, email=address, name=name, role=role)


@pytest.fixture
def rita(db: None) -> User:
    return _user("Rita Osei", "rep")


@pytest.fixture
def sam(db: None) -> User:
    return _user("Sam Vogel", "rep")


@pytest.fixture
def nadia(db: None) -> User:
    return _user("Nadia Karim", "admin")


@pytest.fixture
def keiko(rita: User) -> Person:
    return Person.objects.create(name="Keiko Yılmaz", known=True, owner=rita)


def told(user: User) -> list[str]:
    actor = actor_of(user)
    with acting_as(actor):
        return [one.text for one in queries.notices_of(actor)[0]]


def test_mentions_reach_only_those_who_may_see_the_customer(rita: User, sam: User, nadia: User, keiko: Person) -> None:
    text = "@Nadia Karim and @Sam Vogel: she called. @Rita Osei"
    row = note_actions.add_note(actor=actor_of(rita), person=keiko, text=text)
    assert told(nadia) == ["Rita Osei mentioned you in a note on Keiko Yılmaz"]
    assert told(sam) == told(rita) == []
    assert row.mentions == ["Nadia Karim"]
    note_actions.edit_note(actor=actor_of(rita), row=row, text="@Nadia Karim twice")
    assert Notice.objects.count() == 1


def test_followers_hear_of_notes_and_merges_but_once(rita: User, nadia: User, keiko: Person) -> None:
    notices.follow(actor=actor_of(nadia), record=keiko)
    notices.follow(actor=actor_of(rita), record=keiko)
    note_actions.add_note(actor=actor_of(rita), person=keiko, text="She called.")
    assert told(nadia) == ["Rita Osei wrote a note on Keiko Yılmaz"]
    assert told(rita) == []
    note_actions.add_note(actor=actor_of(rita), person=keiko, text="@Nadia Karim look")
    assert told(nadia)[0] == "Rita Osei mentioned you in a note on Keiko Yılmaz"
    assert len(told(nadia)) == 2
    other = Person.objects.create(name="Keiko", owner=rita)
    merge_people(actor=SYSTEM, keep=keiko, other=other)
    assert told(nadia)[0].startswith("Pentad merged another customer with ")


def test_a_note_is_its_authors(rita: User, nadia: User, keiko: Person) -> None:
    colleague = actor_of(_user("Tom Reyes", "member"))
    row = note_actions.add_note(actor=actor_of(rita), person=keiko, text="First")
    with pytest.raises(Denied):
        note_actions.edit_note(actor=colleague, row=row, text="Mine now")
    with pytest.raises(Denied):
        note_actions.delete_note(actor=colleague, row=row)
    note_actions.delete_note(actor=actor_of(nadia), row=row)
    with pytest.raises(Denied):
        note_actions.restore_note(actor=colleague, row=row)
    assert note_actions.restore_note(actor=actor_of(rita), row=row).deleted is None
    with pytest.raises(Conflict):
        note_actions.unedit_note(actor=actor_of(rita), row=row)
    row = note_actions.edit_note(actor=actor_of(rita), row=row, text="Second")
    assert note_actions.unedit_note(actor=actor_of(rita), row=row).text == "First"
    lines = AuditLine.objects.filter(action__endswith="_note").values_list("detail", flat=True)
    assert not any("First" in str(line) or "Second" in str(line) for line in lines)


def test_notes_on_a_customer_one_may_not_see_are_not_there(sam: User, rita: User, keiko: Person) -> None:
    row = note_actions.add_note(actor=actor_of(rita), person=keiko, text="Secret")
    with acting_as(actor_of(sam)), pytest.raises(NotFound):
        find_note(row.id)
    client = _browser(sam)
    for verb in ("edit", "delete", "restore", "unedit"):
        assert client.post(f"/people/notes/{row.id}/{verb}/", {"text": "x"}).status_code == 404
    assert "Secret" not in client.get(f"/people/notes/{row.id}/edit/").content.decode()


def test_changing_on_the_page_and_taking_it_back(rita: User, nadia: User, keiko: Person) -> None:
    client = _browser(rita)
    page = client.post(f"/people/{keiko.id}/notes/", {"text": "<b>@Nadia Karim</b>\nshe called"}).content.decode()
    assert '&lt;b&gt;<b class="mention">@Nadia Karim</b>&lt;/b&gt;<br>she called' in page
    row = Note.objects.get()
    assert "<textarea" in client.get(f"/people/notes/{row.id}/edit/").content.decode()
    assert client.post(f"/people/notes/{row.id}/edit/", {"text": " "}).status_code == 422
    answer = client.post(f"/people/notes/{row.id}/edit/", {"text": "She called twice"})
    assert "She called twice" in answer.content.decode()
    undo = re.search(r'"undo": "([^"]+)"', answer["HX-Trigger"])
    assert undo
    client.post(undo[1])
    row.refresh_from_db()
    assert row.text.endswith("she called")
    assert (
        "Change"
        not in _browser(_user("Tom Reyes", "member")).get(f"/people/notes/{row.id}/edit/?cancel=1").content.decode()
    )


def _browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
