"""A data folder with an inbox, a loader and a ledger in this process, and a source to send from."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from pentad import ledger
from pentad.core import clock, runtime
from pentad.core.actor import CLI
from pentad.data.ingest import actions, signals
from pentad.data.ingest.inbox import FrameMeta, Inbox
from pentad.data.ingest.loader import Loader
from pentad.data.ingest.models import Source
from pentad.roles.access import actions as access


@pytest.fixture(autouse=True)
def no_refusals_of_before() -> None:
    """What the tracking API refused is remembered by the process, and so by whichever test comes next."""
    signals.forget()


class Road:
    """Messages go in by `send` and reach the ledger at `load`."""

    def __init__(self, folder: runtime.Folder, loader: Loader, inbox: Inbox):
        self.folder, self.loader, self.inbox = folder, loader, inbox
        self.sent = 0

    def source(self, name: str = "Web shop", **options: Any) -> Source:
        found = Source.objects.filter(name=name).first()
        return found or actions.add_source(actor=CLI, name=name, **options)

    def send(self, *messages: dict[str, Any] | bytes, source: Source, received_us: int = 0, sent_at: str = "") -> None:
        """As the tracking API does after its checks: one durable frame. Bytes are written as they are."""
        bodies = [m if isinstance(m, bytes) else json.dumps(m).encode() for m in messages]
        tail = b', "sentAt": "%s"}' % sent_at.encode() if sent_at else b"}"
        body = b'{"batch": [' + b",".join(bodies) + b"]" + tail
        meta = FrameMeta(source.no, received_us or clock.now_us(), len(bodies))
        self.inbox.append_many_sync([(meta, body)])
        self.sent += len(bodies)

    def track(self, source: Source, name: str = "Product Viewed", **fields: Any) -> str:
        """One track call; returns its message id."""
        message = {
            "type": "track",
            "event": name,
            "userId": "u1",
            "messageId": f"m{self.sent}",
            "properties": {},
            **fields,
        }
        self.send(message, source=source)
        return str(message["messageId"])

    def load(self) -> None:
        self.loader.drain()


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    """duckdb, unless a module runs on chdb (ClickHouse's engine) too."""
    return str(getattr(request, "param", "duckdb"))


@pytest.fixture
def road(engine: str, tmp_path: Path, transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Road]:
    folder = runtime.Folder(tmp_path / "data").make()
    monkeypatch.setattr(runtime, "folder", lambda: folder)
    store = ledger.open(folder.ledger if engine == "duckdb" else f"chdb://{folder.ledger}")
    loader = Loader(folder, store)
    inbox = Inbox(folder.inbox)
    yield Road(folder, loader, inbox)
    inbox.close()
    loader.stop()
    store.close()


@pytest.fixture
def shop(road: Road) -> Source:
    return road.source()


@pytest.fixture
def browser(road: Road, shop: Source) -> Client:
    """Nadia, signed in; one event is stored."""
    user = access.add_user(
        actor=CLI, email="nadia@kestrel.example", name="Nadia", role="admin", password="kestrel-demo"
    )
    road.track(shop)
    road.load()
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
