"""The one ASGI app: who answers which path, and what proxies in front may say."""

import asyncio
from contextlib import ExitStack
from io import BytesIO
from typing import Any

import pytest
from a2wsgi import WSGIMiddleware
from django.contrib.sessions.backends.db import SessionStore
from django.core.handlers.wsgi import WSGIRequest

from pentad.config.asgi import App
from pentad.config.spool import Spool, fill, seconds_for
from pentad.core.errors import Denied, RateLimited
from pentad.data.ingest.bodies import TooSlow
from pentad.roles.access.models import User
from pentad.roles.access.sessions.models import BrowserSession
from pentad.roles.access.sessions.queries import sender


def ask(app: App, path: str = "/", client: str = "10.0.0.1", **headers: str) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "path": path, "method": "GET", "headers": pairs, "client": (client, 5), "scheme": "http"}
    asyncio.run(app(scope, receive, send))
    return sent


class Seen:
    """Stands where an app stands and keeps the scope it was given."""

    def __init__(self) -> None:
        self.scope: dict[str, Any] = {}

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.scope = scope


def test_each_path_goes_to_its_own() -> None:
    tracking, pages = Seen(), Seen()
    app = App(tracking, lambda path: path.startswith("/v1/"))
    app.pages = pages
    ask(app, "/v1/batch")
    assert (tracking.scope["path"], pages.scope) == ("/v1/batch", {})
    ask(app, "/people/")
    assert pages.scope["path"] == "/people/"
    assert ask(app, "/healthz")[1]["body"] == b'{"alive": true}'
    assert ask(app, "/static/nothing.css")[0]["status"] == 404
    assert app.open == 0


@pytest.mark.parametrize(
    ("proxies", "said", "client"),
    [
        (0, "203.0.113.9", "10.0.0.1"),  # nobody is trusted unless told so
        (1, "", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),  # what the visitor wrote counts for nothing
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
        (3, "203.0.113.9, 10.0.0.7", "203.0.113.9"),
    ],
)
def test_address_of_the_visitor(settings: Any, proxies: int, said: str, client: str) -> None:
    settings.PROXIES = proxies
    app = App()
    app.pages = seen = Seen()
    ask(app, **({"x_forwarded_for": said} if said else {}))
    assert seen.scope["client"][0] == client


def test_https_in_front(settings: Any) -> None:
    settings.HTTPS = True
    app = App()
    app.pages = seen = Seen()
    ask(app)
    assert seen.scope["scheme"] == "https"


def test_lifespan() -> None:
    heard = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    said: list[str] = []

    async def receive() -> dict[str, Any]:
        return heard.pop(0)

    async def send(message: dict[str, Any]) -> None:
        said.append(message["type"])

    asyncio.run(App()({"type": "lifespan"}, receive, send))
    assert said == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


class Bodies:
    """Stands where the pages stand and keeps the bodies it was given."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        message = await receive()
        assert not message["more_body"]
        self.bodies.append(message["body"])


def test_a_body_is_whole_before_a_thread_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pentad.config.asgi.BODY_SECONDS", 0.05)
    pages = Bodies()
    app = App()
    app.pages = pages
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def post(*parts: bytes, end: bool, **headers: str) -> None:
        left = [{"type": "http.request", "body": part, "more_body": True} for part in parts]

        async def receive() -> dict[str, Any]:
            if left:
                return left.pop(0)
            if not end:
                await asyncio.Event().wait()  # a client that stops half-way
            return {"type": "http.request", "body": b"", "more_body": False}

        pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        await app({"type": "http", "path": "/signin/", "method": "POST", "headers": pairs}, receive, send)

    asyncio.run(post(b"lo", b"gin", end=True))
    assert pages.bodies == [b"login"]
    asyncio.run(post(b"lo", end=False))
    asyncio.run(post(end=True, content_length=str(1 << 30)))
    assert pages.bodies == [b"login"]
    assert [message["status"] for message in sent if "status" in message] == [408, 413]


def _form(size: int) -> bytes:
    head = b'--edge\r\ncontent-disposition: form-data; name="file"; filename="orders.csv"\r\n\r\n'
    return head + b"ann,2011-05-02,1\n" * (size // 17) + b"\r\n--edge--\r\n"


@pytest.mark.parametrize(
    ("path", "cookie", "status"),
    [
        ("/imports/new/", "a=b; pentad_session=x", 200), ("/people/017/notes/", "pentad_session=x", 200),
        ("/imports/new/", "", 401), ("/imports/new/", "pentad_session=forged", 401),
        ("/imports/new/", "pentad_session=reader", 403), ("/people/017/notes/", "pentad_session=reader", 403),
        ("/signin/", "pentad_session=x", 413), ("/people/017/traits/", "pentad_session=x", 413),
    ],
)  # fmt: skip
def test_a_form_with_a_large_file_comes_to_its_page(
    path: str, cookie: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sender(key: str, right: str) -> int | None:
        if right != ("sources.edit" if path.startswith("/imports/") else "people.edit") or key == "reader":
            raise Denied("No.")
        return {"x": 7}.get(key)

    monkeypatch.setattr("pentad.config.spool.sender", sender)
    sizes: list[int] = []
    body = _form(30_000_000)

    def page(environ: Any, start_response: Any) -> list[bytes]:
        upload = WSGIRequest(environ).FILES["file"]
        sizes.append(upload.size)
        start_response("200 OK", [])
        return [b"kept"]

    app = App()
    sent: list[dict[str, Any]] = []
    parts = [body[at : at + 1_000_000] for at in range(0, len(body), 1_000_000)]

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    async def post() -> None:
        app.pages = WSGIMiddleware(page, workers=1)
        headers = {
            "content-length": str(len(body)),
            "content-type": "multipart/form-data; boundary=edge",
            "cookie": cookie,
        }
        scope = {"type": "http", "path": path, "method": "POST", "query_string": b"", "http_version": "1.1"}
        pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
        await app({**scope, "headers": pairs}, receive, send)

    asyncio.run(post())
    assert sent[0]["status"] == status
    assert sizes == ([30_000_000 // 17 * 17] if status == 200 else [])


def test_few_large_bodies_arrive_at_once() -> None:
    spool = Spool()
    with ExitStack() as stack:
        for owner in (1, 2, 3, 4):
            if owner == 2:
                with pytest.raises(RateLimited), spool.place(1):
                    pass
            stack.enter_context(spool.place(owner))
        with pytest.raises(RateLimited), spool.place(5):
            pass
    with spool.place(5):
        pass


def test_a_body_keeps_its_place_only_while_it_comes() -> None:
    assert [seconds_for(size) for size in (0, 1 << 20, 1 << 30)] == [10, 26, 300]


def test_a_body_that_stops_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pentad.config.spool.GRACE_SECONDS", 0.02)
    parts = [{"type": "http.request", "body": b"a", "more_body": True}]

    async def receive() -> dict[str, Any]:
        return parts.pop() if parts else await asyncio.Event().wait()  # type: ignore[return-value]

    with pytest.raises(TooSlow, match="1 bytes"):
        asyncio.run(fill(BytesIO(), receive))


@pytest.mark.django_db
def test_whose_session_a_large_body_comes_with() -> None:
    user = User.objects.create_user("lea@kestrel.example", "a long password", name="Lea")
    store = SessionStore()
    store.create()
    BrowserSession.objects.create(user=user, session_key=store.session_key)
    assert (sender(str(store.session_key), "people.edit"), sender("forged", "people.edit")) == (user.pk, None)
    with pytest.raises(Denied):
        sender(str(store.session_key), "sources.edit")
    store.delete()
    assert sender(str(store.session_key), "people.edit") is None
