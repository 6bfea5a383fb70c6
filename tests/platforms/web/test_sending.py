"""Messages to browsers, from the queue to where they wait or are pushed, and what is left of them afterwards."""

from datetime import timedelta

import pytest

from pentad.core.actor import SYSTEM
from pentad.core.errors import Conflict
from pentad.data.privacy.actions import erase_person
from pentad.intelligence.contact.actions import save_policy
from pentad.intelligence.contact.models import Suppression
from pentad.intelligence.contact.policy import Policy
from pentad.platforms.channels.adapters.protocol import Busy, Refused
from pentad.platforms.channels.adapters.webpush import WebPush, new_vapid_key
from pentad.platforms.channels.models import Delivery
from pentad.platforms.channels.queue import enqueue
from pentad.platforms.channels.sealing import sealed
from pentad.platforms.channels.sending import turn
from pentad.platforms.web.models import PushSubscription, WebMessage
from pentad.platforms.web.subscribing import subscribe
from pentad.platforms.web.tasks import tidy
from tests.platforms.channels.people import NOON, customer, destination, item

pytestmark = [pytest.mark.django_db, pytest.mark.once]
SAID = {"title": "Hello", "body": "Beans", "url": ""}


@pytest.fixture(autouse=True)
def _no_policy(db: None) -> None:
    save_policy(actor=SYSTEM, policy=Policy())


def test_a_message_waits_for_its_customer_until_its_days_are_over() -> None:
    ada, to = customer("Ada"), destination("inapp", channel="inapp", config={"days": 7})
    enqueue([item(ada, channel="inapp", content=SAID)])
    assert turn(to, NOON) == 1
    row = WebMessage.objects.get()
    assert Delivery.objects.get().state == "sent" and row.person_no == ada.no and row.content["title"] == "Hello"
    assert tidy(row.until - timedelta(hours=1)) == 0
    assert tidy(row.until + timedelta(days=31)) == 1 and not WebMessage.objects.exists()


def test_the_last_browser_of_a_customer_that_is_gone_is_suppressed_and_a_new_one_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ada = customer("Ada")
    keys = sealed({"vapid_key": new_vapid_key()})
    to = destination("webpush", channel="push", config={"contact": "it@kestrel.example"}, secret=keys)
    subscribed = {"p256dh": "B" + "a" * 86, "auth": "c" * 22}
    first = subscribe(actor=SYSTEM, person=ada, endpoint="https://push.example/1", **subscribed)

    def gone(*_: object) -> None:
        raise Refused("The subscription is over", status="410", address=True)

    monkeypatch.setattr(WebPush, "_push", gone)
    enqueue([item(ada, channel="push", content=SAID)])
    assert turn(to, NOON) == 1
    assert Delivery.objects.get().state == "bounced" and Suppression.objects.get().reason == "hard_bounce"
    PushSubscription.objects.filter(pk=first.pk).update(ended=NOON)
    enqueue([item(ada, key="again", run="r2", channel="push", content=SAID)])
    turn(to, NOON)
    assert Delivery.objects.get(key="again").state == "skipped"
    subscribe(actor=SYSTEM, person=ada, endpoint="https://push.example/2", **subscribed)
    monkeypatch.undo()
    monkeypatch.setattr(
        WebPush, "_push", lambda self, row, out, key: pytest.fail("x") if row.ended else _taken(row.endpoint)
    )
    enqueue([item(ada, key="new", run="r3", channel="push", content=SAID)])
    turn(to, NOON)
    assert Delivery.objects.get(key="new").provider_id == "https://push.example/2"


def _taken(url: str) -> object:
    from pentad.platforms.channels.adapters.protocol import Receipt

    return Receipt(url)


def test_nothing_is_kept_of_who_is_erased() -> None:
    ada, to = customer("Ada"), destination("inapp", channel="inapp")
    enqueue([item(ada, channel="inapp", content=SAID)])
    turn(to, NOON)
    subscribe(actor=SYSTEM, person=ada, endpoint="https://push.example/1", p256dh="B" + "a" * 86, auth="c" * 22)
    erase_person(actor=SYSTEM, person=ada)
    with pytest.raises(Conflict):  # a browser that asked a moment before
        subscribe(actor=SYSTEM, person=ada, endpoint="https://push.example/1", p256dh="B" + "a" * 86, auth="c" * 22)
    assert not WebMessage.objects.exists() and not PushSubscription.objects.exists()


def test_a_thousand_browsers_of_one_customer_keep_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    ada, called = customer("Ada"), list[str]()
    keys = sealed({"vapid_key": new_vapid_key()})
    to = destination("webpush", channel="push", config={"contact": "it@kestrel.example"}, secret=keys)
    for number in range(8):
        subscribe(
            actor=SYSTEM, person=ada, endpoint=f"https://push.example/{number}", p256dh="B" + "a" * 86, auth="c" * 22
        )

    def busy(self: WebPush, row: PushSubscription, *_: object) -> None:
        called.append(row.endpoint)
        raise Busy("slow")

    monkeypatch.setattr(WebPush, "_push", busy)
    enqueue([item(ada, channel="push", content=SAID)])
    turn(to, NOON)
    assert called == [f"https://push.example/{number}" for number in (7, 6, 5, 4, 3)]
