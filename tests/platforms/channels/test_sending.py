"""One turn after another at a destination: what is sent, held, skipped, and what is told of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from pentad.core import settings
from pentad.core.actor import SYSTEM
from pentad.core.models import OutboxMessage
from pentad.intelligence.contact.actions import save_policy
from pentad.intelligence.contact.models import ContactLog, Suppression
from pentad.intelligence.contact.policy import Cap, Policy
from pentad.platforms.channels import checks, claiming, queue
from pentad.platforms.channels.adapters.protocol import Busy, Refused, Unknown
from pentad.platforms.channels.models import Attempt, Delivery, MailboxMessage
from pentad.platforms.channels.once import handed_to
from pentad.platforms.channels.queries import duplicates
from pentad.platforms.channels.sending import turn
from pentad.platforms.responses.actions import record_delivered
from tests.platforms.channels.people import NOON, agree, customer, destination, item
from tests.platforms.channels.scripted import Service

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _no_policy(db: None) -> None:
    save_policy(actor=SYSTEM, policy=Policy())


def told() -> list[tuple[str, str]]:
    rows = [row.message for row in OutboxMessage.objects.order_by("id")]
    return [(one["event"], one["properties"].get("reason", "")) for one in rows if one["event"].startswith("Message")]


def states() -> list[tuple[str, str]]:
    return list(Delivery.objects.order_by("id").values_list("state", "reason"))


def outcomes() -> list[str]:
    return list(Attempt.objects.order_by("id").values_list("outcome", flat=True))


def test_what_is_queued_arrives_once_and_is_told_of() -> None:
    ada, to = customer("Ada"), destination()
    assert queue.enqueue([item(ada), item(ada)]) == queue.Enqueued(1, 1)
    assert (turn(to, NOON), turn(to, NOON)) == (1, 0)
    row, arrived = Delivery.objects.get(), MailboxMessage.objects.get()
    assert (row.state, row.sent_at, row.attempts, row.provider_id) == ("delivered", NOON, 1, f"mailbox-{arrived.pk}")
    assert (arrived.address, arrived.title, arrived.delivery) == ("ada@kestrel.example", "Your beans", row.public_id)
    tried = [(one.outcome, one.key, one.to) for one in Attempt.objects.all()]
    assert tried == [("accepted", row.public_id, handed_to("ada@kestrel.example"))]
    assert told() == [("Message Sent", ""), ("Message Delivered", "")]
    assert ContactLog.objects.get().delivery_key == row.key
    assert queue.enqueue([item(ada)]) == queue.Enqueued(0, 1)
    assert (turn(to, NOON + HOUR), duplicates(NOON - DAY)) == (0, 0)


def test_the_more_important_goes_first_and_what_is_due_later_waits(service: Service) -> None:
    to = destination("scripted", concurrency=1)
    people = [customer(name) for name in ("Ada", "Bo", "Cy")]
    due = [NOON + HOUR, NOON, NOON]
    queue.enqueue([item(one, priority=rank, due_at=due[rank]) for rank, one in enumerate(people)])
    queue.enqueue([item(customer("Di"), priority=9, due_at=NOON + HOUR)])
    turn(to, NOON)
    assert [address for _, address in service.taken] == ["cy@kestrel.example", "bo@kestrel.example"]
    assert claiming.next_due(to) == NOON + HOUR


def test_consent_withdrawn_between_queueing_and_sending_holds_it_back(service: Service) -> None:
    ada, to = customer("Ada"), destination("scripted")
    queue.enqueue([item(ada)])
    agree(ada, "denied", NOON + MINUTE)
    turn(to, NOON + HOUR)
    assert (states(), service.taken) == ([("skipped", "consent")], [])
    row = Delivery.objects.get()
    assert [name for name, passed, _ in row.gates or [] if not passed] == ["consent"] and "denied" in row.detail
    assert told() == [("Message Skipped", "consent")]


@pytest.mark.parametrize(("if_held", "state"), [("wait", "held"), ("skip", "skipped"), ("exit", "skipped")])
def test_over_the_limit_it_waits_or_is_skipped_as_was_said(service: Service, if_held: str, state: str) -> None:
    save_policy(actor=SYSTEM, policy=Policy(caps=(Cap(1, 24),)))
    ada, to = customer("Ada"), destination("scripted")
    queue.enqueue([item(ada), item(ada, key="second", run="r2", priority=-1, if_held=if_held)])
    turn(to, NOON)
    assert states() == [("sent", ""), (state, "cap")]
    turn(to, NOON + HOUR)
    turn(to, NOON + DAY)
    assert len(service.taken) == (2 if if_held == "wait" else 1)
    assert told()[0] == ("Message Held" if if_held == "wait" else "Message Skipped", "cap")


def test_of_a_run_an_address_gets_one_message_be_it_of_two_customers(service: Service) -> None:
    to = destination("scripted")
    ada, twin = customer("Ada"), customer("Twin", email="ada@kestrel.example")
    queue.enqueue([item(ada), item(twin), item(twin, key="entry", run="r2", once_in_run=False)])
    queue.enqueue([item(ada, key="entry2", run="r2", once_in_run=False)])
    turn(to, NOON)
    assert states() == [("sent", ""), ("skipped", "same_address"), ("sent", ""), ("sent", "")]
    late = customer("Late", email="ADA@kestrel.example")
    queue.enqueue([item(late)])
    turn(to, NOON + MINUTE)
    assert states()[-1] == ("skipped", "same_address")


def test_two_who_became_one_get_one_message_of_a_run_at_whichever_address(service: Service) -> None:
    to = destination("scripted")
    ada, old = customer("Ada"), customer("Old")
    queue.enqueue([item(old)])
    turn(to, NOON)
    old.root = ada
    old.save()
    queue.enqueue([item(ada), item(ada, key="next", run="r2")])
    turn(to, NOON + MINUTE)
    assert states() == [("sent", ""), ("skipped", "same_customer"), ("sent", "")]
    assert sorted(service.times) == ["ada@kestrel.example", "old@kestrel.example"]


def test_nobody_and_no_address(service: Service) -> None:
    to = destination("scripted")
    bo = customer("Bo")
    queue.enqueue([item(customer("Ada", email="")), item(bo, key="gone")])
    bo.delete()
    turn(to, NOON)
    assert [(row.state, row.reason) for row in Delivery.objects.order_by("id")] == [("skipped", "address")] * 2


def test_a_test_goes_to_the_colleague_whatever_the_policy_says_and_leaves_no_trace(service: Service) -> None:
    ada, to = customer("Ada", consents=False), destination("scripted")
    queue.enqueue([item(ada, key="t", origin_kind="test", run="", address="me@kestrel.example")])
    turn(to, NOON)
    assert service.times == {"me@kestrel.example": 1}
    assert (told(), ContactLog.objects.count()) == ([], 0)


# ── When the service fails ──────────────────────────────────────────────────────────────────────


def test_a_busy_service_is_tried_again_later_with_the_same_key(service: Service) -> None:
    to = destination("scripted")
    queue.enqueue([item(customer("Ada"))])
    service.errors = [Busy("too many", status="429", retry_after=90)]
    turn(to, NOON)
    row = Delivery.objects.get()
    assert (row.state, row.reason, row.attempts) == ("queued", "busy", 1) and row.due_at >= NOON + timedelta(seconds=90)
    to.refresh_from_db()
    assert to.breaker_until == NOON + timedelta(seconds=90)
    assert turn(to, NOON + timedelta(seconds=60)) == 0
    turn(to, NOON + 2 * MINUTE)
    assert (states(), outcomes()) == ([("sent", "")], ["busy", "accepted"])
    assert len({one.key for one in Attempt.objects.all()}) == 1


def test_no_answer_from_who_knows_keys_is_asked_again_and_arrives_once(service: Service) -> None:
    to = destination("scripted")
    queue.enqueue([item(customer("Ada"))])
    service.after = [Unknown("timed out")]
    turn(to, NOON)
    assert (Delivery.objects.get().unsure, ContactLog.objects.count()) == (True, 1)
    turn(to, NOON + 2 * MINUTE)
    assert (states(), outcomes(), len(service.taken)) == ([("sent", "")], ["unknown", "accepted"], 1)
    assert (Delivery.objects.get().unsure, duplicates(NOON - DAY)) == (False, 0)


def test_no_answer_from_who_does_not_is_a_doubt_and_not_sent_again(service: Service) -> None:
    to = destination("forgetful")
    queue.enqueue([item(customer("Ada"))])
    service.after = [TimeoutError()]
    turn(to, NOON)
    turn(to, NOON + DAY)
    assert (states(), len(service.taken)) == ([("doubtful", "no_answer")], 1)
    assert told() == [("Message Doubtful", "no_answer")]
    assert ContactLog.objects.count() == 1  # it may have arrived: it counts


def test_no_answer_is_not_asked_of_another_service_nor_when_the_key_is_forgotten(service: Service) -> None:
    first, second = destination("scripted"), destination("scripted", name="Second", is_default=False)
    queue.enqueue([item(customer("Ada")), item(customer("Bo"), destination_id=first.pk)])
    service.after = [Unknown("timed out"), Unknown("timed out")]
    turn(first, NOON)
    first.is_default = False
    first.save(update_fields=["is_default"])
    second.is_default = True
    second.save(update_fields=["is_default"])
    turn(second, NOON + 2 * MINUTE)
    turn(first, NOON + timedelta(hours=22))
    assert (states(), len(service.taken)) == ([("doubtful", "no_answer")] * 2, 2)


def test_what_a_service_reports_as_arrived_meanwhile_is_not_tried_again(service: Service) -> None:
    to = destination("scripted")
    queue.enqueue([item(customer("Ada"))])
    service.after = [Unknown("timed out")]
    turn(to, NOON)
    assert record_delivered(actor=SYSTEM, delivery=Delivery.objects.get(), at=NOON + MINUTE)
    assert turn(to, NOON + HOUR) == 0
    row = Delivery.objects.get()
    assert (row.state, row.unsure, row.sent_at, len(service.taken)) == ("delivered", False, NOON + MINUTE, 1)


def test_a_refused_address_is_suppressed_and_a_refused_message_is_not(service: Service) -> None:
    to = destination("scripted")
    queue.enqueue([item(customer("Ada")), item(customer("Bo")), item(customer("Cy"))])
    service.by_address = {
        "ada@kestrel.example": Refused("<ADA@kestrel.example>: no such user", status="550 5.1.1", address=True),
        "bo@kestrel.example": Refused("spam\0\ud800" + "!" * 400, status="554"),
        "cy@kestrel.example": Refused("greylisted", status="451", permanent=False),
    }
    turn(to, NOON)
    assert states() == [("bounced", "address_refused"), ("failed", "refused"), ("queued", "busy")]
    assert [(row.reason, row.source) for row in Suppression.objects.all()] == [
        ("hard_bounce", "Test: 550 5.1.1 <(address)>: no such user")
    ]
    assert (told(), ContactLog.objects.count()) == (
        [("Message Bounced", "address_refused"), ("Message Failed", "refused")], 0,
    )  # fmt: skip
    to.refresh_from_db()
    assert to.failures == 0  # the service is well


def test_a_service_that_is_down_for_an_hour_loses_nothing_and_delays_nobody_else(service: Service) -> None:
    mail, sms = destination("scripted"), destination("mailbox", channel="sms")
    people = [customer(f"P{n}") for n in range(12)]
    for one in people:
        one.traits = one.traits | {"phone": f"+4917012345{one.no:02}"}
        one.save()
    queue.enqueue([item(one) for one in people])
    queue.enqueue([item(one, key=f"sms{one.no}", channel="sms") for one in people])
    service.by_address = {one.email: Busy("connection refused") for one in people}
    tries = []
    for minute in range(60):
        turn(mail, NOON + minute * MINUTE)
        turn(sms, NOON + minute * MINUTE)
        tries.append(Attempt.objects.filter(destination=mail).count())
        assert minute or MailboxMessage.objects.count() == 12
    assert tries[-1] < 30  # it was left alone most of the time
    assert Delivery.objects.filter(channel="email", state="queued").count() == 12
    service.by_address = {}
    for minute in range(60, 110):
        turn(mail, NOON + minute * MINUTE)
    assert service.times == {one.email: 1 for one in people}
    mail.refresh_from_db()
    assert (mail.failures, mail.failure, mail.breaker_until) == (0, "", None)


def test_what_cannot_be_sent_for_a_day_has_failed_and_what_is_too_late_expires(service: Service) -> None:
    to = destination("scripted")
    queue.enqueue([item(customer("Ada")), item(customer("Bo"), expires_at=NOON + HOUR)])
    service.by_address = {f"{name}@kestrel.example": Busy("down") for name in ("ada", "bo")}
    for hour in range(27):
        turn(to, NOON + hour * HOUR)
    assert states() == [("failed", "gave_up"), ("expired", "expired")]


def test_a_destination_that_cannot_be_opened_takes_nothing_and_says_why(service: Service) -> None:
    to = destination("plugin_gone")
    queue.enqueue([item(customer("Ada"))])
    assert (turn(to, NOON), turn(to, NOON)) == (0, 0)
    to.refresh_from_db()
    assert (states(), to.failure) == ([("queued", "")], "There is no adapter “plugin_gone”.")


def test_nothing_leaves_while_the_operator_says_so(service: Service) -> None:
    to = destination("scripted", concurrency=1)
    queue.enqueue([item(customer("Ada"), due_at=NOON - DAY)])
    settings.put("channels.sending", False)
    try:
        assert (turn(to, NOON), service.taken) == (0, [])
        assert "channels.sending" in checks.problems()[0].message
    finally:
        settings.reset("channels.sending")
    assert turn(to, NOON) == 1


# ── Paused, cancelled ───────────────────────────────────────────────────────────────────────────


def test_a_paused_origin_is_passed_over_and_resumed_as_it_was(service: Service) -> None:
    to = destination("scripted")
    queue.enqueue([item(customer("Ada")), item(customer("Bo"), origin_id="c2")])
    queue.pause("campaign", "c1")
    turn(to, NOON)
    assert (service.times, states()[0]) == ({"bo@kestrel.example": 1}, ("paused", "paused"))
    assert (queue.wake(), queue.resume("campaign", "c1")) == (0, 1)
    turn(to, NOON)
    assert states() == [("sent", "")] * 2


def test_what_is_cancelled_does_not_come_back_even_from_a_busy_service(service: Service) -> None:
    to = destination("scripted")
    queue.enqueue([item(customer("Ada")), item(customer("Bo")), item(customer("Cy"), due_at=NOON + DAY)])
    service.by_address = {"bo@kestrel.example": Busy("later")}
    service.before = lambda out: queue.cancel("campaign", "c1", "r1") if out.address.startswith("ada") else None
    turn(to, NOON)  # cancelled while these two are under way
    turn(to, NOON + DAY)
    assert states() == [("sent", ""), ("cancelled", "cancelled"), ("cancelled", "cancelled")]
    queue.enqueue([item(customer("Di"))])
    turn(to, NOON + DAY)
    assert states()[-1] == ("cancelled", "cancelled")


def test_of_what_may_have_left_cancelling_leaves_the_doubt(service: Service) -> None:
    to = destination("scripted")
    queue.enqueue([item(customer("Ada"))])
    service.after = [Unknown("timed out")]
    turn(to, NOON)
    assert (queue.cancel("campaign", "c1"), states()) == (0, [("doubtful", "cancelled")])


# ── Another sender ──────────────────────────────────────────────────────────────────────────────


def crash(service: Service, to: Any, *, taken: bool) -> None:
    """The sender dies in the act: nothing that it does afterwards is written down."""

    class Death(BaseException):
        pass

    def die(out: object) -> None:
        if taken:
            service.taken.append((Delivery.objects.get().public_id, "ada@kestrel.example"))
        raise Death

    service.before = die
    with pytest.raises(Death):
        turn(to, NOON)
    service.before = lambda out: None


@pytest.mark.parametrize("taken", [False, True])
@pytest.mark.parametrize(("adapter", "state"), [("scripted", "sent"), ("forgetful", "doubtful")])
def test_a_sender_that_dies_in_the_act(service: Service, adapter: str, state: str, taken: bool) -> None:
    to = destination(adapter)
    queue.enqueue([item(customer("Ada"))])
    crash(service, to, taken=taken)
    assert (turn(to, NOON + MINUTE), claiming.recover(NOON + MINUTE)) == (0, 0)  # its lease holds
    assert claiming.recover(NOON + 3 * MINUTE) == 1
    turn(to, NOON + 3 * MINUTE)
    assert states()[0][0] == state
    assert service.times["ada@kestrel.example"] == (1 if taken or state == "sent" else 0)


def test_a_clock_put_back_frees_what_was_leased_in_the_future_and_a_sender_given_up_has_the_last_word(
    service: Service,
) -> None:
    to = destination("forgetful")
    queue.enqueue([item(customer("Ada"))])

    def meanwhile(out: object) -> None:
        assert claiming.recover(NOON - DAY) == 1  # another process, after the clock was put back by a day
        service.before = lambda out: None
        assert (turn(to, NOON + MINUTE), states()) == (1, [("doubtful", "no_answer")])

    service.before = meanwhile
    turn(to, NOON)
    assert (states(), outcomes(), len(service.taken)) == ([("sent", "")], ["accepted"], 1)


def test_two_senders_never_hold_the_same_delivery(service: Service) -> None:
    to = destination("scripted")
    queue.enqueue([item(customer(f"P{n}")) for n in range(6)])
    first, second = claiming.claim(to, "a", NOON, 4), claiming.claim(to, "b", NOON, 4)
    assert (len(first), len(second)) == (4, 2) and not {row.pk for row in first} & {row.pk for row in second}


def test_the_due_are_found_by_the_index(db: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL plans by statistics, which an empty table has none of")
    where, here = claiming._where("email", None)
    with connection.cursor() as cursor:
        cursor.execute(
            f"EXPLAIN QUERY PLAN SELECT id {where} AND priority = 0 AND due_at <= '2026' ORDER BY due_at", here
        )
        plan = " ".join(str(row[-1]) for row in cursor.fetchall())
    assert "delivery_due" in plan and "TEMP B-TREE" not in plan
