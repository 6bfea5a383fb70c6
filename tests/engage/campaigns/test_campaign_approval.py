"""Who may start a campaign: with nothing missing, seen as a whole, and approved by somebody else where that is asked for."""

import pytest
from django.test import Client

from pentad.content.messages import actions as messages
from pentad.core import clock, settings
from pentad.core.actor import SYSTEM, Actor
from pentad.core.errors import Conflict, Denied, Invalid
from pentad.engage.campaigns import actions, queries, starting
from pentad.engage.campaigns.models import Campaign, CampaignVersion
from pentad.platforms.channels.models import MailboxMessage
from pentad.roles.access import actions as access
from pentad.roles.access.manage.actions import set_grant
from pentad.roles.access.models import ApiKey
from pentad.roles.access.queries import actor_of
from pentad.roles.access.rights_models import Role
from pentad.roles.notices import queries as notices
from tests.content.writing import content, mail
from tests.engage.campaigns import running
from tests.engage.campaigns.running import people, plan, segment, sent, started, work

pytestmark = pytest.mark.django_db
ANN, BEA = (Actor("user", name, name.title(), frozenset({"*"})) for name in ("ann", "bea"))


@pytest.fixture(autouse=True)
def mailbox() -> None:
    running.destination()


def draft(name: str = "Autumn") -> Campaign:
    wanted = plan(
        audience={"include": [segment(name, people(f"{name}-ada")).id]},
        content={"message": running.message(f"{name} news").id},
    )
    return actions.create_campaign(actor=ANN, name=name, plan=wanted)


def test_once_asked_it_starts_only_when_somebody_else_has_approved_this_version() -> None:
    row = draft()
    starting.ask_approval(actor=ANN, campaign=row, words="Please look at the subject.")
    with pytest.raises(Conflict, match="needs a colleague’s approval"):
        starting.start_campaign(actor=BEA, campaign=row)
    with pytest.raises(Denied, match="Nobody approves"):
        starting.decide_approval(actor=ANN, campaign=row, approve=True)
    with pytest.raises(Denied, match="Nobody approves"):
        starting.decide_approval(actor=Actor("app", "7:ann", "Ann’s app", ANN.rights), campaign=row, approve=True)
    with pytest.raises(Denied, match="by a person, not by a key"):
        starting.decide_approval(actor=Actor("key", "k1", "Ann’s key", BEA.rights), campaign=row, approve=True)
    assert [one.campaign_id for one in queries.approvals_waiting()] == [row.pk]
    starting.decide_approval(actor=BEA, campaign=row, approve=False, words="Too loud.")
    with pytest.raises(Conflict, match="needs a colleague’s approval"):
        starting.start_campaign(actor=BEA, campaign=row)
    starting.ask_approval(actor=ANN, campaign=row)
    starting.decide_approval(actor=BEA, campaign=row, approve=True)
    assert starting.start_campaign(actor=ANN, campaign=row).state == Campaign.SCHEDULED


def test_what_goes_past_consent_is_approved_by_somebody_who_may_say_so() -> None:
    written = {"messages.edit", "messages.publish", "campaigns.edit", "campaigns.start", "campaigns.approve"}
    cy = Actor("user", "cy", "Cy", frozenset({*written, "campaigns.view", "people.view"}))
    said = content(email=mail())
    with pytest.raises(Denied, match=r"“messages\.transactional”"):
        messages.create_message(actor=cy, name="Receipt", transactional=True, content=said)
    news = running.message("News")
    with pytest.raises(Denied, match=r"“messages\.transactional”"):
        messages.change_message(actor=cy, message=news, transactional=True)
    receipt = messages.create_message(actor=ANN, name="Receipt", transactional=True, content=said)
    messages.publish_message(actor=ANN, message=receipt)
    assert not messages.copy_message(actor=cy, message=receipt).transactional
    wanted = plan(audience={"include": [segment("all", people("ada")).id]}, content={"message": receipt.id})
    row = actions.create_campaign(actor=ANN, name="Bill", plan=wanted)
    with pytest.raises(Conflict, match="needs a colleague’s approval"):
        starting.start_campaign(actor=ANN, campaign=row)
    starting.ask_approval(actor=ANN, campaign=row)
    with pytest.raises(Denied, match=r"“messages\.transactional”"):
        starting.decide_approval(actor=cy, campaign=row, approve=True)
    starting.decide_approval(actor=BEA, campaign=row, approve=True)
    assert starting.start_campaign(actor=ANN, campaign=row).state == Campaign.SCHEDULED
    other = draft()
    with pytest.raises(Conflict, match="is used by"):  # approved or running, it would go past consent from then on
        messages.change_message(
            actor=ANN, message=messages.find_message(other.tree.content.message), transactional=True
        )


def test_who_may_approve_gets_a_notice_and_who_asked_the_answer() -> None:
    ann, bea, cy = (
        access.add_user(actor=SYSTEM, email=f"{name.lower()}@kestrel.example", name=name, role=role)
        for name, role in (("Ann", "marketer"), ("Bea", "admin"), ("Cy", "analyst"))
    )

    def told() -> list[list[tuple[str, str]]]:
        return [[(one.text, one.url) for one in notices.notices_of(actor_of(user))[0]] for user in (ann, bea, cy)]

    wanted = draft().tree
    row = actions.create_campaign(actor=actor_of(ann), name="Winter", plan=wanted)
    starting.ask_approval(actor=actor_of(ann), campaign=row, words="Look at the subject.")
    page = f"/campaigns/{row.id}/"
    assert told() == [[], [("Ann asks for approval of “Winter”: Look at the subject.", page)], []]
    for user, leads in ((bea, "Approve it or turn it down"), (ann, "What was asked")):
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        assert leads in client.get(f"{page}edit/check/").content.decode()
    starting.decide_approval(actor=actor_of(bea), campaign=row, approve=False, words="Too loud.")
    assert told()[0] == [("Bea turned down “Winter”: Too loud.", page)]
    starting.ask_approval(actor=actor_of(ann), campaign=row)
    starting.decide_approval(actor=actor_of(bea), campaign=row, approve=True)
    assert told()[0][0] == ("Bea approved “Winter”", page)
    ApiKey.objects.create(id="k1", name="Ann’s", role="marketer", owner=ann, digest="d", revoked=clock.now())
    row = actions.create_campaign(actor=Actor("key", "k1", "Ann’s", ANN.rights), name="Hers", plan=wanted)
    starting.ask_approval(actor=actor_of(bea), campaign=row)
    with pytest.raises(Denied, match="Nobody approves"):
        starting.decide_approval(actor=Actor("user", str(ann.pk), "Ann", ANN.rights), campaign=row, approve=True)


def test_what_was_approved_is_what_is_sent() -> None:
    row = draft()
    starting.ask_approval(actor=ANN, campaign=row)
    starting.decide_approval(actor=BEA, campaign=row, approve=True)
    starting.start_campaign(actor=ANN, campaign=row)
    said = running.Message.objects.get(id=row.tree.content.message)
    messages.change_message(actor=SYSTEM, message=said, content=content(email=mail(subject="Changed in between")))
    messages.publish_message(actor=SYSTEM, message=running.Message.objects.get(pk=said.pk))
    work()
    sent()
    assert [one.title for one in MailboxMessage.objects.all()] == ["News from Kestrel"]


def test_a_changed_plan_is_to_be_approved_anew_and_a_large_one_always() -> None:
    row = draft()
    starting.ask_approval(actor=ANN, campaign=row)
    starting.decide_approval(actor=BEA, campaign=row, approve=True)
    actions.change_campaign(actor=ANN, campaign=row, plan=plan(**{**parts(row), "test": {"holdout": 5}}))
    assert queries.approval_of(Campaign.objects.get(pk=row.pk)) is None
    with pytest.raises(Conflict, match="needs a colleague’s approval"):
        starting.start_campaign(actor=ANN, campaign=row)
    settings.put("campaigns.approval_from", 1)
    with pytest.raises(Conflict, match="needs a colleague’s approval"):
        starting.start_campaign(actor=ANN, campaign=draft("Large"))
    settings.reset("campaigns.approval_from")


def parts(row: Campaign) -> dict[str, dict[str, object]]:
    import msgspec

    found: dict[str, dict[str, object]] = msgspec.to_builtins(row.tree)
    return found


def test_the_message_or_a_segment_must_be_there_and_be_known() -> None:
    row = draft()
    with pytest.raises(Conflict, match="is used by"):
        messages.archive_message(actor=SYSTEM, message=running.Message.objects.get())
    running.Segment.objects.update(filled=None)
    assert list(starting.faults(row)) == ["audience"]
    running.Segment.objects.update(state="archived")
    with pytest.raises(Conflict, match="is not live"):
        starting.start_campaign(actor=ANN, campaign=row)
    running.Destination.objects.update(is_default=False)
    assert "destination" in starting.faults(row)["message"]


def test_changed_meanwhile_and_changed_after_the_start_are_refused() -> None:
    row = draft()
    actions.change_campaign(actor=ANN, campaign=row, plan=plan(**{**parts(row), "test": {"holdout": 5}}), seen=1)
    with pytest.raises(Conflict, match="meanwhile"):
        actions.change_campaign(actor=BEA, campaign=row, plan=plan(), seen=1)
    with pytest.raises(Conflict, match="meanwhile"):
        starting.start_campaign(actor=ANN, campaign=row, seen=1)
    begun = starting.start_campaign(actor=ANN, campaign=row, seen=2)
    with pytest.raises(Conflict, match="has been started"):
        actions.change_campaign(actor=ANN, campaign=begun, plan=plan())
    with pytest.raises(Conflict, match="can still send"):
        actions.archive_campaign(actor=ANN, campaign=begun)
    back = starting.unschedule_campaign(actor=ANN, campaign=begun)
    assert back.state == Campaign.DRAFT
    assert CampaignVersion.objects.filter(campaign=row).count() == 2


def test_names_read_as_they_are() -> None:
    row = actions.create_campaign(actor=ANN, name="\u202eSale\u2066 \0 \u200f👩\u200d💻")
    assert row.name == "Sale 👩\u200d💻"
    with pytest.raises(Invalid, match="Give the campaign a name"):
        actions.change_campaign(actor=ANN, campaign=row, name="\u202e")
    for trigger in ({"on": "event", "event": "\0\0"}, {"on": "event", "event": " "}):
        with pytest.raises(Invalid, match="no name of an event"):
            actions.change_campaign(actor=ANN, campaign=row, plan=plan(when={"start": "trigger", "trigger": trigger}))
    assert running.message("\u202eNews").name == "News"


def test_a_draft_that_was_stored_with_a_day_beyond_calendars_is_shown() -> None:
    client = Client()
    ann = access.add_user(actor=SYSTEM, email="ann@kestrel.example", name="Ann", role="marketer")
    client.force_login(ann, backend="allauth.account.auth_backends.AuthenticationBackend")
    for day, start in (("9999-12-31", "at"), ("0001-01-01", "every")):
        row = actions.create_campaign(actor=SYSTEM, name=day, plan=plan(when={"start": start, "date": "2026-12-01"}))
        stored = row.plan.replace('"date":"2026-12-01"', f'"date":"{day}","zone":"Etc/GMT+12"')
        Campaign.objects.filter(pk=row.pk).update(plan=stored)
        for path in ("calendar/?month=2199-12", "calendar/", "?view=own-0", f"{row.id}/", f"{row.id}/edit/check/"):
            assert client.get(f"/campaigns/{path}").status_code == 200, path
        assert client.get("/marketing/").status_code == 200


def test_who_has_no_right_or_does_not_see_everybody_starts_nothing() -> None:
    row = draft()
    nobody = Actor("user", "cy", "Cy", frozenset({"campaigns.view", "campaigns.edit"}))
    with pytest.raises(Denied):
        starting.start_campaign(actor=nobody, campaign=row)
    assert started(row.tree, "Another").state == Campaign.SCHEDULED


def test_who_does_not_see_everybody_neither_starts_a_campaign_nor_lets_it_go_on() -> None:
    row = draft("Spring")
    set_grant(actor=SYSTEM, role=Role.objects.get(name="rep"), right="campaigns.start", scope="all")
    rep = actor_of(access.add_user(actor=SYSTEM, email="rep@kestrel.example", name="Rep", role="rep"))
    with pytest.raises(Denied, match="you do not see all of them"):
        starting.start_campaign(actor=rep, campaign=row)
    starting.start_campaign(actor=SYSTEM, campaign=row)
    assert starting.pause_campaign(actor=rep, campaign=row).state == Campaign.PAUSED
    with pytest.raises(Denied, match="you do not see all of them"):
        starting.resume_campaign(actor=rep, campaign=row)
