"""Static files straight from the apps' folders: hashed addresses that browsers may keep for ever.

There is no collect step and nothing is written: `{% static "css/app.css" %}` gives
/static/css/app.3f9a1c0b2d4e.css, and the ASGI app below answers it from memory, compressed.
A plain address works too (style sheets refer to fonts that way) and is revalidated by ETag.
"""

import asyncio
import gzip
import hashlib
import mimetypes
import os
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.exceptions import SuspiciousFileOperation

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

HASHED = re.compile(r"^(?P<stem>.+)\.(?P<tag>[0-9a-f]{12})(?P<ext>\.\w+)$")
PACKED = ("text/", "application/javascript", "application/json", "image/svg+xml")
FOR_EVER = b"public, max-age=31536000, immutable"
REVALIDATE = b"no-cache"


@dataclass(frozen=True, slots=True)
class Asset:
    changed: int
    tag: str
    type: str
    body: bytes
    packed: bytes | None


_assets: dict[str, Asset] = {}
_places: dict[str, str] = {}


def find(name: str) -> Asset | None:
    """The file of that name, read again when it has changed. None: there is no such file."""
    place = _places.get(name) or _place(name)
    if place is None:
        return None
    try:
        changed = os.stat(place).st_mtime_ns
        asset = _assets.get(name)
        if asset is None or asset.changed != changed:
            asset = _assets[name] = _read(place, changed)
    except OSError:
        return None
    _places[name] = place
    return asset


def _place(name: str) -> str | None:
    try:
        found = finders.find(name)
    except (SuspiciousFileOperation, ValueError):
        return None
    return found if isinstance(found, str) and os.path.isfile(found) else None


def _read(place: str, changed: int) -> Asset:
    with open(place, "rb") as file:
        body = file.read()
    kind = mimetypes.guess_type(place)[0] or "application/octet-stream"
    if kind == "text/javascript" or kind.startswith("text/"):
        kind += "; charset=utf-8"
    packed = gzip.compress(body, 6, mtime=0) if len(body) > 1000 and kind.startswith(PACKED) else None
    return Asset(changed, hashlib.sha256(body).hexdigest()[:12], kind, body, packed)


class HashedStorage(StaticFilesStorage):
    """Gives templates the hashed address of a file."""

    def url(self, name: str | None) -> str:
        asset = find(name or "")
        if name is None or asset is None:
            return super().url(name)
        stem, dot, ext = name.rpartition(".")
        return super().url(f"{stem}.{asset.tag}{dot}{ext}" if stem else name)


async def static_app(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI app for everything under STATIC_URL."""
    name = scope["path"].removeprefix(settings.STATIC_URL)
    match = HASHED.match(name)
    plain = match["stem"] + match["ext"] if match else name
    asset = find(plain) if plain in _places else await asyncio.to_thread(find, plain)
    if asset is None and match:  # a file whose own name looks hashed
        asset, match = await asyncio.to_thread(find, name), None
    if asset is None or scope["method"] not in ("GET", "HEAD"):
        await _answer(send, 404, [(b"content-type", b"text/plain; charset=utf-8")], b"There is no such file.\n")
        return
    await _send_asset(scope, send, asset, for_ever=bool(match and match["tag"] == asset.tag))


async def _send_asset(scope: Scope, send: Send, asset: Asset, *, for_ever: bool) -> None:
    asked = dict(scope["headers"])
    etag = f'"{asset.tag}"'.encode()
    headers = [
        (b"content-type", asset.type.encode()),
        (b"cache-control", FOR_EVER if for_ever else REVALIDATE),
        (b"etag", etag),
        (b"x-content-type-options", b"nosniff"),
    ]
    if asset.packed is not None:
        headers.append((b"vary", b"accept-encoding"))
    if etag in asked.get(b"if-none-match", b""):
        await _answer(send, 304, headers, b"")
        return
    body = asset.body
    if asset.packed is not None and b"gzip" in asked.get(b"accept-encoding", b""):
        body = asset.packed
        headers.append((b"content-encoding", b"gzip"))
    headers.append((b"content-length", str(len(body)).encode()))
    await _answer(send, 200, headers, b"" if scope["method"] == "HEAD" else body)


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
