"""Reads of the privacy feature."""

import hashlib
import hmac
from collections.abc import Iterable

from django.conf import settings

from pentad.core import clock
from pentad.data.identity.rules import Ident
from pentad.data.privacy.models import ErasedIdentifier


def digest(ident: Ident) -> str:
    """A keyed hash of an identifier: lets us recognise an erased one without keeping it."""
    text = f"{ident.namespace}:{ident.value}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), text, hashlib.sha256).hexdigest()


class Erased:
    """Identifiers that were erased, and when: what was received before stays away."""

    def __init__(self) -> None:
        self._any = ErasedIdentifier.objects.exists()

    def covers(self, idents: Iterable[Ident], received: int) -> bool:
        if not self._any:
            return False
        digests = [digest(i) for i in idents]
        return ErasedIdentifier.objects.filter(digest__in=digests, at__gte=clock.from_us(received)).exists()
