"""A service reports before the sender has written down what became of the message: it ends the same whichever comes first."""

from datetime import timedelta

import pytest

from pentad.core.actor import SYSTEM
from pentad.core.models import OutboxMessage
from pentad.intelligence.contact.actions import save_policy
from pentad.intelligence.contact.models import ContactLog
from pentad.intelligence.contact.policy import Policy
from pentad.platforms.channels import claiming, queue
from pentad.platforms.channels.adapters.protocol import Busy, Outgoing, Refused, Unknown
from pentad.platforms.channels.models import Attempt, Delivery
from pentad.platforms.channels.queries import duplicates
from pentad.platforms.channels.sending import Sender, turn
from pentad.platforms.responses import actions
from tests.platforms.channels.people import NOON, customer, destination, item
from tests.platforms.channels.scripted import Service

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _no_policy(db: None) -> None:
    save_policy(actor=SYSTEM, policy=Policy())


def arrived(out: Outgoing) -> None:
    actions.record_delivered(actor=SYSTEM, delivery=Delivery.objects.get(public_id=out.delivery_id), at=NOON)


def came_back(out: Outgoing) -> None:
    actions.record_bounce(actor=SYSTEM, delivery=Delivery.objects.get(public_id=out.delivery_id), hard=False, at=NOON)


def told() -> list[str]:
    return [row.message["event"].removeprefix("Message ") for row in OutboxMessage.objects.order_by("id")]


@pytest.mark.parametrize(
    ("reports", "answer", "state", "events", "outcome"),
    [
        ([arrived], None, "delivered", ["Sent", "Delivered"], "accepted"),
        ([came_back], None, "bounced", ["Sent", "Bounced"], "accepted"),
        ([arrived, came_back, arrived], None, "bounced", ["Sent", "Delivered", "Bounced"], "accepted"),
        ([arrived], Unknown("timed out"), "delivered", ["Sent", "Delivered"], "unknown"),
        ([arrived], Busy("409: being worked on"), "delivered", ["Sent", "Delivered"], "busy"),
    ],
)  # fmt: skip
def test_what_is_reported_first_is_not_undone_by_the_sender(
    service: Service, reports: list[object], answer: Exception | None, state: str, events: list[str], outcome: str
) -> None:
    to = destination("scripted")
    queue.enqueue([item(customer("Ada")), item(customer("Bo"))])
    service.by_address = {"ada@kestrel.example": answer} if answer else {}
    service.before = lambda out: [one(out) for one in reports] if out.address.startswith("ada") else None
    assert turn(to, NOON) == 2
    row, other = Delivery.objects.order_by("id")
    assert (row.state, row.sent_at, row.unsure, row.lease_owner, other.state) == (state, NOON, False, "", "sent")
    assert row.provider_id == (None if answer else f"p-{row.public_id}")
    assert list(Attempt.objects.filter(delivery=row).values_list("outcome", flat=True)) == [outcome]
    assert (told(), ContactLog.objects.filter(promised=False).count()) == ([*events, "Sent"], 2)
    assert (turn(to, NOON + HOUR), duplicates(NOON - HOUR)) == (0, 0)


def test_what_a_sender_that_died_had_begun_is_not_sent_again_once_it_is_reported(service: Service) -> None:
    to = destination("scripted")
    queue.enqueue([item(customer("Ada"))])

    def dies(out: Outgoing) -> None:
        arrived(out)
        raise SystemExit

    service.before = dies
    with pytest.raises(SystemExit):
        Sender(to, "dead").turn(NOON)
    service.before = lambda out: None
    assert (claiming.recover(NOON + HOUR), turn(to, NOON + HOUR), len(service.taken)) == (0, 0, 0)
    row, attempt = Delivery.objects.get(), Attempt.objects.get()
    assert (row.state, attempt.outcome, attempt.detail) == ("delivered", "accepted", "The service reported it")
    assert (told(), ContactLog.objects.get().promised) == (["Sent", "Delivered"], False)


@pytest.mark.parametrize(("answer", "state"), [(Busy("500"), "queued"), (Refused("554", permanent=True), "failed")])
def test_a_service_that_said_no_and_had_it_all_the_same_is_not_asked_again(
    service: Service, answer: Exception, state: str
) -> None:
    to = destination("scripted")
    queue.enqueue([item(customer("Ada"))])
    service.errors = [answer]
    turn(to, NOON)
    assert Delivery.objects.get().state == state
    assert actions.record_delivered(actor=SYSTEM, delivery=Delivery.objects.get(), at=NOON)
    assert (turn(to, NOON + HOUR), len(service.taken)) == (0, 0)
    assert Delivery.objects.values_list("state", "reason", "detail").get() == ("delivered", "", "")
    assert (told()[-2:], ContactLog.objects.count()) == (["Sent", "Delivered"], 1)


def test_of_what_has_not_left_no_report_is_believed(service: Service) -> None:
    to = destination("scripted")
    queue.enqueue([item(customer("Ada"))])
    claiming.claim(to, "sender", NOON, 1)
    assert not actions.record_delivered(actor=SYSTEM, delivery=Delivery.objects.get())
    assert Delivery.objects.get().state == "sending"
