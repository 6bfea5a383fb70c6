"""What reads the reports of providers: anymail's views, where their documentation and these views go apart put right.

A reader first asks for the proof that a report is the provider's. Of mail that came in attachments are left where they are, and
what has to be fetched for it goes through our own session.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote, urljoin

import requests
from anymail.inbound import AnymailInboundMessage
from anymail.signals import EventType, RejectReason
from anymail.webhooks.brevo import BrevoInboundWebhookView, BrevoTrackingWebhookView
from anymail.webhooks.mailgun import MailgunInboundWebhookView, MailgunTrackingWebhookView
from anymail.webhooks.postmark import PostmarkInboundWebhookView, PostmarkTrackingWebhookView
from anymail.webhooks.resend import ResendInboundWebhookView, ResendTrackingWebhookView
from anymail.webhooks.sendgrid import SendGridInboundWebhookView, SendGridTrackingWebhookView
from django.http import HttpRequest

from pentad.core import outgoing
from pentad.platforms.channels.adapters.proofs import NotTaken, Proof, basic, mailgun, sendgrid, svix
from pentad.platforms.channels.adapters.protocol import Setup

TAG = "delivery"
"""Under which providers were told the id of a delivery."""
MESSAGE_ID = "pentad_message_id"
"""Added to what a provider says: the Message-ID of the mail, which answers name, where it differs from the name it gave."""


@dataclass(frozen=True, slots=True)
class Reader:
    """view: of anymail, or what reads as these do."""

    view: Any
    prove: Proof

    def read(self, request: HttpRequest) -> list[Any]:
        """Raises NotTaken, or KeyError and anymail's AnymailConfigurationError for what is of the other kind."""
        self.prove(request)
        return list(self.view.parse_events(request))


def readers_of(module: str, setup: Setup) -> list[Reader]:
    """Of what became of mail, and of mail that came in."""
    tracking, inbound, proofs = READERS[module]
    proved = proofs(setup)
    return [Reader(tracking(setup), proved[0]), Reader(inbound(setup), proved[-1])]


class PostmarkTracking(PostmarkTrackingWebhookView):  # type: ignore[misc]
    """https://postmarkapp.com/developer/webhooks; the types of bounces: https://postmarkapp.com/developer/api/bounce-api"""

    SOFT = frozenset({"SoftBounce", "SpamNotification"})
    """SpamNotification is what a filter says; a person's word is SpamComplaint."""

    def __init__(self, setup: Setup) -> None:
        super().__init__()

    def esp_to_anymail_event(self, esp_event: dict[str, Any]) -> Any:
        event = super().esp_to_anymail_event(esp_event)
        if esp_event.get("Type") in self.SOFT:
            event.event_type, event.reject_reason = EventType.BOUNCED, RejectReason.OTHER
        if esp_event.get("RecordType") == "SubscriptionChange" and not self._own_wish(esp_event):
            event.event_type = EventType.UNKNOWN
        return event

    @staticmethod
    def _own_wish(said: dict[str, Any]) -> bool:
        """Whether a customer unsubscribed. Else a colleague suppressed the address in Postmark's pages, or Postmark did after a
        bounce or a complaint, which is reported by itself.
        """
        stopped = said.get("SuppressSending") and said.get("SuppressionReason") == "ManualSuppression"
        return bool(stopped) and said.get("Origin") == "Recipient"


class PostmarkInbound(PostmarkInboundWebhookView):  # type: ignore[misc]
    """https://postmarkapp.com/developer/webhooks/inbound-webhook"""

    def __init__(self, setup: Setup) -> None:
        super().__init__()


class MailgunTracking(MailgunTrackingWebhookView):  # type: ignore[misc]
    """https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-payloads"""

    REASONS: ClassVar = {
        "suppress-bounce": RejectReason.BOUNCED, "suppress-complaint": RejectReason.SPAM,
        "suppress-unsubscribe": RejectReason.UNSUBSCRIBED,
    }  # fmt: skip

    def __init__(self, setup: Setup) -> None:
        super().__init__(webhook_signing_key="asked by the reader")

    def esp_to_anymail_event(self, esp_event: dict[str, Any]) -> Any:
        event, data = super().esp_to_anymail_event(esp_event), esp_event["event-data"]
        kind = (data.get("delivery-status") or {}).get("bounce-type")
        if event.event_type == EventType.BOUNCED and kind:
            event.reject_reason = RejectReason.BOUNCED if kind == "hard" else RejectReason.OTHER
        event.reject_reason = self.REASONS.get(data.get("reason"), event.reject_reason)
        return event


class MailgunInbound(MailgunInboundWebhookView):  # type: ignore[misc]
    """https://documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store"""

    def __init__(self, setup: Setup) -> None:
        super().__init__(webhook_signing_key="asked by the reader")

    def esp_to_anymail_event(self, request: HttpRequest) -> Any:
        if "attachments" in request.POST:
            raise NotTaken("Mailgun’s route stores mail: let it forward() to this address instead of store().", 406)
        return super().esp_to_anymail_event(request)


class SendGridTracking(SendGridTrackingWebhookView):  # type: ignore[misc]
    """https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event"""

    REASONS: ClassVar = {
        "spam reporting address": RejectReason.SPAM, "unsubscribed address": RejectReason.UNSUBSCRIBED,
    }  # fmt: skip

    def __init__(self, setup: Setup) -> None:
        super().__init__()

    def esp_to_anymail_event(self, esp_event: dict[str, Any]) -> Any:
        event = super().esp_to_anymail_event(esp_event)
        if esp_event["event"] == "dropped":
            reason = str(esp_event.get("reason") or "").lower()
            event.reject_reason = self.REASONS.get(reason, event.reject_reason)
        if esp_event["event"] == "bounce":  # “blocked” may pass
            hard = esp_event.get("type", "bounce") == "bounce"
            event.reject_reason = RejectReason.BOUNCED if hard else RejectReason.OTHER
        event.esp_event = {**esp_event, MESSAGE_ID: esp_event.get("smtp-id")}
        return event


class SendGridInbound(SendGridInboundWebhookView):  # type: ignore[misc]
    """https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook"""

    def __init__(self, setup: Setup) -> None:
        super().__init__()


class BrevoTracking(BrevoTrackingWebhookView):  # type: ignore[misc]
    """https://developers.brevo.com/docs/transactional-webhooks; batches are lists of the same."""

    def __init__(self, setup: Setup) -> None:
        super().__init__()

    def parse_events(self, request: HttpRequest) -> list[Any]:
        told = json.loads(request.body)
        return (
            [self.esp_to_anymail_event(one) for one in told]
            if isinstance(told, list)
            else super().parse_events(request)
        )

    def esp_to_anymail_event(self, esp_event: dict[str, Any]) -> Any:
        event = super().esp_to_anymail_event(esp_event)
        if esp_event.get("event") == "soft_bounce":
            event.reject_reason = RejectReason.OTHER
        if esp_event.get("event") == "unsubscribed":
            event.event_type = EventType.UNSUBSCRIBED
        return event


class BrevoInbound(BrevoInboundWebhookView):  # type: ignore[misc]
    """https://developers.brevo.com/docs/inbound-parse-webhooks"""

    def __init__(self, setup: Setup) -> None:
        super().__init__(api_key=setup.text("api_key"))

    def esp_to_anymail_event(self, esp_event: dict[str, Any]) -> Any:
        return super().esp_to_anymail_event(esp_event | {"Attachments": []})


class ResendTracking(ResendTrackingWebhookView):  # type: ignore[misc]
    """https://resend.com/docs/webhooks/event-types"""

    NEVER_LEFT: ClassVar = {"email.failed": EventType.FAILED, "email.suppressed": EventType.REJECTED}

    def __init__(self, setup: Setup) -> None:
        super().__init__()

    def esp_to_anymail_event(self, esp_event: dict[str, Any], request: HttpRequest) -> Any:
        if esp_event["type"] == "email.received":
            raise KeyError("a mail that came in")
        event, data = super().esp_to_anymail_event(esp_event, request), esp_event.get("data") or {}
        event.event_type = self.NEVER_LEFT.get(esp_event["type"], event.event_type)
        event.esp_event = {**esp_event, MESSAGE_ID: data.get("message_id")}
        tags = data.get("tags") or {}
        told = tags if isinstance(tags, dict) else {one.get("name"): one.get("value") for one in tags}
        if told.get(TAG):
            event.metadata = {**event.metadata, TAG: told[TAG]}
        if bounce := data.get("bounce"):
            hard = bounce.get("type") == "Permanent"
            event.reject_reason = RejectReason.BOUNCED if hard else RejectReason.OTHER
        if looked := data.get("click") or data.get("open"):
            event.user_agent = looked.get("userAgent")
            event.esp_event["ip"] = looked.get("ipAddress")
        if why := data.get("failed") or data.get("suppressed"):
            event.description = why.get("reason") or why.get("message")
        return event


class ResendInbound(ResendInboundWebhookView):  # type: ignore[misc]
    """https://resend.com/docs/webhooks/emails/received; the mail itself has to be fetched:
    https://resend.com/docs/api-reference/emails/retrieve-received-email
    """

    def __init__(self, setup: Setup) -> None:
        super().__init__(api_key=setup.text("api_key"), api_url=setup.text("api_url") or "https://api.resend.com/")

    def _fetch_inbound_email(self, email_id: str) -> Any:
        url = urljoin(self.api_url, f"emails/receiving/{quote(str(email_id), safe='')}")
        try:
            with outgoing.session() as session:
                answer = session.get(url, headers={"Authorization": f"Bearer {self.api_key}"}, allow_redirects=False)
            answer.raise_for_status()
            mail = answer.json()
        except requests.RequestException as error:
            raise NotTaken(f"The mail could not be fetched from Resend: {type(error).__name__}.", 503) from None
        return AnymailInboundMessage.construct(
            headers=[(name, str(value)) for name, value in (mail.get("headers") or {}).items()],
            text=mail.get("text"), html=mail.get("html"),
        )  # fmt: skip


Proofs = Callable[[Setup], tuple[Proof, ...]]
READERS: dict[str, tuple[Callable[[Setup], Any], Callable[[Setup], Any], Proofs]] = {
    "postmark": (PostmarkTracking, PostmarkInbound, lambda setup: (basic(setup.text("report_login")),)),
    "mailgun": (MailgunTracking, MailgunInbound, lambda setup: (mailgun(setup.text("signing_key")),)),
    "sendgrid": (
        SendGridTracking, SendGridInbound,
        lambda setup: (sendgrid(setup.text("signing_key")), sendgrid(setup.text("inbound_key"))),
    ),
    "brevo": (BrevoTracking, BrevoInbound, lambda setup: (basic(setup.text("report_login")),)),
    "resend": (ResendTracking, ResendInbound, lambda setup: (svix(setup.text("signing_key")),)),
}  # fmt: skip
"""By anymail's name: what reads of what became of mail, what of mail that came in, and the proofs these ask for."""
