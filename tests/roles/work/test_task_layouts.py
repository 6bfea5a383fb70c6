"""Tasks as groups, a board, a calendar and a queue: each task in one place, moved by the actions of its page."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from pentad.core import clock
from pentad.core.actor import acting_as
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_of
from pentad.roles.views import counts
from pentad.roles.views.state import Filter, ListState
from pentad.roles.work import actions, rules, task_shapes
from pentad.roles.work.models import Task
from pentad.roles.work.task_list import TASKS
from tests.roles.notices.conftest import Browser

NOW = datetime(2026, 6, 5, 9, tzinfo=UTC)  # a Friday


def due(days: int) -> rules.Due:
    return rules.due((NOW + timedelta(days=days)).date(), None, UTC)


def at(hours: int) -> rules.Due:
    return rules.Due(NOW + timedelta(hours=hours), None, NOW + timedelta(hours=hours))


def add(user: User, title: str, when: rules.Due | None = None, why: str = "") -> Task:
    return actions.create_task(actor=actor_of(user), title=title, due=when, why=why)


WHENS = {
    "Late": (due(-1), "past"), "An hour ago": (at(-1), "past"), "This minute": (at(0), "past"), "Today": (due(0), "today"),
    "Tonight": (at(10), "today"), "Tomorrow": (due(1), "tomorrow"), "Sunday": (due(2), "week"), "Friday": (due(7), "week"),
    "Then": (due(8), "later"), "Sometime": (None, "none"),
}  # fmt: skip


def test_each_task_is_in_one_column_by_when_it_is_due(rita: User) -> None:
    with clock.held(NOW), acting_as(actor_of(rita)):
        for title, (when, _) in WHENS.items():
            add(rita, title, when)
        actions.finish_task(actor=actor_of(rita), row=add(rita, "Over", due(-3)))
        for bucket in task_shapes.WHENS:
            state = ListState(filters=(Filter("due", "in", bucket.key),))
            found = {task.title for task in Task.seen.filter(task_shapes.when(bucket.key))}
            wanted = {title for title, (_, key) in WHENS.items() if key == bucket.key} | (
                {"Over"} if bucket.key == "done" else set()
            )
            assert found == wanted
            assert counts.count(TASKS, state).number == len(wanted)


def test_a_board_shows_its_columns_empty_or_not_and_who_may_moves(rita: User, sam: User, browser: Browser) -> None:
    with clock.held(NOW):
        mine = add(rita, "Call Keiko", due(0))
        page = browser(rita).get("/tasks/?as=board&by=due").content.decode()
        columns = dict(re.findall(r'data-column="(\w+)".*?size-\d" class="board-n"><span>(.*?)</span>', page, re.S))
        assert columns == {
            "past": "0",
            "today": "1",
            "tomorrow": "0",
            "week": "0",
            "later": "0",
            "none": "0",
            "done": "…",
        }
        assert re.findall(r'data-drop="(\w+)"', page) == ["today", "tomorrow", "week", "none", "done"]
        assert "Call Keiko" not in browser(sam).get("/tasks/?as=board&by=due").content.decode()
        asked = {"id": mine.id, "by": "due", "to": "tomorrow"}
        assert browser(sam).post("/views/tasks/move/", asked).status_code == 404
        assert browser(rita).post("/views/tasks/move/", asked | {"to": "moon"}).status_code == 400
        answer = browser(rita).post("/views/tasks/move/", asked)
        told = json.loads(answer.headers["HX-Trigger"])
        assert told["toast"]["text"] == "Due: Tomorrow."
        mine.refresh_from_db()
        assert mine.due_day == due(1).day
        browser(rita).post(told["toast"]["undo"])
        mine.refresh_from_db()
        assert mine.due_day == due(0).day


@pytest.mark.parametrize("before", [None, due(3), at(5)])
@pytest.mark.parametrize("to", ["today", "week", "none", "done", "on:2026-06-20"])
@pytest.mark.parametrize("done", [True, False])
def test_a_move_is_taken_back_exactly(rita: User, before: rules.Due | None, to: str, done: bool) -> None:
    actor = actor_of(rita)
    with clock.held(NOW), acting_as(actor):
        row = add(rita, "Call", before)
        row = actions.finish_task(actor=actor, row=row) if done else row
        back = task_shapes.move_due(actor, row, to)
        moved = Task.objects.get(pk=row.pk)
        assert (moved.done is not None) is (to == "done")
        if to.startswith("on:") and before and before.day is None and moved.due:
            assert moved.due.isoformat() == "2026-06-20T14:00:00+00:00", "a move to a day keeps the time"
        task_shapes.move_due(actor, moved, back)
        now = Task.objects.get(pk=row.pk)
        assert (now.due, now.due_day, now.done is not None) == (row.due, row.due_day, done)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1969-12-31", "2201-01-01"])
def test_days_of_no_calendar_are_refused(rita: User, browser: Browser, day: str) -> None:
    row, hers = add(rita, "Call"), browser(rita)
    assert hers.get(f"/tasks/?f=due~on~{day}").status_code == 400
    for to in (f"at:{day}T23:59:59-14:00", f"at:{day}T00:00:00+14:00", f"on:{day}"):
        assert hers.post("/views/tasks/move/", {"id": row.id, "by": "due", "to": to}).status_code == 400


def test_giving_a_task_by_moving_it_asks_for_the_right(rita: User, sam: User, nadia: User, browser: Browser) -> None:
    row = add(rita, "Call")
    asked = {"id": row.id, "by": "owner", "to": str(sam.pk)}
    assert browser(rita).post("/views/tasks/move/", asked).status_code == 403, "Sam is no mate of hers"
    assert browser(nadia).post("/views/tasks/move/", asked).status_code == 204
    row.refresh_from_db()
    assert row.owner == sam
    assert "Call" not in browser(rita).get("/tasks/?as=board&by=owner").content.decode()


def test_groups_page_inside_and_fold_what_lies_further_down(rita: User, browser: Browser) -> None:
    with clock.held(NOW):
        for number in range(13):
            add(rita, f"Number {number:02}", due(0))
        add(rita, "Elsewhere", due(1))
        client = browser(rita)
        page = client.get("/tasks/?as=group&by=due").content.decode()
        assert page.count("Open again: Number") + page.count("Done: Number") == 10
        assert "Elsewhere" in page
        (more,) = re.findall(r'hx-get="([^"]+)"[^>]*>Show more of Today', page)
        rest = client.get(more.replace("&amp;", "&")).content.decode()
        assert sorted(re.findall(r"Done: (Number \d+)", rest)) == ["Number 10", "Number 11", "Number 12"]
        sizes = client.get("/tasks/?as=group&by=due&part=sizes").content.decode()
        assert re.findall(r"<span>(\d+)</span>", sizes) == ["0", "13", "1", "0", "0", "0", "0"]


def test_a_calendar_shows_each_task_on_its_day_and_how_many_have_none(rita: User, browser: Browser) -> None:
    with clock.held(NOW):
        for number in range(6):
            add(rita, f"Number {number}", due(0))
        add(rita, "Later", at(30))
        add(rita, "Sometime")
        client = browser(rita)
        page = client.get("/tasks/?as=calendar").content.decode()
        days = dict(re.findall(r'data-day="([\d-]+)"(.*?)</td>', page, re.S))
        assert len(days) == 35 and days["2026-06-05"].count("data-row=") == 4
        assert "+2 more" in days["2026-06-05"] and "Later" in days["2026-06-06"]
        assert "1 without “Due”" in client.get("/tasks/?as=calendar&part=undated").content.decode()
        week = client.get("/tasks/?as=calendar&span=week&at=2026-06-08").content.decode()
        assert "8 – 14 June 2026" in week and "Number" not in week
        listed = client.get("/tasks/?f=due~on~2026-06-05").content.decode()
        assert len(set(re.findall(r"Done: (Number \d)", listed))) == 6
        for odd in ("at=0001-01-01", "at=x", "on=why"):
            assert client.get(f"/tasks/?as=calendar&{odd}").status_code in (200, 400)


def test_a_queue_says_why_each_task_waits_and_what_is_done_leaves_it(rita: User, nadia: User, browser: Browser) -> None:
    with clock.held(NOW):
        given = actions.create_task(actor=actor_of(nadia), title="Given", assignee=rita, due=at(-2))
        add(rita, "Own", at(3), why="She asked twice")
        add(rita, "Sometime")
        client = browser(rita)

        def waits() -> list[tuple[str, str]]:
            page = client.get("/tasks/?as=queue").content.decode()
            return re.findall(r'aria-label="Done: (\w+)"|Why it is here: </span>(.*?)</p>', page)

        found = waits()
        assert [title for title, _ in found if title] == ["Given", "Own", "Sometime"]
        reasons = [why for _, why in found if why]
        assert reasons == ["Nadia Karim gave it to Rita Osei.", "She asked twice", "You set it yourself."]
        page = client.get("/tasks/?as=queue").content.decode()
        assert 'data-seconds="-7200"' in page and 'data-seconds="10800"' in page
        assert page.index("tag-red") < page.index("tag-orange")
        client.post(f"/tasks/{given.id}/done/")
        assert [title for title, _ in waits() if title] == ["Own", "Sometime"]


@pytest.mark.parametrize("layout", ["", "group", "board", "calendar"])
def test_a_list_without_rows_says_so_in_every_layout(rita: User, nadia: User, browser: Browser, layout: str) -> None:
    client = browser(nadia)
    assert "No tasks yet" in client.get(f"/tasks/?as={layout}&f=").content.decode()
    add(rita, "Call")
    found = client.get(f"/tasks/?as={layout}&q=nothing").content.decode()
    assert "No tasks match" in found and "Clear search and filters" in found


def test_a_month_without_tasks_says_so_and_keeps_its_days(rita: User, browser: Browser) -> None:
    with clock.held(NOW):
        add(rita, "Call", due(0))
        page = browser(rita).get("/tasks/?as=calendar&at=2027-01-01").content.decode()
    assert "Nothing in January 2027." in page and "data-day=" in page
