"""A browser's side of web push, by the standards alone: what Pentad encrypts and signs is read here without the libraries that
it does so with. RFC 8188 (aes128gcm), RFC 8291 (keys), RFC 8292 (VAPID).
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

MOST_BYTES = 4_096
"""What every push service takes (RFC 8030, 7.2)."""
LONGEST_SECONDS = 24 * 3600


class Subscription:
    """What a browser keeps to itself, and what it gives away."""

    def __init__(self, private: ec.EllipticCurvePrivateKey | None = None, auth: bytes = b"0123456789abcdef") -> None:
        self.private, self.auth = private or ec.generate_private_key(ec.SECP256R1()), auth
        self.point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def json(self, endpoint: str) -> dict[str, Any]:
        """PushSubscription.toJSON()"""
        keys = {"p256dh": base64url(self.point), "auth": base64url(self.auth)}
        return {"endpoint": endpoint, "expirationTime": None, "keys": keys}

    def read(self, body: bytes) -> bytes:
        """What was encrypted for this browser. Raises InvalidTag for what was not."""
        assert len(body) <= MOST_BYTES
        salt, size, named = body[:16], int.from_bytes(body[16:20]), body[20]
        sender, sealed = body[21 : 21 + named], body[21 + named :]
        assert named == 65 and len(sealed) <= size, "one record, from a point of the curve"
        shared = self.private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        secret = _derived(self.auth, shared, b"WebPush: info\0" + self.point + sender, 32)
        key = _derived(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _derived(salt, secret, b"Content-Encoding: nonce\0", 12)
        padded = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\0")
        assert padded[-1:] == b"\2", "the last record"
        return padded[:-1]


def check_vapid(headers: Mapping[str, str], *, endpoint: str, key: str, contact: str, now: float) -> None:
    """That a call to a push service is signed by who browsers subscribed to, for this service, and not for long."""
    scheme, _, told = headers["authorization"].partition(" ")
    given = dict(one.strip().split("=", 1) for one in told.split(","))
    assert scheme == "vapid" and given["k"] == key
    head, claims, signature = given["t"].split(".")
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(key))
    r, s = (int.from_bytes(part) for part in (decoded(signature)[:32], decoded(signature)[32:]))
    public.verify(encode_dss_signature(r, s), f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
    said, kind = json.loads(decoded(claims)), json.loads(decoded(head))
    assert kind["alg"] == "ES256" and kind["typ"] == "JWT"
    assert said["aud"] == "/".join(endpoint.split("/")[:3]) and said["sub"] == f"mailto:{contact}"
    assert now < said["exp"] <= now + LONGEST_SECONDS


def _derived(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
