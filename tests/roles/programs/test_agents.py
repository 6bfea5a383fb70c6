"""Agents: within their list and their owner's rights, named as what they are, and so often a day."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from pentad.core import clock
from pentad.core.actor import SYSTEM
from pentad.core.errors import Denied, Invalid
from pentad.core.models import AuditLine
from pentad.data.identity.models import Person
from pentad.roles.access import actions as accounts
from pentad.roles.access.agents import actions
from pentad.roles.access.agents.limit import spend
from pentad.roles.access.agents.models import Agent
from pentad.roles.access.manage import actions as manage
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_by_token, actor_named, actor_of
from pentad.roles.notices.models import Notice
from pentad.roles.work.models import Task
from tests.roles.programs.oauth import call

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def add(owner: User, *rights: str, **said: Any) -> str:
    return actions.add_agent(actor=SYSTEM, name="Night watch", owner=owner, rights=rights, **said)[1]


def task(token: str) -> Any:
    return call(token, "/api/v1/tasks", "post", {"title": "Call back"})


def test_it_does_what_its_list_and_its_owner_allow(keiko: User, elif_costa: Person) -> None:
    accounts.change_user(actor=SYSTEM, user=keiko, role="admin")
    token = add(keiko, "people.view", "people.merge", "tasks.edit")
    accounts.change_user(actor=SYSTEM, user=keiko, role="member")
    assert len(call(token).json()["results"]) == 1
    assert call(token, "/api/v1/fields").status_code == 200
    assert call(token, "/api/v1/receipts").status_code == 403, "the owner may, the list does not"
    actor = actor_by_token(token)
    assert actor and not actor.may("people.merge"), "the list may, the owner does not"
    accounts.change_user(actor=SYSTEM, user=keiko, role="rep")
    assert call(token).json()["results"] == []
    accounts.change_user(actor=SYSTEM, user=keiko, active=False)
    assert call(token).status_code == 401


def test_it_is_shown_as_an_agent(keiko: User, nadia: User) -> None:
    token = add(keiko, "tasks.*")
    assert task(token).status_code in (200, 201)
    line = AuditLine.objects.latest("id")
    assert (line.actor.partition(":")[0], line.actor_name) == ("agent", "Night watch, agent of Keiko Yılmaz")
    assert Task.objects.get().made_by == "Night watch, agent of Keiko Yılmaz"
    assert actor_named(line.actor).kind == "agent"
    admin = Client()
    admin.force_login(nadia)
    assert "1 of 200" in admin.get("/settings/agents/").content.decode()
    assert "Night watch" not in admin.get("/settings/keys/").content.decode()


def test_after_its_changes_of_the_day_it_waits_and_its_owner_hears_once(
    keiko: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = add(keiko, "tasks.*", daily_changes=2)
    now = datetime(2026, 3, 1, 23, 0, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: now)
    assert [task(token).status_code // 100 for _ in range(2)] == [2, 2]
    for _ in range(2):
        refused = task(token)
        assert (refused.status_code, refused.json()["code"]) == (429, "agent_limit")
        assert 0 < int(refused.headers["Retry-After"]) <= 3601
    assert call(token, "/api/v1/tasks").status_code == 200, "reading is no change"
    assert Notice.objects.get().user == keiko
    now += timedelta(hours=2)
    assert task(token).status_code // 100 == 2


def test_many_records_at_once_are_many_changes(keiko: User, elif_costa: Person) -> None:
    actor = actor_by_token(add(keiko, "people.edit", daily_changes=5))
    assert actor is not None
    spend(actor, [[elif_costa] * 3])
    assert Agent.objects.get().changes == 3
    with pytest.raises(Exception, match="no 3 changes left"):
        spend(actor, [[elif_costa] * 3])
    spend(actor_of(keiko), [[elif_costa] * 99])
    assert Agent.objects.get().changes == 3


def test_a_list_is_needed_and_nobody_entrusts_more_than_they_have(keiko: User, nadia: User) -> None:
    for rights in ([], ["admin.*"], ["people.fly"]):
        with pytest.raises(Invalid):
            add(keiko, *rights)
    role = manage.save_role(actor=SYSTEM, name="keys", label="Keys", like="rep")
    manage.set_grant(actor=SYSTEM, role=role, right="admin.keys", scope="all")
    accounts.change_user(actor=SYSTEM, user=keiko, role="keys")
    with pytest.raises(Denied, match="more than they have"):
        actions.add_agent(actor=actor_of(keiko), name="X", owner=nadia, rights=["people.view"])


def test_pages_make_change_and_revoke_one(nadia: User, keiko: User) -> None:
    admin = Client()
    admin.force_login(nadia)
    said = {"name": "Night watch", "owner": keiko.pk, "daily_changes": "5", "rights": ["people.view"]}
    assert admin.post("/settings/agents/new/", {**said, "rights": []}).status_code == 422
    page = admin.post("/settings/agents/new/", said).content.decode()
    token = page[page.index("ptd_") :][:47]
    assert call(token).status_code == 200
    agent = Agent.objects.get()
    here = f"/settings/agents/{agent.pk}/"
    admin.post(here, {**said, "daily_changes": "9", "rights": ["tasks.view"]})
    agent = Agent.objects.select_related("key").get()
    assert (agent.daily_changes, agent.key.rights) == (9, ["tasks.view"])
    assert call(token).status_code == 403
    mine = Client()
    mine.force_login(keiko)
    assert "Night watch" in mine.get("/account/apps/").content.decode(), "its owner knows of it"
    admin.post(here, {"revoke": "1"})
    assert call(token).status_code == 401
    assert token not in admin.get(here).content.decode()
