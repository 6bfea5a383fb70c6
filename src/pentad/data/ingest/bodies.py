"""A request's body: read whole, decompressed, and never larger than its limit in memory."""

import asyncio
import contextlib
import zlib

from pentad.core.errors import Invalid, PentadError, RateLimited
from pentad.data.ingest.answers import Message, Receive

_DRAIN_BYTES = 16 << 20
_DRAIN_SECONDS = 10.0
_STEP = 256 << 10

UNREAD = "pentad.unread"
"""Set in the scope of a request that is refused before its body was read to the end."""


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


class Room:
    """How many bytes of bodies may be in memory at once, over all connections."""

    __slots__ = ("_held", "_most")

    def __init__(self, most: int):
        self._most, self._held = most, 0

    def take(self, size: int) -> None:
        """Take up room for bytes that are here. Raises RateLimited (code "backlog") when there is none."""
        if self._held + size > self._most:
            raise _full()
        self._held += size

    def take_part(self, size: int) -> None:
        """The same for a part of a body whose rest may be long in coming: a quarter is kept for those that come whole."""
        if self._held + size > self._most - self._most // 4:
            raise _full()
        self._held += size

    def give(self, size: int) -> None:
        self._held -= size


def _full() -> RateLimited:
    return RateLimited("Too many large requests at once.", code="backlog", fix="Send again in a moment.", retry_after=1)


async def read_body(receive: Receive, limit: int, seconds: float, length: int = -1, room: Room | None = None) -> bytes:
    """The raw body. Raises Invalid above `limit`, TooSlow after `seconds`, Disconnected, RateLimited.

    length: the Content-Length, when given: a body that is complete needs no further waiting for its end.
    room: what has arrived is taken up there, byte by byte and whatever was announced; the caller gives it back.

    A body that is too large is read to its end, within reason, and thrown away: most clients hear an
    answer only when they have finished talking.
    """
    message = await receive()
    body: bytes = message.get("body", b"")
    if message["type"] == "http.request" and (len(body) == length or not message.get("more_body")):
        if len(body) > limit:
            raise too_large(limit)
        if room is not None:
            room.take(len(body))
        return body
    try:
        async with asyncio.timeout(seconds):
            return await _read_rest(message, receive, limit, room or Room(limit * 2))
    except TimeoutError:
        raise TooSlow(f"The body did not arrive within {seconds:.0f} seconds.", fix="Send it again.")


async def _read_rest(part: Message, receive: Receive, limit: int, room: Room) -> bytes:
    parts: list[bytes] = []
    size = held = 0
    try:
        while True:
            if part["type"] != "http.request":
                raise Disconnected
            chunk: bytes = part.get("body", b"")
            size += len(chunk)
            if size <= limit:
                room.take_part(len(chunk))
                held += len(chunk)
                parts.append(chunk)
            else:
                parts.clear()
                room.give(held)
                held = 0
            if not part.get("more_body"):
                break
            if size > max(limit, _DRAIN_BYTES):
                break
            part = await receive()
        if size > limit:
            raise too_large(limit)
        return b"".join(parts)
    except BaseException:
        room.give(held)
        raise


async def drain(receive: Receive) -> None:
    """Throw away the rest of a body whose refusal was sent already: most clients listen only when they have finished
    talking, and a connection cut before would hide the answer from them.
    """
    size = 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_SECONDS):
            while size < _DRAIN_BYTES:
                part = await receive()
                if part["type"] != "http.request" or not part.get("more_body"):
                    return
                size += len(part.get("body", b""))


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
