"""The signed part of addresses in messages: numbers that nobody can make up, change, or read.

AES-SIV (RFC 5297) with a key of their own and what they are for as associated data, so that the token of one kind of address
is worth nothing in another. Equal numbers give equal tokens: a message that is sent again holds the same addresses.
"""

import base64
import binascii
import hashlib
import zlib
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings
from django.utils.crypto import salted_hmac

LINK, OPEN, UNSUBSCRIBE, PREFERENCES, VIEW = "link", "open", "unsubscribe", "preferences", "view"
LONGEST = 80
"""Characters; ours have 30 to 50."""
_MARKED, _SHORT = 1 << 34, 1 << 21


def token(kind: str, *numbers: int) -> str:
    """A token of these numbers, each 0 or more."""
    sealed = _siv(settings.SECRET_KEY).encrypt(b"".join(map(_varint, numbers)), [kind.encode()])
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def mark(public_id: str) -> int:
    """Goes with the number of a delivery or of a customer: after a backup was put back, the same number is given again, to
    another. 34 bits of a hash, behind a one.
    """
    found = int.from_bytes(hashlib.blake2b(public_id.encode(), digest_size=5).digest())
    return _MARKED | found & (_MARKED - 1)


def marks(found: int, public_id: str) -> bool:
    """Whether this is the mark of what has that id. Addresses in older messages carry shorter ones."""
    if found < _SHORT:
        return found == zlib.crc32(public_id.encode()) & (_SHORT - 1)
    return found == mark(public_id)


def numbers(kind: str, text: str) -> tuple[int, ...]:
    """What it was made of. Raises ValueError for what was not made here, for this kind."""
    if len(text) > LONGEST or not text.isascii():
        raise ValueError("That is no token.")
    try:
        sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        if base64.urlsafe_b64encode(sealed).decode().rstrip("=") != text:
            raise ValueError("That is another way to write a token.")
        return _read(_siv(settings.SECRET_KEY).decrypt(sealed, [kind.encode()]))
    except (binascii.Error, InvalidTag):
        raise ValueError("That is no token of this kind.") from None


@lru_cache(maxsize=4)
def _siv(secret: str) -> AESSIV:
    return AESSIV(salted_hmac("pentad.responses", "addresses", secret=secret, algorithm="sha512").digest()[:32])


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _read(data: bytes) -> tuple[int, ...]:
    found, number, shift = [], 0, 0
    for byte in data:
        number |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            found.append(number)
            number, shift = 0, 0
    return tuple(found)
