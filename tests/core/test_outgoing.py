"""What is known of a call when encryption fails: before there was a connection nothing can have arrived, afterwards it may."""

import socket
import ssl
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from pentad.core import outgoing, settings
from pentad.platforms.channels.adapters.http import failed
from pentad.platforms.channels.adapters.protocol import Busy, SendError, Unknown


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder(
        name, name, key.public_key(), 7, datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
    ).add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / "localhost.pem"
    path.write_bytes(pem + made.sign(key, SHA256()).public_bytes(Encoding.PEM))
    return path


def _breaks(path: Path, taken: list[bytes], *, after_request: bool) -> int:
    """A service whose encryption breaks; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listening, listening.accept()[0] as plain:
            if after_request:
                with context.wrap_socket(plain, server_side=True) as secure:
                    told = b""
                    while not told.endswith(b"a message"):  # head and body may come one after the other
                        told += secure.recv(65536)
                    taken.append(told)
                    with socket.socket(fileno=secure.detach()) as raw:
                        raw.sendall(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
                        with suppress(OSError):
                            raw.recv(1)  # until the caller has read it, and goes
            else:
                plain.recv(65536)
                plain.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    threading.Thread(target=serve, daemon=True).start()
    return int(listening.getsockname()[1])


@pytest.mark.parametrize(("after_request", "kind"), [(False, Busy), (True, Unknown)])
def test_a_call_whose_encryption_breaks_after_it_was_made_may_have_arrived(
    tmp_path: Path, db: None, after_request: bool, kind: type[SendError]
) -> None:
    path, taken = _certificate(tmp_path), list[bytes]()
    settings.put("outgoing.private", ["127.0.0.0/8", "::1/128"])
    port = _breaks(path, taken, after_request=after_request)
    with outgoing.session() as session, pytest.raises(requests.exceptions.SSLError) as caught:
        session.post(f"https://localhost:{port}/", data=b"a message", verify=str(path))
    assert type(failed(caught.value)) is kind
    assert len(taken) == after_request
