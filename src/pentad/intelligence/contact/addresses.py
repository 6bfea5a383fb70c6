"""Addresses as digests: to recognise one without keeping it."""

import hashlib
import re
import unicodedata
from collections.abc import Callable

from django.conf import settings
from django.utils.crypto import salted_hmac

from pentad.intelligence.contact.phones import COUNTRY, e164

_PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{4,30}")
_NOT_DIGITS = re.compile(r"[^0-9]")


_WHOLE = re.compile(r"\+[1-9][0-9]{6,14}")


def plain(address: str, country: str = "") -> str:
    """An address as it is compared: capital letters of an e-mail address, signs between digits, and whether a telephone
    number begins with its country make no other one. country: of numbers without; else the setting says it.
    """
    text = unicodedata.normalize("NFKC", address).strip()
    if "@" in text:
        return text.lower()
    if _PHONE.fullmatch(text):
        bare = _bare(text)
        if _WHOLE.fullmatch(bare) and "(0)" not in text:
            return bare
        country = country or COUNTRY.get()
        return (e164(text, country) if country or bare.startswith("+") else "") or bare
    return text


def _bare(text: str) -> str:
    """A number without the signs between its digits."""
    digits = _NOT_DIGITS.sub("", text)
    return f"+{digits.removeprefix('00')}" if text.startswith(("+", "00")) else digits


def spellings(address: str, country: str = "") -> set[str]:
    """As it is compared, and as its number was before its country was known."""
    text = unicodedata.normalize("NFKC", address).strip()
    return {plain(address, country), *([_bare(text)] if _PHONE.fullmatch(text) else [])}


def digests() -> Callable[[str, str], set[str]]:
    """A function that gives the digests by which an address may have been kept, from the address and the country of
    numbers without: what was suppressed before that was known stays so.
    """
    keyed = _keyed()
    return lambda address, country: set(map(keyed, spellings(address, country)))


def digester() -> Callable[[str], str]:
    """A function that gives the digest of an address; of many, make it once."""
    keyed = _keyed()
    return lambda address: keyed(plain(address))


def _keyed() -> Callable[[str], str]:
    key = salted_hmac("pentad.contact", "suppression", secret=settings.SECRET_KEY, algorithm="sha256").digest()

    def digest(text: str) -> str:
        return hashlib.blake2b(text.encode(), digest_size=20, key=key).hexdigest()

    return digest
