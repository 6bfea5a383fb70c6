"""What providers report, replayed from their documented payloads, and what is refused."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import Mock

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.http import HttpResponse
from django.test import Client

from pentad.core import clock, outgoing
from pentad.core.actor import SYSTEM
from pentad.core.models import OutboxMessage
from pentad.intelligence.contact.models import Suppression
from pentad.platforms.channels import checks, reports
from pentad.platforms.channels.actions import create_destination
from pentad.platforms.channels.hook_addresses import address_of, renew_hook_address
from pentad.platforms.channels.items import Item
from pentad.platforms.channels.models import SENT, Delivery, Destination
from pentad.platforms.channels.queue import enqueue
from pentad.platforms.channels.sealing import sealed
from pentad.platforms.responses.models import Response
from pentad.roles.access import actions as accounts
from tests.platforms.channels.people import customer
from tests.platforms.channels.reported import (
    EVERY,
    RESEND_MAIL,
)
from tests.platforms.channels.test_proofs import SENDGRID_KEY

pytestmark = [pytest.mark.django_db, pytest.mark.once]
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
GIVEN = {
    "postmark": "883953f4-6105", "sendgrid": "3c2f4df8-c6dd-4cd2-9b91-6582b81a0349", "mailgun": "<m-1@kestrel.example>",
    "brevo": "<b-1@smtp-relay.mailin.fr>", "resend": "56761188-7520", "ses": "ses-1",
}  # fmt: skip
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
    secret = {"key_id": "k", "secret_key": "s", "region": "eu-west-1"} if provider == "ses" else secret
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
        json.dumps(EVERY[provider][name])
        .replace(': "ID"', f': "{delivery.public_id}"')
        .replace(': \\"ID\\"', f': \\"{delivery.public_id}\\"')
        .replace("SIGN", sign.hexdigest())
    )
    told: Any = json.loads(text.replace("<GIVEN>", GIVEN[provider]).replace("GIVEN", GIVEN[provider]))
    path = "/" + address_of(row).split("/", 3)[3]
    if name == "replied" and provider in ("mailgun", "sendgrid"):
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
    provider: str, name: str, kind: str, state: str, event: str, suppressed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, delivery = sent(provider)
    asked = resend_answers(monkeypatch) if (provider, name) == ("resend", "replied") else None
    if name == "replied" and "named" in EVERY[provider]:
        assert report(provider, row, delivery, "named") == 200
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
    if asked is not None:
        assert set(asked) == {"https://api.resend.com/emails/receiving/56761188%2F7520"}, (
            "nor attachments, nor elsewhere"
        )


def resend_answers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Its API tells the mail that came in; returns the addresses that are called."""
    asked, usual = list[str](), outgoing.session

    def session() -> requests.Session:
        made = usual()

        def get(url: str, **options: Any) -> requests.Response:
            assert options["allow_redirects"] is False
            asked.append(url)
            answer = requests.Response()
            answer.status_code, answer._content = 200, json.dumps(RESEND_MAIL).encode()
            return answer

        made.get = get  # type: ignore[method-assign]
        return made

    monkeypatch.setattr(outgoing, "session", session)
    return asked


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


def test_one_that_cannot_be_written_down_keeps_no_other_back_and_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And a destination in the archive still hears of what left by it."""
    row, delivery = sent("sendgrid")
    Destination.objects.update(state=Destination.ARCHIVED)
    both = json.dumps(EVERY["sendgrid"]["opened"] + EVERY["sendgrid"]["hard"]).replace(
        '"ID"', f'"{delivery.public_id}"'
    )
    usual = reports.keep
    monkeypatch.setattr(reports, "keep", Mock(side_effect=OSError("full")))
    assert posted(row, both).status_code == 503
    assert [one.kind for one in Response.objects.all()] == ["bounce"]
    monkeypatch.setattr(reports, "keep", usual)
    assert posted(row, both).status_code == 200
    assert sorted(one.kind for one in Response.objects.all()) == ["bounce", "open"]


def test_what_a_program_answers_is_no_reply() -> None:
    row, delivery = sent("postmark")
    told = json.loads(json.dumps(EVERY["postmark"]["replied"]).replace("GIVEN", GIVEN["postmark"]))
    told["Headers"].append({"Name": "Auto-Submitted", "Value": "auto-replied"})
    path = "/" + address_of(row).split("/", 3)[3]
    assert Client().post(path, json.dumps(told), content_type="application/json").status_code == 200
    assert delivery.pk and not Response.objects.exists()


def posted(row: Destination, body: Any, kind: str = "application/json", **headers: str) -> HttpResponse:
    path = "/" + address_of(Destination.objects.get(pk=row.pk)).split("/", 3)[3]
    told = body if isinstance(body, str) else json.dumps(body)
    return Client().post(path, told, content_type=kind, headers=headers)


def test_unsigned_events_are_not_taken_in_the_guise_of_mail_that_came_in() -> None:
    """SendGrid signs both by keys of their own: one without a key opens no way round the other."""
    row, delivery = sent("sendgrid", signing_key=SENDGRID_KEY)
    body = json.dumps(EVERY["sendgrid"]["hard"]).replace('"ID"', f'"{delivery.public_id}"')
    for kind in (
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "application/json",
    ):
        assert posted(row, body, kind).status_code == 403
    assert report("sendgrid", row, delivery, "replied") == 200
    row.secret = sealed({"api_key": "k", "inbound_key": SENDGRID_KEY})
    row.save(update_fields=["secret"])
    assert report("sendgrid", row, delivery, "replied") == 403
    assert report("sendgrid", row, delivery, "named") == 200
    assert not Response.objects.exists()


def test_a_refused_report_is_told_of_on_the_page_until_one_is_taken(client: Client) -> None:
    row, delivery = sent("postmark", report_login="hook:secret")
    client.force_login(accounts.add_user(actor=SYSTEM, email="dev@kestrel.example", name="Dev", role="admin"))
    page = f"/settings/channels/{row.public_id}/"
    body = json.dumps(EVERY["postmark"]["delivered"]).replace('"ID"', f'"{delivery.public_id}"')
    answer = posted(row, body)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Basic realm="reports"')
    shown = client.get(page).content.decode()
    assert "Reports of the provider are refused" in shown and "It came without name and password." in shown
    assert "Reports are refused" in client.get("/settings/channels/").content.decode()
    assert "Reports to “Postmark” are refused." in checks.problems()[0].message
    login = "Basic " + base64.b64encode(b"hook:secret").decode()
    with clock.held(NOON + timedelta(minutes=1)):
        assert posted(row, "{", Authorization=login).status_code == 400
    with clock.held(NOON + timedelta(minutes=2)):
        assert posted(row, body, Authorization=login).status_code == 200
        shown = client.get(page).content.decode()
        assert not checks.problems()
    assert "Reports of the provider are refused" not in shown
    assert "It could not be read" in shown and "Report login" in shown
