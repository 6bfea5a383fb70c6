"""Mail by providers' web services, spoken to by django-anymail: one adapter, and what each provider needs to be told.

Calls go through our own sessions, so that addresses are checked. Opens and clicks are ours to count: providers are asked not to
change links. Their reports are read by `channels.reports`.
"""

import threading
import warnings
from email.headerregistry import Address
from importlib import import_module
from typing import Any, ClassVar

import requests
from anymail.exceptions import (
    AnymailAPIError,
    AnymailConfigurationError,
    AnymailError,
    AnymailInsecureWebhookWarning,
    AnymailInvalidAddress,
    AnymailNotSupportedWarning,
    AnymailRecipientsRefused,
)
from django.core.mail import EmailMultiAlternatives

from pentad.core import outgoing
from pentad.core.errors import PentadError
from pentad.platforms.channels.adapters.http import failed, receipt
from pentad.platforms.channels.adapters.mail import one_line
from pentad.platforms.channels.adapters.protocol import (
    Adapter,
    Busy,
    Field,
    Outgoing,
    Receipt,
    Refused,
    SendError,
    Setup,
    Unknown,
)

DELIVERY = "delivery"
"""The name under which a provider is told the id of a delivery, and tells it back in its reports."""
SENDER = (
    Field("from_address", "Sender’s address", "email", required=True, help="Of a domain that the provider knows as yours."),
    Field("from_name", "Sender’s name"),
    Field("reply_to", "Answers go to", "email"),
)  # fmt: skip
LOGIN = Field(
    "report_login", "Report login", "secret",
    help="“name:password”, as the provider is given it in the address: https://name:password@… Reports without it are refused.",
)  # fmt: skip
URL = Field("api_url", "Address of its API", "url", help="Only where your account has another than the usual one.")

# Who may report is asked by us (a secret in the address), and SendGrid works though its makers lend no account for tests.
warnings.filterwarnings("ignore", category=AnymailInsecureWebhookWarning)
warnings.filterwarnings("ignore", category=AnymailNotSupportedWarning)


class Provider(Adapter):
    """module: anymail's, of the backend and of the webhooks. told: our settings under the names that anymail gives them.
    asks_not_to_track: it can be told so with each message; else it is for the account to say.
    """

    module: ClassVar[str]
    told: ClassVar[dict[str, str]] = {}
    asks_not_to_track: ClassVar[bool] = True

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._own = threading.local()

    def send(self, out: Outgoing, key: str) -> Receipt:
        try:
            mail = self._mail(out, key)
            self._backend(key).send_messages([mail])
        except (AnymailRecipientsRefused, AnymailInvalidAddress) as error:
            raise Refused(_line(error), status="refused", address=True) from None
        except AnymailAPIError as error:
            raise _told(error) from None
        except AnymailConfigurationError as error:
            raise Busy(_line(error)) from None
        except (AnymailError, ValueError, IndexError) as error:  # what cannot be put as this provider wants it
            raise Refused(_line(error), status="malformed") from None
        answer = mail.anymail_status.esp_response
        if answer is not None and answer.status_code >= 400:
            # Anymail lets those through that speak of recipients (Postmark's 422), and finds these by the words of the answer.
            raise Refused(_line(answer.text), status=str(answer.status_code), address=True)
        return Receipt(str(mail.anymail_status.message_id or key), "sent", "200")

    def _mail(self, out: Outgoing, key: str) -> Any:
        content, setup = out.content, self.setup
        sender = Address(one_line(setup.text("from_name")), addr_spec=one_line(setup.text("from_address")))
        reply = one_line(content.get("reply_to", "") or setup.text("reply_to"))
        mail: Any = EmailMultiAlternatives(
            one_line(content.get("subject", "")), content.get("text", "") or " ", str(sender), [one_line(out.address)],
            headers={name: one_line(value) for name, value in out.headers.items()} | self.headers(key),
            reply_to=[reply] if reply else None,
        )  # fmt: skip
        if html := content.get("html", ""):
            mail.attach_alternative(html, "text/html")
        mail.metadata = {DELIVERY: out.delivery_id}
        if self.asks_not_to_track:
            mail.track_opens = mail.track_clicks = False
        return mail

    def headers(self, key: str) -> dict[str, str]:
        """Of the mail, by which the provider is told the key, where it takes it so."""
        return {}

    def _backend(self, key: str) -> Any:
        """One a thread, with a session of ours."""
        if not hasattr(self._own, "backend"):
            kind = import_module(f"anymail.backends.{self.module}").EmailBackend
            named = {theirs: self.setup.text(ours) for ours, theirs in self.told.items()}
            self._own.backend = kind(timeout=20, **{name: value for name, value in named.items() if value})
            self._own.backend.session = outgoing.session()
            self._own.backend.session.max_redirects = 0
        self._own.backend.session.headers["Idempotency-Key"] = key
        return self._own.backend

    def check(self) -> str:
        try:
            self._backend("check")
            if url := self.setup.text("api_url"):
                outgoing.check_url(url, "api_url")
            return self.key_problem()
        except PentadError as error:
            return error.message
        except AnymailError as error:
            return _line(error)

    def key_problem(self) -> str:
        """What is wrong with what reports are to prove themselves by; "" when nothing is."""
        from pentad.platforms.channels.adapters import proofs

        login = self.setup.text("report_login")
        if login and not all(login.partition(":")):
            return "The report login is written as “name:password”."
        try:
            for name in ("signing_key", "inbound_key"):
                if text := self.setup.text(name):
                    {"sendgrid": proofs.sendgrid_key, "resend": proofs.svix_keys}.get(self.module, str)(text)
        except proofs.NotTaken as error:
            return error.words
        return ""

    def readers(self) -> list[Any]:
        """What reads its reports: of what became of mail, and of mail that came in."""
        from pentad.platforms.channels.adapters.readers import readers_of

        return readers_of(self.module, self.setup)


def _told(error: Any) -> SendError:
    """What an answer, or none, says of the message."""
    if error.response is None:
        cause = error.__cause__
        return failed(cause) if isinstance(cause, requests.RequestException) else Unknown(_line(error))
    try:
        receipt(error.response)
    except SendError as found:
        return found
    return Unknown(_line(error), status=str(error.response.status_code))  # taken, it seems, but not in words we know


def _line(said: BaseException | str) -> str:
    return " ".join(str(said).split())[:300] or type(said).__name__


class Postmark(Provider):
    fields = (
        Field("token", "Server API token", "secret", required=True),
        Field("stream", "Message stream", "text", help="“outbound” when empty; newsletters belong into a broadcast stream."),
        *SENDER, LOGIN, URL,
    )  # fmt: skip
    module = "postmark"
    told: ClassVar = {"token": "server_token", "api_url": "api_url", "stream": "message_stream"}


class Mailgun(Provider):
    fields = (
        Field("api_key", "API key", "secret", required=True),
        Field("domain", "Sending domain", "text", help="The sender’s domain when empty."),
        Field("signing_key", "Webhook signing key", "secret", help="Reports without its signature are refused."),
        *SENDER,
        Field("api_url", "Address of its API", "url", help="https://api.eu.mailgun.net/v3 for accounts in the EU."),
    )
    module = "mailgun"
    told: ClassVar = {"api_key": "api_key", "domain": "sender_domain", "api_url": "api_url"}


class SendGrid(Provider):
    fields = (
        Field("api_key", "API key", "secret", required=True),
        Field(
            "signing_key", "Verification key of the event webhook", "secret",
            help="Events without its signature are refused.",
        ),
        Field(
            "inbound_key", "Public key of the inbound parse webhook", "secret",
            help="Of its security policy. Mail that comes in without its signature is refused.",
        ),
        *SENDER,
        Field("api_url", "Address of its API", "url", help="https://api.eu.sendgrid.com/v3/ for subusers in the EU."),
    )  # fmt: skip
    module = "sendgrid"
    told: ClassVar = {"api_key": "api_key", "api_url": "api_url"}


class Brevo(Provider):
    """Remembers keys for 15 minutes, says its changelog; half an hour, says its guide."""

    fields = (Field("api_key", "API key", "secret", required=True), *SENDER, LOGIN, URL)
    idempotent = True
    memory_hours = 0.25
    asks_not_to_track = False
    module = "brevo"
    told: ClassVar = {"api_key": "api_key", "api_url": "api_url"}

    def headers(self, key: str) -> dict[str, str]:
        return {"idempotencyKey": key}


class Resend(Provider):
    """Takes the key as a header of the call, which every call carries. Of what it was told only tags are in its reports."""

    fields = (
        Field("api_key", "API key", "secret", required=True),
        Field("signing_key", "Signing secret of the webhook", "secret", help="whsec_… Reports without its signature are refused."),
        *SENDER, URL,
    )  # fmt: skip
    idempotent = True
    memory_hours = 24.0
    asks_not_to_track = False
    module = "resend"
    told: ClassVar = {"api_key": "api_key", "api_url": "api_url"}

    def _mail(self, out: Outgoing, key: str) -> Any:
        mail = super()._mail(out, key)
        mail.esp_extra = {"tags": [{"name": DELIVERY, "value": out.delivery_id}]}
        return mail
