"""What is said about and to customers elsewhere: newsletters, the support desk, the CRM's export, offices."""

import numpy as np

from pentad.demo import names, shop
from pentad.demo.log import Log
from pentad.demo.orders import Orders
from pentad.demo.people import People, draw
from pentad.demo.season import DAY_MS, HOUR_MS, Ints, Season

WEEK_MS = 7 * DAY_MS
_MONDAY = 4 * DAY_MS
"""1 January 1970 was a Thursday, so weeks since then turn over four days later."""


def _track(event: str, properties: dict[str, object]) -> dict[str, object]:
    return {"type": "track", "event": event, "properties": properties}


def write_newsletters(seed: int, log: Log, people: People, season: Season, start: int, end: int) -> None:
    """A newsletter every other Tuesday to part of those who asked for it; who opens it depends on who they are."""
    rng = draw(seed, "newsletters")
    tuesdays = np.arange(start - (start - _MONDAY) % WEEK_MS + DAY_MS + 7 * HOUR_MS, end, 2 * WEEK_MS)
    fondness = rng.beta(1.5, 2.2, len(people))
    fed_up = np.where(
        rng.random(len(people)) < 0.12, start + (rng.random(len(people)) * (end - start)).astype(np.int64), 2 * end
    )
    for n, sent in enumerate(tuesdays.tolist()):
        wants = people.consent & (people.joined < sent) & (rng.random(len(people)) < 0.52) & (sent < fed_up)
        who = np.flatnonzero(wants & (people.left + 120 * DAY_MS > sent))
        subject = shop.NEWSLETTERS[n % len(shop.NEWSLETTERS)]
        about: dict[str, object] = {"campaign_name": subject, "email_id": f"nl-{n + 1:02d}"}
        tail = log.tails.add_members(
            [
                _track("Email Delivered", about),
                _track("Email Opened", about),
                _track("Unsubscribed", about) | {"context": shop.agreed(newsletter=False)},
                _track("Email Bounced", about | {"reason": "mailbox full"}),
                _track("Email Link Clicked", about | {"link_url": "https://kestrel.example/offers"}),
            ]
        )
        delivered = sent + rng.integers(0, HOUR_MS, len(who))
        bounced = rng.random(len(who)) < 0.004
        opened = delivered + (HOUR_MS * rng.lognormal(0.8, 1.3, len(who))).astype(np.int64) + 20_000
        reads = ~bounced & (rng.random(len(who)) < fondness[who]) & (opened < end)
        clicked = opened + rng.integers(4_000, 90_000, len(who))
        leaves = reads & (fed_up[who] < sent + 2 * WEEK_MS) & (clicked < end)
        clicks = reads & (rng.random(len(who)) < 0.16) & (clicked < end)
        now = delivered < end - 2000
        for at, chosen, kind in (
            (delivered, now & ~bounced, 0),
            (delivered, now & bounced, 3),
            (opened, reads, 1),
            (clicked, clicks, 4),
            (clicked + 9000, leaves & (clicked < end - 10_000), 2),
        ):
            log.add(shop.MAIL, at[chosen], who=who[chosen], tail=tail + kind)


_TOPICS = ("Where is my parcel?", "Grind setting", "Wrong beans", "Machine leaks", "Change my subscription", "Invoice")


def write_support(seed: int, log: Log, people: People, orders: Orders, end: int) -> None:
    """Chats after some orders: the larger part within days, rated by less than half."""
    rng = draw(seed, "support")
    asks = np.flatnonzero(rng.random(len(orders.at)) < 0.075)
    who = orders.who[asks]
    began = orders.at[asks] + (DAY_MS * rng.gamma(1.3, 2.2, len(asks))).astype(np.int64) + 600_000
    kept = np.flatnonzero(began < end - 2 * HOUR_MS)
    who, began = who[kept], began[kept]
    topics = (rng.random(len(who)) ** 1.4 * len(_TOPICS)).astype(int).tolist()
    stars = rng.choice(5, len(who), p=[0.06, 0.05, 0.11, 0.3, 0.48]).tolist()
    agents = rng.choice(["Omar Haddad", "Lea Sommer", "Nadia Karim"], len(who), p=[0.8, 0.12, 0.08]).tolist()
    said = {
        "Live Chat Conversation Started": [f',"topic":"{_TOPICS[topic]}"' for topic in topics],
        "Conversation Rated": [f',"rating":{star + 1}' for star in stars],
        "Live Chat Message Received": [f',"agent_name":"{agent}"' for agent in agents],
    }
    rated = rng.random(len(who)) < 0.42
    messages = rng.integers(1, 5, len(who))
    at = began
    every = np.ones(len(who), bool)
    plan = [("Live Chat Conversation Started", every)]
    plan += [(("Live Chat Message Sent", "Live Chat Message Received")[n % 2], messages > n // 2) for n in range(8)]
    plan += [("Live Chat Conversation Ended", every), ("Conversation Rated", rated)]
    for event, chosen in plan:
        which = np.flatnonzero(chosen)
        more = said.get(event)
        tail = log.tails.add(
            [
                f'"type":"track","event":"{event}","properties":{{"conversation_id":"C-{30_000 + n}"{more[n] if more else ""}}}'
                for n in which.tolist()
            ]
        )
        log.add(shop.DESK, at[which], who=who[which], tail=tail + np.arange(len(which)), delay=1500)
        at = at + np.where(chosen, rng.integers(8_000, 240_000, len(who)), 0)


def write_identifies(log: Log, people: People) -> Ints:
    """The tails with which customers say who they are; see `Stage` for how they lie."""
    opened = np.datetime_as_string(people.joined.astype("datetime64[ms]"), unit="s").tolist()
    locales = [names.COUNTRIES[c].locale[:2] for c in people.country.tolist()]
    full: list[dict[str, object]] = [
        {"type": "identify", "traits": {"name": name, "email": email, "language": language, "createdAt": f"{at}Z"}}
        for name, email, language, at in zip(people.name, people.email, locales, opened, strict=True)
    ]
    first = log.tails.add_members(full)
    signing_in: list[dict[str, object]] = [
        {"type": "identify", "traits": {"name": name, "email": email}}
        for name, email in zip(people.name, people.email, strict=True)
    ]
    log.tails.add_members(signing_in)
    log.tails.add_members([{"type": "identify", "traits": {"email": email}} for email in people.email])
    return first + np.arange(len(people))


def write_crm(seed: int, log: Log, people: People, start: int, end: int) -> None:
    """The CRM exports everyone in the first night and newcomers every Monday night. It is not ours and at times behind."""
    rng = draw(seed, "crm")
    exported = people.joined - (people.joined - _MONDAY) % WEEK_MS + WEEK_MS + 2 * HOUR_MS
    exported = np.where(people.joined < start, start, exported) + rng.integers(0, 2 * HOUR_MS, len(people))
    which = np.flatnonzero((exported < end - 5000) & (rng.random(len(people)) < 0.86))
    moved = (rng.random(len(people)) < 0.06).tolist()
    shouted = (rng.random(len(people)) < 0.02).tolist()
    tail = log.tails.add_members([_crm_row(people, n, moved[n], shouted[n]) for n in which.tolist()])
    log.add(shop.CRM, exported[which], who=which, tail=tail + np.arange(len(which)))


def _crm_row(people: People, n: int, moved: bool, shouted: bool) -> dict[str, object]:
    country = names.COUNTRIES[int(people.country[n])]
    traits = {
        "name": people.name[n].upper() if shouted else people.name[n],
        "email": people.email[n],
        "phone": people.phone[n],
        "city": country.cities[0] if moved else people.city[n],
        "country": country.name,
        "birthday": people.birthday[n],
    }
    row: dict[str, object] = {"type": "identify", "traits": {name: value for name, value in traits.items() if value}}
    if n % 9:  # the others were never asked
        wants = bool(people.consent[n])
        row["context"] = shop.agreed(newsletter=wants, recommendations=wants or n % 4 == 0)
    return row


def write_offices(seed: int, log: Log, people: People, start: int, end: int) -> None:
    """Offices that drink Kestrel, and who works there."""
    rng = draw(seed, "offices")
    companies = names.company_names()
    size = (rng.lognormal(3.6, 1.1, len(companies)) + 4).astype(int).tolist()
    tail = log.tails.add_members(
        [
            {
                "type": "group",
                "groupId": slug,
                "traits": {
                    "name": name,
                    "industry": names.INDUSTRIES[n * 7 % len(names.INDUSTRIES)],
                    "employees": size[n],
                    "plan": ("Office", "Office Plus", "Trial")[n % 3],
                    "website": f"https://{slug}.example",
                },
            }
            for n, name in enumerate(companies)
            for slug in [names.ascii_slug(name, "-")]
        ]
    )
    told = np.maximum(people.joined, start) + 3 * HOUR_MS + rng.integers(0, DAY_MS, len(people))
    who = np.flatnonzero((people.company >= 0) & (told < end - 5000))
    log.add(shop.CRM, told[who], who=who, tail=tail + people.company[who])
