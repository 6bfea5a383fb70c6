"""The addresses that a message carries: links and the opening picture, where they are counted; unsubscribing, preferences,
and the message in a browser. Signed, so that each works for its delivery alone.
"""

import html
import json
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Protocol

from django.conf import settings as django_settings

from pentad.core import settings
from pentad.data.consent.models import ConsentPurpose
from pentad.data.ingest.known import PUBLIC_URL
from pentad.platforms.channels.items import TEST
from pentad.platforms.responses import tokens
from pentad.platforms.responses.people import public_id_of
from pentad.roles.access.invitations.queries import site

ADDRESS = settings.define(
    "responses.address", "",
    "Where customers reach this Pentad, such as https://hello.kestrel.example: links in messages begin with it. Empty: as"
    " trackers (tracking.public_url) or colleagues do (access.site), else where it listens, which others do not reach.",
)  # fmt: skip

TRAP = 0xFFFF
"""The number of the link that people do not see."""
NOBODY = 0
"""Of whom a test is: no customer has this number."""
PURPOSE_SECONDS = 2.0
"""How long another process may go on with what a purpose said before."""


class Sendable(Protocol):
    """What a delivery must tell of itself here."""

    pk: int
    public_id: str
    person_no: int
    purpose: str
    channel: str
    transactional: bool
    origin_kind: str


def home() -> str:
    """Where customers reach this Pentad, without a slash at its end."""
    return (ADDRESS.get() or PUBLIC_URL.get().strip() or site() or django_settings.ADDRESS).rstrip("/")


class Signed:
    """The addresses of one delivery. who: the public id of whom it is for, looked up where it is left out."""

    def __init__(self, delivery: Sendable, who: str = "") -> None:
        # Who tries out a message for a customer must not unsubscribe them.
        self._no, self._person = delivery.pk, NOBODY if delivery.origin_kind == TEST else delivery.person_no
        self._mark, self._who = tokens.mark(delivery.public_id), who
        self._home = home()
        self.transactional = delivery.transactional
        self.opens, self.clicks = tracked(delivery)

    def link(self, number: int, address: str) -> str:
        """Through Pentad where clicks are counted; else the address itself."""
        if not self.clicks or not address.startswith(("http://", "https://")):
            return address
        return self._address("t", tokens.LINK, self._no, number)

    @cached_property
    def trap(self) -> str:
        """A link that people do not see; "" where clicks are not counted."""
        return self._address("t", tokens.LINK, self._no, TRAP) if self.clicks else ""

    @cached_property
    def open(self) -> str:
        """The picture that tells of an opening; "" where these are not counted."""
        return self._address("o", tokens.OPEN, self._no) if self.opens else ""

    @cached_property
    def unsubscribe(self) -> str:
        """Of what needs no consent, the preferences: there is nothing to unsubscribe from."""
        if self.transactional:
            return self.preferences
        return self._of_person("u", tokens.UNSUBSCRIBE)

    @cached_property
    def preferences(self) -> str:
        return self._of_person("preferences", tokens.PREFERENCES)

    @cached_property
    def view(self) -> str:
        return self._address("view", tokens.VIEW, self._no)

    @property
    def headers(self) -> dict[str, str]:
        """For e-mail: unsubscribing by one click (RFC 2369, RFC 8058)."""
        if self.transactional:
            return {}
        return {"List-Unsubscribe": f"<{self.unsubscribe}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}

    def _of_person(self, road: str, kind: str) -> str:
        """What acts for a customer names them by number and by a mark of their public id: the delivery may be gone by then."""
        if not self._who and self._person != NOBODY:
            self._who = public_id_of(self._person)
        made = tokens.token(kind, self._no, self._person, self._mark, tokens.mark(self._who))
        return f"{self._home}/{road}/{made}"

    def _address(self, road: str, kind: str, *numbers: int) -> str:
        return f"{self._home}/{road}/{tokens.token(kind, *numbers, self._mark)}"


def addresses(delivery: Sendable, who: str = "") -> Signed:
    """The addresses of a delivery: the same whenever they are asked for."""
    return Signed(delivery, who)


# ── Whether opens and clicks are counted ────────────────────────────────────────────────────────

_lock = threading.Lock()
_untracked: dict[str, tuple[bool, bool]] = {}
_fresh_until = 0.0


def tracked(delivery: Sendable) -> tuple[bool, bool]:
    """Whether opens and clicks are counted: as the purpose says. Never of what has none, such as a receipt."""
    global _untracked, _fresh_until
    if not delivery.purpose:
        return False, False
    with _lock:
        if time.monotonic() >= _fresh_until:
            rows = ConsentPurpose.objects.values_list("name", "track_opens", "track_clicks")
            _untracked = {name: (opens, clicks) for name, opens, clicks in rows if not (opens and clicks)}
            _fresh_until = time.monotonic() + PURPOSE_SECONDS
        return _untracked.get(delivery.purpose, (True, True))


def forget() -> None:
    """Read anew at the next look what purposes say."""
    global _fresh_until
    _fresh_until = 0.0


# ── Into a composed message ─────────────────────────────────────────────────────────────────────

_PLACE = re.compile(r"\{\{\{(?:link:(?P<number>\d+)|(?P<name>open|unsubscribe|preferences|view))\}\}\}")
_PIXEL_PLACE = re.compile(r"<img\b[^>]*\{\{\{open\}\}\}[^>]*>|\{\{\{open\}\}\}")
_END = re.compile(r"</body\s*>(?![\s\S]*</body)", re.IGNORECASE)
PIXEL = '<img src="{}" width="1" height="1" alt="" style="display:block;width:1px;height:1px;border:0">'
HIDDEN = (
    '<a href="{}" tabindex="-1" aria-hidden="true" style="display:none;font-size:0;line-height:0;mso-hide:all"></a>'
)


def filled(
    delivery: Sendable, content: Mapping[str, str], links: Sequence[str], signed: Signed | None = None
) -> dict[str, str]:
    """What was composed, with the delivery's own addresses in place of every placeholder.

    HTML gets the picture and the hidden link too, where opens and clicks are counted.
    """
    signed = signed or addresses(delivery)
    return {name: _filled(name, text, links, signed) for name, text in content.items()}


def shown(delivery: Sendable, content: Mapping[str, str], links: Sequence[str]) -> dict[str, str]:
    """The same for a look at the message: nothing in it tells of an opening or waits for robots."""
    signed = addresses(delivery)
    signed.__dict__ |= {"open": "", "trap": ""}
    return {name: _filled(name, text, links, signed) for name, text in content.items()}


def _filled(name: str, text: str, links: Sequence[str], signed: Signed) -> str:
    if name == "html":
        text = _with_tail(text, signed, tracked_links=bool(links))
    elif "{{{" not in text:
        return text
    quote = _QUOTES.get(name, str)

    def put(found: re.Match[str]) -> str:
        if found["name"]:
            return quote("" if found["name"] == "open" else str(getattr(signed, found["name"])))
        number = int(found["number"])
        return quote(signed.link(number, links[number]) if number < len(links) else "")

    return _PLACE.sub(put, text)


def _with_tail(text: str, signed: Signed, *, tracked_links: bool) -> str:
    """With one picture, where its place is or else at the end, and the hidden link, if it has any other."""
    pixel = PIXEL.format(signed.open) if signed.open else ""
    hidden = HIDDEN.format(signed.trap) if signed.trap and tracked_links else ""
    if placed := _PIXEL_PLACE.search(text):
        text = text[: placed.start()] + pixel + _PIXEL_PLACE.sub("", text[placed.end() :])
    tail = hidden if placed else hidden + pixel
    if not tail:
        return text
    end = _END.search(text)
    return f"{text[: end.start()]}{tail}{text[end.start() :]}" if end else text + tail


def _in_json(address: str) -> str:
    return json.dumps(address)[1:-1]


_QUOTES: dict[str, Callable[[str], str]] = {"html": html.escape, "json": _in_json}
"""How an address is written in fields that are no plain text."""
