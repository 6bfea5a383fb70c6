"""Setting destinations up, what is kept of deliveries, and the threads that send."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Model

from pentad.core import clock
from pentad.core.actor import SYSTEM, Actor
from pentad.core.errors import Denied, PentadError
from pentad.core.jobs import Context
from pentad.data.privacy.actions import erase_person
from pentad.intelligence.contact.actions import save_policy
from pentad.intelligence.contact.policy import Policy
from pentad.platforms.channels import actions, checks, queue, tasks
from pentad.platforms.channels.adapters.protocol import Adapter, Outgoing, Receipt
from pentad.platforms.channels.models import Attempt, Delivery, Destination, MailboxMessage, PayloadBase, TaskMade
from pentad.platforms.channels.payload import unpack
from pentad.platforms.channels.queries import default_destination, stranded
from pentad.platforms.channels.registry import adapter_class
from pentad.platforms.channels.running import Senders
from pentad.platforms.channels.sealing import opened
from pentad.platforms.channels.sending import turn
from pentad.platforms.web.models import WebMessage
from tests.platforms.channels.people import NOON, customer, destination, item
from tests.serving import until

SMTP: dict[str, Any] = {"host": "mail.example", "from_address": "hello@kestrel.example", "password": "s3cret"}


def made(**fields: Any) -> Destination:
    values: dict[str, Any] = {"channel": "email", "adapter": "smtp", "name": "Mail", "settings": SMTP}
    return actions.create_destination(**({"actor": SYSTEM} | values | fields))


@pytest.mark.django_db
def test_passwords_are_sealed_and_stay_when_left_empty() -> None:
    row = made()
    assert "s3cret" not in row.secret and "password" not in row.config and opened(row.secret) == {"password": "s3cret"}
    assert (row.is_default, row.config["port"], row.config["security"]) == (True, 587, "starttls")
    limits: dict[str, Any] = {"per_second": 5, "concurrency": 2, "per_domain": {" GMail.com ": 60}, "warm_up": {}}
    changed = row.changed
    row = actions.change_destination(actor=SYSTEM, row=row, name="Mail", settings={"password": ""}, **limits)
    assert (row.changed, row.per_domain, opened(row.secret)) == (changed, {"gmail.com": 60.0}, {"password": "s3cret"})
    row = actions.change_destination(actor=SYSTEM, row=row, name="Mail", settings={"host": "other.example"}, **limits)
    assert row.changed > changed and row.config["from_address"] == "hello@kestrel.example"


@pytest.mark.django_db
def test_there_is_one_default_and_the_archive_takes_none() -> None:
    first, second = made(), made(name="Second")
    assert (first.is_default, second.is_default) == (True, False)
    actions.make_default(actor=SYSTEM, row=second)
    assert default_destination("email") == second
    queue.enqueue([item(customer("Ada"), destination_id=first.pk)])
    with pytest.raises(PentadError, match="1 messages wait"):
        actions.archive_destination(actor=SYSTEM, row=first)
    actions.turn_off(actor=SYSTEM, row=first)
    assert stranded(clock.now()) == [("email", "Mail", 1)]
    assert checks.problems()[0].message == "Messages by email cannot leave (1): the destination “Mail” is off."


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"adapter": "pigeon"}, "adapter_not_found"),
        ({"channel": "sms"}, "wrong_channel"),
        ({"settings": SMTP | {"host": ""}}, "setting_missing"),
        ({"settings": SMTP | {"colour": "red"}}, "unknown_setting"),
        ({"settings": SMTP | {"port": "x"}}, "bad_setting"),
        ({"settings": SMTP | {"security": "rot13"}}, "bad_setting"),
        ({"settings": SMTP | {"from_address": "nobody"}}, "bad_setting"),
        ({"name": " "}, "bad_name"),
        ({"per_second": -1}, "bad_rate"),
        ({"concurrency": 0}, "bad_concurrency"),
        ({"per_domain": {"a": "x"}}, "bad_rate"),
        ({"warm_up": {"days": [1]}}, "bad_plan"),
    ],
)
def test_what_cannot_be_is_refused(fields: dict[str, Any], code: str) -> None:
    with pytest.raises(PentadError) as refused:
        made(**fields)
    assert refused.value.code == code
    with pytest.raises(Denied):
        made(actor=Actor("user", "1", "Nobody"))


@pytest.mark.django_db
def test_what_messages_have_in_common_is_kept_once_and_is_nobodys() -> None:
    people = [customer(f"Unusual{n}") for n in range(8)]
    body = " ".join(f"word{n}" for n in range(400))
    items = [
        item(one, version_id=7, variant="A", content={"text": f"Dear {one.name}, {body}"}, links=[f"https://k.example/{one.no}"])
        for one in people
    ]  # fmt: skip
    queue.enqueue(items)
    base = PayloadBase.objects.get()
    assert b"word399" in base.dictionary and b"Unusual" not in base.dictionary
    for row, one in zip(Delivery.objects.order_by("id"), items, strict=True):
        assert len(row.payload) < 200
        said = unpack(bytes(row.payload), bytes(base.dictionary))
        assert (said.content, said.links) == (one.content, one.links)
    queue.enqueue([item(people[0], key="few", version_id=8)])
    assert PayloadBase.objects.count() == 1  # of one customer alone nothing is common


@pytest.mark.django_db
def test_who_is_erased_leaves_no_message_behind() -> None:
    save_policy(actor=SYSTEM, policy=Policy())
    ada, bo, to = customer("Ada"), customer("Bo"), destination()
    queue.enqueue([item(ada), item(bo)])
    turn(to, NOON)
    written = [item(ada, key="late"), item(bo)]  # by who composes, a moment before
    erase_person(actor=SYSTEM, person=ada)
    assert queue.enqueue(written) == queue.Enqueued(0, 2)
    assert [row.person_no for row in Delivery.objects.all()] == [bo.no]
    assert (Attempt.objects.count(), [row.person_no for row in MailboxMessage.objects.all()]) == (1, [bo.no])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("adapter", "channel", "kept"),
    [("mailbox", "email", MailboxMessage), ("inapp", "inapp", WebMessage), ("task", "task", TaskMade)],
)
def test_what_is_under_way_while_its_customer_is_erased_is_not_kept_afterwards(
    adapter: str, channel: str, kept: type[Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    save_policy(actor=SYSTEM, policy=Policy())
    ada, to, kind = customer("Ada"), destination(adapter, channel=channel), adapter_class(adapter)
    queue.enqueue([item(ada, channel=channel, content={"subject": "Ring Ada", "title": "Ring Ada"})])
    hand_over = kind.send

    def erased_meanwhile(self: Adapter, out: Outgoing, key: str) -> Receipt:
        erase_person(actor=SYSTEM, person=ada)
        return hand_over(self, out, key)

    monkeypatch.setattr(kind, "send", erased_meanwhile)
    assert turn(to, NOON) == 1
    assert not kept._default_manager.exists() and not Delivery.objects.exists() and not Attempt.objects.exists()


@pytest.mark.django_db
def test_content_is_forgotten_in_time_and_that_it_was_sent_later() -> None:
    class Job(Context):
        def __init__(self) -> None:
            pass

        def progress(self, share: float) -> None:
            pass

    save_policy(actor=SYSTEM, policy=Policy())
    to = destination()
    queue.enqueue([item(customer("Ada"))])
    turn(to, NOON)
    row = Delivery.objects.get()
    with clock.held(row.sent_at + timedelta(days=181) if row.sent_at else NOON):
        assert tasks.forget(Job()) == {"emptied": 1, "deleted": 0}
    with clock.held(row.created + timedelta(days=401)):
        assert tasks.forget(Job()) == {"emptied": 0, "deleted": 1}


@pytest.mark.django_db(transaction=True)
def test_the_threads_send_what_is_queued_and_stop() -> None:
    save_policy(actor=SYSTEM, policy=Policy())
    destination()
    senders = Senders(poll_seconds=0.05)
    senders.start()
    try:
        queue.enqueue([item(customer("Ada"), due_at=None)])
        until(lambda: MailboxMessage.objects.exists(), 20)
        Destination.objects.update(state=Destination.OFF)
        until(lambda: not any(line.thread.is_alive() for line in list(senders._lines.values())), 20)
    finally:
        assert senders.stop()
    until(lambda: Delivery.objects.filter(state="delivered").exists(), 5)
