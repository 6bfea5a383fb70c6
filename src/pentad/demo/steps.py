"""From the letters of a visit's script to rows of the log."""

from typing import TYPE_CHECKING

import numpy as np

from pentad.demo import shop
from pentad.demo.log import LONG, NOBODY, SHORT, Log
from pentad.demo.season import HOUR_MS, Bools, Ints

if TYPE_CHECKING:
    from pentad.demo.visits import Visits


class Scripts:
    """A family of scripts as a matrix of letters. See `ShopTails.choose` for what a letter says."""

    def __init__(self, *texts: str):
        self.texts = texts
        width = max(map(len, texts))
        self.letters = np.array([[ord(letter) for letter in text.ljust(width)] for text in texts])
        self.length = np.array([len(text) for text in texts])
        self.says_who = np.array([text.find("I") if "I" in text else 99 for text in texts])
        self.buys = np.array([("T" in text) or (text.endswith("AC") and text[0] == "O") for text in texts])


class ShopTails:
    """The tails of everything that is said on the web shop and in the app."""

    def __init__(self, log: Log):
        def page(name: str, path: str, search: str = "") -> dict[str, object]:
            url = f"https://kestrel.example{path}{search}"
            where = {"path": path, "url": url, "title": f"{name} · Kestrel Coffee"} | (
                {"search": search} if search else {}
            )
            return {"type": "page", "name": name, "properties": where}

        def track(event: str, properties: dict[str, object]) -> dict[str, object]:
            return {"type": "track", "event": event, "properties": properties}

        def product(p: shop.Product, **more: object) -> dict[str, object]:
            return {"product_id": p.id, "name": p.name, "category": p.category, "price": p.price, **more}

        add = log.tails.add_members
        campaigns = ("spring", "harvest", "friends", "offices", "gifts", "retarget")
        self.pages = add([page(name, path) for name, path in shop.PAGES])
        self.landings = add(
            [
                page("Home", "/", f"?utm_source={s}&utm_medium={m}&utm_campaign={c}")
                for c in campaigns
                for s, m in (("newsletter", "email"), ("search", "cpc"), ("social", "paid"))
            ]
        )
        self.landing_count = len(campaigns) * 3
        self.lists = add(
            [track("Product List Viewed", {"category": c, "path": f"/shop/{c.lower()}"}) for c in shop.CATEGORIES]
        )
        self.viewed = add([track("Product Viewed", product(p, path=f"/shop/{p.slug}")) for p in shop.PRODUCTS])
        self.added = add([track("Product Added", product(p, quantity=1)) for p in shop.PRODUCTS])
        self.checkout = add(
            [track("Checkout Started", {"value": p.price, "products": [product(p, quantity=1)]}) for p in shop.PRODUCTS]
        )
        self.searched = add([track("Products Searched", {"query": query}) for query in shop.SEARCHES])
        self.screens = add([{"type": "screen", "name": name, "properties": {}} for name in shop.SCREENS])
        self.opened = add([track("Application Opened", {"from_background": back}) for back in (True, False)])
        self.brewed = add(
            [
                track("Brew Timer Finished", {"method": method, "seconds": seconds})
                for method, seconds in (("Pour-over", 180), ("French press", 240), ("Espresso", 27), ("Moka", 300))
            ]
        )
        self.account = add([track("Account Created", {"method": how}) for how in ("email", "checkout")])
        self.newsletter = add([track("Newsletter Form Viewed", {"placement": "footer"})])

    def choose(self, letter: str, rng: np.random.Generator, favourite: Ints, first: Bools) -> Ints:
        """A tail for each of some steps with the same letter."""
        n = len(favourite)

        def one_of(start: int, count: int) -> Ints:
            return start + (rng.random(n) ** 1.5 * count).astype(np.int64)

        match letter:
            case "P":
                elsewhere = one_of(self.pages, len(shop.PAGES) - 1)
                return np.where(first & (rng.random(n) < 0.16), one_of(self.landings, self.landing_count), elsewhere)
            case "T":
                return np.full(n, self.pages + shop.THANKS)
            case "L":
                return one_of(self.lists, len(shop.CATEGORIES))
            case "V":
                return self.viewed + np.where(rng.random(n) < 0.55, favourite, one_of(0, len(shop.PRODUCTS)))
            case "A":
                return self.added + favourite
            case "C":
                return self.checkout + favourite
            case "S":
                return one_of(self.searched, len(shop.SEARCHES))
            case "H" | "M":
                return one_of(self.screens, len(shop.SCREENS))
            case "O":
                return one_of(self.opened, 2)
            case "B":
                return one_of(self.brewed, 4)
            case _:
                return one_of(self.account, 2)


class Stage:
    """Where visits are acted out: the log, what can be said there, and who says it.

    identify: tail of each customer's first identify. As many further on lies the one of later sign-ins, and again as
    many further on the one of the newsletter's form, which knows the address alone.
    """

    def __init__(self, log: Log, visits: "Visits", identify: Ints, rng: np.random.Generator):
        self.log, self.visits, self.identify, self.rng = log, visits, identify, rng
        self.tails = ShopTails(log)

    def write(self, scripts: Scripts, script: Ints, which: Ints, favourite: Ints, source: int) -> Ints:
        """Act out the visits `which`, each by its script; return when each ended."""
        length = scripts.length[script]
        visit = np.repeat(np.arange(len(which)), length)
        begins = np.cumsum(length) - length
        step = np.arange(len(visit)) - begins[visit]
        gap = np.where(step == 0, 0, 2000 + self.rng.exponential(34_000, len(visit)).astype(np.int64))
        passed = np.cumsum(gap)
        row = which[visit]
        at = self.visits.at[row] + passed - passed[begins][visit]
        letters = scripts.letters[script[visit], step]
        known = (self.visits.signed[row] == 2) | (step >= scripts.says_who[script[visit]])
        who = np.where(known, self.visits.who[row], NOBODY)
        tail = np.zeros(len(visit), np.int64)
        for letter in np.unique(letters):
            some = np.flatnonzero(letters == letter)
            if letter == ord("I"):
                again = np.where(self.visits.joins[row[some]] == 1, 0, len(self.identify))
                tail[some] = self.identify[who[some]] + again
            elif letter == ord("N"):
                tail[some] = self._newsletter_form(row[some])
            else:
                tail[some] = self.tails.choose(chr(letter), self.rng, favourite[visit[some]], step[some] == 0)
        context = np.where(np.isin(letters, _LONG_LETTERS), LONG, SHORT)
        self.log.add(
            source,
            at,
            who=who,
            device=self.visits.device[row],
            tail=tail,
            delay=self._delays(len(which), source)[visit],
            context=context,
        )
        return np.asarray(at[begins + length - 1])

    def _newsletter_form(self, row: Ints) -> Ints:
        """An e-mail address given in the page's footer, often before there is an account; strangers only look."""
        who = self.visits.who[row]
        return np.where(who == NOBODY, self.tails.newsletter, self.identify[who] + 2 * len(self.identify))

    def _delays(self, visits: int, source: int) -> Ints:
        """Messages arrive after about a second; a phone without a network sends them days later."""
        delay = 300 + self.rng.exponential(900, visits).astype(np.int64)
        if source != shop.APP:
            return delay
        offline = self.rng.random(visits) < 0.015
        return np.where(offline, (self.rng.random(visits) * 60 + 2).astype(np.int64) * HOUR_MS, delay)


_LONG_LETTERS = [ord(letter) for letter in "PIO"]
