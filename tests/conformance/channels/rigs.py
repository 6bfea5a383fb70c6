"""The other side of each adapter: a service that takes messages, and can be told to refuse, to be busy, or to give no answer.

To hold another adapter to the suite: a subclass of Rig, and its name in RIGS, or in WEB of `web_rigs`.
"""

import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from aiosmtpd.controller import Controller

from pentad.core import outgoing, settings
from pentad.platforms.channels.adapters.protocol import Adapter, Setup
from pentad.platforms.channels.models import Destination, MailboxMessage, TaskMade
from pentad.platforms.channels.registry import adapter_class
from pentad.roles.work.models import Task
from tests.serving import free_port

REFUSE, REFUSE_ADDRESS, NOT_NOW, BUSY, SILENT = "refuse", "refuse_address", "not_now", "busy", "silent"


@dataclass(frozen=True)
class Arrived:
    """key: what the service knows the message by. mail: of e-mail, what a mail program would show."""

    key: str
    address: str
    text: str
    mail: EmailMessage | None = None
    headers: dict[str, str] | None = None


class Rig(ABC):
    """answers: which of the above it can be told; the next message meets `next`."""

    name: ClassVar[str]
    channel: ClassVar[str] = "email"
    answers: ClassVar[frozenset[str]] = frozenset()
    can_be_down: ClassVar[bool] = False
    address: str = "ada@kestrel.example"
    next: str = ""
    up = False

    def adapter(self, **config: Any) -> Adapter:
        return adapter_class(self.name)(Setup(1, self.channel, self.config() | config, self.secret(), "Test"))

    def config(self) -> dict[str, Any]:
        return {}

    def secret(self) -> dict[str, str]:
        return {}

    def said(self) -> str:
        answer, self.next = self.next, ""
        return answer

    @abstractmethod
    def arrived(self) -> list[Arrived]:
        """Everything it took, in order."""

    def open(self) -> None:
        """Begin to serve."""
        self.up = True

    def close(self) -> None:
        """The end of the test, whether it is down or not."""
        if self.up:
            self.down()

    def down(self) -> None:
        """Serve no more."""
        self.up = False


class MailServer(Rig):
    """aiosmtpd: a real server."""

    name = "smtp"
    answers = frozenset({REFUSE, REFUSE_ADDRESS, NOT_NOW, BUSY, SILENT})
    can_be_down = True

    def open(self) -> None:
        super().open()
        self.took: list[Arrived] = []
        rig = self

        class Handler:
            async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
                if rig.next == REFUSE_ADDRESS:
                    rig.said()
                    return "550 5.1.1 No such user here"
                if rig.next == NOT_NOW:
                    rig.said()
                    return "451 4.7.1 Greylisted, come back"
                envelope.rcpt_tos.append(address)
                return "250 OK"

            async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str | None:
                answer = rig.said()
                if answer == REFUSE:
                    return "554 5.7.1 Looks like spam"
                if answer == BUSY:
                    return "421 4.3.2 Too many connections"
                mail = message_from_bytes(envelope.content, policy=policy.default)
                assert isinstance(mail, EmailMessage)
                key = str(mail["Message-ID"])[1:].partition("@")[0]
                body = mail.get_body(("plain",))
                text = str(body.get_content()) if body else ""
                rig.took.append(Arrived(key, envelope.rcpt_tos[0], text, mail))
                rig.raw = envelope.content
                if answer == SILENT:
                    server.transport.abort()
                    return None
                return "250 2.0.0 Taken"

        self.raw = b""
        self.server = Controller(Handler(), hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=True)
        self.server.start()

    def config(self) -> dict[str, Any]:
        return {
            "host": "127.0.0.1", "port": self.server.port, "security": "none", "from_address": "hello@kestrel.example",
            "from_name": "Kestrel, Coffee & “Friends”", "timeout": 5,
        }  # fmt: skip

    def arrived(self) -> list[Arrived]:
        return self.took

    def down(self) -> None:
        super().down()
        self.server.stop()


class Gateway(Rig):
    """Loopback HTTP."""

    name = "http"
    channel = "sms"
    answers = frozenset({REFUSE, NOT_NOW, BUSY, SILENT})
    can_be_down = True
    knows = False
    address = "+491701234500"

    def open(self) -> None:
        super().open()
        settings.put(outgoing.PRIVATE.name, ["127.0.0.0/8"])
        self.took: list[Arrived] = []
        known = set[str]()
        rig = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                answer, key = rig.said(), str(self.headers["Idempotency-Key"])
                if answer in (REFUSE, NOT_NOW, BUSY):
                    return self.answer({REFUSE: 422, NOT_NOW: 429, BUSY: 503}[answer], answer)
                if not (rig.knows and key in known):
                    known.add(key)
                    rig.took.append(Arrived(key, body.get("to", ""), body.get("body", ""), None, dict(self.headers)))
                if answer == SILENT:
                    self.close_connection = True
                    return None
                return self.answer(202, json.dumps({"id": f"gw-{key}"}))

            def answer(self, status: int, body: str) -> None:
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                if status == 429:
                    self.send_header("retry-after", "7")
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def config(self) -> dict[str, Any]:
        return {"url": f"http://127.0.0.1:{self.server.server_port}/send", "keys": self.knows, "timeout": 5}

    def secret(self) -> dict[str, str]:
        return {"token": "t-1", "signing_key": "s-1"}

    def arrived(self) -> list[Arrived]:
        return self.took

    def down(self) -> None:
        super().down()
        self.server.shutdown()
        self.server.server_close()


class KnowingGateway(Gateway):
    """One that knows a message again by its key."""

    knows = True


class BuiltIn(Rig):
    name = "mailbox"

    def open(self) -> None:
        super().open()
        self.row = Destination.objects.create(channel="email", adapter="mailbox", name="Mailbox")

    def adapter(self, **config: Any) -> Adapter:
        return adapter_class("mailbox")(Setup(self.row.pk, "email", config))

    def arrived(self) -> list[Arrived]:
        rows = MailboxMessage.objects.order_by("id")
        return [Arrived(row.key, row.address, row.content["text"]) for row in rows]


class Colleague(Rig):
    name = "task"
    channel = "task"
    address = ""

    def arrived(self) -> list[Arrived]:
        keys = dict(TaskMade.objects.values_list("task", "key"))
        return [Arrived(keys[row.id], "", row.why) for row in Task.objects.order_by("no")]


RIGS: dict[str, type[Rig]] = {
    "smtp": MailServer, "http": Gateway, "http, keys": KnowingGateway, "mailbox": BuiltIn, "task": Colleague,
}  # fmt: skip


@contextmanager
def opened(name: str, rigs: Mapping[str, type[Rig]] = RIGS) -> Iterator[Rig]:
    rig = rigs[name]()
    rig.open()
    try:
        yield rig
    finally:
        rig.close()
