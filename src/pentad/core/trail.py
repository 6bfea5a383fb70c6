"""What makes an audit line hard to forge: its canonical form, and marks made with the installation's key.

Whoever can write to the database but not read `secret.key` can neither change a line nor add one unnoticed. The order
of lines, and that none is missing, is sealed afterwards by roles.audit. See docs/decisions/0009-audit-chain.md.
"""

import contextvars
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings

from pentad.core import clock

NONCE = 8
"""Bytes that make the marks of two equal lines differ, so that a copied line is known as one."""

origin: contextvars.ContextVar[str] = contextvars.ContextVar("origin", default="")
"""The network address from which the work under way was asked for; "" for the command line and background work."""


def origin_now() -> str:
    return origin.get()


@contextmanager
def asked_from(address: str) -> Iterator[None]:
    """Lines written inside tell that the work was asked for from this address."""
    token = origin.set(address[:45])
    try:
        yield
    finally:
        origin.reset(token)


def kind_of(subject: str) -> str:
    """`person` of "person:0191…"."""
    return subject.partition(":")[0][:40]


def plain(value: Any) -> Any:
    """A value as every database gives it back: PostgreSQL reads 1e3 as the number 1000."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value


def canonical(at: datetime, *texts: str, detail: Any) -> bytes:
    """The bytes of a line that its mark is made of: the same for the same line, whichever database holds it."""
    line = [clock.to_us(at), *texts, plain(detail)]
    return json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def sign(purpose: str, *parts: bytes) -> bytes:
    """HMAC-SHA256 with the key of this purpose, derived from the installation's secret."""
    return hmac.digest(_key(purpose, settings.SECRET_KEY), b"".join(parts), "sha256")


@lru_cache(maxsize=16)
def _key(purpose: str, secret: str) -> bytes:
    return hashlib.sha256(f"pentad.audit.{purpose}\0{secret}".encode()).digest()


def mark(content: bytes) -> bytes:
    """24 bytes: a nonce and half an HMAC of nonce and content."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + sign("line", nonce, content)[:16]


def marks(found: bytes, content: bytes) -> bool:
    """Whether this mark was made of this content here."""
    return len(found) == NONCE + 16 and hmac.compare_digest(found[NONCE:], sign("line", found[:NONCE], content)[:16])
