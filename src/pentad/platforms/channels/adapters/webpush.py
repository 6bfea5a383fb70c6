"""Notifications to browsers (RFC 8030), encrypted for the browser alone (RFC 8291), signed by our own key (VAPID, RFC 8292)."""

import base64
import threading
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pentad.core import outgoing
from pentad.platforms.channels.adapters.http import failed, receipt
from pentad.platforms.channels.adapters.inapp import KEY_FIELD, weak_key
from pentad.platforms.channels.adapters.protocol import (
    Adapter,
    Busy,
    Field,
    Outgoing,
    Receipt,
    Refused,
    SendError,
    Setup,
)
from pentad.platforms.web import arriving
from pentad.platforms.web.models import PushSubscription
from pentad.platforms.web.subscribing import WEB, ended, of_handles

VAPID = "vapid_key"
GONE = {404, 410}
"""The subscription is over (RFC 8030, 7.3)."""
MOST_BROWSERS = 5
"""Each may take 20 seconds, and all of them less than a sender holds a message: anybody may subscribe any address."""
MOST_LOOKED_AT = 200
MOST_BYTES = 3_000
"""Services take 4,096 bytes, encrypted."""


class WebPush(Adapter):
    fields = (
        Field("contact", "Contact", "email", required=True, help="Whom push services write to when something is amiss."),
        KEY_FIELD,
        Field("hours", "Kept for hours", "number", default=24, help="While the browser is not there; then it is dropped."),
        Field(VAPID, "VAPID: private key", "secret", help="Made by Pentad; browsers subscribe with its public half.", made=True),
    )  # fmt: skip
    parallel = False

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._own = threading.local()

    def send(self, out: Outgoing, key: str) -> Receipt:
        """To the customer's browsers, the latest first. It has left when one service took it."""
        if not self.setup.text(VAPID):
            raise Busy("Its key is not made yet")
        handles = [one for one in out.addresses or (out.address,) if one.startswith(WEB)]
        errors: list[SendError] = []
        taken: list[Receipt] = []
        for row in of_handles(handles[:MOST_LOOKED_AT])[:MOST_BROWSERS]:
            try:
                taken.append(self._push(row, out, key))
            except SendError as error:
                errors.append(error)
        if taken:
            return taken[0]
        raise _worst(errors) or Refused(
            "No browser of theirs is subscribed any more", status="410", address=out.address.startswith(WEB)
        )

    def _push(self, row: PushSubscription, out: Outgoing, key: str) -> Receipt:
        from pywebpush import WebPusher, WebPushException

        info = {"endpoint": row.endpoint, "keys": {"p256dh": row.p256dh, "auth": row.auth}}
        try:
            pusher = WebPusher(info, requests_session=self._session())
            answer = pusher.send(
                _payload(out, key), self._headers(row.endpoint), ttl=max(self.setup.number("hours", 24), 0) * 3600,
                content_encoding="aes128gcm", timeout=10,
            )  # fmt: skip
        except requests.RequestException as error:
            raise failed(error) from None
        except (WebPushException, ValueError) as error:
            raise Refused(f"The subscription is faulty: {error}", status="subscription") from None
        if answer.status_code in GONE:
            ended(row.handle)
            raise Refused("The subscription is over", status=str(answer.status_code), address=True)
        found = receipt(answer)
        return Receipt(answer.headers.get("Location", "")[-200:] or found.provider_id or key, "sent", found.status)

    def _headers(self, endpoint: str) -> dict[str, str]:
        from pywebpush import Vapid  # of RFC 8292

        vapid = Vapid.from_pem(self.setup.text(VAPID).encode())
        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}", "sub": f"mailto:{self.setup.text('contact')}",
            "exp": int(time.time()) + 12 * 3600,
        }  # fmt: skip
        signed: dict[str, str] = vapid.sign(claims)
        return signed

    def _session(self) -> requests.Session:
        if not hasattr(self._own, "session"):
            self._own.session = outgoing.session()
            self._own.session.max_redirects = 0
        found: requests.Session = self._own.session
        return found

    def check(self) -> str:
        return weak_key(self.setup) or (
            "" if self.setup.text(VAPID) else "Make its key first: browsers subscribe with it."
        )


def _worst(errors: Sequence[SendError]) -> SendError | None:
    """What decides when no service took it: one that may take it later, before one that never will."""
    return next((one for one in errors if not isinstance(one, Refused)), None) or next(iter(errors), None)


def _payload(out: Outgoing, key: str) -> bytes:
    """What our service worker reads. The key makes a notification that comes twice one."""
    told: dict[str, Any] = {
        "id": key, "title": out.content.get("title", ""), "url": out.content.get("url", ""), "lang": out.language,
        "arrived": arriving.address(out.delivery_id),
    }  # fmt: skip
    body = out.content.get("body", "")
    while len(made := msgspec.json.encode(told | {"body": body})) > MOST_BYTES and body:
        body = body[: len(body) * 9 // 10]
    return made


def new_vapid_key() -> str:
    """A private key (PEM) of the curve that VAPID asks for."""
    made = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.decode()


def public_key(pem: str) -> str:
    """What `pushManager.subscribe` is given: the uncompressed point in base64url."""
    key = serialization.load_pem_private_key(pem.encode(), None)
    point = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).decode().rstrip("=")
