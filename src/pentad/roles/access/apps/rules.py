"""Where an app may be sent back to, and the scopes that are no rights. Pure."""

import re
from urllib.parse import urlsplit

IDENTITY = frozenset({"openid", "profile", "email"})
"""Scopes of OpenID Connect: who the colleague is."""

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.I)
_REST = re.compile(r"[A-Za-z0-9._~:/?@!$&'()+,=%-]*")  # of RFC 3986, without what begins a fragment or a wildcard


def fault_of(address: str) -> str:
    """Why colleagues cannot be sent back there; empty when they can (RFC 9700, RFC 8252)."""
    try:
        parts, port = urlsplit(address), urlsplit(address).port
    except ValueError:
        return "is no address"
    host = parts.hostname or ""
    if not _REST.fullmatch(f"{parts.path}{parts.query}") or "#" in address or len(address) > 400:
        return "holds a character, a fragment or a * that a redirect address must not"
    if parts.scheme not in ("https", "http"):
        own = "." in parts.scheme and not host and parts.path.startswith("/")
        return "" if own else "begins with neither https:// nor the app’s own com.example.app:/"
    if parts.username is not None or not (_HOST.fullmatch(host) or host == "::1") or port == 0:
        return "names no host"
    if parts.scheme == "http" and host not in LOOPBACK:
        return "begins with http://, which anybody on the way can read"
    return ""


def form_target(address: str) -> str:
    """A redirect address as the Content-Security-Policy names it, so that the page's form may lead there."""
    parts = urlsplit(address)
    if parts.scheme not in ("https", "http") or parts.hostname == "::1":  # a policy cannot name an IPv6 address
        return f"{parts.scheme}:"
    return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
