"""A SAML identity provider for the round trip: pysaml2's, which signs through libxmlsec's Python binding.

pysaml2 would call the program xmlsec1, which wheels do not bring; the binding is the same library, and here already.
"""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID
from saml2.server import Server
from saml2.sigver import CryptoBackend
from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256

SSO = "https://login.house.example/sso"


class Binding(CryptoBackend):  # type: ignore[misc]
    """What pysaml2 asks of xmlsec1, asked of the binding."""

    def sign_statement(self, statement: Any, node_name: str, key_file: str, node_id: str) -> str:
        tree = etree.fromstring(statement if isinstance(statement, bytes) else str(statement).encode())
        xmlsec.tree.add_ids(tree, ["ID"])
        node = next(one for one in tree.iter() if one.get("ID") == node_id)
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_file(key_file, xmlsec.KeyFormat.PEM)
        context.sign(next(one for one in node if one.tag.endswith("}Signature")))
        return str(etree.tostring(tree).decode())


class House:
    """The identity provider; `sp_metadata` is what the service provider says of itself."""

    def __init__(self, folder: Path, entity_id: str = "https://login.house.example/metadata") -> None:
        self.folder, self.entity_id = folder, entity_id
        folder.mkdir(exist_ok=True)
        _write_keys(folder)

    def _config(self, sp_metadata: str = "") -> IdPConfig:
        said: dict[str, Any] = {
            "entityid": self.entity_id,
            "xmlsec_binary": shutil.which("true"),  # must be a program that can be asked; the binding signs
            "key_file": str(self.folder / "key.pem"),
            "cert_file": str(self.folder / "cert.pem"),
            "service": {
                "idp": {
                    "endpoints": {"single_sign_on_service": [(SSO, BINDING_HTTP_REDIRECT)]},
                    "policy": {"default": {"lifetime": {"minutes": 5}}},
                }
            },
        }
        if sp_metadata:
            said["metadata"] = {"inline": [sp_metadata]}
        return IdPConfig().load(said)

    @property
    def metadata(self) -> str:
        config = self._config()
        config.xmlsec_binary = None  # else it is asked which algorithms to list
        return str(entity_descriptor(config))

    def answer(self, asked: str, sp_metadata: str, attributes: dict[str, list[str]], **options: Any) -> dict[str, str]:
        """The form that a browser posts back, for the address it was sent to."""
        server = Server(config=self._config(sp_metadata))
        server.sec.crypto = Binding()
        query = {key: values[0] for key, values in parse_qs(urlsplit(asked).query).items()}
        request = server.parse_authn_request(query["SAMLRequest"], BINDING_HTTP_REDIRECT).message
        said = server.response_args(request, [BINDING_HTTP_POST])
        usual = {
            "sign_assertion": True,
            "sign_response": False,
            "sign_alg": SIG_RSA_SHA256,
            "digest_alg": DIGEST_SHA256,
        }
        response = server.create_authn_response(
            attributes,
            userid="lea",
            name_id=NameID(format=NAMEID_FORMAT_PERSISTENT, text="lea-0815"),
            authn={"class_ref": "urn:oasis:names:tc:SAML:2.0:ac:classes:Password", "authn_auth": self.entity_id},
            **{**said, **usual, **options},
        )
        return {"SAMLResponse": str(response), "RelayState": query.get("RelayState", "")}


def _write_keys(folder: Path) -> None:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "login.house.example")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    )
