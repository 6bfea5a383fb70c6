"""/api/v1 notes: the same verbs as on the page, under the key's rights."""

import pytest

from pentad.core.actor import SYSTEM
from pentad.data.identity.models import Person
from pentad.data.profiles.models import Note
from pentad.data.profiles.note_actions import add_note, edit_note
from pentad.roles.access import actions as accounts
from pentad.roles.access.manage.actions import set_field_rule
from pentad.roles.access.queries import actor_of
from pentad.roles.access.rights_models import Role
from tests.calling import caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def keiko() -> Person:
    rita = accounts.add_user(actor=SYSTEM, email="rita@kestrel.example", name="Rita Osei", role="rep")
    return Person.objects.create(name="Keiko Yılmaz", email="keiko@fjord.example", known=True, owner=rita)


def test_a_note_is_written_listed_changed_deleted_and_restored(keiko: Person) -> None:
    call = caller("admin")
    written = []
    for text in ("She called", "@Rita Osei: call back\0", "Again"):
        status, note = call("post", f"/people/{keiko.id}/notes", {"text": text})
        assert (status, note["person"], note["author"]) == (201, keiko.id, "admin")
        written.insert(0, note)
    assert (written[1]["text"], written[1]["mentions"]) == ("@Rita Osei: call back", ["Rita Osei"])
    _, first = call("get", f"/people/{keiko.id}/notes?limit=2")
    _, second = call("get", f"/people/{keiko.id}/notes?limit=2&before={first['next']}")
    assert [first["results"], second["results"], second["next"]] == [written[:2], written[2:], None]
    at = f"/notes/{written[0]['id']}"
    assert call("patch", at, {"text": "Twice", "seen": "Again"})[1]["text"] == "Twice"
    assert call("delete", at) == (204, None)
    assert call("get", f"/people/{keiko.id}/notes")[1]["results"] == written[1:]
    assert call("patch", at, {"text": "Gone"})[0] == 404
    assert call("post", f"{at}/restore")[1]["text"] == "Twice"


def test_nothing_is_written_over_anothers_change(keiko: Person) -> None:
    call = caller("admin")
    call("post", f"/people/{keiko.id}/notes", {"text": "Call"})
    row = Note.objects.get()
    edit_note(actor=SYSTEM, row=row, text="Call her")
    status, said = call("patch", f"/notes/{row.id}", {"text": "Write", "seen": "Call"})
    assert (status, said["code"], said["changes"][0]["now"]) == (409, "changed_meanwhile", "Call her")
    assert call("patch", f"/notes/{row.id}", {"text": "Write", "seen": "Call her"})[0] == 200


def test_a_key_reaches_the_notes_its_role_reaches(keiko: Person) -> None:
    add_note(actor=actor_of(keiko.owner), person=keiko, text="Hers")  # type: ignore[arg-type]
    note, rep = Note.objects.get(), caller("rep")
    assert rep("get", f"/people/{keiko.id}/notes")[0] == 404
    assert rep("patch", f"/notes/{note.id}", {"text": "x"})[0] == 404
    agent = caller("agent")
    assert agent("patch", f"/notes/{note.id}", {"text": "x"})[0] == 403, "another wrote it"
    role = Role.objects.get(name="agent")
    set_field_rule(actor=SYSTEM, role=role, kind="people", target="events", level="hidden")
    assert agent("get", f"/people/{keiko.id}/notes")[1]["results"] == [], "as the timeline they stand in"
    assert agent("post", f"/notes/{note.id}/restore")[0] == 404
