"""A campaign of Kestrel Coffee that is over: who had stopped ordering got one of two letters, or none, and what came of it.

How many more orders the letters bring is laid down here, so that what is measured can be held against it.
"""

from dataclasses import dataclass

import numpy as np

from pentad.demo import shop
from pentad.demo.log import Log
from pentad.demo.orders import Orders, write_orders
from pentad.demo.people import People, draw
from pentad.demo.season import DAY_MS, HOUR_MS, Bools, Floats, Ints
from pentad.intelligence.experiments.arms import HOLDOUT, arms_of

ID, RUN = "7c1b8f5e-2d4a-4e0b-9a63-5b1f0c8d2e71", "7c1b8f5e-2d4a-4e0b-9a63-5b1f0c8d2e72"
NAME = "Come back for a fresh bag"
WEIGHTS = {"A": 40.0, "B": 40.0, HOLDOUT: 20.0}
MORE = {"A": 0.04, "B": 0.08, HOLDOUT: 0.0}
"""Of those who would not have ordered within the days of the goal, the share who do so because of the letter."""
DAYS = 14
"""Of the goal."""
AGO_DAYS = 24
"""How long ago it went out: its end has passed, and it lies in the weeks that are written first."""
QUIET_DAYS, FORGOTTEN_DAYS = 21, 300
"""Whose last order lay so many days back was chosen."""
_FIRST_ORDER = 890_001


@dataclass(frozen=True)
class Winback:
    """Who was chosen, by customer, in which arm, and which of them ordered because of it."""

    at: int
    who: Ints
    arm: np.ndarray[tuple[int], np.dtype[np.str_]]
    swayed: Bools


def write_winback(seed: int, log: Log, people: People, orders: Orders, end: int) -> Winback:
    """Write that they were chosen, what became of the letters, and the orders that these brought."""
    rng = draw(seed, "winback")
    sent = (end - AGO_DAYS * DAY_MS) // DAY_MS * DAY_MS + 9 * HOUR_MS
    who = _chosen(people, orders, sent)
    arm = arms_of(who, ID, WEIGHTS)
    back = np.zeros(len(people), bool)
    back[orders.who[(orders.at >= sent) & (orders.at < sent + DAYS * DAY_MS)]] = True
    swayed = (rng.random(len(who)) < np.select([arm == one for one in MORE], list(MORE.values()))) & ~back[who]
    _tell(log, "Campaign Entered", np.full(len(who), sent), who, arm)
    _letters(rng, log, who, arm, swayed, sent)
    ordered = sent + (HOUR_MS * (2 + rng.exponential(60.0, len(who)))).astype(np.int64)
    ordered = np.minimum(ordered, sent + DAYS * DAY_MS - HOUR_MS)
    beans = np.flatnonzero([one.category == "Beans" for one in shop.PRODUCTS])
    at, bought = ordered[swayed], rng.choice(beans, int(swayed.sum()))
    order = np.argsort(at, kind="stable")
    write_orders(rng, log, people, at[order], who[swayed][order], bought[order], _FIRST_ORDER, end)
    return Winback(sent, who, arm, swayed)


def _chosen(people: People, orders: Orders, sent: int) -> Ints:
    last = np.zeros(len(people), np.int64)
    before = orders.at < sent
    np.maximum.at(last, orders.who[before], orders.at[before])
    quiet = (sent - last > QUIET_DAYS * DAY_MS) & (sent - last < FORGOTTEN_DAYS * DAY_MS)
    found: Ints = np.flatnonzero(quiet & people.consent)
    return found


def _letters(
    rng: np.random.Generator, log: Log, who: Ints, arm: np.ndarray[tuple[int], np.dtype[np.str_]], swayed: Bools, sent: int
) -> None:  # fmt: skip
    """Sent in an hour. Whoever orders because of it opened it and followed its link, as did some of the others."""
    got = arm != HOLDOUT
    chance: Floats = rng.random(len(who))
    at = sent + rng.integers(60_000, HOUR_MS, len(who))
    bounced = got & (chance < 0.006) & ~swayed
    delivered = got & ~bounced
    opened = delivered & (swayed | (rng.random(len(who)) < 0.31))
    clicked = opened & (swayed | (rng.random(len(who)) < np.where(arm == "B", 0.18, 0.11)))
    leaves = opened & ~swayed & (rng.random(len(who)) < 0.012)
    later = at + (HOUR_MS * rng.lognormal(0.2, 1.0, len(who))).astype(np.int64)
    for event, when, which in (
        ("Message Sent", at, got), ("Message Delivered", at + 4_000, delivered), ("Message Bounced", at + 5_000, bounced),
        ("Message Opened", later, opened), ("Link Clicked", later + 20_000, clicked), ("Unsubscribed", later + 30_000, leaves),
    ):  # fmt: skip
        _tell(log, event, when[which], who[which], arm[which])


def _tell(log: Log, event: str, at: Ints, who: Ints, arm: np.ndarray[tuple[int], np.dtype[np.str_]]) -> None:
    told: dict[str, object] = {"campaign_id": ID, "campaign": NAME, "run": RUN}
    if event != "Campaign Entered":
        told |= {"channel": "email", "purpose": "newsletter"}
    if event in ("Message Opened", "Link Clicked"):
        told |= {"human": True, "confidence": 0.97}
    key = "arm" if event == "Campaign Entered" else "variant"
    more: dict[str, object] = {"context": shop.agreed(newsletter=False)} if event == "Unsubscribed" else {}
    arms = list(WEIGHTS)
    first = log.tails.add_members(
        [{"type": "track", "event": event, "properties": told | {key: one}} | more for one in arms]
    )
    log.add(shop.MAIL, at, who=who, tail=first + np.select([arm == one for one in arms], range(len(arms))))
