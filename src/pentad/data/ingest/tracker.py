"""The way of a request: read, unpack, look at, find the source, write durably."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs

import structlog

from pentad.core import clock
from pentad.core.errors import Denied, NotSignedIn, RateLimited, Unavailable
from pentad.data.ingest import signals
from pentad.data.ingest.accept import Accepted
from pentad.data.ingest.answers import Header, Receive, Scope
from pentad.data.ingest.bodies import UNREAD, Room, decompress, read_body
from pentad.data.ingest.frames import DIRECT, FrameMeta
from pentad.data.ingest.inbox import Inbox
from pentad.data.ingest.keys import Keys
from pentad.data.ingest.limits import SourceKey

log = structlog.get_logger(__name__)

_LARGE = 1 << 20
_CONFLICT_SECONDS = 60.0
_MOST_HELD = 256 << 20
"""Bytes of bodies in memory at once, over all connections."""

Open = Callable[[bytes], Accepted]


@dataclass(slots=True)
class Caller:
    """What the headers say about who calls and how."""

    authorization: bytes = b""
    encoding: bytes = b""
    length: int = -1
    origin: bytes = b""
    agent: bytes = b""
    plain: bool = False
    """Whether the body is called text/plain, as browsers do to spare a pre-flight."""

    @classmethod
    def of(cls, headers: list[Header]) -> "Caller":
        caller = cls()
        for name, value in headers:
            if name == b"authorization":
                caller.authorization = value
            elif name == b"content-length":
                caller.length = int(value) if value.isdigit() else -1
            elif name == b"content-encoding":
                caller.encoding = value
            elif name == b"origin":
                caller.origin = value
            elif name == b"user-agent":
                caller.agent = value
            elif name == b"content-type":
                caller.plain = value.startswith(b"text/plain")
        return caller

    def is_browser(self) -> bool:
        return bool(self.origin) or self.agent.startswith(b"Mozilla/")


@dataclass(frozen=True, slots=True)
class Stored:
    """What was written: enough to ask the ledger for it later."""

    source: SourceKey
    received_us: int
    count: int


class Tracker:
    """Takes requests into one inbox."""

    def __init__(self, inbox: Inbox, keys: Keys):
        self.inbox = inbox
        self.keys = keys
        self._conflicts: dict[int, float] = {}
        self._room = Room(_MOST_HELD)

    async def take(
        self,
        scope: Scope,
        receive: Receive,
        open_body: Open,
        limit: int,
        *,
        type: str = "",
        flags: int = 0,
        asked: str = "",
    ) -> Stored:
        """Accept one request: on return its messages are on disk. Raises PentadError or Disconnected.

        open_body: looks into the plain body. limit: bytes of the body. asked: the write key in the query, where
        that counts. A wrong key outside the body is refused before the body is read.
        """
        caller = Caller.of(scope["headers"])
        origin = caller.origin.decode("latin-1") if caller.origin else ""
        key, firm = self.keys.of_header(caller.authorization) if caller.authorization else ("", False)
        if not key and asked:
            key, firm = asked, True
        try:
            source = await self._source(key, origin) if firm else None
            raw = await read_body(receive, limit, self.keys.known.limits.body_seconds, caller.length, self._room)
        except (NotSignedIn, Denied, RateLimited, Unavailable):
            scope[UNREAD] = True
            raise
        try:

            def unpack() -> Accepted:
                return open_body(decompress(raw, caller.encoding.decode("latin-1"), limit))

            if len(raw) > _LARGE or (limit > _LARGE and caller.encoding):
                accepted = await asyncio.get_running_loop().run_in_executor(None, unpack)
            else:
                accepted = unpack()
            if source is None:
                source = await self._source(accepted.key or key, origin)
            elif accepted.key and accepted.key != key:
                self._note_conflict(source)
            if caller.plain:
                signals.note("text_plain", source.no)
            return await self._store(source, accepted, self._address(scope, caller, source, accepted), type, flags)
        finally:
            self._room.give(len(raw))

    async def _source(self, key: str, origin: str) -> SourceKey:
        if not key:
            raise NotSignedIn(
                "The request names no write key.",
                code="missing_write_key",
                fix="Send it as the user name of HTTP Basic, or as “writeKey” in the body.",
            )
        source = await self.keys.find(key, origin)
        source.bucket.take()
        return source

    async def _store(self, source: SourceKey, accepted: Accepted, ip: str, type: str, flags: int) -> Stored:
        received = clock.now_us()
        flags |= accepted.flags
        if ip:
            flags |= DIRECT
        if accepted.count:
            await self.inbox.append(FrameMeta(source.no, received, accepted.count, type, ip, flags), accepted.body)
        for part in accepted.apart:
            await self.inbox.append(FrameMeta(source.no, received, 1, part.type, ip, flags), part.body)
        count = accepted.count + len(accepted.apart)
        source.accepted.inc(count)
        return Stored(source, received, count)

    def _address(self, scope: Scope, caller: Caller, source: SourceKey, accepted: Accepted) -> str:
        """The customer's address, kept only where the connection is their own: browsers, apps, context.direct.

        Who calls behind a proxy is settled before: `config.asgi` knows which hops are ours.
        """
        direct = accepted.direct or source.kind == "mobile" or (source.kind == "web" and caller.is_browser())
        client = scope.get("client")
        return str(client[0]) if direct and client else ""

    def _note_conflict(self, source: SourceKey) -> None:
        """Header (or query) and body name different keys; the body lost. Said once a minute for each source."""
        signals.note("key_mismatch", source.no)
        now = time.monotonic()
        if now - self._conflicts.get(source.no, float("-inf")) > _CONFLICT_SECONDS:
            self._conflicts[source.no] = now
            log.warning("write_keys_differ", lost="body", source=source.no)


def query(scope: Scope, name: str) -> str:
    """The first value of a query parameter, "" when absent."""
    values = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=100).get(name)
    return values[0].strip() if values else ""
