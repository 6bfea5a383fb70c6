"""Several senders at once, and what is counted afterwards."""

import threading
from datetime import timedelta

import pytest
from django.db import connections

from pentad.core.actor import SYSTEM, read_as
from pentad.intelligence.contact.actions import save_policy
from pentad.intelligence.contact.models import ContactLog
from pentad.intelligence.contact.policy import Cap, Policy
from pentad.platforms.channels import preparing, queue
from pentad.platforms.channels.adapters.protocol import Busy
from pentad.platforms.channels.models import Attempt, Delivery, Destination
from pentad.platforms.channels.queries import duplicates
from pentad.platforms.channels.sending import Sender, turn
from tests.platforms.channels.people import NOON, customer, destination, item
from tests.platforms.channels.scripted import Service

DAY = timedelta(days=1)


@pytest.mark.django_db(transaction=True)
def test_three_senders_at_two_destinations_send_each_message_once_and_no_more_than_the_limit(service: Service) -> None:
    save_policy(actor=SYSTEM, policy=Policy(caps=(Cap(1, 24),)))
    mail, sms = destination("forgetful", concurrency=4), destination("forgetful", channel="sms")
    people = [customer(f"P{n}") for n in range(12)]
    for one in people:
        one.traits = one.traits | {"phone": f"+4917012345{one.no:03}"}
        one.save()
    queue.enqueue([item(one, if_held="skip") for one in people])
    queue.enqueue([item(one, key=f"sms{one.no}", channel="sms", if_held="skip") for one in people])
    failures: list[BaseException] = []

    def work(to: Destination) -> None:
        read_as(SYSTEM)
        try:
            with Sender(to) as sender:
                while sender.turn(NOON):
                    pass
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(Destination.objects.get(pk=to.pk),)) for to in (mail, mail, sms)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert failures == []
    assert len(service.taken) == 12 and max(service.times.values()) == 1  # one a customer: by mail or by SMS
    states = Delivery.objects.values_list("state", flat=True)
    assert sorted(states) == ["sent"] * 12 + ["skipped"] * 12
    assert ContactLog.objects.filter(promised=False).count() == 12


@pytest.mark.django_db
def test_two_who_find_the_same_address_at_the_same_moment(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither saw the other when it looked: the index lets one of them begin."""
    save_policy(actor=SYSTEM, policy=Policy())
    to = destination("forgetful")
    queue.enqueue([item(customer("Ada")), item(customer("Twin", email="ada@kestrel.example"))])
    with monkeypatch.context() as blind:
        blind.setattr(preparing, "_without_same_address", lambda found, now: found)
        turn(to, NOON)
    assert service.times == {"ada@kestrel.example": 1}
    assert Delivery.objects.filter(state="queued", attempts=0, lease_owner="").count() == 1
    turn(to, NOON)
    assert (service.times["ada@kestrel.example"], Delivery.objects.filter(reason="same_address").count()) == (1, 1)


@pytest.mark.django_db
def test_when_a_service_fails_the_rest_of_the_group_was_never_tried(service: Service) -> None:
    save_policy(actor=SYSTEM, policy=Policy())
    to = destination("scripted")
    people = [customer(f"P{n}") for n in range(12)]
    queue.enqueue([item(one) for one in people])
    service.by_address = {one.email: Busy("down") for one in people}
    turn(to, NOON)
    assert Attempt.objects.count() == 5
    assert sorted(Delivery.objects.values_list("attempts", flat=True)) == [0] * 7 + [1] * 5
    assert set(Delivery.objects.values_list("state", flat=True)) == {"queued"}
    assert ContactLog.objects.count() == 0


@pytest.mark.django_db
def test_duplicates_are_counted_from_what_was_confirmed(service: Service) -> None:
    save_policy(actor=SYSTEM, policy=Policy())
    to = destination("scripted")
    ada = customer("Ada")
    queue.enqueue([item(ada), item(customer("Bo"))])
    turn(to, NOON)
    assert duplicates(NOON - DAY) == 0
    row = Delivery.objects.order_by("id")[0]
    Attempt.objects.create(delivery=row, destination=to, number=2, key="k", at=NOON, outcome="accepted")
    assert duplicates(NOON - DAY) == 1
    queue.enqueue([item(ada, key="again")])
    Delivery.objects.filter(key="again").update(state="sent", sent_at=NOON, once="elsewhere")
    assert (duplicates(NOON - DAY), duplicates(NOON + DAY)) == (2, 0)
