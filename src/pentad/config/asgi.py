"""The one ASGI app: raw paths first (tracking, static files, /healthz), everything else to Django.

Django's pages run in a persistent pool of threads behind its WSGI handler. Its own ASGI handler
makes a thread and a database connection for each request and takes three times the CPU.
"""

import asyncio
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.core.wsgi import get_wsgi_application

from pentad.config.spool import LARGEST, Spool, fill, is_for_files, read_from
from pentad.config.static import Receive, Scope, Send, static_app
from pentad.core.errors import Denied, Invalid, RateLimited
from pentad.data.ingest.bodies import Disconnected, TooSlow, read_body, too_large

WORKERS = 8
BODY_SECONDS = 30.0

pages = get_wsgi_application()


class App:
    """`tracking` answers the paths that `handles` names; None in processes that only show pages."""

    def __init__(self, tracking: Any = None, handles: Any = None):
        self.tracking, self.handles = tracking, handles or (lambda path: False)
        self.pages: Any = WSGIMiddleware(cast(Any, pages), workers=WORKERS)
        self.spool = Spool()
        self.proxies, self.https = settings.PROXIES, settings.HTTPS
        self.open = 0
        """Requests under way, for a clean stop."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
            return
        if self.proxies or self.https:
            scope = self._as_seen_outside(scope)
        path = scope["path"]
        self.open += 1
        try:
            if self.handles(path):
                await self.tracking(scope, receive, send)
            elif path.startswith(settings.STATIC_URL):
                await static_app(scope, receive, send)
            elif path == "/healthz":
                await _healthz(send)
            else:
                await self._page(scope, receive, send)
        except Disconnected:
            pass
        except asyncio.CancelledError:
            pass  # the client went away
        finally:
            self.open -= 1

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The body is read before a thread is taken: eight clients that stop half-way must not hold all of them."""
        length = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
        most, size = settings.DATA_UPLOAD_MAX_MEMORY_SIZE, int(length[:20]) if length.isdigit() else 0
        large = size > most and is_for_files(scope)
        try:
            if size > (LARGEST if large else most):
                raise too_large(most)
            if large:
                if (owner := await self.spool.owner(scope)) is None:
                    await _refuse(send, 401, b"Sign in first.\n")
                    return
                with self.spool.place(owner) as file:
                    await fill(file, receive)
                    await self.pages(scope, read_from(file, receive), send)
                return
            body = await read_body(receive, most, BODY_SECONDS)
        except TooSlow:
            await _refuse(send, 408, b"The request did not arrive in time.\n")
        except Denied:
            await _refuse(send, 403, b"You may not do this.\n")
        except RateLimited:
            await _refuse(send, 503, b"Too many large files arrive at once. Send again in a moment.\n")
        except Invalid:
            await _refuse(send, 413, b"The request is too large.\n")
        else:
            await self.pages(scope, _whole(body, receive), send)

    def _as_seen_outside(self, scope: Scope) -> Scope:
        """With proxies in front: the visitor's own address and scheme, as far as the proxies can be trusted."""
        scope = dict(scope)
        if self.https:
            scope["scheme"] = "https"
        if self.proxies:
            said = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
            hops = [hop.strip().decode("latin-1") for hop in said.split(b",") if hop.strip()]
            if hops:
                scope["client"] = (hops[-min(self.proxies, len(hops))], 0)
        return scope


def _whole(body: bytes, receive: Receive) -> Receive:
    """A body as one message, as a coroutine: the embedded server's `receive` gives another kind of awaitable."""
    given = False

    async def received() -> Any:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return received


async def _refuse(send: Send, status: int, says: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": says})


async def _healthz(send: Send) -> None:
    """The process lives and its event loop turns."""
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"alive": true}'})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return
