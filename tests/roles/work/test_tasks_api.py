"""/api/v1/tasks: the same verbs, under the key's rights."""

import pytest

from pentad.core.actor import SYSTEM
from pentad.data.identity.models import Person
from pentad.roles.access.manage import actions
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_of
from pentad.roles.access.rights_models import Role
from pentad.roles.work.actions import change_task
from pentad.roles.work.models import Task
from tests.calling import caller

pytestmark = pytest.mark.django_db


def test_a_task_is_added_listed_finished_and_reopened(keiko: Person, rita: User) -> None:
    call = caller("admin")
    about = f"people:{keiko.id}"
    wanted = {"title": "Call her", "why": "Late order", "about": about, "due_day": "2026-12-01", "assignee": rita.email}
    status, task = call("post", "/tasks", wanted)
    assert (status, task["about"], task["assignee"], task["due_day"]) == (201, about, rita.email, "2026-12-01")
    _, other = call("post", "/tasks", {"title": "Later"})
    _, first = call("get", "/tasks?limit=1")
    _, second = call("get", f"/tasks?limit=1&after={first['next']}")
    assert [first["results"], second["results"], second["next"]] == [[task], [other], None]
    assert call("get", f"/tasks?about={about}")[1]["results"] == [task]
    assert call("post", f"/tasks/{task['id']}/done")[1]["done_by"] == "admin"
    assert [row["id"] for row in call("get", "/tasks?state=done")[1]["results"]] == [task["id"]]
    assert call("post", f"/tasks/{task['id']}/reopen")[1]["done"] is None


def test_bad_calls_say_what_was_wrong_and_add_nothing(keiko: Person) -> None:
    call = caller("admin")
    for body, code in (
        ({"title": " "}, "empty_task"),
        ({"title": "x", "assignee": "nobody@kestrel.example"}, "unknown_colleague"),
        ({"title": "x", "about": "people:nobody"}, "subject_not_found"),
        ({"title": "x", "due": "soon"}, "invalid_request"),
        ({"title": "x", "due_day": "9999-12-31"}, "bad_due"),
        ({"title": "x", "due": "0001-01-01T00:00:00+14:00"}, "bad_due"),
    ):
        assert call("post", "/tasks", body)[1]["code"] == code
    assert not Task.objects.exists()


def test_a_key_sees_and_changes_what_its_role_reaches(rita: User) -> None:
    _, task = caller("admin")("post", "/tasks", {"title": "Call", "assignee": rita.email})
    rep = caller("rep")
    assert rep("get", "/tasks")[1]["results"] == []
    for method, path in (("get", ""), ("post", "/done"), ("post", "/reopen")):
        assert rep(method, f"/tasks/{task['id']}{path}")[0] == 404


def test_fields_are_changed_one_by_one_and_not_over_anothers_change(rita: User, nadia: User) -> None:
    call = caller("admin")
    _, task = call("post", "/tasks", {"title": "Call", "due_day": "2026-12-01", "assignee": rita.email})
    status, changed = call("patch", f"/tasks/{task['id']}", {"why": "Late order"})
    assert (status, changed) == (200, task | {"why": "Late order"})
    row = Task.objects.get()
    change_task(actor=actor_of(nadia), row=row, title="Call", why="Late order", due=None, assignee=rita)
    status, said = call("patch", f"/tasks/{task['id']}", {"due_day": "2026-12-03", "title": "Call her", "seen": task})
    assert (status, said["code"]) == (409, "changed_meanwhile")
    assert [(one["field"], one["now"], one["by"]) for one in said["changes"]] == [("due", None, "Nadia Karim")]
    status, changed = call("patch", f"/tasks/{task['id']}", {"title": "Call her", "assignee": None, "seen": task})
    assert (status, changed["title"], changed["due"], changed["assignee"]) == (200, "Call her", None, None)
    status, changed = call("patch", f"/tasks/{task['id']}", {"due_day": "2026-12-03", "seen": {"due": None}})
    assert (status, changed["due_day"]) == (200, "2026-12-03")


def test_what_is_hidden_of_a_task_is_neither_told_nor_changed() -> None:
    _, task = caller("admin")("post", "/tasks", {"title": "Fire Rita", "why": "She steals"})
    for target in ("title", "why"):
        actions.set_field_rule(
            actor=SYSTEM, role=Role.objects.get(name="member"), kind="tasks", target=target, level="hidden"
        )
    call, path = caller("member"), f"/tasks/{task['id']}"
    answers = [
        call("patch", path, {"due_day": "2026-12-01"}),
        call("patch", path, {"why": "y", "seen": {"why": "x"}}),
        call("patch", path, {"title": "Praise Rita"}),
        call("post", f"{path}/done"),
        call("post", f"{path}/reopen"),
    ]
    assert [status for status, _ in answers] == [200, 403, 403, 200, 200]
    assert "Rita" not in str([answers[0], *answers[3:]])
    assert "steals" not in str(answers)
    kept = Task.objects.get()
    assert (kept.title, kept.why, str(kept.due_day)) == ("Fire Rita", "She steals", "2026-12-01")
