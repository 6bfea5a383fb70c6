"""The tracking API as a bare ASGI application: every path an unmodified analytics library calls.

No Django here: a request is looked at from outside, written to the inbox and answered. What its
messages mean is the loader's business.

    app = tracking_app(Inbox(folder))
    if handles(scope["path"]): await app(scope, receive, send)
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from pentad.core.errors import NotFound, PentadError
from pentad.data.ingest import answers, cdn, known, pixel, posthog_api, signals, verdict
from pentad.data.ingest.accept import open_batch, open_message
from pentad.data.ingest.answers import Receive, Scope, Send
from pentad.data.ingest.bodies import UNREAD, Disconnected, drain, read_body
from pentad.data.ingest.frames import HISTORICAL
from pentad.data.ingest.inbox import Inbox
from pentad.data.ingest.keys import Keys
from pentad.data.ingest.tracker import Tracker, query

log = structlog.get_logger(__name__)

_TYPES = {"i": "identify", "t": "track", "p": "page", "s": "screen", "g": "group", "a": "alias"}
_PREFIXES = (
    "/v1/",
    "/analytics.js/",
    "/analytics-next/",
    "/next-integrations/",
    "/pixel/",
    "/beacon/",
    *posthog_api.PREFIXES,
)

_KEY_IN_PATH = re.compile(r"(/projects/|/analytics\.js/v1/|/array/)[^/]*")

Handle = Callable[[Scope, Receive, Send], Awaitable[None]]


class NotAllowed(PentadError):
    code, status = "method_not_allowed", 405


def handles(path: str) -> bool:
    """Whether a path belongs to the tracking API."""
    return path.startswith(_PREFIXES) or path in posthog_api.PATHS


def _without_key(path: str) -> str:
    """The path for the log: what stands where a write key or a project token may stand is left out."""
    return _KEY_IN_PATH.sub(r"\1…", path)[:200]


@dataclass(frozen=True, slots=True)
class Route:
    handle: Handle
    methods: tuple[str, ...] = ("POST",)


class TrackingApp:
    """The ASGI application. `close` ends its threads; the inbox is its owner's to close."""

    def __init__(self, inbox: Inbox, keys: Keys | None = None):
        self.keys = keys or Keys(known.load)
        self.tracker = Tracker(inbox, self.keys)
        self._routes = self._make_routes()

    def _make_routes(self) -> dict[str, Route]:
        batch, large = Route(self._batch), Route(self._import)
        routes = {
            "/v1/batch": batch,
            "/v1/b": batch,
            "/v1/import": large,
            "/v1/m": Route(self._discard),
            "/v1/verdict": Route(self._verdict),
            "/beacon/v1/batch": Route(self._beacon),
        }
        for letter, type in _TYPES.items():
            single, image = Route(self._single(type)), Route(self._pixel(type), ("GET",))
            routes |= {f"/v1/{type}": single, f"/v1/{letter}": single}
            routes |= {f"/pixel/v1/{type}": image, f"/v1/pixel/{type}": image}
        for path, (handle, methods) in posthog_api.routes(self.tracker).items():
            routes[path] = Route(handle, methods)
        return routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path: str = scope["path"]
        route = self._routes.get(path) or self._routes.get(path.rstrip("/"))
        method = scope["method"]
        try:
            if route is not None and method in route.methods:
                await route.handle(scope, receive, send)
            elif method == "OPTIONS":
                await answers.preflight(send)
            elif route is not None:
                raise NotAllowed(f"{path} takes {' or '.join(route.methods)}, not {method}.")
            elif method != "GET" or not (
                await cdn.answer(self.keys, scope, send) or await posthog_api.configuration(path, send)
            ):
                raise NotFound(
                    f"The tracking API has no {path[:200]}.", fix="See the tracking API in the reference documentation."
                )
        except Disconnected:
            return
        except PentadError as refusal:
            signals.refused(refusal)
            await answers.refuse(send, refusal)
            if scope.get(UNREAD):
                await drain(receive)
        except Exception:
            log.exception("tracking_failed", path=_without_key(path))
            await answers.refuse(send, PentadError("Something went wrong on our side.", fix="Send again later."))

    async def _batch(self, scope: Scope, receive: Receive, send: Send) -> None:
        limits = self.keys.known.limits
        await self.tracker.take(scope, receive, lambda body: open_batch(body, limits), limits.batch)
        await answers.success(send)

    async def _import(self, scope: Scope, receive: Receive, send: Send) -> None:
        limits = self.keys.known.limits
        await self.tracker.take(
            scope, receive, lambda body: open_batch(body, limits, large=True), limits.import_batch, flags=HISTORICAL
        )
        await answers.success(send)

    def _single(self, type: str) -> Handle:
        async def handle(scope: Scope, receive: Receive, send: Send) -> None:
            limits = self.keys.known.limits
            # A message that is too large is read like a batch, so that the refusal can name the right limit.
            await self.tracker.take(scope, receive, lambda body: open_message(body, limits), limits.batch, type=type)
            await answers.success(send)

        return handle

    def _pixel(self, type: str) -> Handle:
        async def handle(scope: Scope, receive: Receive, send: Send) -> None:
            await pixel.answer(self.tracker, scope, receive, send, type)

        return handle

    async def _beacon(self, scope: Scope, receive: Receive, send: Send) -> None:
        limits = self.keys.known.limits
        asked = query(scope, "writeKey")
        await self.tracker.take(scope, receive, lambda body: open_batch(body, limits), limits.batch, asked=asked)
        await answers.success(send)

    async def _discard(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Telemetry of the browser library about itself: of no use here."""
        limits = self.keys.known.limits
        await read_body(receive, limits.batch, limits.body_seconds)
        signals.note("telemetry")
        await answers.success(send)

    async def _verdict(self, scope: Scope, receive: Receive, send: Send) -> None:
        await verdict.answer(self.tracker, scope, receive, send)

    def close(self) -> None:
        self.keys.close()


def tracking_app(inbox: Inbox, keys: Keys | None = None) -> TrackingApp:
    """The application for one inbox. keys: for tests; by default the sources of the database."""
    return TrackingApp(inbox, keys)
