"""The tracking API on a real Granian server in this process, with sources given by hand and no database."""

import asyncio
import base64
import http.client
import json
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import uvloop
from granian.constants import Interfaces
from granian.server.embed import Server

from pentad.data.ingest.asgi import tracking_app
from pentad.data.ingest.inbox import Frame, Inbox, logs, read_frames
from pentad.data.ingest.keys import Keys
from pentad.data.ingest.known import Known
from pentad.data.ingest.limits import SourceKey
from tests.serving import Answer, free_port, until

KEY = "kestrel-web-key"
SERVER_KEY = "kestrel-server-key"


def basic(key: str, colon: str = ":") -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{key}{colon}".encode()).decode()}


@dataclass
class Tracking:
    """A running server. `known` may be changed while it runs, as another process changes the database."""

    folder: Path
    port: int = field(default_factory=free_port)
    known: Known = field(default_factory=Known)
    fresh: int = 0

    def __post_init__(self) -> None:
        self.inbox = Inbox(self.folder / "inbox")
        self.set_sources(SourceKey(1, KEY, "Web"), SourceKey(2, SERVER_KEY, "Shop server", "server"))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        until(self._answers, what="the server answers")

    def set_sources(self, *sources: SourceKey) -> None:
        self.known = replace(self.known, sources=list(sources))

    def _load(self) -> Known:
        self.fresh += 1
        return self.known

    def _serve(self) -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            self._loop = runner.get_loop()
            runner.run(self._main())

    async def _main(self) -> None:
        self.app = tracking_app(self.inbox, Keys(self._load))
        self._server = Server(
            self.app, address="127.0.0.1", port=self.port, interface=Interfaces.ASGINL, log_enabled=False
        )
        await self._server.serve()

    def _answers(self) -> bool:
        try:
            return self.request("OPTIONS", "/v1/batch").status == 204
        except OSError:
            return False

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._server.stop)
        self._thread.join(10)
        self.app.close()
        self.inbox.close()

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent.setdefault("content-type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def post(self, path: str, body: Any, key: str = KEY, **headers: str) -> Answer:
        return self.request("POST", path, body, **basic(key), **headers)

    def frames(self) -> list[Frame]:
        return [frame for log in logs(self.inbox.folder) for frame in read_frames(log)[0]]

    def messages(self) -> list[dict[str, Any]]:
        """Every message in the inbox, in the order of arrival."""
        found: list[dict[str, Any]] = []
        for frame in self.frames():
            body = msgspec.json.decode(frame.body)
            found.extend([body] if frame.meta.type else body["batch"])
        return found
