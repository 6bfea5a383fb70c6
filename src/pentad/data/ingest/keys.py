"""Write keys, answered from memory: the hot path never asks the database.

The map is read anew when it is older than a second and somebody asks, so that a key that was added,
disabled or rotated counts within a second, in every process. Reading happens in a thread of its own.
"""

import asyncio
import base64
import binascii
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

from pentad.core.errors import NotSignedIn, Unavailable
from pentad.data.ingest.known import Known
from pentad.data.ingest.limits import SourceKey

log = structlog.get_logger(__name__)

FRESH_SECONDS = 1.0
_SOON_SECONDS = 0.5
_SPACING_SECONDS = 0.05
_STALE_SECONDS = 60.0
_MOST_HEADERS = _MOST_UNKNOWN = 10_000
_LONGEST_KEY = 64
_LONGEST_HEADER = 400
"""Longer ones are no source's and are never remembered: guesses must not fill the memory."""


class Keys:
    """The map of write keys, and what else the database says. `load` reads it all; it runs in a thread."""

    def __init__(self, load: Callable[[], Known]):
        self._load = load
        self._pool = ThreadPoolExecutor(1, "write-keys")
        self._sources: dict[str, SourceKey] = {}
        self.known = Known()
        self._headers: dict[bytes, tuple[str, bool]] = {}
        self._unknown: dict[str, float] = {}
        self._read = self._failed = float("-inf")
        self._reading: asyncio.Future[None] | None = None

    async def find(self, key: str, origin: str = "") -> SourceKey:
        """The source of a write key. Raises NotSignedIn when unknown or disabled, Denied for a foreign origin."""
        age = time.monotonic() - self._read
        if age > FRESH_SECONDS:
            await self._refresh()
        elif age > _SOON_SECONDS:
            self._begin()
        source = self._sources.get(key)
        if source is None and len(key) <= _LONGEST_KEY:
            await self._look_again(key)
            source = self._sources.get(key)
        if source is None:
            raise NotSignedIn(
                f"No source has the write key “{key[:40]}”.",
                code="unknown_write_key",
                fix="Copy the write key from the source's page; it is not the API token.",
                key=key,
            )
        source.check(origin)
        return source

    async def freshen(self) -> Known:
        """What is known, for a request that needs no write key."""
        if time.monotonic() - self._read > FRESH_SECONDS:
            await self._refresh()
        return self.known

    def of_header(self, authorization: bytes) -> tuple[str, bool]:
        """The key in an Authorization header ("" when none), and whether it beats one in the body."""
        if len(authorization) > _LONGEST_HEADER:
            return read_authorization(authorization)
        found = self._headers.get(authorization)
        if found is None:
            found = read_authorization(authorization)
            if len(self._headers) >= _MOST_HEADERS:
                self._headers.clear()
            self._headers[authorization] = found
        return found

    def close(self) -> None:
        self._pool.shutdown(wait=False)

    def _begin(self) -> "asyncio.Future[None]":
        if self._reading is None:
            self._reading = asyncio.ensure_future(self._read_all())
        return self._reading

    async def _refresh(self) -> None:
        """Wait for a reading; when the database is slow or away, go on with what is known for a minute."""
        if time.monotonic() > self._failed + FRESH_SECONDS:
            await asyncio.wait([self._begin()], timeout=FRESH_SECONDS)
        if time.monotonic() - self._read > _STALE_SECONDS:
            raise Unavailable(
                "The list of sources cannot be read at the moment.", fix="Send again in a few seconds.", retry_after=5
            )

    async def _look_again(self, key: str) -> None:
        """The key may be younger than the map. At most once a second for a key, twenty times a second in all."""
        asked = time.monotonic()
        if asked - self._unknown.get(key, float("-inf")) < FRESH_SECONDS:
            return
        if len(self._unknown) >= _MOST_UNKNOWN:
            self._unknown.clear()
        self._unknown[key] = asked
        for _ in range(2):  # the first reading may have begun before the key was added
            if self._read >= asked:
                return
            if self._reading is None and (wait := self._read + _SPACING_SECONDS - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            await self._refresh()

    async def _read_all(self) -> None:
        began = time.monotonic()
        try:
            known = await asyncio.get_running_loop().run_in_executor(self._pool, self._load)
        except Exception as problem:
            # A busy database must not stop the intake: the keys known so far are good for a while.
            log.warning("sources_unreadable", error=str(problem))
            self._failed = time.monotonic()
            return
        finally:
            self._reading = None
        before, self._sources = self._sources, {row.key: row for row in known.sources}
        for row in known.sources:
            old = before.get(row.key)
            if old is not None and old.rate == row.rate:
                row.bucket = old.bucket
        self.known = known
        self._read = began


def read_authorization(header: bytes) -> tuple[str, bool]:
    """The write key in an Authorization header, and whether it is surely one: a bearer token may be OAuth's."""
    scheme, _, value = header.decode("latin-1").partition(" ")
    value = value.strip()
    if scheme.lower() == "bearer":
        return value, False
    if scheme.lower() != "basic" or not value:
        return "", False
    try:
        decoded = base64.b64decode(value + "=" * (-len(value) % 4), validate=True).decode()
    except (binascii.Error, ValueError):
        return value, True  # somebody put the key itself where its base64 belongs
    key = decoded.partition(":")[0].strip()
    return key, bool(key)
