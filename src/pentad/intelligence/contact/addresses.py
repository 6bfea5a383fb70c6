"""Addresses as digests: to recognise one without keeping it."""

import hashlib
import re
import unicodedata
from collections.abc import Callable

from django.conf import settings
from django.utils.crypto import salted_hmac

_PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{4,30}")
_NOT_DIGITS = re.compile(r"[^0-9]")


def plain(address: str) -> str:
    """An address as it is compared: capital letters of an e-mail address and signs between digits make no other one."""
    text = unicodedata.normalize("NFKC", address).strip()
    if "@" in text:
        return text.lower()
    if _PHONE.fullmatch(text):
        digits = _NOT_DIGITS.sub("", text)
        return f"+{digits.removeprefix('00')}" if text.startswith(("+", "00")) else digits
    return text


def digester() -> Callable[[str], str]:
    """A function that gives the digest of an address; of many, make it once."""
    key = salted_hmac("pentad.contact", "suppression", secret=settings.SECRET_KEY, algorithm="sha256").digest()

    def digest(address: str) -> str:
        return hashlib.blake2b(plain(address).encode(), digest_size=20, key=key).hexdigest()

    return digest
