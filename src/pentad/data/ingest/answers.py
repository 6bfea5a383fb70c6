"""What the tracking API says back: success, refusals as JSON, and the headers browsers ask for."""

import json
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

import structlog

from pentad.core.errors import PentadError

log = structlog.get_logger(__name__)

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Header = tuple[bytes, bytes]

# Events carry no cookies, so any origin may be told the answer; a source's allowed origins are checked
# on the request itself. Without `authorization` here not one POST of the browser library gets through.
CORS: list[Header] = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"retry-after, x-ratelimit-reset"),
]
_PREFLIGHT: list[Header] = [
    *CORS,
    (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
    (
        b"access-control-allow-headers",
        b"authorization, content-type, content-encoding, x-retry-count, x-requested-with, anonymousid,"
        b" posthog-sdk-info, posthog-attempt, posthog-request-id, posthog-request-timestamp",
    ),
    (b"access-control-max-age", b"86400"),
    (b"content-length", b"0"),
]

_REPORT_SECONDS = 5.0
_reported: dict[str, float] = {}

SUCCESS = b'{"success":true}'
_SUCCESS_START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(SUCCESS)).encode()),
        *CORS,
    ],
}
_SUCCESS_BODY = {"type": "http.response.body", "body": SUCCESS}


async def success(send: Send) -> None:
    """Exactly 200 and {"success":true}: some libraries send everything again after a 202 or 204."""
    await send(_SUCCESS_START)
    await send(_SUCCESS_BODY)


async def preflight(send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": _PREFLIGHT})
    await send({"type": "http.response.body", "body": b""})


async def answer(
    send: Send, body: bytes, content_type: bytes, status: int = 200, headers: Iterable[Header] = ()
) -> None:
    """Any other answer, readable from any origin."""
    start = [(b"content-type", content_type), (b"content-length", str(len(body)).encode()), *CORS, *headers]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body})


async def answer_json(send: Send, value: Any, status: int = 200, headers: Iterable[Header] = ()) -> None:
    await answer(send, json.dumps(value, ensure_ascii=False).encode(), b"application/json", status, headers)


async def refuse(send: Send, error: PentadError) -> None:
    """A refusal with code, message and detail, which is what every library can read."""
    headers: list[Header] = []
    if wait := error.data.get("retry_after"):
        # Whole seconds: the browser library heeds nothing else.
        headers = [(b"retry-after", b"%d" % wait), (b"x-ratelimit-reset", b"%d" % wait)]
    if error.status >= 500:
        _report(error)
    body = {"success": False, "code": error.code, "message": error.message, "detail": error.fix or error.message}
    await answer_json(send, body, error.status, headers)


def _report(error: PentadError) -> None:
    """Once every few seconds for each code: a full disk must not fill the log as well."""
    now = time.monotonic()
    if now - _reported.get(error.code, float("-inf")) > _REPORT_SECONDS:
        _reported[error.code] = now
        log.error("tracking_refused", code=error.code, message=error.message)
