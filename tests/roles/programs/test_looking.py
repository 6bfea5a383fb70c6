"""What administrators see of programs: in explanations and in the review."""

import pytest
from django.test import Client

from pentad.core.actor import SYSTEM
from pentad.data.identity.models import Person
from pentad.roles.access import actions as accounts
from pentad.roles.access.agents.actions import add_agent
from pentad.roles.access.apps.actions import add_app, let_app_in
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_of
from tests.roles.programs.oauth import BACK

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def admin(nadia: User) -> Client:
    client = Client()
    client.force_login(nadia)
    return client


def explained(admin: Client, who: str, right: str, record: str = "") -> str:
    page = admin.get("/settings/access/", {"user": who, "right": right, "record": record})
    return str(page.content.decode())


def test_explain_access_knows_agents_and_apps(admin: Client, keiko: User, elif_costa: Person) -> None:
    accounts.change_user(actor=SYSTEM, user=keiko, role="admin")
    agent, _ = add_agent(actor=SYSTEM, name="Night watch", owner=keiko, rights=["people.view", "people.merge"])
    accounts.change_user(actor=SYSTEM, user=keiko, role="member")
    ref = f"agent:{agent.pk}"
    assert "Night watch, agent of Keiko Yılmaz may use people.view" in explained(
        admin, ref, "people.view", elif_costa.id
    )
    page = explained(admin, ref, "people.edit")
    assert "may not use people.edit" in page and "Put people.edit in its list." in page
    page = explained(admin, ref, "people.merge")
    assert "may not use people.merge" in page and "in its list" not in page, "its owner may not either"
    app, _ = add_app(actor=SYSTEM, name="Reports", addresses=[BACK], rights=["people.view"], owner=keiko)
    who = f"app:{app.id}:{keiko.pk}"
    assert "may use" not in explained(admin, who, "people.view"), "nobody let it in"
    let_app_in(actor=actor_of(keiko), app=app, user=keiko, rights=["people.view"])
    assert "Reports, for Keiko Yılmaz may use people.view" in explained(admin, who, "people.view", elif_costa.id)


def test_the_review_lists_programs_and_what_nobody_answers_for(admin: Client, keiko: User) -> None:
    add_agent(actor=SYSTEM, name="Night watch", owner=keiko, rights=["people.view"])
    app, _ = add_app(actor=SYSTEM, name="Reports", addresses=[BACK], rights=["tasks.view"], owner=keiko)
    let_app_in(actor=actor_of(keiko), app=app, user=keiko, rights=["tasks.view"])
    page = admin.get("/settings/access/review/").content.decode()
    for said in ("Night watch", "people.view; 200 changes a day", "Reports", "App let in"):
        assert said in page
    assert "Nobody answers" not in page
    accounts.change_user(actor=SYSTEM, user=keiko, active=False)
    page = admin.get("/settings/access/review/").content.decode()
    assert "Nobody answers for the agent “Night watch”." in page
    assert "Nobody answers for the app “Reports”." in page
