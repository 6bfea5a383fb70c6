"""Loopback services that speak as providers' documentation says: where in a call the message stands, and what they answer."""

import base64
import json
import threading
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from pentad.core import outgoing, settings
from pentad.platforms.channels.adapters.protocol import Adapter, Setup
from pentad.platforms.channels.adapters.webpush import new_vapid_key, public_key
from pentad.platforms.channels.models import Destination
from pentad.platforms.channels.registry import adapter_class
from pentad.platforms.web.models import PushSubscription, WebMessage
from pentad.platforms.web.subscribing import handle_of
from tests.conformance.channels.rigs import BUSY, NOT_NOW, REFUSE, SILENT, Arrived, Rig
from tests.pushing import Subscription, check_vapid


@dataclass(frozen=True)
class Api:
    """Where in a provider's call the message stands, and its answers. told: path in the JSON, or name in the form."""

    adapter: str
    secret: dict[str, str]
    address: tuple[str | int, ...]
    text: tuple[str | int, ...]
    answer: dict[str, Any]
    key: tuple[str | int, ...] = ()
    refused: tuple[int, dict[str, Any]] = (400, {"message": "no"})
    config: dict[str, Any] | None = None


APIS = {
    "postmark": Api(
        "postmark", {"token": "t"}, ("To",), ("TextBody",), {"ErrorCode": 0, "Message": "OK", "MessageID": "pm-1"},
        ("Metadata", "delivery"), (422, {"ErrorCode": 405, "Message": "Not allowed to send"}),
    ),
    "mailgun": Api(
        "mailgun", {"api_key": "k"}, ("to",), ("text",), {"id": "<mg-1@k>", "message": "Queued. Thank you."},
        ("v:delivery",),
    ),
    "sendgrid": Api(
        "sendgrid", {"api_key": "k"}, ("personalizations", 0, "to", 0, "email"), ("content", 0, "value"), {},
        ("custom_args", "delivery"),
    ),
    "brevo": Api(
        "brevo", {"api_key": "k"}, ("to", 0, "email"), ("textContent",), {"messageId": "<br-1@k>"},
        ("headers", "idempotencyKey"),
    ),
    "resend": Api("resend", {"api_key": "k"}, ("to", 0), ("text",), {"id": "re-1"}),
}  # fmt: skip


class Web(Rig):
    """A provider's web service, as its documentation describes it."""

    answers = frozenset({REFUSE, NOT_NOW, BUSY, SILENT})
    can_be_down = True
    api: ClassVar[Api]

    def open(self) -> None:
        super().open()
        settings.put(outgoing.PRIVATE.name, ["127.0.0.0/8"])
        self.took: list[Arrived] = []
        known = set[str]()
        rig = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["content-length"]))
                answer = rig.said()
                if answer == REFUSE:
                    return self.answer(*rig.api.refused)
                if answer in (NOT_NOW, BUSY):
                    return self.answer({NOT_NOW: 429, BUSY: 503}[answer], {"message": answer})
                arrived = rig.read(raw, dict(self.headers))
                if not (rig.knows and arrived.key in known):
                    known.add(arrived.key)
                    rig.took.append(arrived)
                if answer == SILENT:
                    self.close_connection = True
                    return None
                return self.answer(200, rig.api.answer)

            def answer(self, status: int, told: dict[str, Any]) -> None:
                body = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                if status == 429:
                    self.send_header("retry-after", "7")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def knows(self) -> bool:
        return adapter_class(self.name).idempotent

    def config(self) -> dict[str, Any]:
        url = f"http://127.0.0.1:{self.server.server_port}/v3"
        return {"from_address": "hello@kestrel.example", "api_url": url} | (self.api.config or {})

    def secret(self) -> dict[str, str]:
        return self.api.secret

    def read(self, raw: bytes, headers: dict[str, str]) -> Arrived:
        told = json.loads(raw) if raw[:1] == b"{" else dict(parse_qsl(raw.decode()))
        key = headers["Idempotency-Key"]
        if self.api.key and self.api.key[-1] == "idempotencyKey":
            key = _at(told, self.api.key)
        return Arrived(key, _at(told, self.api.address), _at(told, self.api.text), None, headers)

    def arrived(self) -> list[Arrived]:
        return self.took

    def down(self) -> None:
        super().down()
        self.server.shutdown()
        self.server.server_close()


def _at(told: Any, path: tuple[str | int, ...]) -> str:
    for one in path:
        told = told[one]
    return str(told)


def _provider(name: str) -> type[Web]:
    return type(name, (Web,), {"name": APIS[name].adapter, "api": APIS[name]})


class Ses(Web):
    name = "ses"
    api = Api(
        "ses", {"secret_key": "s"}, (), (), {"MessageId": "ses-1"}, (),
        (400, {"message": "Address blacklisted"}), {"key_id": "AKID", "region": "eu-west-1"},
    )  # fmt: skip

    def read(self, raw: bytes, headers: dict[str, str]) -> Arrived:
        assert headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKID/")
        told = json.loads(raw)
        mail = message_from_bytes(base64.b64decode(told["Content"]["Raw"]["Data"]), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        body = mail.get_body(("plain",))
        key = str(mail["Message-ID"])[1:].partition("@")[0]
        return Arrived(key, told["Destination"]["ToAddresses"][0], str(body.get_content()) if body else "", mail)


class Website(Rig):
    """Nothing leaves: the browser comes for it."""

    name = "inapp"
    channel = "inapp"
    address = ""

    def open(self) -> None:
        super().open()
        self.row = Destination.objects.create(channel="inapp", adapter="inapp", name="Website")

    def adapter(self, **config: Any) -> Adapter:
        return adapter_class("inapp")(Setup(self.row.pk, "inapp", config))

    def arrived(self) -> list[Arrived]:
        return [Arrived(row.key, "", row.content["body"]) for row in WebMessage.objects.order_by("id")]


class PushService(Web):
    """One that holds the browser's keys besides, and reads what was encrypted for it."""

    name = "webpush"
    channel = "push"
    api = Api("webpush", {}, (), (), {}, refused=(413, {"message": "too large"}))

    def open(self) -> None:
        super().open()
        self.browser, self.own = Subscription(), new_vapid_key()
        self.url = f"http://127.0.0.1:{self.server.server_port}/send/1"
        self.address = handle_of(self.url)
        PushSubscription.objects.create(
            handle=self.address, endpoint=self.url, person_no=1, **self.browser.json(self.url)["keys"]
        )

    def config(self) -> dict[str, Any]:
        return {"contact": "it@kestrel.example"}

    def secret(self) -> dict[str, str]:
        return {"vapid_key": self.own}

    def read(self, raw: bytes, headers: dict[str, str]) -> Arrived:
        headers = {name.lower(): value for name, value in headers.items()}
        assert headers["content-encoding"] == "aes128gcm" and int(headers["ttl"]) == 86_400
        told = json.loads(self.browser.read(raw))
        check_vapid(headers, endpoint=self.url, key=public_key(self.own), contact="it@kestrel.example", now=time.time())
        return Arrived(told["id"], self.address, told["body"], None, headers)


class Chat(Web):
    """Apprise's plain JSON, whose address can name headers and fields."""

    name = "apprise"
    channel = "sms"
    address = "+4790000001"
    api = Api("apprise", {}, ("to",), ("message",), {"id": "c-1"})

    def secret(self) -> dict[str, str]:
        return {"url": f"json://127.0.0.1:{self.server.server_port}/?+Idempotency-Key={{key}}&:to={{to}}"}

    def config(self) -> dict[str, Any]:
        return {"country": "NO"}


WEB: dict[str, type[Rig]] = {
    **{name: _provider(name) for name in APIS}, "ses": Ses, "inapp": Website, "webpush": PushService,
    "apprise": Chat,
}  # fmt: skip
