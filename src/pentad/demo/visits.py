"""Visits to the web shop and the app, and what is done in them.

A visit follows one of a few scripts. Each letter is a message; `I` is the moment the visitor says
who they are, so what comes before it on a device is anonymous and what comes after is not.
"""

from dataclasses import dataclass

import numpy as np

from pentad.demo import shop
from pentad.demo.log import NOBODY, Log
from pentad.demo.people import Devices, People, draw
from pentad.demo.season import DAY_MS, Ints, Season
from pentad.demo.steps import Scripts, Stage

WEB_LOOK = Scripts("P", "PLV", "PLVV", "PSVV", "PLVVLV", "PP", "PPLV", "PLVVVV", "PVA", "PLVAC", "PNL")
WEB_LOOK_SHARES = (0.26, 0.19, 0.14, 0.09, 0.05, 0.1, 0.05, 0.03, 0.06, 0.024, 0.006)
WEB_ORDER = Scripts("PVACT", "PLVVACT", "PLVVAACT", "PSVACT")
WEB_SIGN_IN = Scripts("PIV", "PLIVV", "PPI", "PLVIACT")
WEB_JOIN = Scripts("PLVRI", "PLVVARICT", "PLVARICT", "PPLRI", "PPLNVRI")
APP_LOOK = Scripts("OH", "OHB", "OSV", "OHVV", "OM", "OHBB")
APP_ORDER = Scripts("OHVAC", "OVAC", "OSVAC")
APP_SIGN_IN = Scripts("OHIV", "OHIB", "OIVAC")

LOOK, ORDER, SIGN_IN, JOIN = range(4)
SCENES = {
    (False, LOOK): WEB_LOOK,
    (False, ORDER): WEB_ORDER,
    (False, SIGN_IN): WEB_SIGN_IN,
    (False, JOIN): WEB_JOIN,
    (True, LOOK): APP_LOOK,
    (True, ORDER): APP_ORDER,
    (True, SIGN_IN): APP_SIGN_IN,
}
"""By whether it is in the app. Accounts are opened in the web shop, which the app shows for it."""


@dataclass
class Visits:
    """Columns, one row a visit, sorted by device and time."""

    at: Ints
    who: Ints
    device: Ints
    signed: Ints
    """0 before the device's owner said who they are, 1 in the visit where they do, 2 after it."""
    joins: Ints
    """1 for the visit in which an account is opened."""

    def __len__(self) -> int:
        return len(self.at)


@dataclass
class Baskets:
    """Visits that ended in an order."""

    at: Ints
    who: Ints
    product: Ints


def make_visits(seed: int, people: People, devices: Devices, season: Season, start: int, end: int) -> Visits:
    rng = draw(seed, "visits")
    everyone = np.arange(len(people))
    fresh = everyone[people.joined >= start]
    ordinary_at, ordinary_who = _ordinary(rng, people, season, start, end)
    early_who = np.repeat(fresh, rng.poisson(1.3, len(fresh)))
    early_at = people.joined[early_who] + (rng.exponential(11.0, len(early_who)) * DAY_MS).astype(np.int64)
    before_who = np.repeat(fresh, rng.poisson(0.8, len(fresh)))
    before_at = people.joined[before_who] - (rng.exponential(5.0, len(before_who)) * DAY_MS).astype(np.int64) - 60_000
    stranger_at, stranger_device = _strangers(rng, devices, season, start, end)

    at = np.concatenate([ordinary_at, early_at, before_at, people.joined[fresh], stranger_at])
    who = np.concatenate([ordinary_who, early_who, before_who, fresh, np.full(len(stranger_at), NOBODY)])
    group = np.repeat([0, 1, 2, 3, 4], [len(ordinary_at), len(early_at), len(before_at), len(fresh), len(stranger_at)])
    chosen = people.device_first[who] + (rng.random(len(who)) ** 1.7 * people.device_count[who]).astype(np.int64)
    device = np.where(group < 2, chosen, people.device_first[who])
    device[group == 4] = stranger_device
    inside = (at >= start) & (at < end - 60_000) & ((at < people.left[who]) | (who == NOBODY))
    at, who, device, joins = at[inside], who[inside], device[inside], (group[inside] == 3).astype(np.int64)

    order = np.lexsort((at, device))
    visits = Visits(at[order], who[order], device[order], np.zeros(len(order), np.int64), joins[order])
    _sign_in(rng, visits, people, start, len(devices.owner))
    return visits


def _ordinary(rng: np.random.Generator, people: People, season: Season, start: int, end: int) -> tuple[Ints, Ints]:
    everyone = np.arange(len(people))
    offset = people.offset_ms(everyone)
    begin, stop = np.maximum(people.joined, start) + offset, np.minimum(people.left, end) + offset
    who = np.repeat(everyone, rng.poisson(people.visits_per_hour * season.weight(begin, np.maximum(begin, stop))))
    return season.times(begin[who], stop[who], rng.random(len(who))) - offset[who], who


def _strangers(rng: np.random.Generator, devices: Devices, season: Season, start: int, end: int) -> tuple[Ints, Ints]:
    """Visitors who never tell who they are: one visit, sometimes a few more soon after."""
    all_of_them = np.flatnonzero(devices.owner == NOBODY)
    n = len(all_of_them)
    first = season.times(np.full(n, start), np.full(n, end), rng.random(n))
    more = np.repeat(np.arange(n), rng.geometric(0.55, n) - 1)
    later = first[more] + (rng.exponential(8.0, len(more)) * DAY_MS).astype(np.int64)
    return np.concatenate([first, later]), np.concatenate([all_of_them, all_of_them[more]])


def _sign_in(rng: np.random.Generator, visits: Visits, people: People, start: int, devices: int) -> None:
    """Find the visit in which each device learns who its owner is."""
    places = np.arange(len(visits))
    starts = np.concatenate([[True], visits.device[1:] != visits.device[:-1]])
    rank = places - np.maximum.accumulate(np.where(starts, places, 0))
    patience = rng.choice(3, devices, p=[0.68, 0.22, 0.1])[visits.device]
    by_account = people.device_first[visits.who] == visits.device
    by_account &= people.joined[visits.who] >= start
    moment = (visits.who != NOBODY) & np.where(by_account, visits.joins == 1, rank == patience)
    known_from = np.full(devices, np.iinfo(np.int64).max)
    known_from[visits.device[moment]] = visits.at[moment]
    visits.signed = np.where(moment, 1, np.where(visits.at > known_from[visits.device], 2, 0))


def act(
    seed: int, log: Log, visits: Visits, people: People, devices: Devices, season: Season, identify: Ints
) -> Baskets:
    """Write what happens in the visits to the log; return those that ended in an order. See `Stage` for `identify`."""
    rng = draw(seed, "acts")
    stage = Stage(log, visits, identify, rng)
    orders = visits.signed == 2
    orders &= rng.random(len(visits)) < people.order_share[visits.who] * np.minimum(season.factor(visits.at), 2.2)
    joins = visits.joins == 1
    in_app = (devices.kind[visits.device] >= shop.IOS) & ~joins
    scene = np.select([joins, visits.signed == 1, orders], [JOIN, SIGN_IN, ORDER], LOOK)
    baskets: list[Baskets] = []
    for (app, number), scripts in SCENES.items():
        which = np.flatnonzero((scene == number) & (in_app == app))
        script = rng.choice(len(scripts.texts), len(which), p=WEB_LOOK_SHARES if scripts is WEB_LOOK else None)
        product = favourites(rng, visits.at[which])
        ended = stage.write(scripts, script, which, product, shop.APP if app else shop.WEB)
        bought = np.flatnonzero(scripts.buys[script])
        baskets.append(Baskets(ended[bought], visits.who[which[bought]], product[bought]))
    return Baskets(*(np.concatenate([getattr(b, name) for b in baskets]) for name in Baskets.__dataclass_fields__))


_WEIGHTS = np.array([product.weight for product in shop.PRODUCTS])
_GIFTS = np.array([n for n, product in enumerate(shop.PRODUCTS) if product.category == "Gifts"])


def favourites(rng: np.random.Generator, at: Ints) -> Ints:
    """The product that a visit is about: popular ones more often, gifts before Christmas."""
    product = rng.choice(len(_WEIGHTS), len(at), p=_WEIGHTS / _WEIGHTS.sum())
    month = at.astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64) % 12
    gifts = rng.random(len(at)) < np.select([month == 11, month == 10], [0.22, 0.1], 0.0)
    return np.where(gifts, _GIFTS[rng.integers(len(_GIFTS), size=len(at))], product)
