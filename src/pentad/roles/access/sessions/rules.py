"""What a browser says of itself, and where an address is. Pure; good enough to tell one's own devices apart."""

import ipaddress

BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("HeadlessChrome/", "Chrome"), ("Chrome/", "Chrome"),
    ("Safari/", "Safari"), ("curl/", "curl"),
)  # fmt: skip
"""What a User-Agent holds → browser. The first that fits: most pretend to be those below them."""

DEVICES = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "Chromebook"), ("Windows", "Windows"),
    ("Mac OS X", "Mac"), ("Linux", "Linux"),
)  # fmt: skip
HANDHELD = frozenset({"iPhone", "iPad", "Android"})


def browser_of(agent: str) -> str:
    return next((name for mark, name in BROWSERS if mark in agent), "Unknown browser")


def device_of(agent: str) -> str:
    return next((name for mark, name in DEVICES if mark in agent), "Unknown device")


def place_of(address: str) -> str:
    """Where an address is, as far as it says so itself."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "Unknown place"
    if ip.is_loopback:
        return "This server"
    return "Private network" if ip.is_private else "Internet"
