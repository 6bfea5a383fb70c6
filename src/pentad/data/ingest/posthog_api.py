"""The paths that PostHog's libraries call: capture in its forms, and answers that keep them quiet.

Feature flags, session recordings and remote configuration are not offered; the answers say so in a way
that lets the libraries go on.
"""

import base64
import binascii
import json
import math
import uuid
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from pentad.core import clock
from pentad.core.errors import Invalid
from pentad.data.ingest import answers, verdict
from pentad.data.ingest.accept import Accepted, check_count, plain
from pentad.data.ingest.answers import Receive, Scope, Send
from pentad.data.ingest.bodies import read_body
from pentad.data.ingest.frames import HISTORICAL
from pentad.data.ingest.limits import Limits
from pentad.data.ingest.posthog import Translated, translate
from pentad.data.ingest.tracker import Tracker, query

Handle = Callable[[Scope, Receive, Send], Awaitable[None]]

_CAPTURE = ("/batch", "/capture", "/e", "/i/v0/e", "/i/v0/ai/batch", "/track", "/engage")
_FLAGS = ("/flags", "/decide")
_VERDICTS = "/i/v1/analytics/events"
_RECORDINGS = "/s"

PREFIXES = ("/i/v0/", "/i/v1/", "/array/")
PATHS = frozenset(path + end for path in (*_CAPTURE, *_FLAGS, _RECORDINGS) for end in ("", "/"))

_RESULTS = {"stored": "ok", "duplicate": "ok", "pending": "ok", "quarantined": "drop"}


def routes(tracker: Tracker) -> dict[str, tuple[Handle, tuple[str, ...]]]:
    """Path → handler and methods."""
    api = _Api(tracker)
    return {
        **dict.fromkeys(_CAPTURE, (api.capture, ("POST",))),
        **dict.fromkeys(_FLAGS, (api.flags, ("POST", "GET"))),
        _VERDICTS: (api.verdicts, ("POST",)),
        _RECORDINGS: (api.discard, ("POST",)),
    }


class _Api:
    def __init__(self, tracker: Tracker):
        self._tracker = tracker

    async def capture(self, scope: Scope, receive: Receive, send: Send) -> None:
        limits = self._tracker.keys.known.limits
        key, sent = query(scope, "api_key") or query(scope, "token"), _query_time(scope)

        def open_body(body: bytes) -> Accepted:
            return _accepted(translate_body(body, limits, sent_at=sent, key=key), limits)

        await self._tracker.take(scope, receive, open_body, limits.posthog, asked=key)
        await answers.answer_json(send, {"status": 1, "success": True})

    async def verdicts(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Capture V1: a directive for each event. Everything durable is terminal, so nothing is ever "retry"."""
        limits = self._tracker.keys.known.limits
        sent = next((v.decode("latin-1") for n, v in scope["headers"] if n == b"posthog-request-timestamp"), None)
        seen: list[str] = []

        def open_body(body: bytes) -> Accepted:
            found = translate_body(body, limits, sent_at=sent)
            seen.extend(found.uuids)
            return _accepted(found, limits)

        stored = await self._tracker.take(scope, receive, open_body, limits.posthog)
        judged = await verdict.judged(stored)
        results: dict[str, dict[str, str]] = {}
        for event in filter(None, seen):
            row = (judged.get(event) or [{"verdict": "pending"}])[0]
            results[event] = {"result": _RESULTS[row["verdict"]]}
            if row.get("reason"):
                results[event]["details"] = f"{row['reason']}: {row['detail']}"
        await answers.answer_json(send, {"results": results})

    async def flags(self, scope: Scope, receive: Receive, send: Send) -> None:
        """No flags, no recordings, no surveys: what every version of the libraries takes for an answer."""
        limits = self._tracker.keys.known.limits
        if scope["method"] == "POST":
            await read_body(receive, limits.batch, limits.body_seconds)
        await answers.answer_json(
            send,
            {
                "flags": {},
                "featureFlags": {},
                "featureFlagPayloads": {},
                "errorsWhileComputingFlags": False,
                "requestId": str(uuid.uuid4()),
                "evaluatedAt": clock.now_us() // 1000,
                **remote_config(),
            },
        )

    async def discard(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Session recordings are not kept."""
        limits = self._tracker.keys.known.limits
        await read_body(receive, limits.posthog, limits.body_seconds)
        await answers.answer_json(send, {"status": 1})


def remote_config() -> dict[str, Any]:
    """What posthog-js wants to know about a project."""
    return {
        "supportedCompression": ["gzip", "gzip-js"],
        "config": {"enable_collect_everything": True},
        "hasFeatureFlags": False,
        "sessionRecording": False,
        "surveys": False,
        "heatmaps": False,
        "capturePerformance": False,
        "captureDeadClicks": False,
        "autocaptureExceptions": False,
        "autocapture_opt_out": False,
        "toolbarParams": {},
        "isAuthenticated": False,
        "siteApps": [],
        "defaultIdentifiedOnly": True,
        "analytics": {"endpoint": "/i/v0/e/"},
        "elementsChainAsString": True,
    }


async def configuration(path: str, send: Send) -> bool:
    """Answer `/array/{token}/config`; False for another path."""
    if not (path.startswith("/array/") and path.endswith("/config")):
        return False
    await answers.answer_json(send, remote_config(), headers=[(b"cache-control", b"public, max-age=300")])
    return True


def translate_body(body: bytes, limits: Limits, *, sent_at: str | None = None, key: str = "") -> Translated:
    """The Segment messages in a body, JSON or the `data=` form of older libraries. Raises Invalid."""
    body = plain(body, limits.posthog)
    if body[:5] == b"data=" or b"&data=" in body[:200]:
        body = _form(body)
    try:
        value = json.loads(body, parse_constant=lambda _: None, parse_float=_finite)
        found = translate(value, sent_at=sent_at, key=key)
    except RecursionError:
        raise Invalid("The JSON is nested too deeply.", code="too_deep", fix="Flatten the properties.")
    except ValueError as problem:
        raise Invalid(
            f"The body cannot be read as PostHog's events: {problem}.",
            code="malformed_json",
            fix="Send JSON, plain or with gzip.",
        )
    check_count(len(found.messages), limits.items)
    return found


def _accepted(found: Translated, limits: Limits) -> Accepted:
    text = json.dumps({"batch": found.messages}, ensure_ascii=False)
    # A half surrogate pair has no UTF-8: it becomes the replacement character.
    body = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
    return Accepted(body, len(found.messages), found.key, flags=HISTORICAL if found.historical else 0)


def _finite(text: str) -> float | None:
    """A number, unless it is too large to be one: like NaN, it cannot be told on as JSON."""
    return number if math.isfinite(number := float(text)) else None


def _form(body: bytes) -> bytes:
    data = parse_qs(body.decode("latin-1")).get("data", [""])[0].strip()
    if data[:1] in ("{", "["):
        return data.encode("latin-1")
    try:
        return base64.b64decode(data.replace(" ", "+") + "=" * (-len(data) % 4), validate=True)
    except binascii.Error:
        raise Invalid(
            "The field data is neither JSON nor base64.", code="malformed_json", fix="Send JSON, plain or with gzip."
        )


def _query_time(scope: Scope) -> str | None:
    """posthog-js names the moment of sending in the query: `_`, milliseconds."""
    millis = query(scope, "_")
    if len(millis) == 13 and millis.isdigit():
        return clock.from_us(int(millis) * 1000).isoformat().replace("+00:00", "Z")
    return None
