"""Secrets that must be read again are kept encrypted, with a key derived from the installation's own."""

import base64

from cryptography.fernet import Fernet, InvalidToken
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


def _fernet(purpose: str) -> Fernet:
    key = salted_hmac(purpose, "secrets", secret=settings.SECRET_KEY, algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))
