"""Where an app may be sent back to, and the scopes that are no rights. Pure."""

import re
import unicodedata
from urllib.parse import urlsplit

IDENTITY = frozenset({"openid", "profile", "email"})
"""Scopes of OpenID Connect: who the colleague is."""

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.I)
_REST = re.compile(r"[A-Za-z0-9._~:/?@!$&'()+,=%-]*")  # of RFC 3986, without what begins a fragment or a wildcard
_SEEN = re.compile(r"[!-~]*")  # taking an address apart drops tabs and line ends
_LOOPBACK_PORT = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\]))(?::([0-9]{1,5}))?([/?].*)?")


def deceives(name: str) -> bool:
    """Whether a name reads otherwise than it is: control characters, line ends, and what turns the direction."""
    turning = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}
    marks = "\u061c\u200e\u200f"
    return any(
        one in marks
        or unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp")
        or unicodedata.bidirectional(one) in turning
        for one in name
    )


def undeceiving(name: str) -> str:
    """The same without such characters."""
    return name if name.isprintable() else " ".join("".join(" " if deceives(one) else one for one in name).split())


def leads_to(address: str, own: str) -> bool:
    """Whether an address that was asked for is the app's own, character by character (OAuth 2.1). The port on the
    device's own address may be any: a native app takes what is free (RFC 8252).
    """
    if address == own:
        return True
    asked, given = _LOOPBACK_PORT.fullmatch(address), _LOOPBACK_PORT.fullmatch(own)
    if asked is None or given is None or not 0 < int(asked[2] or 80) < 65_536:
        return False
    return (asked[1], asked[3]) == (given[1], given[3])


def is_address(said: str) -> bool:
    """Whether the standard library can take it apart."""
    try:
        _ = urlsplit(said).port
    except ValueError:
        return False
    return True


def fault_of(address: str) -> str:
    """Why colleagues cannot be sent back there; empty when they can (RFC 9700, RFC 8252)."""
    if not is_address(address):
        return "is no address"
    parts, port = urlsplit(address), urlsplit(address).port
    host = parts.hostname or ""
    if (
        not _REST.fullmatch(f"{parts.path}{parts.query}")
        or "#" in address
        or not _SEEN.fullmatch(address)
        or len(address) > 400
    ):
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
