"""The crowd: customers, their devices and the offices they work in, as columns.

Row i of each column is customer i. Nothing here happens yet: `visits`, `orders` and `contacts` let
these people act. Everything is drawn from (seed, part) streams, so one part can change without
reshuffling the others.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pentad.demo import names
from pentad.demo.season import DAY_MS, Bools, Floats, Ints, Season

CUSTOMERS = 24_000
VISITORS_SHARE = 0.3
"""Visitors who never say who they are, for each customer."""
TYPOS_SHARE, SAME_ADDRESS_SHARE = 0.011, 0.00125
"""Second accounts with a slip in the address, and with the very same one, for each customer."""


def draw(seed: int, part: str) -> np.random.Generator:
    """The random stream of one part of the generator."""
    return np.random.Generator(np.random.PCG64([seed, *part.encode()]))


@dataclass
class People:
    """Columns, one row a customer. Times are milliseconds since the epoch, UTC."""

    country: Ints
    name: list[str]
    email: list[str]
    phone: list[str]
    city: list[str]
    birthday: list[str]
    joined: Ints
    left: Ints
    """When they stop coming. After `end`: still a customer."""
    visits_per_hour: Floats
    """At average intensity."""
    order_share: Floats
    """Share of visits that end in an order."""
    consent: Bools
    """Wants the newsletter."""
    subscriber: Ints
    """Index into shop.PLANS, or -1."""
    company: Ints
    """Index into the companies, or -1."""
    device_first: Ints
    device_count: Ints

    def __len__(self) -> int:
        return len(self.name)

    def offset_ms(self, who: Ints) -> Ints:
        return OFFSETS[self.country[who]] * 3_600_000


OFFSETS = np.array([country.offset for country in names.COUNTRIES])


@dataclass
class Devices:
    """Columns, one row a device. `owner` is -1 for visitors who never said who they are."""

    owner: Ints
    kind: Ints
    country: Ints
    anonymous_id: list[str]


def uuids(high: npt.NDArray[np.uint64], low: npt.NDArray[np.uint64]) -> list[str]:
    """Random-looking UUIDs (version 4 in form) from two columns of 64 bits."""
    raw = np.stack([high, low], axis=1).astype(">u8").view(np.uint8).reshape(-1, 16).copy()
    raw[:, 6] = raw[:, 6] & 0x0F | 0x40
    raw[:, 8] = raw[:, 8] & 0x3F | 0x80
    digits = np.frombuffer(b"0123456789abcdef", np.uint8)
    text = np.full((len(raw), 36), ord("-"), np.uint8)
    places = [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 16, 17, 19, 20, 21, 22, *range(24, 36)]
    text[:, places[0::2]] = digits[raw >> 4]
    text[:, places[1::2]] = digits[raw & 15]
    joined = text.tobytes().decode()
    return [joined[at : at + 36] for at in range(0, len(joined), 36)]


def hashed(seed: int, numbers: Ints) -> npt.NDArray[np.uint64]:
    """64 well-mixed bits for each number (SplitMix64, Steele et al. 2014)."""
    with np.errstate(over="ignore"):
        z = numbers.astype(np.uint64) + np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15)
        z = (z + np.uint64(0x9E3779B97F4A7C15)) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def user_id(customer: int) -> str:
    return f"u-{200_000 + customer}"


def make_people(seed: int, n: int, start: int, end: int, season: Season) -> People:
    rng = draw(seed, "people")
    shares = np.array([country.share for country in names.COUNTRIES])
    country = rng.choice(len(shares), n, p=shares / shares.sum())
    joined = _joined(rng, n, start, end, season)
    bargain = (season.factor(joined) > 1.9) & (joined > start)
    lifetime = rng.exponential(1.0, n) * rng.gamma(1.2, 260.0, n) * np.where(bargain, 0.4, 1.0) + 3
    left = joined + (lifetime * DAY_MS).astype(np.int64)
    city = [
        names.COUNTRIES[c].cities[int(u * u * len(names.COUNTRIES[c].cities))]
        for c, u in zip(country.tolist(), rng.random(n).tolist(), strict=True)
    ]
    full = _names(rng, country)
    people = People(
        country=country,
        name=full,
        email=_emails(rng, full),
        phone=_phones(rng, country),
        city=city,
        birthday=_birthdays(rng, n),
        joined=joined,
        left=left,
        visits_per_hour=np.minimum(rng.lognormal(-6.52, 1.05, n), 0.09),
        order_share=rng.beta(1.7, 6.0, n) * np.where(bargain, 1.3, 1.0),
        consent=rng.random(n) < 0.62,
        subscriber=np.where(rng.random(n) < 0.21, rng.choice(3, n, p=[0.6, 0.28, 0.12]), -1),
        company=np.where(rng.random(n) < 0.17, (rng.beta(0.7, 1.6, n) * 799.99).astype(np.int64), -1),
        device_first=np.zeros(n, np.int64),
        device_count=rng.choice([1, 2, 3, 4], n, p=[0.42, 0.36, 0.17, 0.05]),
    )
    people.subscriber = np.where((people.company >= 0) & (rng.random(n) < 0.12), 3, people.subscriber)
    people.device_first = np.cumsum(people.device_count) - people.device_count
    _second_accounts(rng, people)
    return people


def _joined(rng: np.random.Generator, n: int, start: int, end: int, season: Season) -> Ints:
    """45 in 100 came in the three years before; the others with the seasons of the year shown."""
    before = start - (rng.random(n) ** 1.3 * 3 * 365 * DAY_MS).astype(np.int64) - DAY_MS
    within = season.times(np.full(n, start), np.full(n, end), rng.random(n))
    return np.where(rng.random(n) < 0.45, before, within)


def _names(rng: np.random.Generator, country: Ints) -> list[str]:
    first, last = rng.random(len(country)).tolist(), rng.random(len(country)).tolist()
    pools = [(names.FIRST[c.names], names.LAST[c.names]) for c in names.COUNTRIES]
    return [
        f"{pools[c][0][int(f * len(pools[c][0]))]} {pools[c][1][int(s * len(pools[c][1]))]}"
        for c, f, s in zip(country.tolist(), first, last, strict=True)
    ]


def _emails(rng: np.random.Generator, full: list[str]) -> list[str]:
    """One address each: first.last, and a number from the second person of that name on."""
    slugs = {name: names.ascii_slug(name) for name in set(full)}
    domains = (rng.random(len(full)) ** 1.5 * len(names.MAIL_DOMAINS)).astype(int).tolist()
    taken: Counter[str] = Counter()
    result = []
    for name, domain in zip(full, domains, strict=True):
        taken[name] += 1
        number = "" if taken[name] == 1 else str(taken[name] + 60)
        result.append(f"{slugs[name]}{number}@{names.MAIL_DOMAINS[domain]}")
    return result


def _phones(rng: np.random.Generator, country: Ints) -> list[str]:
    """A number of one's own for about two in three, where fiction has numbers."""
    has = (rng.random(len(country)) < 0.68).tolist()
    used: Counter[int] = Counter()
    result = []
    for c, wanted in zip(country.tolist(), has, strict=True):
        if wanted:
            result.append(names.phone(names.COUNTRIES[c].code, used[c]))
            used[c] += 1
        else:
            result.append("")
    return result


def _birthdays(rng: np.random.Generator, n: int) -> list[str]:
    days = (rng.beta(2.2, 2.6, n) * 55 * 365).astype(int)
    texts: list[str] = np.datetime_as_string(np.datetime64("1950-03-01") + days).tolist()
    return [text if kept else "" for text, kept in zip(texts, (rng.random(n) < 0.4).tolist(), strict=True)]


def _second_accounts(rng: np.random.Generator, people: People) -> None:
    """Some people opened a second account: with a slip in the address, or with the very same one."""
    pairs, same = int(TYPOS_SHARE * len(people)), int(SAME_ADDRESS_SHARE * len(people))
    chosen = rng.choice(len(people), (pairs, 2), replace=False)
    for n, (first, second) in enumerate(chosen.tolist()):
        people.name[second], people.city[second] = people.name[first], people.city[first]
        people.birthday[second], people.country[second] = people.birthday[first], people.country[first]
        people.phone[second] = people.phone[first] if n % 3 == 0 else ""
        local, domain = people.email[first].split("@")
        at = 2 + n % max(len(local) - 3, 1)
        slips = (local[:at] + local[at + 1 :], local[:at] + local[at - 1] + local[at:], local.replace(".", ""))
        people.email[second] = people.email[first] if n < same else f"{slips[n % 3]}@{domain}"


def make_devices(seed: int, people: People) -> Devices:
    rng = draw(seed, "devices")
    owned, visitors = int(people.device_count.sum()), int(VISITORS_SHARE * len(people))
    owner = np.repeat(np.arange(len(people)), people.device_count)
    place = np.arange(owned) - people.device_first[owner]
    first = rng.choice(5, owned, p=[0.5, 0.34, 0.06, 0.05, 0.05])
    later = rng.choice(5, owned, p=[0.22, 0.26, 0.12, 0.22, 0.18])
    kind = np.concatenate([np.where(place == 0, first, later), rng.choice(3, visitors, p=[0.42, 0.5, 0.08])])
    shares = np.array([country.share for country in names.COUNTRIES])
    strangers = rng.choice(len(shares), visitors, p=shares / shares.sum())
    numbers = np.arange(owned + visitors)
    return Devices(
        owner=np.concatenate([owner, np.full(visitors, -1)]),
        kind=kind,
        country=np.concatenate([people.country[owner], strangers]),
        anonymous_id=uuids(hashed(seed + 1, numbers), hashed(seed + 2, numbers)),
    )
