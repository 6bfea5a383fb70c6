"""Mail by Amazon SES (API v2), with Signature Version 4 made here: the whole mail is ours, so that it is signed by our own key too
where there is one.
"""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec
import requests

from pentad.core import clock, outgoing
from pentad.core.errors import PentadError
from pentad.platforms.channels.adapters.http import failed, receipt
from pentad.platforms.channels.adapters.mail import Sender, message_bytes
from pentad.platforms.channels.adapters.protocol import Adapter, Busy, Field, Outgoing, Receipt, Setup
from pentad.platforms.channels.adapters.providers import DELIVERY, SENDER

PATH = "/v2/email/outbound-emails"
ACCOUNT = {
    "AccountSuspendedException",
    "SendingPausedException",
    "MailFromDomainNotVerifiedException",
    "LimitExceededException",
}
"""Refusals that are about our account, not about the message."""


class Ses(Adapter):
    fields = (
        Field("key_id", "Access key id", "text", required=True),
        Field("secret_key", "Secret access key", "secret", required=True),
        Field("region", "Region", "text", required=True, default="eu-west-1"),
        Field("configuration_set", "Configuration set", "text", help="Tells SES what to report, and where."),
        Field("topic", "SNS topic of reports", "text", help="arn:aws:sns:… Reports of another topic are refused."),
        *SENDER,
        Field("api_url", "Address of its API", "url", help="Only for services that speak as SES does."),
    )

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._sender = Sender.of(setup)
        self._url = (setup.text("api_url") or f"https://email.{setup.text('region')}.amazonaws.com").rstrip("/") + PATH

    def send(self, out: Outgoing, key: str) -> Receipt:
        raw = base64.b64encode(message_bytes(out, key, self._sender)).decode()
        told = {
            "FromEmailAddress": self._sender.address, "Destination": {"ToAddresses": [out.address]},
            "Content": {"Raw": {"Data": raw}}, "EmailTags": [{"Name": DELIVERY, "Value": out.delivery_id}],
        }  # fmt: skip
        if name := self.setup.text("configuration_set"):
            told["ConfigurationSetName"] = name
        body = msgspec.json.encode(told)
        try:
            with outgoing.session() as session:
                answer = session.post(
                    self._url, data=body, headers=self._signed(body), timeout=20, allow_redirects=False
                )
        except requests.RequestException as error:
            raise failed(error) from None
        if answer.headers.get("x-amzn-ErrorType", "").partition(":")[0] in ACCOUNT:
            raise Busy(answer.text[:300], status=str(answer.status_code))
        taken = receipt(answer)
        return Receipt(str(answer.json().get("MessageId", "")) or taken.provider_id or key, "sent", taken.status)

    reports_signed = "Amazon’s signature"

    def readers(self) -> list[Any]:
        """Of reports that come by SNS."""
        from pentad.platforms.channels.adapters.ses_reports import SnsReader

        return [SnsReader(self.setup.text("topic"))]

    def _signed(self, body: bytes) -> dict[str, str]:
        setup = self.setup
        return {"Content-Type": "application/json"} | signature(
            "POST",
            self._url,
            body,
            clock.now(),
            setup.text("key_id"),
            setup.text("secret_key"),
            setup.text("region"),
            "ses",
        )

    def check(self) -> str:
        try:
            outgoing.check_url(self._url, "api_url")
        except PentadError as error:
            return error.message
        return ""


def signature(
    method: str, url: str, body: bytes, at: datetime, key_id: str, secret: str, region: str, service: str
) -> dict[str, str]:
    """Headers of a call without a query: AWS Signature Version 4."""
    parts, stamp = urlsplit(url), at.strftime("%Y%m%dT%H%M%SZ")
    names = "host;x-amz-date"
    canonical = "\n".join(
        (method, quote(parts.path or "/"), "", f"host:{parts.netloc}", f"x-amz-date:{stamp}", "", names,
         hashlib.sha256(body).hexdigest())
    )  # fmt: skip
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    text = "\n".join(("AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()))
    key = f"AWS4{secret}".encode()
    for part in (stamp[:8], region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), hashlib.sha256)
    made = hmac.digest(key, text.encode(), hashlib.sha256).hex()
    told = f"AWS4-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={names}, Signature={made}"
    return {"X-Amz-Date": stamp, "Authorization": told}
