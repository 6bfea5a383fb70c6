"""What Amazon SES reports by SNS: events of a configuration set, or notifications of an identity, which say the same.

https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
"""

import json
import re
from typing import Any
from urllib.parse import urlsplit

import requests
from anymail.signals import AnymailTrackingEvent
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime

from pentad.core import outgoing

SNS = re.compile(r"sns\.[a-z0-9-]{4,30}\.amazonaws\.com(\.cn)?")
KINDS = {
    "Delivery": ("delivered", "delivery"), "Bounce": ("bounced", "bounce"), "Complaint": ("complained", "complaint"),
    "Reject": ("rejected", "reject"), "Open": ("opened", "open"), "Click": ("clicked", "click"),
    "Rendering Failure": ("failed", "failure"), "DeliveryDelay": ("deferred", "deliveryDelay"),
}  # fmt: skip
REASONS = {"Permanent": "bounced", "Transient": "other", "Undetermined": "other"}


class SnsReader:
    """Reads as anymail's views do; its own needs Amazon's library."""

    def parse_events(self, request: HttpRequest) -> list[Any]:
        """Raises ValueError or KeyError for what is no message of SNS."""
        told = json.loads(request.body)
        if told["Type"] == "SubscriptionConfirmation":
            _confirm(str(told["SubscribeURL"]))
            return []
        said = json.loads(told["Message"]) if told["Type"] == "Notification" else told
        return _events(said)


def _confirm(url: str) -> None:
    """SNS begins to report once its address was called: one of SNS alone."""
    parts = urlsplit(url)
    if parts.scheme != "https" or SNS.fullmatch(parts.hostname or "") is None:
        raise ValueError("That is no address of SNS")
    try:
        with outgoing.session() as session:
            session.get(url, allow_redirects=False).raise_for_status()
    except requests.RequestException as error:
        raise ValueError(f"The subscription was not confirmed: {error}") from None


def _events(said: dict[str, Any]) -> list[Any]:
    """One for each recipient it speaks of."""
    kind = said.get("eventType") or said.get("notificationType") or ""
    if kind not in KINDS:
        return []
    event_type, name = KINDS[kind]
    detail, mail = said.get(name) or {}, said["mail"]
    ids = (mail.get("tags") or {}).get("delivery") or []
    who = (
        detail.get("bouncedRecipients")
        or detail.get("complainedRecipients")
        or [{"emailAddress": mail["destination"][0]}]
    )
    return [
        AnymailTrackingEvent(
            event_type=event_type, timestamp=parse_datetime(str(detail.get("timestamp") or mail.get("timestamp") or "")),
            message_id=mail.get("messageId"), metadata={"delivery": ids[0]} if ids else {}, recipient=one["emailAddress"],
            reject_reason=REASONS.get(detail.get("bounceType", "")), mta_response=one.get("diagnosticCode"),
            description=detail.get("reason") or detail.get("complaintFeedbackType"), user_agent=detail.get("userAgent"),
            click_url=detail.get("link"), esp_event={"ip": detail.get("ipAddress")},
        )
        for one in who
    ]  # fmt: skip
