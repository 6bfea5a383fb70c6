"""What Kestrel Coffee sells and shows: products, pages, campaigns, devices and the sources that tell of them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SourceSpec:
    """A source of the demo. `library` is the context every batch of it carries."""

    name: str
    kind: str
    owned: bool
    priority: int
    library: dict[str, str]


WEB, APP, ORDERS, CRM, DESK, MAIL = range(6)
SOURCES: tuple[SourceSpec, ...] = (
    SourceSpec("Web shop", "web", True, 50, {"name": "analytics.js", "version": "npm:next-1.84.3"}),
    SourceSpec("Mobile app", "mobile", True, 60, {"name": "analytics-swift", "version": "1.9.1"}),
    SourceSpec("Order system", "server", True, 20, {"name": "analytics-python", "version": "2.4.0"}),
    SourceSpec("CRM export", "server", False, 200, {"name": "analytics-node", "version": "3.1.0"}),
    SourceSpec("Support desk", "server", True, 80, {"name": "analytics-python", "version": "2.3.4"}),
    SourceSpec("Newsletter", "server", True, 90, {"name": "analytics-python", "version": "2.4.0"}),
)


@dataclass(frozen=True)
class Product:
    id: str
    name: str
    category: str
    price: float
    weight: float
    """How often it is looked at, relative to the others."""

    @property
    def slug(self) -> str:
        return self.name.lower().replace(" ", "-")


def _range(prefix: str, category: str, rows: tuple[tuple[str, float, float], ...]) -> list[Product]:
    return [
        Product(f"{prefix}-{n:02d}", name, category, price, weight) for n, (name, price, weight) in enumerate(rows, 1)
    ]


PRODUCTS: tuple[Product, ...] = tuple(
    _range(
        "BEAN",
        "Beans",
        (
            ("House Blend", 12.9, 16),
            ("Harbour Espresso", 13.9, 13),
            ("Ethiopia Guji", 16.5, 9),
            ("Colombia Huila", 14.5, 8),
            ("Kenya Nyeri", 17.9, 6),
            ("Brazil Cerrado", 12.5, 6),
            ("Guatemala Antigua", 15.5, 4),
            ("Rwanda Nyamasheke", 16.9, 3),
            ("Decaf Sidamo", 14.9, 4),
            ("Sumatra Lintong", 15.9, 3),
            ("Panama Geisha", 39.0, 1.5),
            ("Winter Roast", 15.0, 3),
        ),
    )
    + _range(
        "PODS", "Capsules", (("Harbour Capsules", 9.9, 6), ("Lungo Capsules", 9.9, 4), ("Decaf Capsules", 10.5, 2))
    )
    + _range(
        "GRND",
        "Grinders",
        (("Hand Grinder", 89.0, 3), ("Burr Grinder One", 189.0, 3), ("Burr Grinder Pro", 349.0, 1.2)),
    )
    + _range(
        "MACH",
        "Machines",
        (
            ("Falcon Mini", 449.0, 2.5),
            ("Falcon Duo", 1190.0, 1.2),
            ("Falcon Office", 2490.0, 0.5),
            ("Moka Pot", 34.0, 3),
        ),
    )
    + _range(
        "BREW",
        "Brewing",
        (
            ("Pour-over Dripper", 24.0, 4),
            ("Paper Filters 100", 5.9, 5),
            ("French Press", 39.0, 3),
            ("Cold Brew Bottle", 29.0, 2),
            ("Gooseneck Kettle", 79.0, 2.5),
            ("Pocket Scale", 45.0, 2),
            ("Barista Jug", 19.0, 2),
        ),
    )
    + _range("CUPS", "Cups", (("Enamel Mug", 16.0, 3), ("Espresso Pair", 28.0, 2), ("Travel Cup", 27.0, 3)))
    + _range("CARE", "Care", (("Descaler", 11.0, 2), ("Cleaning Tablets", 9.5, 2), ("Group Brush", 12.0, 1)))
    + _range("GIFT", "Gifts", (("Tasting Box", 34.0, 2.5), ("Christmas Box", 49.0, 1.5), ("Gift Card", 50.0, 2)))
)

CATEGORIES = tuple(dict.fromkeys(product.category for product in PRODUCTS))
PAGES: tuple[tuple[str, str], ...] = (
    ("Home", "/"),
    ("Offers", "/offers"),
    ("Subscriptions", "/subscriptions"),
    ("Journal", "/journal"),
    ("How to brew", "/journal/how-to-brew"),
    ("Our farms", "/journal/our-farms"),
    ("For offices", "/offices"),
    ("Shipping", "/help/shipping"),
    ("Account", "/account"),
    ("Thank you", "/checkout/thanks"),
)
THANKS, ACCOUNT = 9, 8
SCREENS = ("Home", "Shop", "Brew timer", "My subscription", "Loyalty card")
SEARCHES = ("decaf", "espresso", "grinder", "gift", "filter", "organic", "kenya", "milk jug", "descaler", "capsules")
PLANS = ("Daily Cup", "Explorer", "Family", "Office")
PLAN_PRICES = (24.0, 32.0, 46.0, 180.0)
TIERS = ("Nest", "Kite", "Falcon")

RATES = {"EUR": 1.0, "GBP": 0.86, "USD": 1.1, "DKK": 7.46, "SEK": 11.3}
"""What one euro of list price costs in a shop's currency."""

DESKTOP, PHONE_WEB, TABLET_WEB, IOS, ANDROID = range(5)
USER_AGENTS: tuple[tuple[str, ...], ...] = (
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
        "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Version/18.6 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
    ),
    ("Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Version/18.6 Safari/604.1",),
    (),
    (),
)
APP_DEVICES: dict[int, tuple[tuple[str, str, str], ...]] = {
    IOS: (
        ("Apple", "iPhone 16", "iOS 18.6"),
        ("Apple", "iPhone 15 Pro", "iOS 18.5"),
        ("Apple", "iPhone 13", "iOS 17.7"),
    ),
    ANDROID: (
        ("Google", "Pixel 9", "Android 16"),
        ("Samsung", "Galaxy S25", "Android 15"),
        ("Fairphone", "5", "Android 15"),
    ),
}

NEWSLETTERS = (
    "New harvest: Ethiopia Guji",
    "Five minutes to a better filter",
    "Meet the farmers of Huila",
    "Cold brew, slow days",
    "Your grinder matters more than your machine",
    "Spring roast is here",
    "Coffee for the office",
    "How we taste",
    "A decaf worth drinking",
    "Refer a friend, drink for free",
    "Behind the roaster",
    "Clean machine, clean cup",
)


def agreed(**purposes: bool) -> dict[str, object]:
    """The context of a message that says what somebody agreed to, as a consent manager writes it."""
    return {"consent": {"categoryPreferences": purposes}}
