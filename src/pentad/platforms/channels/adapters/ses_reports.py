"""What Amazon SES reports by SNS: events of a configuration set, notifications of an identity, which say the same, and mail that
came in.

https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
https://docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents.html
"""

import base64
import json
from typing import Any

from anymail.inbound import AnymailInboundMessage
from anymail.signals import AnymailInboundEvent, AnymailTrackingEvent
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime

from pentad.platforms.channels.adapters import sns
from pentad.platforms.channels.adapters.proofs import NotTaken

KINDS = {
    "Delivery": ("delivered", "delivery"), "Bounce": ("bounced", "bounce"), "Complaint": ("complained", "complaint"),
    "Reject": ("rejected", "reject"), "Open": ("opened", "open"), "Click": ("clicked", "click"),
    "Rendering Failure": ("failed", "failure"), "DeliveryDelay": ("deferred", "deliveryDelay"),
}  # fmt: skip
REASONS = {"Permanent": "bounced", "Transient": "other", "Undetermined": "other"}
NOT_SPAM = "not-spam"
"""A complaint that says that it was none: somebody took a mail out of their spam folder."""


class SnsReader:
    """Reads as anymail's views do; its own needs Amazon's library. topic: the only one it listens to, where it is said."""

    def __init__(self, topic: str = "") -> None:
        self.topic = topic

    def read(self, request: HttpRequest) -> list[Any]:
        """Raises NotTaken; ValueError or KeyError for what is no report."""
        told = json.loads(request.body)
        if not isinstance(told, dict):
            raise ValueError("That is no message of SNS")
        sns.verify(told, self.topic)
        if told["Type"] == "SubscriptionConfirmation":
            _confirm(str(told["SubscribeURL"]))
        if told["Type"] != "Notification":
            return []
        try:
            said = json.loads(told["Message"])
        except ValueError:
            return []  # SES tells in words that it may publish to the topic
        return _received(said) if said.get("notificationType") == "Received" else _events(said)


def _confirm(url: str) -> None:
    """SNS begins to report once its address was called: one of SNS alone."""
    if not sns.is_sns(url):
        raise NotTaken("It asks to be confirmed at an address that is not one of Amazon SNS.")
    sns.fetched(url)


def _events(said: dict[str, Any]) -> list[Any]:
    """One for each recipient it speaks of."""
    kind = said.get("eventType") or said.get("notificationType") or ""
    detail = said.get(KINDS[kind][1]) or {} if kind in KINDS else {}
    if kind not in KINDS or detail.get("complaintFeedbackType") == NOT_SPAM:
        return []
    event_type, mail = KINDS[kind][0], said["mail"]
    id_ = _delivery(mail)
    who = (
        detail.get("bouncedRecipients")
        or detail.get("complainedRecipients")
        or [{"emailAddress": mail["destination"][0]}]
    )
    return [
        AnymailTrackingEvent(
            event_type=event_type, timestamp=parse_datetime(str(detail.get("timestamp") or mail.get("timestamp") or "")),
            message_id=mail.get("messageId"), metadata={"delivery": id_} if id_ else {}, recipient=one["emailAddress"],
            reject_reason=REASONS.get(detail.get("bounceType", "")), mta_response=one.get("diagnosticCode"),
            description=detail.get("reason") or detail.get("complaintFeedbackType"), user_agent=detail.get("userAgent"),
            click_url=detail.get("link"), esp_event={"ip": detail.get("ipAddress")},
        )
        for one in who
    ]  # fmt: skip


def _delivery(mail: dict[str, Any]) -> str:
    """By the tag, which configuration sets report, else by the Message-ID that we wrote, where headers are reported."""
    tagged = (mail.get("tags") or {}).get("delivery") or []
    wrote = str((mail.get("commonHeaders") or {}).get("messageId") or "")
    return str(tagged[0]) if tagged else wrote.strip("<> ").partition("@")[0]


def _received(said: dict[str, Any]) -> list[Any]:
    """A mail, where the receipt rule puts it into the notification: those are up to 150 KB."""
    if "content" not in said:
        raise NotTaken("The receipt rule keeps mail in S3: let it publish the mail itself to the SNS topic.", 400)
    coded = ((said.get("receipt") or {}).get("action") or {}).get("encoding") == "BASE64"
    raw = base64.b64decode(said["content"]) if coded else str(said["content"]).encode()
    mail = AnymailInboundMessage.parse_raw_mime_bytes(raw)
    at = parse_datetime(str((said.get("mail") or {}).get("timestamp") or ""))
    return [AnymailInboundEvent(event_type="inbound", message=mail, timestamp=at, esp_event={})]
