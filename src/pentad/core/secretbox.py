"""Secrets that must be read again are kept encrypted, with a key derived from the installation's own."""

import base64
import binascii

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings
from django.utils.crypto import salted_hmac

from pentad.core.errors import Unavailable


def seal(purpose: str, text: str) -> str:
    """Encrypted for one purpose: what is sealed for another cannot be opened in its place."""
    return _fernet(purpose).encrypt(text.encode()).decode()


def unseal(purpose: str, sealed: str) -> str:
    """The text again. Raises Unavailable when the installation's key is another one now."""
    try:
        return _fernet(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unavailable(
            "A secret cannot be read: the installation’s key has changed.",
            code="secret_unreadable",
            fix="Put secret.key back from the backup, or enter the secret again.",
        ) from None


def cover(purpose: str, text: str) -> str:
    """The same for what addresses carry, such as a place in a list: short, and equal texts stay equal."""
    return base64.urlsafe_b64encode(_siv(purpose).encrypt(text.encode(), None)).decode().rstrip("=")


def uncover(purpose: str, covered: str) -> str:
    """The text again. Raises ValueError for what was not covered here, for this purpose."""
    try:
        data = base64.urlsafe_b64decode(covered + "=" * (-len(covered) % 4))
        return _siv(purpose).decrypt(data, None).decode()
    except (binascii.Error, InvalidTag):
        raise ValueError("It was not covered here.") from None


def _siv(purpose: str) -> AESSIV:
    return AESSIV(salted_hmac(purpose, "covered", secret=settings.SECRET_KEY, algorithm="sha512").digest())


def _fernet(purpose: str) -> Fernet:
    key = salted_hmac(purpose, "secrets", secret=settings.SECRET_KEY, algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))
