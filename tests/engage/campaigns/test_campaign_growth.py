"""Campaigns that have grown since they were started: where that takes an approval, they wait for it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from pentad.core import clock, settings
from pentad.core.actor import SYSTEM, Actor
from pentad.core.errors import Conflict, Denied
from pentad.engage.campaigns import actions, queries, starting
from pentad.engage.campaigns.models import Campaign, Recipient
from pentad.roles.access import actions as access
from pentad.roles.access.queries import actor_of
from pentad.roles.notices import queries as notices
from tests.engage.campaigns import running
from tests.engage.campaigns.running import people, plan, segment, sent, started, work

pytestmark = pytest.mark.django_db
BEA = Actor("user", "bea", "Bea", frozenset({"*"}))


@pytest.fixture(autouse=True)
def mailbox() -> None:
    running.destination()


@pytest.fixture
def from_three() -> Iterator[None]:
    settings.put("campaigns.approval_from", 3)
    yield
    settings.reset("campaigns.approval_from")


def test_one_that_grew_after_it_was_started_waits_and_goes_on_once_somebody_else_approves(from_three: None) -> None:
    users = [
        access.add_user(actor=SYSTEM, email=f"{name.lower()}@kestrel.example", name=name, role=role)
        for name, role in (("Ann", "marketer"), ("Bea", "admin"))
    ]
    ann, bea = map(actor_of, users)
    some = segment("Some", people("Ada", "Bo"))
    wanted = plan(audience={"include": [some.id]}, content={"message": running.message().id})
    row = actions.create_campaign(actor=SYSTEM, name="Autumn", plan=wanted)
    starting.start_campaign(actor=ann, campaign=row)
    running.enter(some, people("Cy")[0])
    work()
    assert (running.state(row), Recipient.objects.count(), sent()) == (Campaign.PAUSED, 0, [])
    said = ("“Autumn” waits for approval: It has grown since it was started: it means 3 customers or more.",
            f"/campaigns/{row.id}/")  # fmt: skip
    assert [[(one.text, one.url) for one in notices.notices_of(who)[0]] for who in (ann, bea)] == [[said], [said]]
    assert [(one.campaign_id, one.asked_by) for one in queries.approvals_waiting()] == [(row.pk, "Ann")]
    client = Client()
    client.force_login(users[1], backend="allauth.account.auth_backends.AuthenticationBackend")
    for path, shown in ((f"/campaigns/{row.id}/", 'value="1"'), ("/marketing/", "Waits for approval")):
        assert shown in client.get(path).content.decode()
    assert "/resume/" not in client.get(f"/campaigns/{row.id}/").content.decode()
    with pytest.raises(Conflict, match="waits for a colleague’s approval"):
        starting.resume_campaign(actor=bea, campaign=row)
    with pytest.raises(Denied, match="Nobody approves"):  # who started it asked for it
        starting.decide_approval(actor=Actor("user", ann.id, "Ann", BEA.rights), campaign=row, approve=True)
    starting.decide_approval(actor=bea, campaign=row, approve=False)
    work()
    with pytest.raises(Conflict, match="waits for a colleague’s approval"):
        starting.resume_campaign(actor=bea, campaign=row)
    assert "Ask once more" in client.get(f"/campaigns/{row.id}/").content.decode()
    starting.ask_approval(actor=ann, campaign=row)
    starting.decide_approval(actor=bea, campaign=row, approve=True)
    work()
    assert sent() == ["ada", "bo", "cy"]
    with pytest.raises(Conflict, match="Nobody asks"):
        starting.decide_approval(actor=bea, campaign=row, approve=True)


@pytest.mark.parametrize("kind", ["live", "every", "trigger"])
def test_what_goes_on_is_counted_each_time_it_chooses(kind: str, from_three: None) -> None:
    ada, bo, cy, di = people("Ada", "Bo", "Cy", "Di")
    some = segment("Some", [] if kind == "trigger" else [ada])
    when = {"live": {}, "every": {"start": "every", "date": "2026-12-01", "unit": "day", "time": "09:00"},
            "trigger": {"start": "trigger", "trigger": {"segment": some.id}}}[kind]  # fmt: skip
    wanted = plan(
        audience={"include": [] if kind == "trigger" else [some.id], "live": kind == "live"},
        content={"message": running.message().id}, when={"per_hour": 60 if kind == "live" else 0, **when},
    )  # fmt: skip
    begins = datetime(2026, 12, 1, 8, 59, 59, tzinfo=UTC)
    with clock.held(begins):
        settings.put("campaigns.approval_from", 0 if kind == "trigger" else 3)
        row = started(wanted)
        work()
        settings.put("campaigns.approval_from", 3)
    with clock.held(begins + timedelta(seconds=1)):
        for one in [ada] * (kind == "trigger") + [bo]:
            running.enter(some, one)
        work()
    assert Recipient.objects.count() == 2
    with clock.held(begins + timedelta(hours=24, seconds=1)):
        for one in (cy, di):
            running.enter(some, one)
        work()
        assert (running.state(row), Recipient.objects.count()) == (Campaign.PAUSED, 2)
        starting.decide_approval(actor=BEA, campaign=row, approve=True)
        work()
        assert Recipient.objects.count() == (6 if kind == "every" else 4)
