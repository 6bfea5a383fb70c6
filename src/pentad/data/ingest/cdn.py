"""What the browser library loads: its settings, itself and its chunks."""

import json
import re
from urllib.parse import urlsplit

from pentad.core.errors import Invalid, NotFound, NotSignedIn
from pentad.data.ingest import answers
from pentad.data.ingest.answers import Scope, Send
from pentad.data.ingest.browser import library
from pentad.data.ingest.keys import Keys

SETTINGS = re.compile(r"/v1/projects/([^/]{1,80})/settings/?")
SCRIPT = re.compile(r"/analytics\.js/v1/([^/]{1,80})/analytics(?:\.min)?\.js")
_HOST = re.compile(r"[A-Za-z0-9._\-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")
_JAVASCRIPT = b"application/javascript; charset=utf-8"


async def answer(keys: Keys, scope: Scope, send: Send) -> bool:
    """Answer a GET for one of these documents; False when the path is none of them."""
    path: str = scope["path"]
    if found := SETTINGS.fullmatch(path):
        await _settings(keys, found[1], scope, send)
    elif found := SCRIPT.fullmatch(path):
        await _script(keys, found[1], scope, send)
    elif path.startswith("/analytics-next/bundles/"):
        await _bundle(path.rpartition("/")[2], send)
    else:
        return False
    return True


async def _settings(keys: Keys, key: str, scope: Scope, send: Send) -> None:
    await keys.find(key)
    host, scheme = address(scope, keys.known.public_url)
    document = library.settings_document(key, host, scheme)
    headers = [(b"cache-control", b"public, max-age=60"), (b"vary", b"origin, x-forwarded-proto")]
    await answers.answer_json(send, document, headers=headers)


async def _script(keys: Keys, key: str, scope: Scope, send: Send) -> None:
    try:
        await keys.find(key)
    except NotSignedIn as refusal:
        # Browsers run no script that comes with an error, and some do not even log it: so it says so itself.
        said = json.dumps(f"Pentad: {refusal.message} {refusal.fix}").replace("<", "\\u003c")
        headers = [(b"cache-control", b"no-store"), (b"x-pentad-code", refusal.code.encode())]
        await answers.answer(send, f"console.error({said});".encode(), _JAVASCRIPT, headers=headers)
        return
    plain, packed = library.script(key)
    headers = [(b"cache-control", b"public, max-age=300"), (b"vary", b"accept-encoding")]
    if b"gzip" in _header(scope, b"accept-encoding"):
        headers.append((b"content-encoding", b"gzip"))
        plain = packed
    await answers.answer(send, plain, _JAVASCRIPT, headers=headers)


async def _bundle(name: str, send: Send) -> None:
    code = library.bundles().get(name)
    if code is None:
        raise NotFound(f"There is no part {name[:80]} of the browser library.", code="no_such_bundle")
    await answers.answer(send, code, _JAVASCRIPT, headers=[(b"cache-control", b"public, max-age=31536000, immutable")])


def address(scope: Scope, public_url: str) -> tuple[str, str]:
    """(host[:port], scheme) under which the browser that asks reaches the tracking API."""
    if public_url:
        parts = urlsplit(public_url)
        return parts.netloc + parts.path, parts.scheme
    host = _header(scope, b"host").decode("latin-1")
    if not _HOST.fullmatch(host):
        raise Invalid("The Host header is not a host name.", code="bad_host")
    # A proxy that ends TLS need not be trusted here: the answer steers nobody but the one who asks.
    scheme = _header(scope, b"x-forwarded-proto").decode("latin-1").split(",")[0].strip().lower()
    if scheme not in ("http", "https"):
        scheme = scope.get("scheme", "http")
        origin = _header(scope, b"origin")
        if origin.startswith(b"https://") and not _is_local(host):
            scheme = "https"  # browsers let no https page ask a plain http address
    return host, scheme


def _is_local(host: str) -> bool:
    name = host.rsplit(":", 1)[0]
    return name in ("localhost", "[::1]") or name.endswith(".localhost") or name.startswith("127.")


def _header(scope: Scope, wanted: bytes) -> bytes:
    for name, value in scope["headers"]:
        if name == wanted:
            return bytes(value)
    return b""
