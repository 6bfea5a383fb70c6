"""What goes wrong in a year: bad messages, retries, reused ids and a library used wrongly."""

from collections.abc import Callable

import msgspec
import numpy as np

from pentad.demo import shop
from pentad.demo.log import RAW, Log, Rows
from pentad.demo.people import draw, user_id
from pentad.demo.season import DAY_MS, HOUR_MS, Ints, Season, batch_width

RETRIED = 0.0035
BAD = 420

Message = dict[str, object]
_BAD: tuple[Callable[[Message], Message], ...] = (
    lambda m: m | {"event": None},
    lambda m: m | {"userId": None, "anonymousId": ""},
    lambda m: m | {"type": "group", "groupId": "office-" * 80},
    lambda m: m | {"type": "group", "groupId": ""},
    lambda m: m | {"type": "purchase"},
    lambda m: m | {"properties": {f"cell_{n}": n for n in range(320)}},
    lambda m: m | {"messageId": f"{m['messageId']}-{'0' * 90}"},
    lambda m: m | {"properties": "free text"},
    lambda m: m | {"properties": {"note": "decaf\x00please"}},
    lambda m: m | {"timestamp": "31.12.9999 25:61"},
    lambda m: m | {"event": ""},
    lambda m: m | {"userId": {"id": m["userId"]}},
)


def write_bad(seed: int, log: Log, season: Season, start: int, end: int) -> None:
    """Broken messages all year round, and two days on which an app release forgot the event name."""
    rng = draw(seed, "bad")
    ordinary = season.times(np.full(BAD, start), np.full(BAD, end - HOUR_MS), rng.random(BAD))
    release = end - 40 * DAY_MS + rng.integers(0, 2 * DAY_MS, BAD // 2)
    recent = end - rng.integers(60_000, 20 * HOUR_MS, 14)
    at = np.concatenate([ordinary, release, recent])
    kind = np.concatenate([rng.integers(len(_BAD), size=BAD), np.zeros(BAD // 2, np.int64), np.arange(14) % len(_BAD)])
    source = np.concatenate(
        [
            rng.choice([shop.WEB, shop.APP, shop.ORDERS, shop.DESK], BAD, p=[0.3, 0.3, 0.15, 0.25]),
            np.full(BAD // 2, shop.APP),
            np.full(14, shop.WEB),
        ]
    )
    whom = rng.integers(0, 200, len(at)).tolist()
    stamps = np.datetime_as_string(at.astype("datetime64[ms]")).tolist()
    texts = []
    for n, stamp in enumerate(stamps):
        good: Message = {
            "type": "track",
            "event": "Brew Timer Finished",
            "messageId": f"demo-{seed}-bad-{n}",
            "userId": user_id(whom[n]),
            "timestamp": f"{stamp}Z",
            "properties": {"method": "Pour-over"},
        }
        texts.append(msgspec.json.encode(_BAD[int(kind[n])](good)).decode())
    tail = log.tails.add(texts) + np.arange(len(texts))
    for number in np.unique(source).tolist():
        which = np.flatnonzero(source == number)
        log.add(number, at[which], who=RAW, tail=tail[which])


def write_retries(seed: int, log: Log, end: int) -> None:
    """Libraries that did not hear our answer send again; a few send something else under the same id."""
    rng = draw(seed, "retries")
    rows = log.rows()
    eager = np.where(rows.source == shop.DESK, 0.04, RETRIED)
    which = np.flatnonzero((rng.random(len(rows)) < eager) & (rows.who >= 0) & (rows.received < end - HOUR_MS))
    again = rows.take(which)
    log.add_again(again, delay=_within_batch(again.received, end, rng.integers(4_000, 900_000, len(which))))
    reused: Ints = rng.choice(
        np.flatnonzero((rows.source == shop.ORDERS) & (rows.who >= 0) & (rows.received < end - HOUR_MS)),
        12,
        replace=False,
    )
    other = log.tails.add_members([{"type": "track", "event": "Order Updated", "properties": {"reason": "address"}}])
    log.add_again(rows.take(reused), delay=np.full(12, 300_000), tail=np.full(12, other))


def _within_batch(received: Ints, end: int, delay: Ints) -> Ints:
    """Retries come within minutes. Long ago a batch stands for hours, so they must fall into that of the first copy."""
    width = batch_width(received, end)
    left = width - received % width - 1
    return np.where(width > HOUR_MS // 12, np.minimum(delay, left), delay)


def write_self_aliases(seed: int, log: Log, rows: Rows, first: int, last: int, end: int) -> None:
    """The web shop calls alias() after identify(), most since its last release: userId and previousId are then the same."""
    rng = draw(seed, "aliases")
    says = (rows.source == shop.WEB) & (rows.who >= 0) & (rows.tail >= first) & (rows.tail < last)
    often = np.where(rows.at > end - 60 * DAY_MS, 0.3, 0.005)
    which = np.flatnonzero(says & (rng.random(len(rows)) < often))
    who = rows.who[which]
    unique, place = np.unique(who, return_inverse=True)
    tail = log.tails.add_members([{"type": "alias", "previousId": user_id(n)} for n in unique.tolist()])
    log.add(shop.WEB, rows.at[which] + 400, who=who, device=rows.device[which], tail=tail + place)
