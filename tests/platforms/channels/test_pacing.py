"""Rates, domains and warming up, turn by turn."""

from collections import Counter
from datetime import timedelta

import pytest

from pentad.core.actor import SYSTEM
from pentad.intelligence.contact.actions import save_policy
from pentad.intelligence.contact.policy import Policy
from pentad.platforms.channels import pacing, queue
from pentad.platforms.channels.models import Delivery
from pentad.platforms.channels.sending import turn
from tests.platforms.channels.people import NOON, customer, destination, item
from tests.platforms.channels.scripted import Service

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _no_policy(db: None) -> None:
    save_policy(actor=SYSTEM, policy=Policy())


def test_two_a_second_leave_two_a_second(service: Service) -> None:
    to = destination("scripted", per_second=2)
    queue.enqueue([item(customer(f"P{n}")) for n in range(7)])
    assert (turn(to, NOON), turn(to, NOON)) == (2, 0)
    to.refresh_from_db()
    assert (pacing.wakes(to, NOON), pacing.wakes(to, NOON + SECOND)) == (NOON + SECOND / 2, None)
    assert [turn(to, NOON + n * SECOND) for n in range(1, 5)] == [2, 2, 1, 0]


def test_a_slow_domain_waits_for_itself_and_the_urgent_one_goes_next(service: Service) -> None:
    to = destination("scripted", per_domain={"slow.example": 60})
    slow = [customer(f"S{n}", email=f"s{n}@slow.example") for n in range(12)]
    queue.enqueue([item(one) for one in slow] + [item(customer("Ada"))])
    turn(to, NOON)
    assert Counter(address.rpartition("@")[2] for _, address in service.taken) == {
        "slow.example": 5, "kestrel.example": 1,
    }  # fmt: skip
    put_off = Delivery.objects.filter(state="queued").order_by("due_at")
    assert [row.due_at for row in put_off] == [NOON + n * SECOND for n in range(1, 8)]
    assert {row.reason for row in put_off} == {"pace"}
    urgent = customer("Urgent", email="urgent@slow.example")
    queue.enqueue([item(urgent, priority=9, transactional=True, due_at=NOON + SECOND)])
    turn(to, NOON + SECOND)
    assert service.taken[-1][1] == "urgent@slow.example"
    for second in range(2, 20):
        turn(to, NOON + second * SECOND)
        assert sum("slow" in address for _, address in service.taken) <= 5 + second
    assert service.times == {one.email: 1 for one in slow} | {"ada@kestrel.example": 1, "urgent@slow.example": 1}


def test_a_destination_that_is_warmed_up_stops_for_the_day(service: Service) -> None:
    to = destination("scripted", warm_up={"start": "2026-11-22", "days": [2, 3]})
    queue.enqueue([item(customer(f"P{n}")) for n in range(9)])
    assert [turn(to, NOON), turn(to, NOON + SECOND), pacing.wakes(to, NOON)] == [2, 0, NOON + timedelta(hours=12)]
    assert [turn(to, NOON + timedelta(days=1)), turn(to, NOON + timedelta(days=2))] == [3, 4]
