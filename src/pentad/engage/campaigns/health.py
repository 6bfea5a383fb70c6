"""How a campaign is doing: the way its messages went, signs of trouble against their limits, and duplicates."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from pentad.core import clock
from pentad.engage.campaigns.keys import ORIGIN
from pentad.engage.campaigns.models import Campaign
from pentad.engage.campaigns.queries import Progress
from pentad.platforms.channels.queries import duplicates as duplicates_since
from pentad.platforms.responses.queries import figures

DAYS = 30
COUNTED_FOR, TIMES = timedelta(minutes=1), 60
"""How long a count is shown again: a minute, or so many times as long as it took (0.6 s of a million messages kept)."""
LIMITS = {"bounced": 0.02, "unsubscribed": 0.005, "complained": 0.001}
"""Shares of what was sent beyond which large mailbox providers begin to turn mail away; for complaints, Google and Yahoo
name 0.3 % as the most and 0.1 % as what to stay below.
"""
LEAST = 50
"""With fewer messages than this a share says nothing yet."""


@dataclass(frozen=True, slots=True)
class Part:
    """A step of the funnel. percent: of those chosen. which: the filter that lists whom it counts."""

    label: str
    number: int
    percent: int
    title: str = ""
    which: str = ""


@dataclass(frozen=True, slots=True)
class Sign:
    """A share against its limit. verdict: in words. which: the filter that lists whom it counts."""

    label: str
    number: int
    share: float
    limit: float
    verdict: str
    tone: str
    which: str


def funnel(campaign: Campaign, progress: Progress) -> list[Part]:
    """From those chosen to those who clicked; people only, robots left out."""
    found = figures(ORIGIN, campaign.id).total
    total = max(progress.chosen, 1)
    steps = (
        ("Chosen", progress.chosen, "Everybody who was in the audience, with those held out", ""),
        ("Sent", progress.told, "To whom something left, or may have left", "told"),
        ("Arrived", progress.arrived, "Taken by the provider, and not sent back", "arrived"),
        ("Opened", found.human_opened, "By people; robots and mail privacy programs are left out", "opened"),
        ("Clicked", found.human_clicked, "By people; robots are left out", "clicked"),
    )  # fmt: skip
    return [Part(label, number, min(100, round(100 * number / total)), *rest) for label, number, *rest in steps]


def signs(campaign: Campaign, progress: Progress) -> list[Sign]:
    found = figures(ORIGIN, campaign.id).total
    numbers = {"bounced": progress.bounced, "unsubscribed": found.unsubscribed, "complained": found.complained}
    return [sign(name, number, progress.told) for name, number in numbers.items()]


def sign(name: str, number: int, told: int) -> Sign:
    """How a number of something unwanted compares with its limit."""
    share, limit = number / told if told else 0.0, LIMITS[name]
    label = name.capitalize()
    if told < LEAST:
        return Sign(label, number, share, limit, "too few to tell", "gray", name)
    if share > limit:
        return Sign(label, number, share, limit, f"above {limit:.1%}", "red", name)
    return Sign(label, number, share, limit, f"below {limit:.1%}", "green", name)


_counted: tuple[datetime, timedelta, int] | None = None


def duplicates() -> int:
    """How many messages went to somebody twice in the last days, counted from the deliveries; some minutes old of very many."""
    global _counted
    now = clock.now()
    if _counted is None or not timedelta() <= now - _counted[0] < _counted[1]:
        began = time.monotonic()
        found = duplicates_since(now - timedelta(days=DAYS))
        _counted = now, max(COUNTED_FOR, TIMES * timedelta(seconds=time.monotonic() - began)), found
    return _counted[2]
