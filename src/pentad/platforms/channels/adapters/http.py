"""A message as a call: to an SMS or chat gateway, or to whatever else listens (webhook).

The body is JSON: what the message says of itself (`json` of a webhook), or a form of ours with address and text. It is signed when
a signing key is set, and carries its key as `Idempotency-Key`.
"""

import hashlib
import hmac
import threading
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from pentad.core import clock, outgoing
from pentad.core.errors import PentadError
from pentad.platforms.channels.adapters.phones import COUNTRY, e164
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
from pentad.platforms.channels.items import TEST

NOT_NOW = {401, 402, 403, 404, 408, 409, 410, 425, 429, 503}
"""Certainly not taken, and about the service or how we are known there: it is left alone, and tried again."""
TEST_HEADER = "Pentad-Test"
"""On what a colleague tries out: the body of a webhook is its author's, so that it cannot be said there."""
_encode = msgspec.json.Encoder().encode


class Http(Adapter):
    fields = (
        Field("url", "Address", "url", required=True, help="Where each message is posted to."),
        Field("token", "Token", "secret", help="Sent as “Authorization: Bearer …”."),
        Field("signing_key", "Signing key", "secret", help="Signs each call: Pentad-Signature, HMAC-SHA256."),
        Field("sender", "Sender", "text", help="The number or name that a gateway sends from."),
        Field(
            "keys", "It knows a message again by its Idempotency-Key", "flag", default=False,
            help="Only say so when its documentation does: a message that had no answer is then sent again.",
        ),
        Field("memory_hours", "For so many hours", "number", default=24),
        COUNTRY,
        Field("timeout", "Seconds to wait for an answer", "number", default=10),
    )  # fmt: skip

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self.idempotent = setup.flag("keys")
        self.memory_hours = float(setup.number("memory_hours", 24))
        self.addressed = setup.channel not in ("webhook", "inapp")
        self._timeout = float(min(max(setup.number("timeout", 10), 1), 30))
        self._own = threading.local()

    def send(self, out: Outgoing, key: str) -> Receipt:
        body = self.body(out)
        try:
            answer = self._session().post(
                self.setup.text("url"), data=body, headers=self._headers(body, out, key), timeout=self._timeout,
                allow_redirects=False,
            )  # fmt: skip
        except requests.RequestException as error:
            raise failed(error) from None
        return receipt(answer)

    def body(self, out: Outgoing) -> bytes:
        """What is posted."""
        if "json" in out.content:
            return out.content["json"].encode()
        to = e164(out.address, self.setup.text("country")) if out.channel == "sms" else out.address
        told: dict[str, Any] = {
            "id": out.delivery_id, "channel": out.channel, "to": to, "customer": out.person_id, **out.content,
        }  # fmt: skip
        told |= {"test": True} if out.origin_kind == TEST else {}
        return _encode(told | ({"from": sender} if (sender := self.setup.text("sender")) else {}))

    def _headers(self, body: bytes, out: Outgoing, key: str) -> dict[str, str]:
        found = {"Content-Type": "application/json", "Idempotency-Key": key, "User-Agent": "Pentad"}
        if out.origin_kind == TEST:  # what acts on webhooks must be able to leave it
            found[TEST_HEADER] = "true"
        if token := self.setup.text("token"):
            found["Authorization"] = f"Bearer {token}"
        if secret := self.setup.text("signing_key"):
            at = str(clock.now_us() // 1_000_000)
            made = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
            found["Pentad-Signature"] = f"t={at},v1={made}"
        return found

    def _session(self) -> requests.Session:
        """One a thread: they are not made to be shared."""
        if not hasattr(self._own, "session"):
            self._own.session = outgoing.session()
        found: requests.Session = self._own.session
        return found

    def check(self) -> str:
        try:
            outgoing.check_url(self.setup.text("url"), "url")
        except PentadError as error:
            return error.message
        return ""


def failed(error: requests.RequestException) -> SendError:
    """Before there was a connection nothing can have arrived; afterwards nobody knows."""
    why = error.args[0] if error.args else None
    never = isinstance(why, MaxRetryError) and isinstance(why.reason, NewConnectionError)
    inside = next(
        (one for one in getattr(why, "args", ()) if isinstance(one, outgoing.Refused)), None
    )  # as urllib3 has it
    if inside is not None:
        return Busy(f"No connection: {inside}")
    never = never or (isinstance(error, requests.exceptions.SSLError) and outgoing.is_unsent(error))
    if never or isinstance(error, requests.ConnectTimeout | outgoing.Refused):
        return Busy(f"No connection: {error}")
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.MissingSchema):
        return Busy(f"The address is no web address: {error}")
    return Unknown(f"No answer: {error}")


def receipt(answer: requests.Response) -> Receipt:
    """What an answer says of the message: taken, or one of the errors of the protocol."""
    status, said = str(answer.status_code), " ".join(answer.text.split())[:300]
    if 200 <= answer.status_code < 300:
        return Receipt(_id_in(answer), "sent", status)
    if answer.status_code in NOT_NOW or 300 <= answer.status_code < 400:
        raise Busy(said or answer.reason, status=status, retry_after=_retry_after(answer.headers))
    if answer.status_code >= 500:
        raise Unknown(said or answer.reason, status=status)
    raise Refused(said or answer.reason, status=status)


def _id_in(answer: requests.Response) -> str:
    """What the service calls the message, where it says so in one of the usual fields."""
    try:
        told = answer.json()
    except ValueError:
        return ""
    if not isinstance(told, dict):
        return ""
    return next((str(told[name]) for name in ("id", "message_id", "messageId", "sid") if told.get(name)), "")


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds (RFC 9110, 10.2.3: a number, or a date)."""
    text = headers.get("Retry-After", "").strip()
    if not text:
        return None
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return None
