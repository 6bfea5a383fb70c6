"""Mail as it arrives at a real server: what RFC 5322, 8058 and 6376 ask of it."""

import base64
import hashlib
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from pentad.core.actor import SYSTEM
from pentad.platforms.channels.actions import create_destination, make_dkim_key
from pentad.platforms.channels.adapters.protocol import Refused
from pentad.platforms.channels.registry import open_adapter
from pentad.platforms.channels.sealing import opened as unsealed
from tests.conformance.channels.rigs import MailServer, opened
from tests.conformance.channels.test_adapters import outgoing

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ONE_CLICK = {"List-Unsubscribe": "<https://k.example/u/abc>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


@pytest.fixture
def server(db: None) -> Iterator[MailServer]:
    with opened("smtp") as rig:
        assert isinstance(rig, MailServer)
        yield rig


def test_both_parts_and_every_header(server: MailServer) -> None:
    adapter = server.adapter(reply_to="answers@kestrel.example")
    adapter.send(outgoing(server, headers=ONE_CLICK), "k-1")
    adapter.close()
    mail = server.arrived()[0].mail
    assert mail is not None
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert mail["From"] == '"Kestrel, Coffee & “Friends”" <hello@kestrel.example>'
    assert (mail["To"], mail["Message-ID"]) == ("ada@kestrel.example", "<k-1@kestrel.example>")
    assert mail["Subject"] == "Röst­frisch" and mail["Date"] and mail["Reply-To"] == "answers@kestrel.example"
    assert {name: mail[name] for name in ONE_CLICK} == ONE_CLICK
    assert max(len(line) for line in server.raw.split(b"\r\n")) <= 998
    assert b"\n" not in server.raw.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "address", ["@kestrel.example", "<ada@kestrel.example>", "ada@kestrel..example", ":;", "a@\\ \x01"]
)
def test_what_is_no_address_is_refused_and_says_nothing_of_the_server(server: MailServer, address: str) -> None:
    adapter = server.adapter()
    with pytest.raises(Refused):
        adapter.send(outgoing(server, address=address), "k-1")
    adapter.close()
    assert server.arrived() == []


def test_one_connection_carries_many_and_threads_have_their_own(server: MailServer) -> None:
    adapter = server.adapter()
    out = outgoing(server)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda n: adapter.send(out, f"k-{n}"), range(9)))
    assert {one.key for one in server.arrived()} == {f"k-{n}" for n in range(9)}
    assert len(adapter._made) <= 3  # type: ignore[attr-defined]
    adapter.close()


def test_the_signature_is_good_by_the_published_key_and_by_other_means_than_made_it(server: MailServer) -> None:
    row = create_destination(
        actor=SYSTEM, channel="email", adapter="smtp", name="Mail", settings=server.config() | {"password": "pw"}
    )
    name, value = make_dkim_key(actor=SYSTEM, row=row)
    assert name == "pentad._domainkey.kestrel.example" and value.startswith("v=DKIM1; k=rsa; p=")
    row.refresh_from_db()
    assert "PRIVATE" not in row.secret and set(unsealed(row.secret)) == {"password", "dkim_key"}
    adapter = open_adapter(row)
    assert adapter.check() == ""
    adapter.send(outgoing(server, headers=ONE_CLICK), "k-1")
    adapter.close()
    tags = verified(server.raw, value)
    assert (tags["d"], tags["s"]) == ("kestrel.example", "pentad")
    assert {"from", "subject", "list-unsubscribe", "list-unsubscribe-post"} <= set(
        tags["h"].replace(" ", "").split(":")
    )
    with pytest.raises(AssertionError):
        verified(server.raw.replace(b"hello@kestrel", b"phish@kestrel"), value)


def verified(raw: bytes, record: str) -> dict[str, str]:
    """RFC 6376 with relaxed canonicalisation, written from its text (3.4.2, 3.4.4, 3.7) and not from the library that signs."""
    head, _, body = raw.partition(b"\r\n\r\n")
    signed = str(message_from_bytes(raw)["DKIM-Signature"])
    pairs = (one.partition("=") for one in re.sub(r"\r?\n\s*", "", signed).split(";"))
    tags = {name.strip(): value.strip() for name, _, value in pairs}
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    canonical = b"\r\n".join(lines).rstrip(b"\r\n") + b"\r\n"
    digest = base64.b64encode(hashlib.sha256(canonical).digest()).decode()
    assert tags["bh"].replace(" ", "") == digest, "the body was changed"

    unfolded = re.sub(rb"\r\n(?=[ \t])", b"", head).split(b"\r\n")
    fields = [(line.partition(b":")[0].strip().lower(), line.partition(b":")[2]) for line in unfolded]
    data = b""
    for wanted in [one.strip().lower().encode() for one in tags["h"].split(":")]:
        for place in range(len(fields) - 1, -1, -1):
            if fields[place][0] == wanted:
                data += relaxed(*fields.pop(place)) + b"\r\n"
                break
    own = next(value for name, value in fields if name == b"dkim-signature")
    data += relaxed(b"dkim-signature", re.sub(rb"(\bb=)[^;]*", rb"\1", own))
    key = load_der_public_key(base64.b64decode(record.rpartition("p=")[2]))
    assert isinstance(key, rsa.RSAPublicKey)
    try:
        key.verify(base64.b64decode(re.sub(r"\s", "", tags["b"])), data, padding.PKCS1v15(), SHA256())
    except Exception as error:
        raise AssertionError("the signature does not fit the key") from error
    return tags


def relaxed(name: bytes, value: bytes) -> bytes:
    return name + b":" + re.sub(rb"[ \t]+", b" ", value).strip()
