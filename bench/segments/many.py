"""Two hundred segments such as a company comes to have: most ask what was done lately, some of what is known of customers."""

from itertools import product
from typing import Any

from tests.conformance.segments.words import (
    ago,
    did,
    every,
    figure,
    last,
    occurrence,
    often,
    prop,
    sequence,
    step,
    time,
    trait,
)

JSON = dict[str, Any]
NAMES = ("Product Viewed", "Product Added", "Cart Viewed", "Order Completed", "Order Refunded")
PLANS, CITIES = ("family", "single", "business", "student"), ("Porto", "Köln", "Izmir", "Leeds", "Gdynia")


def definitions(most: int = 200) -> list[JSON]:
    days = (7, 14, 30, 60, 90)
    found: list[JSON] = [did(name, at_least=n, when=last(d, "day")) for name, d, n in product(NAMES, days, (1, 2, 5))]
    found += [
        every(did("Order Completed", when=ago(d, "day")), often("exactly", 0, "Order Completed", when=last(d, "day")))
        for d in days
    ]
    found += [
        every(trait("plan", "equals", value=plan), did("Cart Viewed", when=last(d, "day")))
        for plan, d in product(PLANS, days)
    ]
    found += [
        every(trait("city", "in", values=[city, "Lyon"]), occurrence("last", "Order Completed", ago(d, "day")))
        for city, d in product(CITIES, (30, 60))
    ]
    found += [
        figure(function, "revenue", "greater", value=value, when=last(d, "day"))
        for function, value, d in product(("sum", "average", "maximum"), (50, 80), (30, 90))
    ]
    found += [
        did("Product Viewed", when=last(d, "day"), where=[prop("coupon", op, value=text)])
        for op, text, d in product(("equals", "contains"), ("vip-20", "spring", "loyal"), days)
    ]
    found += [trait("renewal", "date", when={"kind": "next", "n": n, "unit": "day"}) for n in (1, 3, 7, 14, 30)]
    found += [trait("birthday", "anniversary", days=n) for n in (0, 3, 7)]
    found += [trait("age", "range", low=low, high=low + 9) for low in range(20, 80, 10)]
    found += [
        sequence(first, step("Order Completed", within=time(n, "day")), when=last(d, "day"))
        for first, n, d in product(("Product Viewed", "Cart Viewed"), (1, 7), (30, 60))
    ]
    found += [often("exactly", 0, name, when=last(d, "day")) for name, d in product(NAMES, days)]
    # Evenly: each sort keeps its share when there are fewer.
    count = min(most, len(found))
    return [found[n * len(found) // count] for n in range(count)]
