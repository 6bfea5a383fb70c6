"""Live journeys: what one person does now, step by step, and how long they wait between steps."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from pentad.demo import names, shop
from pentad.demo.cast import page, track
from pentad.demo.people import user_id


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer of the year before, as far as live journeys need to know."""

    number: int
    name: str
    email: str
    country: int
    device: str
    device_kind: int
    subscriber: int

    @property
    def user_id(self) -> str:
        return user_id(self.number)


@dataclass(frozen=True, slots=True)
class Step:
    """A message to a source, and the seconds until the next step."""

    source: int
    message: dict[str, Any]
    pause: float


Journey = Callable[[list[Customer], Random], Iterator[Step]]


def choose(customers: list[Customer], random: Random) -> Iterator[Step]:
    """Start a journey, the common kinds more often."""
    journey: Journey = random.choices([kind for kind, _ in KINDS], [weight for _, weight in KINDS])[0]
    return journey(customers, random)


def _product(random: Random) -> shop.Product:
    return random.choices(shop.PRODUCTS, [product.weight for product in shop.PRODUCTS])[0]


def _about(product: shop.Product, **more: Any) -> dict[str, Any]:
    return {"product_id": product.id, "name": product.name, "category": product.category, "price": product.price} | more


def _order(customer_country: int, product: shop.Product, random: Random) -> dict[str, Any]:
    currency = names.COUNTRIES[customer_country].currency
    price = round(product.price * shop.RATES[currency], 2)
    quantity = 1 if product.price > 150 else random.choice((1, 1, 2, 3))
    revenue = round(price * quantity, 2)
    shipping = 0.0 if revenue > 40 * shop.RATES[currency] else round(4.9 * shop.RATES[currency], 2)
    return track(
        "Order Completed",
        order_id=f"KC-L{random.randrange(10**7):07d}",
        revenue=revenue,
        shipping=shipping,
        total=round(revenue + shipping, 2),
        currency=currency,
        products=[
            {
                "product_id": product.id,
                "name": product.name,
                "category": product.category,
                "price": price,
                "quantity": quantity,
            }
        ],
    )


def _browse(who: dict[str, Any], product: shop.Product, random: Random) -> Iterator[Step]:
    """Some pages and products on the web shop; ends with a look at `product`."""
    for name, path in random.sample(shop.PAGES[:8], random.randint(1, 2)):
        yield Step(shop.WEB, page(name, path) | who, random.uniform(3, 25))
    yield Step(shop.WEB, track("Product List Viewed", category=product.category) | who, random.uniform(4, 20))
    for other in [_product(random) for _ in range(random.randint(0, 2))] + [product]:
        yield Step(
            shop.WEB, track("Product Viewed", **_about(other, path=f"/shop/{other.slug}")) | who, random.uniform(5, 40)
        )


def _buy(who: dict[str, Any], country: int, product: shop.Product, random: Random) -> Iterator[Step]:
    yield Step(shop.WEB, track("Product Added", **_about(product, quantity=1)) | who, random.uniform(5, 20))
    yield Step(shop.WEB, track("Checkout Started", value=product.price) | who, random.uniform(10, 40))
    order = _order(country, product, random)
    yield Step(shop.ORDERS, order | {"userId": who["userId"]}, 1.0)
    yield Step(shop.WEB, page(*shop.PAGES[shop.THANKS]) | who, 1.0)


def known_visit(customers: list[Customer], random: Random) -> Iterator[Step]:
    """A customer looks round; one in four orders."""
    customer = random.choice(customers)
    who = {"userId": customer.user_id, "anonymousId": customer.device}
    product = _product(random)
    yield from _browse(who, product, random)
    if random.random() < 0.25:
        yield from _buy(who, customer.country, product, random)


def app_use(customers: list[Customer], random: Random) -> Iterator[Step]:
    """A customer brews with the app."""
    customer = random.choice(customers)
    who = {"userId": customer.user_id}
    yield Step(shop.APP, track("Application Opened", from_background=True) | who, random.uniform(2, 8))
    yield Step(
        shop.APP, {"type": "screen", "name": random.choice(shop.SCREENS), "properties": {}} | who, random.uniform(5, 60)
    )
    if random.random() < 0.5:
        yield Step(shop.APP, track("Brew Timer Finished", method="Pour-over", seconds=180) | who, 1.0)


def stranger(customers: list[Customer], random: Random) -> Iterator[Step]:
    """Someone new on the web shop; one in five opens an account, and half of those order."""
    who = {"anonymousId": str(uuid.UUID(int=random.getrandbits(128), version=4))}
    product = _product(random)
    yield from _browse(who, product, random)
    if random.random() < 0.2:
        country = random.choices(range(len(names.COUNTRIES)), [c.share for c in names.COUNTRIES])[0]
        pool = names.COUNTRIES[country].names
        name = f"{random.choice(names.FIRST[pool])} {random.choice(names.LAST[pool])}"
        number = random.randrange(10**6)
        email = f"{names.ascii_slug(name)}.{number:06d}@{random.choice(names.MAIL_DOMAINS)}"
        yield Step(shop.WEB, track("Account Created", method="email") | who, 0.4)
        who |= {"userId": f"u-{3_000_000 + number}"}
        traits = {"name": name, "email": email, "language": names.COUNTRIES[country].locale[:2]}
        yield Step(shop.WEB, {"type": "identify", "traits": traits} | who, random.uniform(5, 20))
        if random.random() < 0.5:
            yield from _buy(who, country, product, random)


def letter(customers: list[Customer], random: Random) -> Iterator[Step]:
    """A newsletter is opened, perhaps clicked."""
    who = {"userId": random.choice(customers).user_id}
    about = {"campaign_name": random.choice(shop.NEWSLETTERS)}
    yield Step(shop.MAIL, track("Email Opened", **about) | who, random.uniform(4, 30))
    if random.random() < 0.3:
        yield Step(
            shop.MAIL, track("Email Link Clicked", link_url="https://kestrel.example/offers", **about) | who, 1.0
        )


def chat(customers: list[Customer], random: Random) -> Iterator[Step]:
    """A question to the support desk, answered and rated."""
    who = {"userId": random.choice(customers).user_id}
    about = {"conversation_id": f"C-L{random.randrange(10**6):06d}"}
    yield Step(
        shop.DESK,
        track("Live Chat Conversation Started", topic="Where is my parcel?", **about) | who,
        random.uniform(5, 20),
    )
    for _ in range(random.randint(1, 3)):
        yield Step(shop.DESK, track("Live Chat Message Sent", **about) | who, random.uniform(10, 60))
        yield Step(
            shop.DESK,
            track("Live Chat Message Received", agent_name="Omar Haddad", **about) | who,
            random.uniform(10, 60),
        )
    yield Step(shop.DESK, track("Live Chat Conversation Ended", **about) | who, 5.0)
    yield Step(shop.DESK, track("Conversation Rated", rating=random.choice((3, 4, 5, 5, 5)), **about) | who, 1.0)


def crm_update(customers: list[Customer], random: Random) -> Iterator[Step]:
    """The CRM tells of a change."""
    customer = random.choice(customers)
    city = random.choice(names.COUNTRIES[customer.country].cities)
    traits = {"email": customer.email, "city": city, "country": names.COUNTRIES[customer.country].name}
    yield Step(shop.CRM, {"type": "identify", "userId": customer.user_id, "traits": traits}, 1.0)


def mishap(customers: list[Customer], random: Random) -> Iterator[Step]:
    """A message that cannot be stored."""
    who = {"userId": random.choice(customers).user_id}
    source, message = random.choice(
        (
            (shop.APP, {"type": "track", "properties": {"method": "Espresso"}} | who),
            (shop.WEB, track("Product Viewed", product_id="BEAN-01")),
            (shop.WEB, {"type": "group", "groupId": ""} | who),
            (shop.DESK, {"type": "purchase", "properties": {"value": 12}} | who),
        )
    )
    yield Step(source, message, 1.0)


KINDS: tuple[tuple[Journey, float], ...] = (
    (known_visit, 0.42),
    (stranger, 0.22),
    (app_use, 0.16),
    (letter, 0.09),
    (chat, 0.05),
    (crm_update, 0.04),
    (mishap, 0.02),
)
