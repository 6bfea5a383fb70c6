"""Addresses in messages: found when a message is compiled, told apart and counted when it is rendered. Pure."""

import re
from urllib.parse import quote

SCHEMES = ("https", "http", "mailto", "tel", "sms")
"""Addresses that a message may lead to."""
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_OWN = re.compile(r"\{\{\{(?:unsubscribe|preferences|view)\}\}\}")
_HREF = re.compile(
    r"""(<(?!link\b|base\b|/)[a-z][a-z0-9:]*+[^<>]*?\shref\s*=\s*)("([^"]*)"|'([^']*)')""", re.IGNORECASE
)
_PLAIN = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_AFTER = ".,;:!?)]}'’”"
_SAFE = "%/:=&?~#+!$,;'@()*[]{}|"
LEFT = ("#", "mailto:", "tel:", "sms:")
"""Beginnings of addresses that lead nowhere on the web: they are written as they are."""


def tidy(address: str) -> str:
    """Without spaces around it; what may not stand in an address is encoded."""
    address = address.strip()
    return address if address.isascii() and " " not in address else quote(address, safe=_SAFE)


def own(address: str) -> bool:
    """One of the delivery's own addresses, which sending fills in."""
    return address.startswith("{{{") and _OWN.fullmatch(address) is not None


def whole(address: str, base_url: str) -> str:
    """A path on our own site with the site before it."""
    return base_url.rstrip("/") + address if address.startswith("/") and not address.startswith("//") else address


def counted(address: str) -> bool:
    """Whether clicks on it can be counted."""
    return bool(address) and not address.lower().startswith(LEFT)


def refused(address: str) -> str:
    """Why nothing with this address is sent; "" when it may be."""
    found = _SCHEME.match(address)
    if found and found[1].lower() not in SCHEMES:
        return f"A link leads to “{address[:60]}”: only {', '.join(SCHEMES)} may be linked to."
    return ""


def wrapped(html: str, start: str, end: str) -> str:
    """HTML with `start` and `end` around each address that is followed by a click."""

    def around(found: re.Match[str]) -> str:
        address = found[3] if found[3] is not None else found[4]
        if not address.strip() or address.strip().lower().startswith(LEFT):
            return found[0]
        return f'{found[1]}"{start}{address}{end}"'

    return _HREF.sub(around, html)


def wrapped_in_text(text: str, start: str, end: str) -> str:
    """The same for a plain text, in which addresses stand bare."""

    def around(found: re.Match[str]) -> str:
        address = found[0].rstrip(_AFTER)
        return f"{start}{address}{end}{found[0][len(address) :]}"

    return _PLAIN.sub(around, text)


def addresses(html: str) -> list[str]:
    """What is linked to, as it stands in the source."""
    return [found[3] if found[3] is not None else found[4] for found in _HREF.finditer(html)]
