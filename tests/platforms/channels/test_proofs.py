"""By what reports prove themselves: the providers' own examples where they publish some, and each thing that is wrong."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from pentad.core import clock
from pentad.platforms.channels.adapters import sns
from pentad.platforms.channels.adapters.proofs import NotTaken, Proof, basic, mailgun, sendgrid, svix
from tests.platforms.channels.amazon import CERT, NOW, TOLD, by_amazon, certificate

SENDGRID_KEY = (
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dA"
    "fSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g=="
)
"""This and what follows: test/unit/test_eventwebhook.py of github.com/sendgrid/sendgrid-python."""
SENDGRID = {
    "X-Twilio-Email-Event-Webhook-Signature": "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZU"
    "AiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=",
    "X-Twilio-Email-Event-Webhook-Timestamp": "1600112502",
}
SENDGRID_BODY = (
    '[{"email":"hello@world.com","event":"dropped","reason":"Bounced Address",'
    '"sg_event_id":"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA",'
    '"sg_message_id":"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0",'
    '"smtp-id":"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>","timestamp":1600112492}]\r\n'
)
SVIX_KEY, SVIX_BODY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", '{"test": 2432232314}'
"""The example of docs.svix.com, which signs for Resend."""
SVIX = {
    "Svix-Id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "Svix-Timestamp": "1614265330",
    "Svix-Signature": "v1,bm9wZQ== v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}  # fmt: skip
AT = 1614265330
OTHER = "whsec_" + base64.b64encode(b"another").decode()
LOGIN = {"Authorization": "Basic " + base64.b64encode("hook:sécret".encode()).decode()}


def asked(body: str, headers: dict[str, str], kind: str = "application/json") -> HttpRequest:
    return RequestFactory().post("/hooks/", body, content_type=kind, headers=headers)


def signed(key: str, stamp: int = AT, **more: Any) -> str:
    made = hmac.new(key.encode(), f"{stamp}t0ken".encode(), hashlib.sha256).hexdigest()
    return json.dumps({"signature": {"timestamp": str(stamp), "token": "t0ken", "signature": made}, **more})


@pytest.mark.parametrize(
    ("proof", "body", "headers", "why"),
    [
        (sendgrid(SENDGRID_KEY), SENDGRID_BODY, SENDGRID, ""),
        (sendgrid(f"-----BEGIN PUBLIC KEY-----\n{SENDGRID_KEY}\n-----END PUBLIC KEY-----"), SENDGRID_BODY, SENDGRID, ""),
        (sendgrid(SENDGRID_KEY), SENDGRID_BODY.strip(), SENDGRID, "Its signature is not"),
        (sendgrid(SENDGRID_KEY), SENDGRID_BODY, SENDGRID | {"X-Twilio-Email-Event-Webhook-Timestamp": "1600112503"}, "Its sig"),
        (sendgrid(SENDGRID_KEY), SENDGRID_BODY, {}, "It came without"),
        (sendgrid("MFkw"), SENDGRID_BODY, SENDGRID, "The verification key that is set here is none"),
        (svix(SVIX_KEY), SVIX_BODY, SVIX, ""),
        (svix(f"{OTHER} {SVIX_KEY}"), SVIX_BODY, SVIX, ""),
        (svix(OTHER), SVIX_BODY, SVIX, "Its signature is not"),
        (svix(SVIX_KEY), SVIX_BODY + " ", SVIX, "Its signature is not"),
        (svix(SVIX_KEY), SVIX_BODY, SVIX | {"Svix-Signature": "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}, "Its sig"),
        (svix(SVIX_KEY), SVIX_BODY, {}, "It came without"),
        (mailgun("key"), signed("key"), {}, ""),
        (mailgun("key"), signed("other", **{"parent-signature": json.loads(signed("key"))["signature"]}), {}, ""),
        (mailgun("key"), signed("other"), {}, "Its signature is not"),
        (mailgun("key"), signed("key", AT - 86_401), {}, "It was signed too long ago"),
        (mailgun("key"), '{"event-data": {}}', {}, "It came without"),
        (mailgun("key"), "[]", {}, "It came without"),
        (basic("hook:sécret"), "", LOGIN, ""),
        (basic("hook:secret"), "", LOGIN, "Its name and password"),
        (basic("hook:sécret"), "", {"Authorization": "Basic §"}, "Its name and password"),
        (basic("hook:sécret"), "", {}, "It came without"),
        (basic(""), "", {}, ""),
    ],
)  # fmt: skip
def test_a_report_is_the_providers_or_is_told_why_not(
    proof: Proof, body: str, headers: dict[str, str], why: str
) -> None:
    with clock.held(datetime.fromtimestamp(AT, UTC)):
        assert refusal(lambda: proof(asked(body, headers))).startswith(why or "taken")


def test_what_was_signed_by_svix_five_minutes_ago_is_not_taken() -> None:
    with clock.held(datetime.fromtimestamp(AT + 301, UTC)):
        assert "too long ago" in refusal(lambda: svix(SVIX_KEY)(asked(SVIX_BODY, SVIX)))


def refusal(what: Callable[[], None]) -> str:
    try:
        what()
    except NotTaken as error:
        return error.words
    return "taken"


# ── Amazon SNS ──────────────────────────────────────────────────────────────────────────────────


def test_sns_signs_in_both_ways_and_its_certificate_is_fetched_once(amazon: list[str]) -> None:
    for told in (TOLD, TOLD | {"SignatureVersion": "1"}, {k: v for k, v in TOLD.items() if k != "Subject"}):
        sns.verify(by_amazon(told), TOLD["TopicArn"])
    assert amazon == [CERT]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"Message": "Hello"}, "Its signature is not of Amazon SNS"),
        ({"Type": "SubscriptionConfirmation", "Token": "t", "SubscribeURL": "https://x"}, "Its signature is not"),
        ({"TopicArn": "arn:aws:sns:eu-west-1:666666666666:mail"}, "It is of another SNS topic"),
        ({"SignatureVersion": "3"}, "It came without a signature"),
        ({"Signature": "§"}, "Its signature is not"),
        ({"Type": "Received"}, "It is no message of Amazon SNS"),
    ],
)
def test_what_sns_did_not_sign_is_not_taken(amazon: list[str], changed: dict[str, str], why: str) -> None:
    assert refusal(lambda: sns.verify(by_amazon(TOLD) | changed, TOLD["TopicArn"])).startswith(why)


@pytest.mark.parametrize(
    "url",
    [
        CERT.replace("https", "http"),
        CERT.replace("amazonaws.com", "amazonaws.com.evil.example"),
        CERT.replace("https://", "https://evil.example/?"),
        CERT.replace("sns.eu-west-1", "sns.eu-west-1.s3"),
        CERT.replace("sns.eu-west-1.", "bucket.s3."),
        CERT.replace("https://sns", "https://sns@evil.example:443#sns"),
        CERT.replace(".com/", ".com:8443/"),
        CERT.replace("SimpleNotificationService-", "upload/"),
        CERT + "?x=1",
        "",
    ],
)
def test_certificates_from_elsewhere_are_not_even_asked_for(amazon: list[str], url: str) -> None:
    assert (
        refusal(lambda: sns.verify(by_amazon(TOLD | {"SigningCertURL": url})))
        == "Its certificate does not lie at Amazon SNS."
    )
    assert amazon == []


def test_a_certificate_that_has_run_out_proves_nothing(amazon: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sns, "fetched", lambda url: certificate(NOW - timedelta(days=1)))
    assert "run out" in refusal(lambda: sns.verify(by_amazon(TOLD)))
