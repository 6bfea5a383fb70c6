"""How a mail looks where everything is dark: by its own rules for that, or as programs turn colours round. Pure."""

import re

_ASKS = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)", re.IGNORECASE)
_TURNED = (
    "<style>html{background:#fff;filter:invert(1) hue-rotate(180deg)}"
    "img,video{filter:invert(1) hue-rotate(180deg)}</style>"
)


def minds(html: str) -> bool:
    """Whether it has rules of its own for the dark."""
    return any(one[1].lower() == "dark" for one in _ASKS.finditer(html))


def dark(html: str) -> str:
    """The same as who reads in the dark sees it, whatever the one who looks at it has."""
    return _settled(html, "dark") if minds(html) else _styled(html, _TURNED)


def light(html: str) -> str:
    """The same as who reads in the light sees it."""
    return _settled(html, "light")


def _settled(html: str, scheme: str) -> str:
    html = _ASKS.sub(lambda one: "(min-width:0)" if one[1].lower() == scheme else "(max-width:0)", html)
    return _styled(html, f"<style>:root{{color-scheme:{scheme}}}</style>")


def _styled(html: str, style: str) -> str:
    return html.replace("</head>", f"{style}</head>", 1) if "</head>" in html else style + html
