"""Sending a test: once, to a colleague, by the queue, of what the colleague may see; the customer gets nothing."""

import pytest
from django.test import Client

from pentad.core.actor import SYSTEM
from pentad.intelligence.contact.actions import suppress
from pentad.platforms.channels import actions as channels
from pentad.platforms.channels.models import Delivery
from pentad.platforms.channels.payload import unpack
from pentad.roles.access import actions as accounts
from tests.content.writing import mail, message, mjml, somebody

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture
def tom() -> Client:
    user = accounts.add_user(actor=SYSTEM, email="tom@kestrel.example", name="Tom", role="marketer")
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_test_is_sent_once_to_a_colleague(tom: Client) -> None:
    ada = somebody("Ada Byron", first_name="Ada")
    row = message(
        publish=False,
        email=mail() | {"mjml": mjml("<mj-text>Hi {{ customer.first_name | default: 'you' }}</mj-text>")},
    )
    at = f"/messages/{row.id}/test/"
    page = tom.get(f"{at}?at=A.email.en").content.decode()
    assert "Nothing takes E-mail yet" in page and "tom@kestrel.example" in page and ada.id in page
    assert "Ask whoever may set one up" in page and "/settings/channels/" not in page, "a marketer may not go there"
    given = {"at": "A.email.en", "person": ada.id, "to": "tom@kestrel.example", "key": "0192-abcdef01"}
    assert tom.post(at, given).status_code == 422
    channels.create_destination(actor=SYSTEM, channel="email", adapter="mailbox", name="Mailbox", settings={})
    refused = tom.post(at, given | {"to": "press@paper.example"})
    assert refused.status_code == 422 and "no colleague" in refused.content.decode()
    assert [tom.post(at, given).status_code for _ in range(2)] == [204, 204]
    (delivery,) = Delivery.objects.select_related("base").all()
    said = unpack(bytes(delivery.payload), bytes(delivery.base.dictionary) if delivery.base else b"")
    assert (delivery.origin_kind, said.address) == ("test", "tom@kestrel.example")
    assert said.content["subject"].startswith("[Test] ") and "Hi Ada" in said.content["html"]


def test_a_test_reaches_neither_the_customer_nor_who_is_suppressed(tom: Client) -> None:
    ada = somebody("Ada Byron")
    row = message(publish=False, inapp={"title": "Hi", "body": "Beans"}, sms={"body": "Beans"})
    at, given = f"/messages/{row.id}/test/", {"person": ada.id, "to": "+4917012345678", "key": "0192-abcdef02"}
    channels.create_destination(actor=SYSTEM, channel="inapp", adapter="inapp", name="Site", settings={})
    channels.create_destination(actor=SYSTEM, channel="sms", adapter="mailbox", name="Mailbox", settings={})
    page = tom.post(at, given | {"at": "A.inapp.en"})
    assert page.status_code == 422 and "would see the test" in page.content.decode()
    suppress(actor=SYSTEM, channel="sms", address="+49 170 12345678", reason="complaint")
    page = tom.post(at, given | {"at": "A.sms.en"})
    assert page.status_code == 422 and "is suppressed" in page.content.decode()
    assert not Delivery.objects.exists()


def test_what_is_called_for_real_is_said_before(tom: Client) -> None:
    ada = somebody("Ada Byron")
    row = message(publish=False, webhook={"json": '{"who": 1}'}, task={"title": "Ring", "note": "Ask her"})
    at, given = f"/messages/{row.id}/test/", {"person": ada.id, "key": "0192-abcdef03"}
    hooks = channels.create_destination(
        actor=SYSTEM, channel="webhook", adapter="http", name="Orders", settings={"url": "https://k.example/"}
    )
    channels.create_destination(actor=SYSTEM, channel="task", adapter="task", name="Tasks", settings={})
    page = tom.get(f"{at}?at=A.webhook.en").content.decode()
    assert "“Orders” is called for real" in page and "Pentad-Test: true" in page and 'id="test-to"' not in page
    assert "becomes a task" in tom.get(f"{at}?at=A.task.en").content.decode()
    assert tom.post(at, given | {"at": "A.webhook.en"}).status_code == 204
    assert tom.post(at, given | {"at": "A.task.en", "key": "0192-abcdef04"}).status_code == 204
    first, second = Delivery.objects.select_related("base").order_by("id")
    assert unpack(bytes(first.payload), b"").content == {"json": '{"who": 1}'} and hooks.channel == first.channel
    assert unpack(bytes(second.payload), b"").content["title"] == "[Test] Ring"
