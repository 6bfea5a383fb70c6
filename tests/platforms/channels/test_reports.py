"""What three providers report, replayed from their documented payloads."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client

from pentad.core import clock
from pentad.core.actor import SYSTEM
from pentad.core.models import OutboxMessage
from pentad.intelligence.contact.models import Suppression
from pentad.platforms.channels.actions import create_destination
from pentad.platforms.channels.hook_addresses import address_of, renew_hook_address
from pentad.platforms.channels.items import Item
from pentad.platforms.channels.models import SENT, Delivery, Destination
from pentad.platforms.channels.queue import enqueue
from pentad.platforms.responses.models import Response
from tests.platforms.channels.people import customer
from tests.platforms.channels.reported import EVERY

pytestmark = [pytest.mark.django_db, pytest.mark.once]
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
GIVEN = {"postmark": "883953f4-6105", "sendgrid": "<s-1@kestrel.example>", "mailgun": "<m-1@kestrel.example>"}
SIGNING = "mailgun-key"
NULLS = (
    '{"RecordType": "Delivery", "MessageID": "a\\u0000b", "Recipient": "\\u0000", "Metadata": {"delivery": "\\u0000"}}'
)


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with clock.held(NOON):
        yield


def sent(provider: str, **settings: str) -> tuple[Destination, Delivery]:
    secret = {"token": "t"} if provider == "postmark" else {"api_key": "k"}
    secret |= {"signing_key": SIGNING} if provider == "mailgun" else {}
    row = create_destination(
        actor=SYSTEM, channel="email", adapter=provider, name=provider.title(),
        settings={"from_address": "hello@kestrel.example", **secret, **settings},
    )  # fmt: skip
    mia = customer("Mia", email="mia@fjord.example")
    said = {"subject": "New beans", "html": "<a href='{{{link:0}}}'>Order</a>", "text": "x"}
    enqueue([Item("campaign:r1:1", mia.no, "email", said, links=["https://kestrel.example/order"], purpose="news")])
    Delivery.objects.update(state=SENT, sent_at=NOON - timedelta(hours=1), sent_by=row, provider_id=GIVEN[provider])
    return row, Delivery.objects.get()


def report(provider: str, row: Destination, delivery: Delivery, name: str, **headers: str) -> int:
    sign = hmac.new(SIGNING.encode(), b"1795174200a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0", hashlib.sha256)
    text = (
        json.dumps(EVERY[provider][name]).replace('"ID"', f'"{delivery.public_id}"').replace("SIGN", sign.hexdigest())
    )
    told: Any = json.loads(text.replace("<GIVEN>", GIVEN[provider]).replace("GIVEN", GIVEN[provider]))
    path = "/" + address_of(row).split("/", 3)[3]
    if name == "replied" and provider != "postmark":
        return Client().post(path, told, headers=headers).status_code
    return Client().post(path, json.dumps(told), content_type="application/json", headers=headers).status_code


def events() -> list[str]:
    return [row.message.get("event", "") for row in OutboxMessage.objects.order_by("id")]


@pytest.mark.parametrize("provider", EVERY)
@pytest.mark.parametrize(
    ("name", "kind", "state", "event", "suppressed"),
    [
        ("delivered", "", "delivered", "Message Delivered", ""),
        ("hard", "bounce", "bounced", "Message Bounced", "hard_bounce"),
        ("soft", "bounce", "bounced", "Message Bounced", ""),
        ("complained", "complaint", "sent", "Message Complained", "complaint"),
        ("opened", "open", "sent", "", ""),
        ("clicked", "click", "sent", "", ""),
        ("replied", "reply", "sent", "Message Replied", ""),
    ],
)
def test_a_documented_report_becomes_what_it_says_and_once(
    provider: str, name: str, kind: str, state: str, event: str, suppressed: str
) -> None:
    row, delivery = sent(provider)
    for _ in range(2):
        assert report(provider, row, delivery, name) == 200
    delivery.refresh_from_db()
    assert delivery.state == state
    assert list(Response.objects.values_list("kind", flat=True)) == ([kind] if kind else [])
    assert events().count(event) == (1 if event else 0)
    assert list(Suppression.objects.values_list("reason", flat=True)) == ([suppressed] if suppressed else [])
    if name == "clicked":
        assert Response.objects.get().link == 0
    if name == "replied":
        assert Response.objects.get().detail == "Do you have them decaf?"


def test_only_who_knows_the_secret_reports_and_only_of_what_went_out_there() -> None:
    row, delivery = sent("postmark")
    path = "/" + address_of(row).split("/", 3)[3]
    body = json.dumps(EVERY["postmark"]["hard"]).replace('"ID"', f'"{delivery.public_id}"')
    assert Client().head(path).status_code == 200
    wrong = path[:-5] + "0000/"
    assert Client().post(wrong, body, content_type="application/json").status_code == 404
    other = Destination.objects.create(channel="email", adapter="postmark", name="Other")
    theirs = "/" + address_of(other).split("/", 3)[3]
    assert Client().post(theirs, body, content_type="application/json").status_code == 200
    renew_hook_address(actor=SYSTEM, row=row)
    assert Client().post(path, body, content_type="application/json").status_code == 404
    for broken in ("{", "[]", '{"RecordType": 7}', "null", NULLS):
        again = "/" + address_of(Destination.objects.get(pk=row.pk)).split("/", 3)[3]
        assert Client().post(again, broken, content_type="application/json").status_code in (200, 400)
    delivery.refresh_from_db()
    assert delivery.state == SENT and not Response.objects.exists()


def test_where_a_signing_key_is_set_a_report_carries_its_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    row, delivery = sent("mailgun")
    monkeypatch.setattr("tests.platforms.channels.test_reports.SIGNING", "another")
    assert report("mailgun", row, delivery, "hard") == 403
    assert report("mailgun", row, delivery, "replied") == 403
    assert not Response.objects.exists()


def test_sendgrid_signs_events_by_its_key() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    public = base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
    row, delivery = sent("sendgrid", signing_key=public)
    body = json.dumps(EVERY["sendgrid"]["delivered"]).replace('"ID"', f'"{delivery.public_id}"')
    made = base64.b64encode(key.sign(b"1795174200" + body.encode(), ec.ECDSA(SHA256()))).decode()
    path = "/" + address_of(row).split("/", 3)[3]
    for signature, status, state in (("AAAA", 403, "sent"), (made, 200, "delivered")):
        headers = {
            "X-Twilio-Email-Event-Webhook-Signature": signature, "X-Twilio-Email-Event-Webhook-Timestamp": "1795174200",
        }  # fmt: skip
        assert Client().post(path, body, content_type="application/json", headers=headers).status_code == status
        delivery.refresh_from_db()
        assert delivery.state == state


def test_what_a_program_answers_is_no_reply() -> None:
    row, delivery = sent("postmark")
    told = json.loads(json.dumps(EVERY["postmark"]["replied"]).replace("GIVEN", GIVEN["postmark"]))
    told["Headers"].append({"Name": "Auto-Submitted", "Value": "auto-replied"})
    path = "/" + address_of(row).split("/", 3)[3]
    assert Client().post(path, json.dumps(told), content_type="application/json").status_code == 200
    assert delivery.pk and not Response.objects.exists()


SES = {"notificationType": "Bounce", "mail": {
    "timestamp": "2026-11-20T11:29:00.000Z", "source": "hello@kestrel.example", "messageId": "ses-1",
    "destination": ["mia@fjord.example"],
}}  # fmt: skip
BOUNCED = {
    "bounceType": "Permanent", "bounceSubType": "General", "timestamp": "2026-11-20T11:30:00.000Z", "feedbackId": "f-1",
    "bouncedRecipients": [{"emailAddress": "mia@fjord.example", "status": "5.1.1", "action": "failed",
                           "diagnosticCode": "smtp; 550 5.1.1 unknown"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("said", "state", "suppressed"),
    [
        (SES | {"bounce": BOUNCED}, "bounced", ["hard_bounce"]),
        (SES | {"bounce": BOUNCED | {"bounceType": "Transient"}}, "bounced", []),
        (SES | {"eventType": "Delivery", "delivery": {"timestamp": "2026-11-20T11:30:00.000Z"}}, "delivered", []),
        (
            SES | {"notificationType": "Complaint", "complaint": {"complaintFeedbackType": "abuse"}},
            "sent",
            ["complaint"],
        ),
        (SES | {"notificationType": "AmazonSnsSubscriptionSucceeded"}, "sent", []),
    ],
)
def test_what_ses_reports_by_sns(said: dict[str, Any], state: str, suppressed: list[str]) -> None:
    row, delivery = sent("postmark")
    Destination.objects.update(
        adapter="ses", config={"key_id": "k", "region": "eu-west-1", "from_address": "a@k.example"}
    )
    Delivery.objects.update(provider_id="ses-1")
    path = "/" + address_of(Destination.objects.get(pk=row.pk)).split("/", 3)[3]
    told = {"Type": "Notification", "MessageId": "n-1", "TopicArn": "arn:aws:sns:x", "Message": json.dumps(said)}
    assert Client().post(path, json.dumps(told), content_type="text/plain; charset=UTF-8").status_code == 200
    delivery.refresh_from_db()
    assert (delivery.state, list(Suppression.objects.values_list("reason", flat=True))) == (state, suppressed)
    elsewhere = {
        "Type": "SubscriptionConfirmation",
        "SubscribeURL": "https://sns.eu-west-1.amazonaws.com.evil.example/",
    }
    assert Client().post(path, json.dumps(elsewhere), content_type="text/plain").status_code == 400
