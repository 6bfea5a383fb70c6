"""What is more important and comes while a turn is under way does not wait for its end."""

import pytest

from pentad.core import clock
from pentad.core.actor import SYSTEM
from pentad.intelligence.contact.actions import save_policy
from pentad.intelligence.contact.policy import Policy
from pentad.platforms.channels import queue
from pentad.platforms.channels.adapters.protocol import Outgoing
from pentad.platforms.channels.models import Attempt, Delivery, Destination
from pentad.platforms.channels.sending import Sender
from tests.platforms.channels.people import NOON, customer, destination, item
from tests.platforms.channels.scripted import Service

pytestmark = pytest.mark.django_db


def sent(service: Service, to: Destination) -> str:
    """Initials of those who were written to, of four of a campaign, and of two who come while the first of them is."""
    save_policy(actor=SYSTEM, policy=Policy())
    queue.enqueue([item(customer(name), priority=50) for name in ("Ada", "Bo", "Cy", "Di")])
    late = [item(customer("Ute"), priority=90), item(customer("Zoe"), priority=20)]

    def come(out: Outgoing) -> None:
        queue.enqueue(late)
        queue.queued.ring()  # as once it is committed

    service.before = come
    with clock.held(NOON), Sender(to) as sender:
        sender.measure.each = 0.001
        while sender.turn():
            pass
    return "".join(address[0] for _, address in service.taken)


@pytest.mark.parametrize("adapter", ["scripted", "forgetful"])
def test_it_goes_next(service: Service, adapter: str) -> None:
    assert sent(service, destination(adapter, concurrency=1)) == "aubcdz"
    assert Attempt.objects.count() == 6, "none is left of those that were begun together and had to wait"
    assert set(Delivery.objects.values_list("state", "attempts")) == {("sent", 1)}


def test_where_only_so_many_may_leave_it_takes_the_place_of_another(service: Service) -> None:
    to = destination("forgetful", concurrency=1, warm_up={"start": "2026-11-22", "days": [4]})
    assert sent(service, to) == "aubc"
    row = Delivery.objects.get(state="queued", priority=50)
    assert (row.key[-1], row.lease_owner, row.attempts) == (str(row.person_no)[-1], "", 0)
