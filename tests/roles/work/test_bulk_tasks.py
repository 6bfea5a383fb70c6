"""Several tasks at once: done or put off in one change, which is taken back for 30 days as every change of many."""

import html
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db.models import QuerySet

from pentad.core.errors import Denied
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_of
from pentad.roles.undo import actions as undo
from pentad.roles.undo.models import Change
from pentad.roles.work.actions import create_task, delete_task, finish_task, put_off
from pentad.roles.work.bulk_actions import finish_tasks
from pentad.roles.work.models import Task
from pentad.roles.work.rules import due
from tests.roles.notices.conftest import Browser

pytestmark = pytest.mark.django_db


def tasks(user: User, *titles: str) -> dict[str, Task]:
    actor = actor_of(user)
    return {title: create_task(actor=actor, title=title, assignee=user) for title in titles}


def chosen(made: dict[str, Task]) -> dict[str, list[str]]:
    return {"id": [row.id for row in made.values()]}


def was() -> dict[int, tuple[object, ...]]:
    return {row.pk: (row.due, row.due_day, row.remind_at, row.reminded) for row in Task.objects.all()}


def test_done_is_taken_back_for_those_that_were_open_and_are_still_done(rita: User, browser: Browser) -> None:
    made, actor = tasks(rita, "Call", "Write", "Send", "Drop"), actor_of(rita)
    finish_task(actor=actor, row=made["Write"])
    told = browser(rita).post("/tasks/bulk/done/", chosen(made), follow=True)
    change = Change.objects.get()
    assert (change.what, change.count) == ("3 tasks done", 3)
    assert f'data-undo="/changes/{change.id}/undo/"' in told.content.decode(), "the message leads back"
    browser(rita).post("/tasks/bulk/done/", chosen(made))
    assert Change.objects.count() == 1, "all are done: nothing to remember"
    delete_task(actor=actor, row=made["Drop"])
    browser(rita).post(f"/changes/{change.id}/undo/")
    change.refresh_from_db()
    assert set(Task.objects.filter(done=None).values_list("title", flat=True)) == {"Call", "Send"}
    assert (change.undone is not None, change.stayed) == (True, 1), "what was deleted since stays"


def test_put_off_is_taken_back_with_the_reminder_as_it_was(rita: User, browser: Browser) -> None:
    made, actor = tasks(rita, "Call", "Write"), actor_of(rita)
    put_off(actor=actor, row=made["Call"], due=due(date(2026, 3, 2), None, UTC))
    Task.objects.filter(pk=made["Call"].pk).update(reminded=made["Call"].created)
    before = was()
    browser(rita).post("/tasks/bulk/later/", chosen(made) | {"to": "tomorrow"})
    change = Change.objects.get()
    assert (change.what, Task.objects.filter(due=None).count()) == ("2 tasks put off", 0)
    put_off(actor=actor, row=made["Write"], due=None)
    undo.undo(actor=actor, change=change)
    change.refresh_from_db()
    assert was() == before, "and nobody is reminded once more"
    assert change.stayed == 1, "what was put off anew since stays"


def test_what_is_changed_while_the_undo_waits_for_it_stays(rita: User, monkeypatch: pytest.MonkeyPatch) -> None:
    made, actor = tasks(rita, "Call"), actor_of(rita)
    change = finish_tasks(actor=actor, rows=list(made.values()))
    again, lock = datetime(2026, 3, 2, tzinfo=UTC), QuerySet.select_for_update

    def waits(rows: Any, *args: Any, **more: Any) -> Any:
        if rows.model is Task:  # somebody else, who had it locked, has done it anew
            Task.objects.filter(pk=made["Call"].pk).update(done=again)
        return lock(rows, *args, **more)

    monkeypatch.setattr(QuerySet, "select_for_update", waits)
    undo.undo(actor=actor, change=change)
    change.refresh_from_db()
    assert (Task.objects.get().done, change.stayed) == (again, 1)


def test_nothing_is_done_when_one_is_out_of_reach(rita: User, sam: User) -> None:
    rows = [*tasks(rita, "Hers").values(), *tasks(sam, "His").values()]
    with pytest.raises(Denied):
        finish_tasks(actor=actor_of(rita), rows=rows)
    assert not Task.objects.exclude(done=None).exists()
    assert not Change.objects.exists()


def test_one_stays_in_the_list_one_chose_in(rita: User, browser: Browser) -> None:
    for asked in ("f=", "view=own-0", "f=state~is~open&sort=due"):
        rows = tasks(rita, "Call", "Write")
        page = browser(rita).get(f"/tasks/?{asked}").content.decode()
        state = html.unescape(re.findall(r'name="state" value="([^"]*)"', page)[-1])
        told = browser(rita).post("/tasks/bulk/done/", {**chosen(rows), "state": state})
        assert told.headers["Location"].startswith(f"/tasks/?{asked}")


def test_tasks_are_put_off_to_a_day_of_ones_own(rita: User, browser: Browser) -> None:
    made = tasks(rita, "Call")
    there = browser(rita)
    assert there.post("/tasks/bulk/later/", chosen(made) | {"to": "day", "day": "2031-02-30"}).status_code == 400
    assert there.post("/tasks/bulk/later/", chosen(made) | {"to": "day", "day": ""}).status_code == 400
    assert there.post("/tasks/bulk/later/", chosen(made) | {"to": "day", "day": "2031-03-04"}).status_code == 204
    assert Task.objects.get().due_day == date(2031, 3, 4)
