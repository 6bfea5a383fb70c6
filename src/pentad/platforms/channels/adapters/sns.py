"""Whether a message is one of Amazon SNS: its signature, by a certificate that Amazon alone can have put where it is.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

import base64
import re
import threading
from typing import Any
from urllib.parse import urlsplit

import requests
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

from pentad.core import clock, outgoing
from pentad.platforms.channels.adapters.proofs import NotTaken

HOST = re.compile(r"sns\.[a-z0-9-]{4,30}\.amazonaws\.com(\.cn)?")
PATH = re.compile(r"/SimpleNotificationService-[0-9A-Za-z]{8,64}\.pem")
SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
"""By the type of a message, what is signed of it, in this order."""
HASHES = {"1": SHA1, "2": SHA256}
MOST_KEPT = 20
_kept: dict[str, x509.Certificate] = {}
_lock = threading.Lock()


def verify(told: dict[str, Any], topic: str = "") -> None:
    """Raises NotTaken. topic: the only one to listen to, where it is said."""
    names = SIGNED.get(str(told.get("Type")))
    if names is None:
        raise NotTaken("It is no message of Amazon SNS. If raw message delivery is on, turn it off.", 400)
    if topic and told.get("TopicArn") != topic:
        raise NotTaken("It is of another SNS topic than the one that is set here.")
    text = "".join(f"{name}\n{told[name]}\n" for name in names if told.get(name) is not None).encode()
    kind = HASHES.get(str(told.get("SignatureVersion")))
    key = _certificate(str(told.get("SigningCertURL") or "")).public_key()
    if kind is None or not isinstance(key, rsa.RSAPublicKey):
        raise NotTaken("It came without a signature of Amazon SNS.")
    try:
        key.verify(base64.b64decode(str(told.get("Signature") or "")), text, padding.PKCS1v15(), kind())
    except (InvalidSignature, ValueError):
        raise NotTaken("Its signature is not of Amazon SNS.") from None


def is_sns(url: str) -> bool:
    """Whether an address is one of SNS: nothing that a message names is called otherwise."""
    try:
        parts = urlsplit(url)
        plain = parts.username is None and parts.password is None and parts.port in (None, 443)
    except ValueError:
        return False
    return parts.scheme == "https" and plain and HOST.fullmatch(parts.hostname or "") is not None


def _certificate(url: str) -> x509.Certificate:
    """Fetched once, for as long as it is valid."""
    parts = urlsplit(url) if is_sns(url) else None
    if parts is None or parts.query or PATH.fullmatch(parts.path) is None:
        raise NotTaken("Its certificate does not lie at Amazon SNS.")
    now = clock.now()
    with _lock:
        found = _kept.get(url)
    if found is None:
        try:
            found = x509.load_pem_x509_certificate(fetched(url))
        except ValueError:
            raise NotTaken("There is no certificate of Amazon SNS where it says.") from None
    if not found.not_valid_before_utc <= now <= found.not_valid_after_utc:
        raise NotTaken("It is signed by a certificate that has run out.")
    with _lock:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[url] = found
    return found


def fetched(url: str) -> bytes:
    """What lies at an address of SNS, which does not send elsewhere. Raises NotTaken; SNS tries again later."""
    try:
        with outgoing.session() as session:
            answer = session.get(url, allow_redirects=False)
    except requests.RequestException as error:
        raise NotTaken(f"Amazon SNS could not be asked: {type(error).__name__}.", 503) from None
    if answer.status_code != 200:
        raise NotTaken(f"Amazon SNS answered {answer.status_code} when it was asked.", 503)
    return answer.content
