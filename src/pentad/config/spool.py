"""Bodies of forms that bring files: larger than other pages' may be, on disk while they arrive, and few at once."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import Any

from django.conf import settings

from pentad.config.static import Receive, Scope
from pentad.config.uploads import MOST_BYTES
from pentad.core.errors import RateLimited
from pentad.data.ingest.bodies import Disconnected, TooSlow, too_large

LARGEST = MOST_BYTES + 1_000_000
"""The files, and what a form says around them."""
SECONDS = 300.0
AT_ONCE = 4
IN_MEMORY = 1 << 20
CHUNK = 256 << 10
_PATHS = re.compile(r"/imports/new/|/people/[^/]+/notes/")


def may_be_large(scope: Scope) -> bool:
    """Whether a form with files goes there, from somebody with a session: what it is worth is seen by the page."""
    if scope["method"] != "POST" or not _PATHS.fullmatch(scope["path"]):
        return False
    cookies = b";".join(value for name, value in scope["headers"] if name == b"cookie")
    return f"{settings.SESSION_COOKIE_NAME}=".encode() in cookies


class Spool:
    """Where large bodies wait until they are whole."""

    def __init__(self) -> None:
        self._open = 0

    @contextmanager
    def place(self) -> Iterator[Any]:
        """A file for one body, which goes afterwards. Raises RateLimited while too many arrive."""
        if self._open >= AT_ONCE:
            raise RateLimited("Too many large files arrive at once.", code="backlog", fix="Send again in a moment.")
        self._open += 1
        try:
            with SpooledTemporaryFile(max_size=IN_MEMORY, dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
                yield file
        finally:
            self._open -= 1


async def fill(file: Any, receive: Receive) -> None:
    """Write a body down. Raises Invalid above LARGEST, TooSlow, Disconnected."""
    size, more = 0, True
    try:
        async with asyncio.timeout(SECONDS):
            while more:
                part = await receive()
                if part["type"] != "http.request":
                    raise Disconnected
                chunk: bytes = part.get("body", b"")
                size, more = size + len(chunk), bool(part.get("more_body"))
                if size > LARGEST:
                    raise too_large(LARGEST)
                file.write(chunk)
    except TimeoutError:
        raise TooSlow(f"The body did not arrive within {SECONDS:.0f} seconds.", fix="Send it again.") from None
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
