"""What leaves by SMTP, verified by a library that mail servers use and that shares nothing with the one that signs."""

import json
from pathlib import Path

import pytest

from pentad.core.actor import SYSTEM
from pentad.platforms.channels.actions import create_destination, make_dkim_key
from pentad.platforms.channels.registry import open_adapter
from tests.clients.installing import run_node
from tests.conformance.channels.rigs import MailServer, opened
from tests.conformance.channels.test_adapters import outgoing

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def judged(mail: bytes, folder: Path, name: str, record: str) -> list[dict[str, str]]:
    path = folder / "mail.eml"
    path.write_bytes(mail)
    found: list[dict[str, str]] = json.loads(run_node("verify.mjs", str(path), name, record))
    return found


def test_the_signature_of_a_mail_is_verified(tmp_path: Path) -> None:
    with opened("smtp") as server:
        assert isinstance(server, MailServer)
        row = create_destination(
            actor=SYSTEM, channel="email", adapter="smtp", name="Mail", settings=server.config() | {"password": "pw"}
        )
        name, record = make_dkim_key(actor=SYSTEM, row=row)
        row.refresh_from_db()
        adapter = open_adapter(row)
        adapter.send(outgoing(server), "k-1")
        adapter.close()
        mail = server.raw
    passed = {"result": "pass", "domain": "kestrel.example", "selector": "pentad"}
    assert judged(mail, tmp_path, name, record) == [passed]
    forged = mail.replace(b"hello@kestrel", b"phish@kestrel")
    assert [one["result"] for one in judged(forged, tmp_path, name, record)] == ["fail"]
