"""DKIM keys: made here, shown as the DNS record that receivers look up."""

import base64

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


def new_key() -> str:
    """A private key (RSA, 2048 bits: what every receiver reads), PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    ).decode()


def dns_value(private_key: str) -> str:
    """What the TXT record says (RFC 6376, 3.6.1)."""
    key = serialization.load_pem_private_key(private_key.encode(), password=None)
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def dns_name(selector: str, domain: str) -> str:
    return f"{selector}._domainkey.{domain}"
