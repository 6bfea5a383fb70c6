"""One turn after another at a destination: what is sent, held, skipped, and what is told of it."""

from datetime import timedelta

import pytest

from pentad.core.models import OutboxMessage
from pentad.platforms.channels import queue
from pentad.platforms.channels.models import Attempt, Delivery, MailboxMessage
from pentad.platforms.channels.sending import turn
from tests.platforms.channels.people import NOON, customer, destination, item

pytestmark = pytest.mark.django_db


def told() -> list[tuple[str, str]]:
    rows = OutboxMessage.objects.order_by("id")
    return [(row.message["event"], row.message["properties"].get("reason", "")) for row in rows]


def test_what_is_queued_arrives_once_and_is_told_of() -> None:
    ada, to = customer("Ada"), destination()
    assert queue.enqueue([item(ada), item(ada)]) == queue.Enqueued(1, 1)
    assert (turn(to, NOON), turn(to, NOON)) == (1, 0)
    row, arrived = Delivery.objects.get(), MailboxMessage.objects.get()
    assert (row.state, row.sent_at, row.attempts, row.provider_id) == ("delivered", NOON, 1, f"mailbox-{arrived.pk}")
    assert (arrived.address, arrived.title, arrived.delivery) == ("ada@kestrel.example", "Your beans", row.public_id)
    assert [(one.outcome, one.key) for one in Attempt.objects.all()] == [("accepted", row.public_id)]
    assert told() == [("Message Sent", ""), ("Message Delivered", "")]
    assert queue.enqueue([item(ada)]) == queue.Enqueued(0, 1)
    assert turn(to, NOON + timedelta(hours=1)) == 0
