"""Was it a person who opened, or clicked? Pure.

Gateways that protect mailboxes open messages and follow their links before anybody reads them; services load pictures ahead.
Each sign of that, and of the contrary, multiplies the odds that a person did it; the signs are kept beside the result, so
that every figure can be explained. What happens within `WINDOW` of a hit is looked at too, so it is judged after that.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

OPEN, CLICK = "open", "click"
WINDOW = timedelta(seconds=10)
"""A hit is judged once so long has passed: a sweep of all links is known by its other clicks."""
SWEEP = timedelta(seconds=2)
"""Nobody follows three links within it."""
CALM = timedelta(seconds=2)
"""A person looks at least so long before the first click."""
HUMAN = 0.5
"""From this confidence on, figures count it as a person's."""

PRIOR: Mapping[str, float] = {OPEN: 4.0, CLICK: 9.0}
"""Odds before any sign: 0.8 and 0.9."""


@dataclass(frozen=True, slots=True)
class Sign:
    """factor: what it multiplies the odds by."""

    factor: float
    words: str


SIGNS: Mapping[str, Sign] = {
    "hidden_link": Sign(0.01, "Followed a link that people do not see"),
    "hidden_link_near": Sign(0.02, "The same program followed a link that people do not see"),
    "all_at_once": Sign(0.03, "Several links within two seconds"),
    "robot": Sign(0.02, "The program says that it is a robot"),
    "scanner": Sign(0.02, "From a network of which you said that no person uses it"),
    "data_centre": Sign(0.1, "From a data centre"),
    "ahead": Sign(0.05, "Loaded ahead, before anybody asked for it"),
    "no_program": Sign(0.1, "The program does not say what it is"),
    "mail_privacy": Sign(0.1, "Loaded by a service that loads every picture, read or not"),
    "within_1_s": Sign(0.02, "Within a second of sending"),
    "within_5_s": Sign(0.1, "Within five seconds of sending"),
    "within_20_s": Sign(0.5, "Within twenty seconds of sending"),
    "after_opening": Sign(4.0, "After the same program had opened the message like a person"),
}
TRAP = "hidden_link"


@dataclass(frozen=True, slots=True)
class Hit:
    """signs: what was known at once, names of SIGNS. client: equal for equal programs at equal places."""

    kind: str
    at: datetime
    link: int | None = None
    client: str = ""
    signs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Judged:
    """confidence: that a person did it, 0 to 1. why: names of SIGNS."""

    confidence: float
    why: tuple[str, ...]

    @property
    def human(self) -> bool:
        return self.confidence >= HUMAN


def judge(hits: Sequence[Hit], *, sent: datetime | None, links: int = 0) -> list[Judged]:
    """All hits of one delivery, in any order; the answers in theirs. sent: when it left. links: how many it has."""
    opened: dict[str, datetime] = {}
    found: dict[int, Judged] = {}
    for place, hit in sorted(enumerate(hits), key=lambda one: (one[1].at, one[1].kind != OPEN, one[0])):
        why = [*sorted(hit.signs), *_since(hit, sent), *_around(hit, hits, links)]
        if hit.kind == CLICK and hit.client in opened and hit.at - opened[hit.client] >= CALM:
            why.append("after_opening")
        odds = PRIOR[hit.kind]
        for sign in why:
            odds *= SIGNS[sign].factor
        judged = Judged(round(odds / (1 + odds), 3), tuple(why))
        if hit.kind == OPEN and judged.human:
            opened.setdefault(hit.client, hit.at)
        found[place] = judged
    return [found[place] for place in range(len(hits))]


def _since(hit: Hit, sent: datetime | None) -> list[str]:
    if sent is None:
        return []
    passed = (hit.at - sent).total_seconds()
    for seconds in (1, 5, 20):
        if passed < seconds:
            return [f"within_{seconds}_s"]
    return []


def _around(hit: Hit, hits: Sequence[Hit], links: int) -> list[str]:
    found = []
    if TRAP not in hit.signs:
        near = (one for one in hits if TRAP in one.signs and abs(one.at - hit.at) <= WINDOW)
        if any(one.client == hit.client for one in near):
            found.append("hidden_link_near")
    if hit.kind == CLICK:
        swept = {one.link for one in hits if one.kind == CLICK and abs(one.at - hit.at) <= SWEEP}
        if len(swept) >= 3 or (links == 2 and len(swept) >= 2):
            found.append("all_at_once")
    return found


# ── What a request says of itself ──────────────────────────────────────────────────────────────

_ROBOTS = re.compile(
    r"(?<!cu)bot\b|crawl|spider|scan|preview|validator|monitor|headless|phantomjs|curl/|wget|python|urllib|aiohttp|httpx|go-http|"
    r"java/|okhttp|libwww|perl|ruby|axios|node-fetch|facebookexternalhit|whatsapp|existence discovery|"
    r"barracuda|proofpoint|mimecast|ironport|ciscosecure|fireeye|forcepoint|symantec|trendmicro|tmes|sophos|fortinet|zscaler",
    re.IGNORECASE,
)
_PICTURES = re.compile(r"GoogleImageProxy|YahooMailProxy", re.IGNORECASE)
"""Services that load a picture when the message is opened: their place says nothing of the reader's."""
_PRIVATE = re.compile(r"^Mozilla/5\.0$")
"""Apple's Mail Privacy Protection loads every picture, and calls itself no more than that."""


def signs_of(kind: str, *, agent: str, network: str = "", headers: Mapping[str, str] | None = None) -> frozenset[str]:
    """Signs that one request shows. network: "data_centre", "scanner" or "". headers: names in lower case."""
    found = set()
    pictures = kind == OPEN and bool(_PICTURES.search(agent))
    if not agent.strip():
        found.add("no_program")
    elif _PRIVATE.search(agent.strip()):
        found.add("mail_privacy" if kind == OPEN else "no_program")
    elif not pictures and _ROBOTS.search(agent):
        found.add("robot")
    if network and not pictures:
        found.add(network)
    purpose = " ".join((headers or {}).get(name, "") for name in ("purpose", "sec-purpose", "x-purpose", "x-moz"))
    if "prefetch" in purpose.lower() or "preview" in purpose.lower():
        found.add("ahead")
    return frozenset(found)
