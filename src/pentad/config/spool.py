"""Bodies of forms that bring files: larger than other pages' may be, on disk while they arrive, and few at once."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import Any

from django.conf import settings
from django.db import close_old_connections
from django.http import parse_cookie

from pentad.config.static import Receive, Scope
from pentad.config.uploads import MOST_BYTES
from pentad.core.errors import RateLimited
from pentad.data.ingest.bodies import Disconnected, TooSlow, too_large
from pentad.roles.access.sessions.queries import sender

LARGEST = MOST_BYTES + 1_000_000
"""The files, and what a form says around them."""
SECONDS = 300.0
GRACE_SECONDS = 10.0
SLOWEST = 64 << 10
"""Bytes a second that a body must come with after that, on the whole."""
AT_ONCE = 4
OF_ONE = 1
"""Of one colleague at once."""
IN_MEMORY = 1 << 20
CHUNK = 256 << 10
_PATHS = {re.compile(r"/imports/new/"): "sources.edit", re.compile(r"/people/[^/]+/notes/"): "people.edit"}
"""Where forms with files go, and the right that the page there asks for."""


def is_for_files(scope: Scope) -> bool:
    """Whether a form with files goes there."""
    return scope["method"] == "POST" and bool(_right(scope))


def _right(scope: Scope) -> str:
    return next((right for path, right in _PATHS.items() if path.fullmatch(scope["path"])), "")


class Spool:
    """Where large bodies wait until they are whole: of colleagues who may send them there, and of each of them only one."""

    def __init__(self) -> None:
        self._open: Counter[int] = Counter()
        self._asking = ThreadPoolExecutor(1, "sessions")

    async def owner(self, scope: Scope) -> int | None:
        """The number of the colleague whose session asks; a cookie that names none is worth nothing here. Raises Denied
        for who may not do what the form is for.
        """
        cookies = b"; ".join(value for name, value in scope["headers"] if name == b"cookie").decode("latin-1")
        key = parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME, "")
        return (
            await asyncio.get_running_loop().run_in_executor(self._asking, _sender, key, _right(scope)) if key else None
        )

    @contextmanager
    def place(self, owner: int) -> Iterator[Any]:
        """A file for one body, which goes afterwards. Raises RateLimited while too many arrive."""
        if self._open.total() >= AT_ONCE or self._open[owner] >= OF_ONE:
            raise RateLimited("Too many large files arrive at once.", code="backlog", fix="Send again in a moment.")
        self._open[owner] += 1
        try:
            with SpooledTemporaryFile(max_size=IN_MEMORY, dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
                yield file
        finally:
            self._open[owner] -= 1


def _sender(key: str, right: str) -> int | None:
    """In a thread of its own, whose connection is looked after as a request's is."""
    close_old_connections()
    try:
        return sender(key, right)
    finally:
        close_old_connections()


def seconds_for(size: int) -> float:
    """How long a body of which so many bytes have come may have taken: who sends next to nothing keeps no place."""
    return min(SECONDS, GRACE_SECONDS + size / SLOWEST)


async def fill(file: Any, receive: Receive) -> None:
    """Write a body down. Raises Invalid above LARGEST, TooSlow, Disconnected."""
    size, more = 0, True
    started = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout(seconds_for(0)) as limit:
            while more:
                part = await receive()
                if part["type"] != "http.request":
                    raise Disconnected
                chunk: bytes = part.get("body", b"")
                size, more = size + len(chunk), bool(part.get("more_body"))
                if size > LARGEST:
                    raise too_large(LARGEST)
                file.write(chunk)
                limit.reschedule(started + seconds_for(size))
    except TimeoutError:
        raise TooSlow(f"The body came too slowly: {size:,} bytes.", fix="Send it again.") from None
    file.seek(0)


def read_from(file: Any, receive: Receive) -> Receive:
    """The body out of its file, a piece at a time; then what the server says."""
    ended = False

    async def received() -> Any:
        nonlocal ended
        if ended:
            return await receive()
        chunk = file.read(CHUNK)
        ended = len(chunk) < CHUNK
        return {"type": "http.request", "body": chunk, "more_body": not ended}

    return received
