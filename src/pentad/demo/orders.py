"""What the order system says: orders, deliveries, refunds, subscriptions and loyalty tiers."""

from dataclasses import dataclass

import numpy as np

from pentad.demo import names, shop
from pentad.demo.log import Log, members
from pentad.demo.people import People, draw
from pentad.demo.season import DAY_MS, HOUR_MS, Ints
from pentad.demo.visits import Baskets

TIER_FROM_ORDERS = (1, 5, 15)


@dataclass
class Orders:
    """Columns, one row an order, in the order of their numbers."""

    at: Ints
    who: Ints


def make_orders(seed: int, log: Log, baskets: Baskets, people: People, start: int, end: int) -> Orders:
    """Write every order of the year and what follows from it."""
    rng = draw(seed, "orders")
    renewed_at, renewed_who = _subscriptions(rng, log, people, start, end)
    at = np.concatenate([baskets.at + 1500, renewed_at])
    who = np.concatenate([baskets.who, renewed_who])
    product = np.concatenate([baskets.product, np.full(len(renewed_at), -1)])
    order = np.lexsort((who, at))
    order = order[at[order] < end - 5000]
    at, who, product = at[order], who[order], product[order]
    write_orders(rng, log, people, at, who, product, 410_000, end)
    _tiers(log, at, who)
    return Orders(at, who)


def write_orders(
    rng: np.random.Generator, log: Log, people: People, at: Ints, who: Ints, product: Ints, first: int, end: int
) -> None:
    """Write orders, in the order of time, and what is delivered and sent back of them. first: number of the first."""
    numbers = [f"KC-{first + n}" for n in range(len(at))]
    texts = _order_texts(rng, numbers, who, product, people)
    tails = log.tails.add(texts) + np.arange(len(at))
    log.add(shop.ORDERS, at, who=who, tail=tails, delay=700)
    _deliveries(rng, log, at, who, numbers, end)


def _order_texts(rng: np.random.Generator, numbers: list[str], who: Ints, product: Ints, people: People) -> list[str]:
    """The members of each "Order Completed". product -1: the subscription's parcel."""
    count = len(numbers)
    office = (people.company[who] >= 0) & (rng.random(count) < 0.3)
    quantity = np.where(office, rng.integers(4, 18, count), 1 + (rng.random(count) < 0.3) + (rng.random(count) < 0.08))
    quantity = np.where(np.array([p.price for p in shop.PRODUCTS])[product] > 150, 1, quantity)
    second = np.where(rng.random(count) < 0.38, (rng.random(count) ** 2 * 16).astype(np.int64), -1)
    pieces = _Pieces()
    rows = zip(
        numbers,
        people.country[who].tolist(),
        product.tolist(),
        quantity.tolist(),
        second.tolist(),
        people.subscriber[who].tolist(),
        (rng.random(count) < 0.07).tolist(),
        strict=True,
    )
    return [pieces.order(*row) for row in rows]


class _Pieces:
    """Order texts from ready-made pieces, because every order's money must add up."""

    def __init__(self) -> None:
        self.currency = [country.currency for country in names.COUNTRIES]
        self.rate = [shop.RATES[currency] for currency in self.currency]
        self.product = [members({"product_id": p.id, "name": p.name, "category": p.category}) for p in shop.PRODUCTS]
        self.plan = [
            members({"product_id": f"PLAN-{n + 1}", "name": f"{plan} subscription", "category": "Subscription"})
            for n, plan in enumerate(shop.PLANS)
        ]

    def order(
        self, number: str, country: int, product: int, quantity: int, second: int, plan: int, coupon: bool
    ) -> str:
        rate, currency = self.rate[country], self.currency[country]
        if product < 0:
            price = round(shop.PLAN_PRICES[plan] * rate, 2)
            lines, goods, extra = f'{{{self.plan[plan]},"price":{price},"quantity":1}}', price, ',"subscription":true'
        else:
            price = round(shop.PRODUCTS[product].price * rate, 2)
            lines, goods = f'{{{self.product[product]},"price":{price},"quantity":{quantity}}}', price * quantity
            if second >= 0 and second != product:
                price = round(shop.PRODUCTS[second].price * rate, 2)
                lines, goods = f'{lines},{{{self.product[second]},"price":{price},"quantity":1}}', goods + price
            extra = ',"coupon":"KESTREL10"' if coupon else ""
        discount = round(goods * 0.1, 2) if coupon and product >= 0 else 0.0
        revenue = round(goods - discount, 2)
        shipping = 0.0 if goods > 40 * rate else round(4.9 * rate, 2)
        return (
            f'"type":"track","event":"Order Completed","properties":{{"order_id":"{number}","revenue":{revenue},'
            f'"discount":{discount},"shipping":{shipping},"total":{round(revenue + shipping, 2)},'
            f'"currency":"{currency}"{extra},"products":[{lines}]}}'
        )


def _deliveries(rng: np.random.Generator, log: Log, at: Ints, who: Ints, numbers: list[str], end: int) -> None:
    shipped = at + (HOUR_MS * (8 + rng.gamma(2.0, 11.0, len(at)))).astype(np.int64)
    refunded = at + (DAY_MS * (4 + rng.exponential(6.0, len(at)))).astype(np.int64)
    carriers = ("DHL", "UPS", "PostNord", "Royal Mail")
    carrier = rng.integers(4, size=len(at)).tolist()
    for event, when, chosen in (
        ("Order Shipped", shipped, shipped < end),
        ("Order Refunded", refunded, (rng.random(len(at)) < 0.028) & (refunded < end)),
    ):
        which = np.flatnonzero(chosen)
        more = [f',"carrier":"{c}"' for c in carriers] if event == "Order Shipped" else ["", "", "", ""]
        start = log.tails.add(
            [
                f'"type":"track","event":"{event}","properties":{{"order_id":"{numbers[n]}"{more[carrier[n]]}}}'
                for n in which.tolist()
            ]
        )
        log.add(shop.ORDERS, when[which], who=who[which], tail=start + np.arange(len(which)), delay=900)


def _tiers(log: Log, at: Ints, who: Ints) -> None:
    """The first, fifth and fifteenth order of the year raise a customer to the next tier."""
    by_person = np.argsort(who, kind="stable")
    sorted_who = who[by_person]
    starts = np.concatenate([[True], sorted_who[1:] != sorted_who[:-1]])
    places = np.arange(len(who))
    nth = np.empty(len(who), np.int64)
    nth[by_person] = places - np.maximum.accumulate(np.where(starts, places, 0)) + 1
    first = log.tails.add_members([{"type": "identify", "traits": {"loyalty_tier": tier}} for tier in shop.TIERS])
    for n, orders in enumerate(TIER_FROM_ORDERS):
        which = np.flatnonzero(nth == orders)
        log.add(shop.ORDERS, at[which] + 2000, who=who[which], tail=first + n, delay=700)


def _subscriptions(rng: np.random.Generator, log: Log, people: People, start: int, end: int) -> tuple[Ints, Ints]:
    """Start, pauses and end of each subscription; returns time and customer of every parcel."""
    who = np.flatnonzero(people.subscriber >= 0)
    n = len(who)
    begin = people.joined[who] + (DAY_MS * rng.exponential(45.0, n)).astype(np.int64)
    stop = np.minimum(people.left[who], begin + (DAY_MS * (30 + rng.exponential(320.0, n))).astype(np.int64))
    every = rng.choice([14, 28, 42], n, p=[0.24, 0.58, 0.18]) * DAY_MS
    paused = np.where(rng.random(n) < 0.12, begin + ((stop - begin) * rng.random(n)).astype(np.int64), 2 * end)
    resumed = paused + every * rng.integers(1, 4, n)

    def tell(event: str, at: Ints, chosen: Ints) -> None:
        values: list[dict[str, object]] = [
            {"type": "track", "event": event, "properties": {"plan": plan, "interval_days": days}}
            for plan in shop.PLANS
            for days in (14, 28, 42)
        ]
        tail = log.tails.add_members(values) + people.subscriber[who] * 3 + every // DAY_MS // 14 - 1
        log.add(shop.ORDERS, at[chosen], who=who[chosen], tail=tail[chosen], delay=800)

    def shown(at: Ints) -> Ints:
        return np.flatnonzero((begin < stop) & (at >= start) & (at < end) & (at <= stop))

    tell("Subscription Started", begin, shown(begin))
    plan = log.tails.add_members([{"type": "identify", "traits": {"plan": plan}} for plan in (*shop.PLANS, "none")])
    started, ended = shown(begin), shown(stop)
    log.add(shop.ORDERS, begin[started] + 900, who=who[started], tail=plan + people.subscriber[who[started]])
    tell("Subscription Paused", paused, shown(paused))
    tell("Subscription Resumed", resumed, shown(resumed))
    tell("Subscription Cancelled", stop, ended)
    log.add(shop.ORDERS, stop[ended] + 900, who=who[ended], tail=plan + len(shop.PLANS))

    parcels = np.maximum((np.minimum(stop, end) - begin) // every + 1, 0) * (begin < stop)
    of = np.repeat(np.arange(n), parcels)
    turn = np.arange(len(of)) - (np.cumsum(parcels) - parcels)[of]
    at = begin[of] + turn * every[of] + rng.integers(60_000, 4 * HOUR_MS, len(of))
    kept = (at >= start) & (at < end) & ((at < paused[of]) | (at >= resumed[of]))
    return at[kept], who[of[kept]]
