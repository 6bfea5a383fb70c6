"""Messages of Amazon SNS, signed by a key of ours that a certificate vouches for."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CERT = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-9c6465fa7f48f5cacd23014631ec1136.pem"
KEY = rsa.generate_private_key(65537, 2048)
TOLD = {
    "Type": "Notification", "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
    "TopicArn": "arn:aws:sns:eu-west-1:123456789012:mail", "Subject": "My First Message", "Message": "Hello world!",
    "Timestamp": "2026-11-20T12:00:00.000Z", "SignatureVersion": "2", "SigningCertURL": CERT,
}  # fmt: skip
"""The example of docs.aws.amazon.com/sns/latest/dg/http-notification-json.html, signed by a key of ours."""


def certificate(until: datetime = NOW + timedelta(days=30)) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = x509.CertificateBuilder(name, name, KEY.public_key(), 7, NOW - timedelta(days=30), until)
    return made.sign(KEY, SHA256()).public_bytes(Encoding.PEM)


def by_amazon(told: dict[str, Any], names: str = "Message MessageId Subject Timestamp TopicArn Type") -> dict[str, Any]:
    text = "".join(f"{name}\n{told[name]}\n" for name in names.split() if name in told)
    kind = SHA1() if told["SignatureVersion"] == "1" else SHA256()
    return told | {"Signature": base64.b64encode(KEY.sign(text.encode(), padding.PKCS1v15(), kind)).decode()}
