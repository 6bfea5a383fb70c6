"""Events from places that can only load a picture, such as e-mails: /pixel/v1/track?writeKey=…

Either `data` holds a whole message as base64 of its JSON, or the query parameters are the message.
The answer is a picture in any case, since a broken one would show; a refusal is told in the status and
in the header `x-pentad-code`.
"""

import base64
import binascii
from urllib.parse import parse_qsl

import msgspec

from pentad.core.errors import Invalid, PentadError
from pentad.data.ingest import answers
from pentad.data.ingest.accept import Accepted, open_message
from pentad.data.ingest.answers import Message, Receive, Scope, Send
from pentad.data.ingest.limits import Limits
from pentad.data.ingest.tracker import Tracker, query

_GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_FIELDS = {
    "anonymousId",
    "userId",
    "messageId",
    "event",
    "name",
    "category",
    "groupId",
    "previousId",
    "timestamp",
    "sentAt",
    "originalTimestamp",
    "writeKey",
}
_OBJECTS = {"properties", "traits", "context", "integrations"}


async def answer(tracker: Tracker, scope: Scope, receive: Receive, send: Send, type: str) -> None:
    """Take the message in the query; answer with a transparent picture of one point."""
    limits = tracker.keys.known.limits
    status, headers = 200, [(b"cache-control", b"no-store, max-age=0")]
    try:
        message = _message(scope["query_string"], limits)
        asked = query(scope, "writeKey")
        await tracker.take(
            scope, _given(message), lambda body: _open(body, limits), limits.batch, type=type, asked=asked
        )
    except PentadError as refusal:
        status = refusal.status
        headers.append((b"x-pentad-code", refusal.code.encode()))
        if wait := refusal.data.get("retry_after"):
            headers.append((b"retry-after", b"%d" % wait))
    await answers.answer(send, _GIF, b"image/gif", status, headers)


def _open(body: bytes, limits: Limits) -> Accepted:
    return open_message(body, limits)


def _given(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _message(query_string: bytes, limits: Limits) -> bytes:
    """The JSON of the message in a query string. Raises Invalid."""
    if len(query_string) > 2 * limits.message:
        raise Invalid("The address is too long.", code="message_too_large", fix="Send less, or use POST.")
    try:
        pairs = dict(
            parse_qsl(query_string.decode("ascii"), keep_blank_values=True, max_num_fields=1000, errors="strict")
        )
    except ValueError:
        raise Invalid("The query cannot be read.", code="malformed_query", fix="Percent-encode every value as UTF-8.")
    if data := pairs.get("data"):
        return _decoded(data)
    message: dict[str, object] = {}
    properties: dict[str, object] = {}
    for name, value in pairs.items():
        if name in _FIELDS:
            message[name] = value
        elif name in _OBJECTS:
            message[name] = _json(name, value)
        else:
            properties[name] = value
    if properties:
        given = message.get("properties")
        message["properties"] = {**properties, **given} if isinstance(given, dict) else properties
    return msgspec.json.encode(message)


def _json(name: str, value: str) -> object:
    try:
        return msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError):
        raise Invalid(f"The parameter {name} is not JSON.", code="malformed_query", fix="Send JSON, percent-encoded.")


def _decoded(data: str) -> bytes:
    text = data.replace("-", "+").replace("_", "/").replace(" ", "+").rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        raise Invalid(
            "The parameter data is not base64.", code="malformed_query", fix="Send base64 of the message's JSON."
        )
