"""/api/v1/changes: what can be taken back, and taking it back, as on the page of recent changes."""

import pytest

from pentad.core.actor import SYSTEM
from pentad.data.identity.models import Person
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_of
from pentad.roles.undo.models import Change
from pentad.roles.undo.owners import assign_many
from pentad.roles.work.actions import create_task, delete_task
from pentad.roles.work.models import Task
from tests.calling import caller

pytestmark = pytest.mark.django_db


def test_a_change_is_listed_with_its_records_and_taken_back_once(nadia: User, rita: User, keiko: Person) -> None:
    assign_many(actor=actor_of(nadia), records=[keiko], owner=nadia, team=None)
    call = caller("admin")
    row = create_task(actor=actor_of(rita), title="Call")
    delete_task(actor=actor_of(rita), row=row)
    _, first = call("get", "/changes?limit=1")
    _, second = call("get", f"/changes?limit=1&before={first['next']}")
    deleted, given = first["results"][0], second["results"][0]
    assert [deleted["what"], given["what"]] == ["Task deleted", "Owner of 1 customer set to Nadia Karim"]
    assert (given["by"], given["state"], given["may_undo"], second["next"]) == ("Nadia Karim", "done", True, None)
    at = f"/changes/{given['id']}"
    assert call("get", at)[1]["records"] == [{"ref": f"people:{keiko.id}", "title": "Keiko Yılmaz"}]
    assert call("post", f"{at}/undo")[1]["state"] == "undone"
    keiko.refresh_from_db()
    assert keiko.owner == rita
    assert call("post", f"{at}/undo")[1]["code"] == "already_undone"
    assert [one["id"] for one in call("get", "/changes?undone=true")[1]["results"]] == [given["id"]]
    assert [one["id"] for one in call("get", "/changes?kind=tasks.deleted&undone=false")[1]["results"]] == [
        deleted["id"]
    ]
    assert call("get", "/changes?mine=true")[1]["results"] == []


def test_a_key_sees_and_takes_back_its_own_unless_others_are_within_its_rights(rita: User, keiko: Person) -> None:
    member = caller("member")
    theirs = delete_task(actor=SYSTEM, row=create_task(actor=SYSTEM, title="Call"))
    assert member("get", "/changes")[1]["results"] == []
    for method, path in (("get", ""), ("post", "/undo")):
        assert member(method, f"/changes/{theirs.id}{path}")[0] == 404
    assert Task.objects.get().deleted is not None
    member("post", "/tasks", {"title": "Mine"})
    assert not Change.objects.exclude(pk=theirs.pk).exists()
