"""What services report, what figures make of it all, and how it reads on a customer's page."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from pentad.core.actor import SYSTEM, Actor
from pentad.core.errors import Denied
from pentad.core.models import OutboxMessage
from pentad.data.consent.queries import state_of
from pentad.data.identity.models import Identifier, Person
from pentad.data.profiles.events import MESSAGE_NAMES
from pentad.intelligence.contact.models import Suppression
from pentad.platforms.channels.models import Attempt, Delivery
from pentad.platforms.channels.once import handed_to
from pentad.platforms.responses import actions, queries, showing
from pentad.platforms.responses.keeping import about
from pentad.platforms.responses.models import Response
from pentad.platforms.responses.people import person_of
from pentad.roles.access import actions as accounts
from pentad.roles.access.models import User
from pentad.roles.notices.subjects import forget
from tests.platforms.responses.conftest import NOON, made

DAY = timedelta(days=1)


def told() -> list[str]:
    rows = OutboxMessage.objects.order_by("id")
    return [row.message.get("event", "") for row in rows if row.message.get("event") != "Consent Changed"]


def test_a_hard_bounce_stops_the_address_and_is_reported_once(mail: Delivery, mia: Person) -> None:
    for _ in range(2):
        actions.record_bounce(actor=SYSTEM, delivery=mail, hard=True, reason="550 5.1.1 no such user")
    mail.refresh_from_db()
    assert (mail.state, mail.reason) == ("bounced", "hard_bounce")
    row = Suppression.objects.get()
    assert (row.channel, row.reason, row.until, row.person_id) == ("email", "hard_bounce", None, mia.no)
    assert not actions.record_delivered(actor=SYSTEM, delivery=mail), "what came back has not arrived"
    assert told().count("Message Bounced") == 1 and "Message Delivered" not in told()


def test_a_report_stops_only_an_address_that_the_message_went_to(mail: Delivery, mia: Person) -> None:
    """Mia's mail is passed on, and comes back from elsewhere; of another nothing is believed, and events name nobody."""
    said = "smtp; 550 5.1.1 <dave@else.example>: Recipient rejected, call +47 900 00 002"
    report = {"actor": SYSTEM, "delivery": mail, "hard": True}
    actions.record_bounce(**report, reason=said, address="dave@else.example")
    assert not Suppression.objects.exists(), "where it went is not known, and Dave it was not"
    Attempt.objects.create(delivery=mail, number=1, key="k", at=NOON, to=handed_to("Mia@Fjord.example"))
    actions.record_bounce(**report, reason="again", address="dave@else.example")
    assert Suppression.objects.get().person_id == mia.no
    Suppression.objects.all().delete()
    Person.objects.filter(pk=mia.pk).update(email="new@fjord.example")
    Identifier.objects.filter(namespace="email").update(value="new@fjord.example")
    actions.record_bounce(**report, reason="once more", address="dave@else.example")
    assert not Suppression.objects.exists(), "nor is her address of now, where it did not go"
    actions.record_complaint(actor=SYSTEM, delivery=mail, address="MIA@fjord.example")
    assert Suppression.objects.get().reason == "complaint"
    bounced = [row.message["properties"] for row in OutboxMessage.objects.filter(message__event="Message Bounced")]
    assert [(one["reason"], one.get("status")) for one in bounced] == [
        ("hard_bounce", one) for one in ("5.1.1", None, None)
    ]
    assert "dave" not in str(bounced) and "dave" not in str(Response.objects.values_list("detail"))


def test_of_an_answer_the_event_says_that_there_is_one(mail: Delivery) -> None:
    actions.record_reply(actor=SYSTEM, delivery=mail, text="My daughter is ill.\nCall me: 900 00 001")
    assert Response.objects.get().detail == "My daughter is ill. Call me: 900 00 001"
    [told] = OutboxMessage.objects.filter(message__event="Message Replied")
    assert told.message["properties"]["delivery_id"] == mail.public_id and "ill" not in str(told.message)


def test_soft_bounces_of_five_days_stop_it_for_thirty(mail: Delivery, mia: Person) -> None:
    for day in range(4):
        for hour in range(2):  # twice a day is once
            at = NOON - (4 - day) * DAY + hour * timedelta(hours=1)
            actions.record_bounce(actor=SYSTEM, delivery=made(mia, f"{day}:{hour}"), hard=False, reason="full", at=at)
    assert not Suppression.objects.exists()
    actions.record_bounce(actor=SYSTEM, delivery=mail, hard=False, reason="full", address="mia@fjord.example")
    row = Suppression.objects.get()
    assert (row.reason, row.until) == ("soft_bounces", NOON + 30 * DAY)


def test_what_a_colleague_does_with_a_test_is_not_the_customers_doing(mia: Person) -> None:
    test = made(mia, "test:1", origin_kind="test", run="", address="tom@kestrel.example")
    assert actions.record_complaint(actor=SYSTEM, delivery=test, reason="abuse")
    actions.record_bounce(actor=SYSTEM, delivery=test, hard=True, reason="550")
    assert person_of(test) is None and state_of(mia, "news", "email") == "granted"
    assert not Suppression.objects.exists(), "of whose address it was, nothing was said"


def test_a_complaint_stops_the_address_and_counts_as_a_no(mail: Delivery, mia: Person) -> None:
    assert actions.record_complaint(actor=SYSTEM, delivery=mail, reason="abuse")
    assert actions.record_complaint(actor=SYSTEM, delivery=mail, reason="abuse") is None
    assert Suppression.objects.get().reason == "complaint" and state_of(mia, "news", "email") == "denied"
    assert told().count("Message Complained") == 1


def test_an_arrival_is_told_once_and_nothing_of_tests_or_of_who_is_gone(mail: Delivery, mia: Person) -> None:
    assert actions.record_delivered(actor=SYSTEM, delivery=mail)
    assert not actions.record_delivered(actor=SYSTEM, delivery=mail)
    trial = made(mia, "test:1", origin_kind="test")
    actions.record_complaint(actor=SYSTEM, delivery=trial)
    Person.objects.all().delete()
    assert actions.record_bounce(actor=SYSTEM, delivery=mail, hard=True) is None
    assert actions.record_reply(actor=SYSTEM, delivery=mail, text="Yes") is None
    assert set(Response.objects.values_list("delivery_no", flat=True)) == {trial.pk}
    assert told().count("Message Delivered") == 1 and "Message Complained" not in told()
    with pytest.raises(Denied):
        actions.record_delivered(actor=Actor("user", "1", "Ann"), delivery=mail)


def respond(delivery: Delivery, kind: str, human: bool | None = True, **more: Any) -> Response:
    values = {"kind": kind, "human": human, "confidence": 0.9 if human else 0.1, "at": NOON} | more
    return Response.objects.create(**about(delivery), **values)


def test_figures_count_deliveries_and_people_apart_from_programs(mia: Person) -> None:
    """Worked out by hand. A1: opened twice by a person, two links, one of them by a gateway. A2: opened by Apple alone,
    and a gateway fell for the hidden link. B1: unsubscribed and complained.
    """
    a1, a2 = made(mia, "a1"), made(mia, "a2", run="r2")
    b1 = made(mia, "b1", variant="B", run="r2")
    made(mia, "b2", variant="B", origin_id="another")
    respond(a1, "open"), respond(a1, "open"), respond(a1, "click", link=0), respond(a1, "click", False, link=1)
    respond(a2, "open", False), respond(a2, "click", False, link=None, signs=["hidden_link"])
    respond(b1, "unsubscribe"), respond(b1, "complaint"), respond(b1, "open", None, confidence=None)
    found = queries.figures("campaign", "c1")
    a = queries.Counts(opened=2, human_opened=1, clicked=1, human_clicked=1)
    b = queries.Counts(opened=1, unsubscribed=1, complained=1)
    assert found.variants == {"A": a, "B": b}
    assert found.total == queries.Counts(3, 1, 1, 1, 1, 1)
    assert found.links == {(0, True): 1, (1, False): 1}
    assert queries.figures("campaign", "c1", "r1").total == queries.Counts(1, 1, 1, 1)


def test_a_customers_messages_say_what_became_of_each_and_why(mail: Delivery, mia: Person) -> None:
    held = made(mia, "held")
    gates = [["suppression", True, "not suppressed"], ["quiet_hours", False, "22:40 in Oslo; quiet until 8:00"]]
    Delivery.objects.filter(pk=held.pk).update(state="held", reason="quiet_hours", gates=gates, sent_at=None)
    Attempt.objects.create(delivery=mail, number=1, key="k", at=NOON, outcome="accepted", status="250")
    respond(mail, "open", why=[])
    respond(mail, "click", False, link=1, why=["all_at_once", "robot"], at=NOON + timedelta(seconds=9))
    made(mia, "trial", origin_kind="test")
    accounts.add_user(actor=SYSTEM, email="ann@kestrel.example", name="Ann", role="admin")
    browser = Client()
    browser.force_login(User.objects.get(), backend="allauth.account.auth_backends.AuthenticationBackend")
    page = browser.get(f"/people/{mia.id}/messages/").content.decode()
    for words in (
        "Newsletter", "Held for now", "22:40 in Oslo; quiet until 8:00", "Opened", "Followed a link, number 2",
        "by a program: 10 % sure it was a person", "Several links within two seconds", "accepted", "250",
        f"/campaigns/c1/people/{mia.id}/",
    ):  # fmt: skip
        assert words in page, words
    assert "clicked" not in page.lower() and page.count('id="message-') == 2
    panel = showing.panel(SYSTEM, mia)[0]
    assert [(one.state, one.marks) for one in panel.context["rows"]] == [("Held for now", []), ("Sent", ["opened"])]
    assert showing.panel(Actor("user", "1", "Ann"), mia) == []


@pytest.mark.parametrize(
    ("name", "said", "title", "detail", "tone"),
    [
        ("Message Sent", {"channel": "email", "purpose": "news"}, "E-mail sent", "Newsletter", ""),
        ("Message Held", {"channel": "sms", "reason": "quiet_hours"}, "Text message held for now", "quiet hours", "info"),
        ("Link Clicked", {"channel": "email", "url": "https://k.example/a", "human": True}, "Link followed", "https://k.example/a", "good"),
        ("Link Clicked", {"channel": "email", "human": False}, "Link followed", "by a program, not a person", ""),
    ],
)  # fmt: skip
def test_events_in_words(mia: Person, name: str, said: dict[str, Any], title: str, detail: str, tone: str) -> None:
    event = SimpleNamespace(type="track", name=name, properties={"delivery_id": "d", **said})
    entry = showing.timeline_entry(event)
    assert entry is not None
    assert (entry.title, entry.detail, entry.tone) == (title, detail, tone)


def test_an_event_of_the_same_name_from_elsewhere_is_not_ours(mia: Person) -> None:
    event = SimpleNamespace(type="track", name="Message Sent", properties={"campaign": "theirs"})
    assert showing.timeline_entry(event) is None


def test_an_erasure_takes_along_what_somebody_did_with_messages(mail: Delivery, mia: Person) -> None:
    other = Person.objects.create(name="Max")
    respond(mail, "open"), respond(made(other, "max"), "open")
    forget("people", [mia.no])
    assert [row.person_no for row in Response.objects.all()] == [other.no]


def test_the_timelines_filter_knows_every_event_of_messages() -> None:
    assert set(showing.TITLES) <= set(MESSAGE_NAMES)
