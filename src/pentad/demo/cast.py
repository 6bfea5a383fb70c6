"""The cast: some thirty people with a story each, for tests, documents and pictures.

    for sent in cast.messages(end): …      # single messages, in the order in which they arrived
    for frame in cast.frames(end): …       # the same as batches, ready for the inbox

Who they are is told in docs/concepts/demo-company.md; what happens to them in `story`.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from pentad.core import clock
from pentad.demo import shop
from pentad.demo.frame import DemoFrame

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sent:
    """One message as a source sent it. `received_us`: the server's clock at arrival, microseconds."""

    source: str
    received_us: int
    message: Message


@dataclass(frozen=True)
class Member:
    """A customer of the cast."""

    user_id: str
    name: str
    email: str
    city: str
    country: str
    language: str = "en"
    phone: str = ""

    @property
    def traits(self) -> Message:
        return {"name": self.name, "email": self.email, "language": self.language}

    @property
    def crm_traits(self) -> Message:
        told = {"name": self.name, "email": self.email, "city": self.city, "country": self.country, "phone": self.phone}
        return {name: value for name, value in told.items() if value}


class Teller:
    """Writes down what happens. Times are said as days before the end and a time of that day, UTC."""

    def __init__(self, end: datetime):
        self.end = end
        self.sent: list[Sent] = []
        self._midnight = end.replace(hour=0, minute=0, second=0, microsecond=0)
        self._orders = 0

    def at(self, days: int, time: str = "09:00") -> datetime:
        """Days ago. Day 0 means within the last day: a time that is yet to come is taken of yesterday."""
        hours, minutes = map(int, time.split(":"))
        moment = self._midnight - timedelta(days=days) + timedelta(hours=hours, minutes=minutes)
        return moment if moment < self.end - timedelta(minutes=5) else moment - timedelta(days=1)

    def say(
        self,
        source: int,
        at: datetime,
        message: Message,
        *,
        who: Member | None = None,
        device: str = "",
        late: timedelta = timedelta(seconds=1),
        skew: timedelta = timedelta(),
    ) -> Sent:
        """Send a message. late: from happening to arriving. skew: how far the sender's clock is ahead."""
        number = len(self.sent)
        full: Message = {
            "messageId": str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{self.end.isoformat()} {number}.kestrel.example"))
        }
        full |= {"userId": who.user_id} if who else {}
        full |= {"anonymousId": device} if device else {}
        full |= {"timestamp": _stamp(at + skew), "sentAt": _stamp(at + late + skew)}
        full |= {"context": {"library": shop.SOURCES[source].library}} | message
        sent = Sent(shop.SOURCES[source].name, clock.to_us(at + late), full)
        self.sent.append(sent)
        return sent

    def again(self, sent: Sent, *, after: timedelta = timedelta(seconds=40), **changes: Any) -> None:
        """The same message id once more; with changes, something else under the same id."""
        later = sent.received_us + after // timedelta(microseconds=1)
        self.sent.append(Sent(sent.source, later, sent.message | changes))

    # -- what customers do -----------------------------------------------------------------

    def visit(self, at: datetime, who: Member | None, device: str, *products: str, source: int = shop.WEB) -> datetime:
        """Look at a page (or screen) and some products. Returns when the visit ended."""
        first = page("Home", "/") if source == shop.WEB else {"type": "screen", "name": "Shop", "properties": {}}
        self.say(source, at, first, who=who, device=device)
        for product in products:
            at += timedelta(seconds=48)
            self.say(source, at, track("Product Viewed", **about(product)), who=who, device=device)
        return at + timedelta(seconds=30)

    def identify(self, at: datetime, who: Member, device: str = "", *, source: int = shop.WEB, **more: Any) -> Sent:
        told: Message = {"type": "identify", "traits": (who.crm_traits if source == shop.CRM else who.traits) | more}
        if source == shop.CRM:
            told |= self.agreed(source, newsletter=True, recommendations=True)
        return self.say(source, at, told, who=who, device=device)

    @staticmethod
    def agreed(source: int, **purposes: bool) -> Message:
        """What is added to a message that says what a customer agreed to."""
        return {"context": {"library": shop.SOURCES[source].library} | shop.agreed(**purposes)}

    def order(
        self, at: datetime, who: Member, *products: str, quantity: int = 1, coupon: str = "", device: str = ""
    ) -> str:
        """An order and its delivery two days later. Returns the order's number."""
        self._orders += 1
        number = f"KC-{400_000 + self._orders}"
        lines = [about(product) | {"quantity": quantity} for product in products]
        goods = round(sum(line["price"] * quantity for line in lines), 2)
        revenue = round(goods * 0.9, 2) if coupon else goods
        shipping = 0.0 if goods > 40 else 4.9
        more = {"coupon": coupon} if coupon else {}
        self.say(
            shop.ORDERS,
            at,
            track(
                "Order Completed",
                order_id=number,
                revenue=revenue,
                shipping=shipping,
                total=round(revenue + shipping, 2),
                currency="EUR",
                products=lines,
                **more,
            ),
            who=who,
            device=device,
        )
        if at + timedelta(days=2) < self.end:
            self.say(
                shop.ORDERS,
                at + timedelta(days=1, hours=7),
                track("Order Shipped", order_id=number, carrier="DHL"),
                who=who,
            )
        return number

    def newsletter(
        self, at: datetime, who: Member, subject: str, *, opened: bool = False, clicked: bool = False
    ) -> None:
        steps = [("Email Delivered", 0.0)] + [("Email Opened", 1.5)] * opened + [("Email Link Clicked", 1.6)] * clicked
        for event, hours in steps:
            self.say(shop.MAIL, at + timedelta(hours=hours), track(event, campaign_name=subject), who=who)

    def chat(self, at: datetime, who: Member, topic: str, *, rating: int = 0, messages: int = 2) -> None:
        conversation = f"C-{20_000 + len(self.sent)}"
        steps: list[Message] = [track("Live Chat Conversation Started", conversation_id=conversation, topic=topic)]
        for _ in range(messages):
            steps.append(track("Live Chat Message Sent", conversation_id=conversation))
            steps.append(track("Live Chat Message Received", conversation_id=conversation, agent_name="Omar Haddad"))
        steps.append(track("Live Chat Conversation Ended", conversation_id=conversation))
        steps += [track("Conversation Rated", conversation_id=conversation, rating=rating)] if rating else []
        for n, step in enumerate(steps):
            self.say(shop.DESK, at + timedelta(seconds=70 * n), step, who=who)

    def works_at(self, at: datetime, who: Member, company: str, **traits: Any) -> None:
        slug = company.lower().replace(" ", "-")
        self.say(shop.CRM, at, {"type": "group", "groupId": slug, "traits": {"name": company} | traits}, who=who)


def page(name: str, path: str, **properties: Any) -> Message:
    where = {"path": path, "url": f"https://kestrel.example{path}", "title": f"{name} · Kestrel Coffee"}
    return {"type": "page", "name": name, "properties": where | properties}


def track(event: str, **properties: Any) -> Message:
    return {"type": "track", "event": event, "properties": properties}


def about(name: str) -> Message:
    """What events say of a product, by its name."""
    product = next(p for p in shop.PRODUCTS if p.name == name)
    return {"product_id": product.id, "name": product.name, "category": product.category, "price": product.price}


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def messages(end: datetime) -> list[Sent]:
    """Everything that the cast does in the year before `end`, by arrival. The same end gives the same messages."""
    from pentad.demo import story, story_others

    teller = Teller(end)
    story.tell(teller)
    story_others.tell(teller)
    now = clock.to_us(end)
    return sorted((sent for sent in teller.sent if sent.received_us <= now), key=lambda sent: sent.received_us)


def frames(end: datetime) -> Iterator[DemoFrame]:
    """The messages as batches of one source, each arriving with its last message."""
    waiting: list[Sent] = []
    for sent in messages(end):
        if waiting and (sent.source != waiting[0].source or sent.received_us > waiting[0].received_us + 600_000_000):
            yield _frame(waiting)
            waiting = []
        waiting.append(sent)
    yield _frame(waiting)


def _frame(sent: list[Sent]) -> DemoFrame:
    """Each message keeps its own sentAt, moved on by what it waited for the batch, so that its time stays true."""
    received = sent[-1].received_us
    batch = []
    for one in sent:
        waited = timedelta(microseconds=received - one.received_us)
        sent_at = datetime.fromisoformat(one.message["sentAt"]) + waited if "sentAt" in one.message else None
        batch.append(one.message | ({"sentAt": _stamp(sent_at)} if sent_at else {}))
    return DemoFrame(sent[0].source, received, len(sent), msgspec.json.encode({"batch": batch}))
