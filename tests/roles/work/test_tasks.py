"""Tasks: given only to those who may see what they are about, listed as one may see them, reminded of once."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from pentad.core import clock
from pentad.core.actor import acting_as
from pentad.core.errors import Denied, Invalid
from pentad.core.models import AuditLine, OutboxMessage
from pentad.data.identity.models import Person
from pentad.data.privacy.actions import erase_person
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_of
from pentad.roles.access.rights_models import Team, TeamMember
from pentad.roles.notices import queries as notices
from pentad.roles.notices.models import Notice
from pentad.roles.work import actions, rules, tasks
from pentad.roles.work.models import Task
from tests.roles.notices.conftest import Browser

NOW = datetime(2026, 6, 5, 9, tzinfo=UTC)


def due(days: int) -> rules.Due:
    return rules.due((NOW + timedelta(days=days)).date(), None, UTC)


def told(user: User) -> list[str]:
    actor = actor_of(user)
    with acting_as(actor):
        return [one.text for one in notices.notices_of(actor)[0]]


@pytest.fixture
def team(rita: User, sam: User) -> Team:
    """Rita and Sam in one team."""
    made = Team.objects.create(name="North")
    for user in (rita, sam):
        TeamMember.objects.create(team=made, user=user)
    return made


def test_a_task_is_ones_own_unless_given_and_says_so_on_the_timeline_without_its_text(
    rita: User, keiko: Person
) -> None:
    row = actions.create_task(actor=actor_of(rita), title=" Call  Keiko ", why="Her order is late", about=keiko)
    assert (row.title, row.owner, row.about_no) == ("Call Keiko", rita, keiko.pk)
    message = OutboxMessage.objects.get().message
    assert (message["event"], message["personId"]) == ("Task added", keiko.id)
    assert "Call" not in f"{message}{AuditLine.objects.get(action='create_task').detail}"
    assert told(rita) == []


def test_who_gets_a_task_is_told_and_must_be_able_to_see_what_it_is_about(
    nadia: User, sam: User, rita: User, keiko: Person
) -> None:
    row = actions.create_task(actor=actor_of(nadia), title="Call", assignee=rita, about=keiko)
    assert told(rita) == ["Nadia Karim gave you a task: Call"]
    with pytest.raises(Invalid, match="may not see"):
        actions.create_task(actor=actor_of(nadia), title="Call", assignee=sam, about=keiko)
    with pytest.raises(Invalid, match="may not see"):
        actions.change_task(actor=actor_of(nadia), row=row, title="Call", why="", due=None, assignee=sam)
    with pytest.raises(Denied):
        actions.create_task(actor=actor_of(sam), title="Call", about=keiko)


def test_one_gives_tasks_as_far_as_the_right_reaches(rita: User, sam: User, nadia: User) -> None:
    with pytest.raises(Denied):
        actions.create_task(actor=actor_of(rita), title="Call", assignee=sam)
    team = Team.objects.create(name="North")
    for user in (rita, sam):
        TeamMember.objects.create(team=team, user=user)
    assert actions.create_task(actor=actor_of(rita), title="Call", assignee=sam).owner == sam
    with pytest.raises(Denied):
        actions.create_task(actor=actor_of(rita), title="Call", assignee=nadia)


def test_others_tasks_are_neither_seen_nor_done(rita: User, sam: User, browser: Browser) -> None:
    row = actions.create_task(actor=actor_of(rita), title="Secret errand")
    theirs = browser(sam)
    for address in (f"/tasks/{row.id}/", f"/tasks/{row.id}/edit/", f"/tasks/{row.id}/later/"):
        assert theirs.get(address).status_code == 404
    assert theirs.post(f"/tasks/{row.id}/done/").status_code == 404
    assert "Secret" not in theirs.get("/tasks/?f=").content.decode()
    assert "Secret" not in theirs.get("/palette/?q=secret").content.decode()
    with pytest.raises(Denied):
        actions.finish_task(actor=actor_of(sam), row=row)
    assert "Secret" in browser(rita).get("/palette/?q=secret").content.decode()


def test_the_views_of_the_list(nadia: User, rita: User, sam: User, browser: Browser) -> None:
    with clock.held(NOW):
        for title, who, days in (("Late", rita, -2), ("Now", rita, 0), ("Soon", rita, 3), ("Theirs", nadia, 0)):
            actions.create_task(actor=actor_of(nadia), title=title, assignee=who, due=due(days))
        actions.finish_task(
            actor=actor_of(rita), row=actions.create_task(actor=actor_of(rita), title="Over", due=due(-9))
        )

        def listed(user: User, address: str) -> list[str]:
            page = browser(user).get(address, follow=True).content.decode()
            return re.findall(r'aria-label="(?:Done|Open again): (\w+)"', page)

        assert listed(rita, "/tasks/") == ["Late", "Now", "Soon"]
        assert listed(rita, "/tasks/?view=own-2") == ["Late"]
        assert listed(rita, "/tasks/?view=own-3") == ["Now"]
        assert listed(rita, "/tasks/?view=own-4") == ["Over"]
        assert listed(rita, "/tasks/?f=about~is~people") == []
        assert listed(nadia, "/tasks/") == ["Theirs"]
        assert listed(nadia, f"/tasks/?f=owner~is~{rita.pk}&f=due~within~0") == ["Over", "Late", "Now"]
        assert sorted(listed(nadia, "/tasks/?f=")) == ["Late", "Now", "Over", "Soon", "Theirs"]


def test_a_team_lists_its_members_tasks(rita: User, sam: User, team: Team, browser: Browser) -> None:
    sam.role = "lead"
    sam.save()
    actions.create_task(actor=actor_of(rita), title="Errand")
    assert "Errand" in browser(sam).get("/tasks/?view=own-1").content.decode()
    assert "Errand" not in browser(sam).get("/tasks/?view=own-0").content.decode()


def test_what_a_task_is_about_is_hidden_from_who_may_not_see_it(rita: User, sam: User, browser: Browser) -> None:
    mine = Person.objects.create(name="Keiko Yılmaz", owner=rita)
    row = actions.create_task(actor=actor_of(rita), title="Call", about=mine)
    assert "Keiko" in browser(rita).get(f"/tasks/{row.id}/").content.decode()
    assert "Call" in browser(rita).get(f"/people/{mine.id}/").content.decode()
    Person.objects.filter(pk=mine.pk).update(owner=sam)
    for address in (f"/tasks/{row.id}/", "/tasks/?f=", f"/tasks/{row.id}/edit/"):
        page = browser(rita).get(address).content.decode()
        assert "Call" in page
        assert "Keiko" not in page


def test_reminders_become_notices_once_and_again_when_put_off(rita: User) -> None:
    def remind() -> int:
        done: dict[str, int] = tasks.remind(None)  # type: ignore[arg-type]
        return done["reminders"]

    with clock.held(NOW):
        row = actions.create_task(
            actor=actor_of(rita), title="Call", why="The order is late", due=rules.Due(NOW, None, NOW)
        )
        actions.create_task(actor=actor_of(rita), title="Quiet", due=rules.Due(NOW, None, NOW), remind=False)
        assert (remind(), remind()) == (1, 0)
        assert told(rita) == ["Reminder: Call"]
        assert Notice.objects.get().why == "The order is late"
        actions.put_off(actor=actor_of(rita), row=row, due=due(1))
        assert remind() == 0
    with clock.held(NOW + timedelta(days=1)):
        assert remind() == 1
        actions.finish_task(actor=actor_of(rita), row=row)
        actions.put_off(actor=actor_of(rita), row=row, due=rules.Due(NOW, None, NOW))
        assert remind() == 0


def test_done_and_put_off_can_be_undone_from_their_toasts(rita: User, browser: Browser) -> None:
    client = browser(rita)
    with clock.held(NOW):
        row = actions.create_task(actor=actor_of(rita), title="Call", due=due(0))
        answer = client.post(f"/tasks/{row.id}/done/")
        undo = re.search(r'"undo": "([^"]+)"', answer["HX-Trigger"])
        assert undo
        row.refresh_from_db()
        assert row.done_by == "Rita Osei"
        client.post(undo[1])
        client.post(f"/tasks/{row.id}/later/", {"to": "week"})
        row.refresh_from_db()
        assert (row.done, row.due_day) == (None, due(7).day)
        back = re.search(r'data-undo="([^"]+)"', client.get("/tasks/?f=").content.decode())
        assert back
        assert client.post(back[1].replace("&amp;", "&")).status_code == 204
        row.refresh_from_db()
        assert (row.due_day, row.due) == (due(0).day, due(0).at)
        assert client.post(f"/tasks/{row.id}/later/", {"to": "never"}).status_code == 400


def test_the_form_knows_the_page_it_is_opened_on_and_the_readers_zone(
    rita: User, keiko: Person, browser: Browser
) -> None:
    client = browser(rita)
    client.cookies["zone"] = "Europe/Lisbon"
    here = {"HX-Current-URL": f"http://testserver/people/{keiko.id}/?n=1"}
    assert f"people:{keiko.id}" in client.get("/tasks/new/", headers=here).content.decode()
    assert (
        "people:"
        not in client.get("/tasks/new/", headers={"HX-Current-URL": "http://testserver/live/"}).content.decode()
    )
    sent = {"about": f"people:{keiko.id}", "title": "Call", "day": "2026-06-09", "time": "14:30", "remind": "1"}
    assert client.post("/tasks/new/", sent).status_code == 204
    assert Task.objects.get().due == datetime(2026, 6, 9, 13, 30, tzinfo=UTC)
    assert client.post("/tasks/new/", sent | {"day": "x"}).status_code == 422
    client.cookies["zone"] = "Nowhere/../x"
    assert client.get("/tasks/?f=").status_code == 200


def test_several_at_once(rita: User, sam: User, browser: Browser) -> None:
    mine = [actions.create_task(actor=actor_of(rita), title=f"Task {n}") for n in range(3)]
    foreign = actions.create_task(actor=actor_of(sam), title="Foreign")
    chosen = {"id": [mine[0].id, mine[1].id, foreign.id]}
    browser(rita).post("/tasks/bulk/done/", chosen)
    assert set(Task.objects.exclude(done=None)) == {mine[0], mine[1]}
    browser(rita).post("/tasks/bulk/later/", {"all": "1", "state": "f=state~is~open", "to": "tomorrow"})
    assert list(Task.objects.exclude(due=None)) == [mine[2]]


@pytest.mark.django_db(transaction=True)
def test_erasure_takes_tasks_along(nadia: User, rita: User, keiko: Person) -> None:
    actions.create_task(actor=actor_of(nadia), title="Call Keiko", assignee=rita, about=keiko)
    erase_person(actor=actor_of(nadia), person=keiko)
    assert not Task.objects.exists()
    assert not Notice.objects.exists()


def test_a_list_without_tasks_says_what_is_the_case(nadia: User, rita: User, browser: Browser) -> None:
    def shown(address: str, who: User = nadia) -> str:
        return browser(who).get(address).content.decode()

    for address in ("/tasks/?f=", "/tasks/?view=own-0", "/tasks/?q=nothing"):
        assert "No tasks yet" in (page := shown(address)), address
        assert 'hx-get="/tasks/new/"' in page and "Without" not in page
    actions.create_task(actor=actor_of(rita), title="Call")
    mine = shown("/tasks/?view=own-0")
    assert "Nothing to do" in mine and "No tasks match" not in mine
    assert "Nothing is overdue" in shown("/tasks/?view=own-2")
    assert "No tasks match" in shown("/tasks/?q=nothing")
    actions.delete_task(actor=actor_of(rita), row=Task.objects.get())
    assert "No tasks that you may see" in shown("/tasks/?f=", rita)
