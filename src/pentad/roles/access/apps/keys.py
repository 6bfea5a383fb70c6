"""The key that signs identity tokens: made at first use, kept encrypted."""

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from pentad.core import secretbox
from pentad.core.errors import Unavailable
from pentad.roles.access.apps.models import SigningKey

PURPOSE = "pentad.signing"


def signing_key() -> str:
    """The private key as PEM. When the installation's own key has changed a new one is made: what the old one signed
    is good for minutes anyway.
    """
    row = SigningKey.objects.filter(pk=1).first()
    if row is None:
        row, _ = SigningKey.objects.get_or_create(pk=1, defaults={"sealed": secretbox.seal(PURPOSE, _made())})
    try:
        return secretbox.unseal(PURPOSE, row.sealed)
    except Unavailable:
        pem = _made()
        SigningKey.objects.filter(pk=1).update(sealed=secretbox.seal(PURPOSE, pem))
        return pem


def _made() -> str:
    key = rsa.generate_private_key(65537, 2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
