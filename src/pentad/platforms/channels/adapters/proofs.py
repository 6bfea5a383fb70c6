"""How a report proves that it is the provider's, besides coming to the secret address. What fails says so in words for the page
of the destination.

Mailgun: documentation.mailgun.com, “Securing webhooks”. SendGrid: twilio.com/docs/sendgrid, “Event Webhook Security Features” and
“Securing your Inbound Parse Webhooks”. Resend signs as Svix does: docs.svix.com, “Verifying Webhooks Manually”.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from pentad.core import clock

MAILGUN_SECONDS = 24 * 3600
"""It tries for eight hours, with the signature it made first."""
SVIX_SECONDS = 300
"""Signed anew at each try."""
_AROUND = re.compile(r"-----[^-]*-----|\s")


class NotTaken(Exception):
    """A report is not read. words: why, for whoever set the destination up. status: what the provider is answered."""

    def __init__(self, words: str, status: int = 403) -> None:
        super().__init__(words)
        self.words, self.status = words, status


Proof = Callable[[HttpRequest], None]
"""Raises NotTaken."""


def nothing(request: HttpRequest) -> None:
    """The secret in the address is all."""


def basic(expected: str) -> Proof:
    """Name and password, as “name:password”."""

    def prove(request: HttpRequest) -> None:
        kind, _, told = request.headers.get("Authorization", "").partition(" ")
        if not told:
            raise NotTaken("It came without name and password.", 401)
        try:
            given = base64.b64decode(told, validate=True)
        except ValueError:
            given = b""
        if kind.lower() != "basic" or not constant_time_compare(given, expected.encode()):
            raise NotTaken("Its name and password are not those that are set here.", 401)

    return prove if expected else nothing


def mailgun(key: str) -> Proof:
    """A report, or a mail that came in, has a token signed with the account's key; what it says is not signed."""

    def prove(request: HttpRequest) -> None:
        blocks = _mailgun_blocks(request)
        if not blocks:
            raise NotTaken("It came without Mailgun’s signature.")
        for one in blocks:
            stamp, token, made = (str(one.get(name, "")) for name in ("timestamp", "token", "signature"))
            right = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
            if token and constant_time_compare(made, right):
                _fresh(stamp, MAILGUN_SECONDS)
                return
        raise NotTaken("Its signature is not of the signing key that is set here.")

    return prove if key else nothing


def _mailgun_blocks(request: HttpRequest) -> list[dict[str, Any]]:
    """Of an account, and of the account above it. Among fields of a form, the last of a name is Mailgun's own."""
    if "json" not in (request.content_type or ""):
        return [request.POST.dict()] if "signature" in request.POST else []
    try:
        told = json.loads(request.body)
    except ValueError:
        return []
    both = [told.get("signature"), told.get("parent-signature")] if isinstance(told, dict) else []
    return [one for one in both if isinstance(one, dict)]


def sendgrid(key: str) -> Proof:
    """ECDSA over the time and the body, byte for byte. key: the public one, in base64."""

    def prove(request: HttpRequest) -> None:
        made = request.headers.get("X-Twilio-Email-Event-Webhook-Signature", "")
        stamp = request.headers.get("X-Twilio-Email-Event-Webhook-Timestamp", "")
        if not made or not stamp:
            raise NotTaken("It came without SendGrid’s signature.")
        try:
            sendgrid_key(key).verify(base64.b64decode(made), stamp.encode() + request.body, ec.ECDSA(SHA256()))
        except (InvalidSignature, ValueError):
            raise NotTaken("Its signature is not of the verification key that is set here.") from None

    return prove if key else nothing


def sendgrid_key(text: str) -> ec.EllipticCurvePublicKey:
    """As it is shown there, with the lines around it or without. Raises NotTaken."""
    try:
        found = load_der_public_key(base64.b64decode(_AROUND.sub("", text), validate=True))
    except ValueError:
        found = None
    if not isinstance(found, ec.EllipticCurvePublicKey):
        raise NotTaken("The verification key that is set here is none: copy it from SendGrid again.")
    return found


def svix(keys: str) -> Proof:
    """HMAC over id, time and body. keys: one or several that begin with whsec_, while one takes the place of another."""

    def prove(request: HttpRequest) -> None:
        id_, stamp = request.headers.get("Svix-Id", ""), request.headers.get("Svix-Timestamp", "")
        made = request.headers.get("Svix-Signature", "").split()
        if not id_ or not stamp or not made:
            raise NotTaken("It came without Resend’s signature.")
        text = f"{id_}.{stamp}.".encode() + request.body
        right = [base64.b64encode(hmac.digest(key, text, hashlib.sha256)).decode() for key in svix_keys(keys)]
        if not any(constant_time_compare(one, f"v1,{known}") for one in made for known in right):
            raise NotTaken("Its signature is not of the signing secret that is set here.")
        _fresh(stamp, SVIX_SECONDS)

    return prove if keys.strip() else nothing


def svix_keys(text: str) -> list[bytes]:
    """Raises NotTaken."""
    try:
        return [base64.b64decode(one.removeprefix("whsec_"), validate=True) for one in text.split()]
    except ValueError:
        raise NotTaken("The signing secret that is set here is none: it begins with whsec_.") from None


def _fresh(stamp: str, seconds: int) -> None:
    try:
        age = abs(clock.now().timestamp() - float(stamp))
    except ValueError:
        age = float("inf")
    if not age <= seconds:
        raise NotTaken("It was signed too long ago, or the clock of one of the two is wrong.")
