"""What an agent has left of a day counts whatever it changes, also by taking back and by marking as read."""

from typing import Any

import pytest
from django.test import Client

from pentad.core import jobs
from pentad.core.actor import SYSTEM
from pentad.core.models import Job
from pentad.roles.access.agents.actions import add_agent
from pentad.roles.access.agents.models import Agent
from pentad.roles.access.manage import actions as manage
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_of
from pentad.roles.notices.models import Notice
from pentad.roles.undo import actions as undo
from pentad.roles.work.bulk_actions import finish_tasks
from pentad.roles.work.models import Task
from tests.roles.programs.oauth import call

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def done_by(user: User, many: int) -> str:
    """The address at which so many tasks, done at once, are taken back."""
    rows = [Task.objects.create(title=f"Call {number}", owner=user) for number in range(many)]
    return f"/api/v1/changes/{finish_tasks(actor=actor_of(user), rows=rows).id}/undo"


def agent_of(owner: User, daily_changes: int, *rights: str) -> str:
    return add_agent(actor=SYSTEM, name="X", owner=owner, rights=rights, daily_changes=daily_changes)[1]


def open_tasks() -> int:
    return Task.objects.filter(done=None).count()


UNDOES = ("tasks.view", "tasks.edit", "changes.others")


def test_taking_back_counts_every_record(nadia: User) -> None:
    where = done_by(nadia, 3)
    refused = call(agent_of(nadia, 2, *UNDOES), where, "post")
    assert (refused.status_code, refused.json()["code"], open_tasks()) == (429, "agent_limit", 0)
    assert call(agent_of(nadia, 3, *UNDOES), where, "post").status_code == 200
    assert open_tasks() == 3
    assert sorted(Agent.objects.values_list("changes", flat=True)) == [0, 3]


def test_what_a_job_takes_back_counts_once(nadia: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undo, "AT_ONCE", 2)
    where = done_by(nadia, 3)
    assert call(agent_of(nadia, 3, *UNDOES), where, "post").json()["state"] == "being_undone"
    jobs.run_here(Job.objects.get(kind=undo.RUN).pk)
    assert (open_tasks(), Agent.objects.get().changes) == (3, 3)


def test_who_may_only_read_does_not_mark_as_read(nadia: User) -> None:
    Notice.objects.create(user=nadia, kind="mention", parts=["x"], why="w", in_app=True, mail="never")
    refused = call(agent_of(nadia, 0, "notices.own"), "/api/v1/notices/read", "post")
    assert (refused.status_code, Notice.objects.get(kind="mention").read) == (429, None)
    assert call(agent_of(nadia, 1, "notices.own"), "/api/v1/notices/read", "post").status_code == 200
    assert Notice.objects.get(kind="mention").read is not None


def test_numbers_are_of_plain_digits_and_not_endless(nadia: User) -> None:
    client = Client()
    client.force_login(nadia)
    said: dict[str, Any] = {"name": "X", "owner": nadia.pk, "rights": ["people.view"]}
    assert client.post("/settings/agents/new/", {**said, "daily_changes": "٣"}).status_code == 422
    assert client.post("/settings/agents/new/", {**said, "daily_changes": "3"}).status_code == 200
    team, endless = manage.save_team(actor=SYSTEM, name="North"), "9" * 5_000
    for whose in (endless, f"user:{endless}", f"app:x:{endless}"):
        assert client.get("/settings/access/", {"right": "people.view", "user": whose}).status_code == 200
    for asked in ({"team": endless}, {"name": "South", "parent": endless}, {"team": team.pk, "user": endless}):
        assert client.post("/settings/teams/", asked).status_code == 404
