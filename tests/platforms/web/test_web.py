"""Messages on a website: shown to whom they are for, once that is proven, and to nobody else."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from pentad.core import clock, pace
from pentad.core.actor import SYSTEM
from pentad.core.models import AuditLine
from pentad.data.identity.models import Identifier, Person
from pentad.platforms.channels.actions import create_destination
from pentad.platforms.channels.adapters.protocol import Outgoing
from pentad.platforms.channels.items import Item
from pentad.platforms.channels.models import SENT, Delivery, Destination
from pentad.platforms.channels.queue import enqueue
from pentad.platforms.channels.registry import open_adapter
from pentad.platforms.responses.models import Response
from pentad.platforms.web import subscribing
from pentad.platforms.web.arriving import address
from pentad.platforms.web.models import PushSubscription, WebMessage
from pentad.platforms.web.who import proof_of
from tests.platforms.channels.people import NOON, customer

pytestmark = [pytest.mark.django_db, pytest.mark.once]
KEY = "k" * 32
BROWSER = "6d1c1bd5-3c1e-4d5a-9f54-0a4ea3e6a1b2"


@pytest.fixture
def site() -> Destination:
    return create_destination(
        actor=SYSTEM, channel="inapp", adapter="inapp", name="Website", settings={"identity_key": KEY}
    )


def known(person: Person, namespace: str, value: str) -> None:
    Identifier.objects.create(namespace=namespace, value=value, person=person, first_seen=NOON)


def waits(site: Destination, person: Person, **content: str) -> Delivery:
    said = {"title": "Hello", "body": "Beans <b>are</b> here", "url": "https://kestrel.example/", **content}
    key = f"campaign:r1:{person.no}"
    enqueue([Item(key, person.no, "inapp", said, purpose="news", run="r1", origin_id="c1")])
    Delivery.objects.filter(key=key).update(state=SENT, sent_at=clock.now(), sent_by=site)
    delivery = Delivery.objects.get(key=key)
    adapter = open_adapter(site)
    out = Outgoing(delivery.public_id, person.no, person.id, "inapp", person.id, said, language="nb")
    assert adapter.send(out, delivery.public_id).state == adapter.send(out, delivery.public_id).state == "sent"
    return delivery


def ask(site: Destination, to: str = "messages", **told: Any) -> Any:
    answer = Client().post(f"/web/{site.public_id}/{to}/", json.dumps(told), content_type="text/plain")
    assert answer["Access-Control-Allow-Origin"] == "*" and "Set-Cookie" not in answer
    return answer.json()


def titles(site: Destination, **told: Any) -> list[str]:
    return [one["title"] for one in ask(site, **told)["messages"]]


def test_a_signed_in_customer_is_shown_theirs_and_nobody_else(site: Destination) -> None:
    ada, ben = customer("Ada"), customer("Ben")
    known(ada, "user_id", "u-ada")
    known(ben, "user_id", "u-ben")
    known(ada, "anonymous_id", BROWSER)
    waits(site, ada)
    proof = proof_of(KEY, "u-ada")
    assert titles(site, userId="u-ada", proof=proof) == ["Hello"]
    assert titles(site, userId="u-ada", proof=proof.upper()) == ["Hello"]
    for told in (
        {"userId": "u-ada"}, {"userId": "u-ada", "proof": proof_of("", "u-ada")}, {"userId": "u-ada", "proof": "é"},
        {"userId": "u-ben", "proof": proof}, {"userId": "u-ben", "proof": proof_of(KEY, "u-ben")},
        # Whoever says by an `identify` call that their browser is hers gets nothing by it:
        {"anonymousId": BROWSER}, {"anonymousId": BROWSER, "userId": "u-ada"}, {}, {"userId": ["u-ada"], "proof": proof},
    ):  # fmt: skip
        assert titles(site, **told) == [], told


def test_without_an_identity_key_no_proof_counts(site: Destination) -> None:
    ada = customer("Ada")
    known(ada, "user_id", "u-ada")
    waits(site, ada)
    Destination.objects.update(secret="")
    assert titles(site, userId="u-ada", proof=proof_of("", "u-ada")) == []


def test_a_visitor_of_whom_nothing_is_known_is_known_by_the_browser(site: Destination) -> None:
    visitor = Person.objects.create(name="")
    known(visitor, "anonymous_id", BROWSER)
    known(visitor, "anonymous_id", "short")
    waits(site, visitor)
    assert titles(site, anonymousId=BROWSER) == ["Hello"]
    assert ask(site, anonymousId=BROWSER)["messages"][0]["language"] == "nb"
    assert ask(site, anonymousId=BROWSER)["words"] == {
        "language": "en", "message": "Message", "close": "Close", "open": "Open",
    }  # fmt: skip
    assert titles(site, anonymousId="short") == []
    Identifier.objects.create(namespace="email", value="v@k.example", person=visitor, first_seen=NOON)
    assert titles(site, anonymousId=BROWSER) == []


def test_what_was_shown_arrived_and_what_was_closed_is_not_shown_again(site: Destination) -> None:
    ada, ben = customer("Ada"), customer("Ben")
    known(ada, "user_id", "u-ada")
    known(ben, "user_id", "u-ben")
    delivery = waits(site, ada)
    mine: dict[str, Any] = {"userId": "u-ada", "proof": proof_of(KEY, "u-ada")}
    theirs: dict[str, Any] = {"userId": "u-ben", "proof": proof_of(KEY, "u-ben")}
    id = ask(site, **mine)["messages"][0]["id"]
    assert ask(site, "reports", id=id, what="closed", **theirs) == {"known": False}
    assert ask(site, "reports", id=id, what="person_no", **mine) == {"known": False}
    for _ in range(2):
        assert ask(site, "reports", id=id, what="shown", **mine) == {"known": True}
    delivery.refresh_from_db()
    assert delivery.state == "delivered" and Response.objects.get().kind == "open"
    assert titles(site, **mine) == ["Hello"], "it stays until it is closed or followed"
    ask(site, "reports", id=id, what="closed", **mine)
    assert titles(site, **mine) == []
    row = WebMessage.objects.get()
    assert row.shown and row.closed and not row.clicked


def test_it_ends_after_its_days_and_a_destination_that_is_off_shows_nothing(site: Destination) -> None:
    visitor = Person.objects.create(name="")
    known(visitor, "anonymous_id", BROWSER)
    waits(site, visitor)
    with clock.held(clock.now() + timedelta(days=31)):
        assert titles(site, anonymousId=BROWSER) == []
    Destination.objects.update(state="off")
    assert ask(site, anonymousId=BROWSER) == {}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"a": "' + b"x" * 9_000 + b'"}', b"\xff"])
def test_what_is_no_question_is_refused_in_few_words(site: Destination, body: bytes) -> None:
    answer = Client().post(f"/web/{site.public_id}/messages/", body, content_type="text/plain")
    assert (answer.status_code, answer.json()) == (400, {})


def test_the_scripts_are_small_and_served() -> None:
    for name in ("messages", "worker"):
        answer = Client().get(f"/web/{name}.js")
        assert answer.status_code == 200 and answer["Content-Type"].startswith("text/javascript")
        assert len(answer.content) < 10_000 and b"innerHTML" not in answer.content and b"eval" not in answer.content
    assert Client().get("/web/settings.js").status_code == 404


def test_a_browser_subscribes_for_whom_it_proves_to_be() -> None:
    row = create_destination(
        actor=SYSTEM, channel="push", adapter="webpush", name="Browsers",
        settings={"contact": "it@kestrel.example", "identity_key": KEY},
    )  # fmt: skip
    ada = customer("Ada")
    Person.objects.filter(pk=ada.pk).update(traits={"locale": "es_MX"})
    known(ada, "user_id", "u-ada")
    subscription = {"endpoint": "https://push.example/send/1", "keys": {"p256dh": "B" + "a" * 86, "auth": "c" * 22}}
    asked = ask(row, "push", userId="u-ada", proof=proof_of(KEY, "u-ada"))
    assert (asked["key"], asked["ask"]["language"], asked["ask"]["no"]) == ("", "es", "Ahora no")
    assert ask(row, "push", userId="u-ada", subscription=subscription) == {"known": False}
    proof = proof_of(KEY, "u-ada")
    for _ in range(2):
        assert ask(row, "push", userId="u-ada", proof=proof, subscription=subscription) == {"known": True}
    kept = PushSubscription.objects.get()
    assert Identifier.objects.get(namespace="push_token").value == kept.handle and kept.person_no == ada.no
    for bad in (
        {"endpoint": "javascript:x", "keys": {}},
        {"endpoint": "https://x/", "keys": {"p256dh": "x", "auth": "y"}},
    ):
        assert ask(row, "push", userId="u-ada", proof=proof, subscription=bad) == {"error": "bad_subscription"}


def test_neither_a_place_nor_a_customer_can_subscribe_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    row = create_destination(
        actor=SYSTEM, channel="push", adapter="webpush", name="Browsers",
        settings={"contact": "it@kestrel.example", "identity_key": KEY},
    )  # fmt: skip
    ada = customer("Ada")
    known(ada, "user_id", "u-ada")
    mine: dict[str, Any] = {"userId": "u-ada", "proof": proof_of(KEY, "u-ada")}
    monkeypatch.setattr(subscribing, "PLACES", pace.Buckets(rate=0.001, most=4))
    monkeypatch.setattr(subscribing, "MOST", 2)
    monkeypatch.setattr(subscribing, "MOST_A_DAY", 5)

    def again(number: int, **more: Any) -> Any:
        keys = {"p256dh": "B" + "a" * 86, "auth": "c" * 22}
        endpoint = f"https://push.example/send/{number}"
        return ask(row, "push", **mine, subscription={"endpoint": endpoint, "keys": keys} | more)

    assert [again(number) for number in (1, 1, 2, 1, 3)] == [{"known": True}] * 5
    live = PushSubscription.objects.filter(ended=None).order_by("id")
    assert [one.endpoint[-1] for one in live] == ["1", "3"], "the one not seen for longest made room"
    lines = AuditLine.objects.filter(action="subscribe").count()
    assert (again(4), again(5)) == ({"known": True}, {"error": "too_many_browsers"}), "from this place"
    assert again(4) == {"known": True} and AuditLine.objects.filter(action="subscribe").count() == lines + 1
    subscribing.PLACES.clear()
    assert (again(5), again(6)) == ({"known": True}, {"error": "too_many_browsers"}), "of this customer"
    assert again(7, endpoint="http://push.example/") == {"error": "bad_subscription"}, "it would be called unencrypted"
    assert PushSubscription.objects.count() == 5


def test_that_a_push_was_shown_is_told_by_its_own_address_alone() -> None:
    ada, other = customer("Ada"), customer("Ben")
    for key, person, channel in (("a", ada, "push"), ("b", other, "push"), ("c", other, "email")):
        enqueue([Item(key, person.no, channel, {"title": "Hi"}, origin_kind="api", transactional=True)])
    Delivery.objects.update(state=SENT, sent_at=clock.now())
    push, theirs, mail = Delivery.objects.order_by("key")
    client = Client(enforce_csrf_checks=True)
    road = urlsplit(address(push.public_id)).path
    for wrong in (
        road.replace(push.public_id, theirs.public_id),
        urlsplit(address(mail.public_id)).path,
        "/web/arrived/x/",
    ):
        assert client.post(wrong).status_code == 204
    assert client.get(road).status_code == 405
    assert not Delivery.objects.filter(state="delivered").exists()
    assert [client.post(road).status_code for _ in range(2)] == [204, 204]
    assert Delivery.objects.get(state="delivered") == push
