"""What providers mean by what they say, where it is not what it seems, and what Amazon SES says by SNS."""

import json
from typing import Any

import pytest

from pentad.data.consent.queries import state_of
from pentad.data.identity.models import Person
from pentad.intelligence.contact.models import Suppression
from pentad.platforms.channels.models import SENDING, SENT, Delivery
from pentad.platforms.responses.models import Response
from tests.platforms.channels.amazon import CERT, TOLD, by_amazon
from tests.platforms.channels.reported import (
    EVERY,
    SES,
    SES_BOUNCE,
    SES_COMPLAINT,
    SES_RECEIVED,
    SUBSCRIPTION,
    brevo_said,
    mailgun_said,
    resend_said,
    sendgrid_said,
)
from tests.platforms.channels.test_reports import GIVEN, posted, sent

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("amazon")]


@pytest.mark.parametrize(
    ("provider", "said", "kind", "state", "reasons", "refused"),
    [
        ("postmark", {**EVERY["postmark"]["soft"], "Type": "SpamNotification", "TypeCode": 512}, ["bounce"], "bounced", [], False),
        ("postmark", SUBSCRIPTION | {"Origin": "Recipient", "SuppressionReason": "ManualSuppression"}, ["unsubscribe"], "sent", [], True),
        ("postmark", SUBSCRIPTION | {"Origin": "Admin", "SuppressionReason": "ManualSuppression"}, [], "sent", [], False),
        ("postmark", SUBSCRIPTION | {"Origin": "Recipient", "SuppressionReason": "HardBounce"}, [], "sent", [], False),
        ("sendgrid", sendgrid_said("dropped", reason="Bounced Address"), ["bounce"], "bounced", ["hard_bounce"], False),
        ("sendgrid", sendgrid_said("dropped", reason="Spam Reporting Address"), ["complaint"], "sent", ["complaint"], True),
        ("sendgrid", sendgrid_said("dropped", reason="Unsubscribed Address"), ["bounce", "unsubscribe"], "bounced", [], True),
        ("mailgun", mailgun_said("complained", **{"user-variables": []}), ["complaint"], "sent", ["complaint"], True),
        ("mailgun", mailgun_said("failed", severity="temporary", reason="generic"), [], "sent", [], False),
        ("mailgun", mailgun_said("failed", severity="permanent", reason="suppress-complaint"), ["complaint"], "sent", ["complaint"], True),
        ("brevo", brevo_said("unsubscribed"), ["unsubscribe"], "sent", [], True),
        ("resend", resend_said("suppressed", suppressed={"type": "OnAccountSuppressionList"}), ["bounce"], "bounced", [], False),
    ],
)  # fmt: skip
def test_what_providers_mean_by_what_they_say(
    provider: str, said: Any, kind: list[str], state: str, reasons: list[str], refused: bool
) -> None:
    """A filter's word is no person's, a colleague's click no customer's wish, and the same is not counted twice."""
    row, delivery = sent(provider, **({"signing_key": ""} if provider == "mailgun" else {}))
    Delivery.objects.filter(provider_id=GIVEN["mailgun"]).update(
        provider_id="<20130503182626.18666.16540@kestrel.example>"
    )
    text = (
        json.dumps(said)
        .replace(': "ID"', f': "{delivery.public_id}"')
        .replace('\\"ID\\"', f'\\"{delivery.public_id}\\"')
    )
    assert posted(row, text).status_code == 200
    delivery.refresh_from_db()
    assert sorted(Response.objects.values_list("kind", flat=True)) == kind
    assert (delivery.state, list(Suppression.objects.values_list("reason", flat=True))) == (state, reasons)
    mia = Person.objects.get()
    assert (state_of(mia, "news", "email") == "denied") is refused


# ── Amazon SES ──────────────────────────────────────────────────────────────────────────────────


def by_sns(said: Any, **more: str) -> dict[str, Any]:
    return by_amazon(TOLD | {"Message": said if isinstance(said, str) else json.dumps(said)} | more)


@pytest.mark.parametrize(
    ("said", "state", "suppressed", "kind"),
    [
        ({"notificationType": "Bounce", "bounce": SES_BOUNCE}, "bounced", ["hard_bounce"], "bounce"),
        ({"eventType": "Bounce", "bounce": SES_BOUNCE | {"bounceType": "Transient"}}, "bounced", [], "bounce"),
        ({"eventType": "Delivery", "delivery": {"timestamp": "2026-11-20T11:30:00.000Z"}}, "delivered", [], ""),
        ({"notificationType": "Complaint", "complaint": SES_COMPLAINT}, "sent", ["complaint"], "complaint"),
        ({"notificationType": "Complaint", "complaint": SES_COMPLAINT | {"complaintFeedbackType": "not-spam"}}, "sent", [], ""),
        ({"notificationType": "AmazonSnsSubscriptionSucceeded"}, "sent", [], ""),
        (SES_RECEIVED, "sent", [], "reply"),
    ],
)  # fmt: skip
def test_what_ses_reports_by_sns(amazon: list[str], said: Any, state: str, suppressed: list[str], kind: str) -> None:
    row, delivery = sent("ses")
    told = json.loads(json.dumps(SES | said).replace("GIVEN", GIVEN["ses"]))
    assert posted(row, by_sns(told), "text/plain; charset=UTF-8").status_code == 200
    assert posted(row, by_sns(told) | {"Message": "{}"}, "text/plain").status_code == 403
    delivery.refresh_from_db()
    assert (delivery.state, list(Suppression.objects.values_list("reason", flat=True))) == (state, suppressed)
    assert list(Response.objects.values_list("kind", flat=True)) == ([kind] if kind else [])


def test_sns_is_confirmed_at_its_own_address_and_by_its_own_topic_alone(amazon: list[str]) -> None:
    row, _ = sent("ses", topic=TOLD["TopicArn"])
    names = "Message MessageId SubscribeURL Timestamp Token TopicArn Type"
    asks = {k: v for k, v in TOLD.items() if k != "Subject"} | {"Type": "SubscriptionConfirmation", "Token": "t"}
    for url, status, called in (
        ("https://sns.eu-west-1.amazonaws.com.evil.example/?Action=ConfirmSubscription", 403, [CERT]),
        ("https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t", 200, [CERT, "yes"]),
    ):
        assert posted(row, by_amazon(asks | {"SubscribeURL": url}, names), "text/plain").status_code == status
        assert [one.replace(url, "yes") for one in amazon] == called
    assert posted(row, by_sns("{}", TopicArn="arn:aws:sns:eu-west-1:666666666666:x"), "text/plain").status_code == 403
    assert posted(row, {"notificationType": "Bounce"}, "text/plain").status_code == 400  # raw message delivery


def test_what_ses_reports_before_its_name_is_known_is_asked_for_again(amazon: list[str]) -> None:
    row, delivery = sent("ses")
    Delivery.objects.update(state=SENDING, attempts=1, provider_id=None)
    told = by_sns(SES | {"eventType": "Delivery", "delivery": {"timestamp": "2026-11-20T11:59:00.000Z"}})
    answer = posted(row, told, "text/plain")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    Delivery.objects.update(state=SENT, provider_id="GIVEN")
    assert posted(row, told, "text/plain").status_code == 200
    delivery.refresh_from_db()
    assert delivery.state == "delivered"
    assert (
        posted(
            row, by_sns(SES | {"eventType": "Delivery", "mail": SES["mail"] | {"messageId": "?"}}), "text/plain"
        ).status_code
        == 200
    )
