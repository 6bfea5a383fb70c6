"""A request's body: read whole, decompressed, and never larger than its limit in memory."""

import asyncio
import zlib

from pentad.core.errors import Invalid, PentadError
from pentad.data.ingest.answers import Message, Receive

_DRAIN_BYTES = 16 << 20
_STEP = 256 << 10


class Disconnected(Exception):
    """The client went away before its body was complete: nothing was accepted, nobody hears an answer."""


class TooSlow(PentadError):
    code, status = "request_timeout", 408


def too_large(limit: int) -> Invalid:
    return Invalid(
        f"The body is larger than {limit // 1024} KB.",
        code="body_too_large",
        fix="Send smaller batches. The limit counts bytes after decompression.",
        limit=limit,
    )


async def read_body(receive: Receive, limit: int, seconds: float, length: int = -1) -> bytes:
    """The raw body. Raises Invalid above `limit`, TooSlow after `seconds`, Disconnected.

    length: the Content-Length, when given: a body that is complete needs no further waiting for its end.

    A body that is too large is read to its end, within reason, and thrown away: most clients hear an
    answer only when they have finished talking.
    """
    message = await receive()
    body: bytes = message.get("body", b"")
    if message["type"] == "http.request" and (len(body) == length or not message.get("more_body")):
        if len(body) > limit:
            raise too_large(limit)
        return body
    try:
        async with asyncio.timeout(seconds):
            return await _read_rest(message, receive, limit)
    except TimeoutError:
        raise TooSlow(f"The body did not arrive within {seconds:.0f} seconds.", fix="Send it again.")


async def _read_rest(part: Message, receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        if part["type"] != "http.request":
            raise Disconnected
        chunk: bytes = part.get("body", b"")
        size += len(chunk)
        if size <= limit:
            parts.append(chunk)
        else:
            parts.clear()
        if not part.get("more_body"):
            break
        if size > max(limit, _DRAIN_BYTES):
            break
        part = await receive()
    if size > limit:
        raise too_large(limit)
    return b"".join(parts)


def decompress(body: bytes, encoding: str, limit: int) -> bytes:
    """The plain body. gzip and deflate are undone in steps, so that a bomb goes off at `limit` bytes and no later."""
    encoding = encoding.strip().lower()
    if body[:2] == b"\x1f\x8b":  # no JSON starts like this; posthog-js names its gzip in the query alone
        return _inflate(body, 47, limit)
    if encoding in ("", "identity"):
        return body
    if encoding in ("gzip", "x-gzip"):
        if body.lstrip()[:1] in (b"{", b"["):  # a proxy decompressed it and left the header
            return body
        return _inflate(body, 47, limit)
    if encoding == "deflate":
        zlib_header = len(body) > 1 and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
        return _inflate(body, 15 if zlib_header else -15, limit)
    raise Invalid(
        f"Content-Encoding “{encoding[:40]}” is not supported.",
        code="unsupported_encoding",
        fix="Send gzip, deflate or plain JSON.",
    )


def _inflate(body: bytes, window: int, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    rest = body
    try:
        while rest:
            stream = zlib.decompressobj(window)
            while True:
                part = stream.decompress(rest, min(_STEP, limit + 1 - size))
                parts.append(part)
                size += len(part)
                if size > limit:
                    raise too_large(limit)
                rest = stream.unconsumed_tail
                if stream.eof or (not part and not rest):
                    break
            if not stream.eof:
                raise zlib.error("the stream ends too early")
            rest = stream.unused_data  # gzip allows several members one after another
    except zlib.error as problem:
        raise Invalid(
            f"The body cannot be decompressed: {problem}.",
            code="bad_compression",
            fix="Compress the whole body once and name the method in Content-Encoding.",
        )
    return b"".join(parts)
