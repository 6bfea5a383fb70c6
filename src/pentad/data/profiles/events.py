"""How events read in a timeline: a title, a line of detail, an icon, and the kind a filter shows them under."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.utils.safestring import SafeString

from pentad.core import hooks
from pentad.core.hookvalues import TimelineEntry
from pentad.data.profiles.details import details
from pentad.data.profiles.models import Note
from pentad.data.profiles.queries import EventRow
from pentad.roles.views.words import short

ORDER_NAMES = (
    "Order Completed",
    "Order Refunded",
    "Order Cancelled",
    "Order Updated",
    "Order Shipped",
    "Order Delivered",
    "Checkout Started",
    "Product Added",
    "Product Removed",
    "Cart Viewed",
    "Subscription Started",
    "Subscription Paused",
    "Subscription Resumed",
    "Subscription Cancelled",
    "Payment Info Entered",
    "Coupon Applied",
    "Order Placed",
)
MESSAGE_NAMES = (
    "Message Sent",
    "Message Delivered",
    "Message Opened",
    "Link Clicked",
    "Message Bounced",
    "Message Failed",
    "Message Doubtful",
    "Message Held",
    "Message Skipped",
    "Message Complained",
    "Message Replied",
    "Unsubscribed",
    "Preferences Changed",
    "Consent Changed",
)
KINDS: dict[str, tuple[str, dict[str, Sequence[str]]]] = {
    "": ("All", {}),
    "web": ("Web and app", {"types": ("page", "screen")}),
    "orders": ("Orders", {"names": ORDER_NAMES}),
    "identity": ("Identity", {"types": ("identify", "alias", "group")}),
    "messages": ("Messages", {"names": MESSAGE_NAMES}),
    "notes": ("Notes", {"names": ("Note added",)}),
}
"""Filter chips of the timeline, and what they ask the ledger for."""

ICONS = (
    ("order refunded", "undo-2"),
    ("order cancelled", "circle-x"),
    ("order", "package-check"),
    ("checkout", "credit-card"),
    ("payment", "credit-card"),
    ("product added", "shopping-cart"),
    ("product", "shopping-bag"),
    ("cart", "shopping-cart"),
    ("subscription cancelled", "circle-x"),
    ("subscription", "repeat"),
    ("email", "mail"),
    ("search", "search"),
    ("signed", "log-in"),
    ("note", "sticky-note"),
    ("merge", "git-merge"),
    ("review", "star"),
    ("rating", "star"),
    ("survey", "smile"),
    ("application", "smartphone"),
    ("support", "message-square"),
    ("ticket", "ticket"),
)
TYPE_ICONS = {
    "page": "globe",
    "screen": "smartphone",
    "identify": "fingerprint",
    "alias": "link",
    "group": "building-2",
    "track": "mouse-pointer-click",
}
SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}
MOST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline."""

    row: EventRow
    show: TimelineEntry
    note: Note | None = None

    @property
    def details(self) -> SafeString:
        return details(self.row)


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    entries: list[Entry]


def money(amount: float, currency: str) -> str:
    """E.g. €1,234.50, or 12.00 CHF."""
    text = f"{amount:,.2f}"
    return f"{SYMBOLS[currency]}{text}" if currency in SYMBOLS else f"{text} {currency}".strip()


def short_money(amount: float, currency: str) -> str:
    """The same in few characters, from a thousand on: €1.2k, 31k CHF."""
    if abs(amount) < 1000:
        return money(amount, currency)
    text = short(amount)
    return f"{SYMBOLS[currency]}{text}" if currency in SYMBOLS else f"{text} {currency}".strip()


def plain(value: Any) -> str:
    """A property as a few words; "" for what is better read as JSON."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"
    return value[:80] if isinstance(value, str) else ""


def days(rows: Sequence[EventRow], notes: dict[str, Note]) -> list[Day]:
    """Group a page of events by day, newest first, as they come."""
    entries = [Entry(row, describe(row), notes.get(str(row.properties.get("note_id", "")))) for row in rows]
    return [Day(day, list(group)) for day, group in groupby(entries, key=lambda entry: entry.row.timestamp.date())]


def describe(row: EventRow) -> TimelineEntry:
    """A plugin's words for the event, else ours."""
    return hooks.timeline_entry(row) or _DESCRIBED.get(row.type, _track)(row)


def _page(row: EventRow) -> TimelineEntry:
    where = plain(row.properties.get("path")) or plain(row.properties.get("url"))
    title = row.name or plain(row.properties.get("title")) or where or "a page"
    referrer = plain(row.properties.get("referrer"))
    detail = " · ".join(part for part in (where, f"from {referrer}" if referrer else "") if part and part != title)
    return TimelineEntry(f"Viewed {title}", detail, TYPE_ICONS[row.type])


def _identify(row: EventRow) -> TimelineEntry:
    names = list(row.traits)
    said = ", ".join(f"{name} {plain(row.traits[name]) or '…'}" for name in names[:MOST_WORDS])
    more = f" and {len(names) - MOST_WORDS} more" if len(names) > MOST_WORDS else ""
    return TimelineEntry("Identified" if not names else "Traits stated", said + more, TYPE_ICONS["identify"])


def _group(row: EventRow) -> TimelineEntry:
    return TimelineEntry(f"Belongs to {plain(row.traits.get('name')) or 'a company'}", "", TYPE_ICONS["group"])


def _alias(row: EventRow) -> TimelineEntry:
    return TimelineEntry("Identifiers joined", "", TYPE_ICONS["alias"])


def _track(row: EventRow) -> TimelineEntry:
    name, said = row.name or "Event", row.properties
    low = name.lower()
    symbol = next((icon for word, icon in ICONS if word in low), TYPE_ICONS["track"])
    if name == "Note added":
        return TimelineEntry(f"Note by {plain(said.get('author')) or 'a colleague'}", "", symbol)
    tone = "bad" if "cancel" in low or "refund" in low or "fail" in low else "good" if name == "Order Completed" else ""
    return TimelineEntry(name, _order(said) or _few(said), symbol, tone)  # type: ignore[arg-type]


def _order(said: dict[str, Any]) -> str:
    """Order number, goods and amount, when the event has any of them."""
    amount = next(
        (said[key] for key in ("revenue", "total", "value", "price") if isinstance(said.get(key), int | float)), None
    )
    products = said.get("products")
    parts = [f"#{plain(said['order_id'])}"] if said.get("order_id") else []
    if isinstance(products, list):
        named = [p for p in products if isinstance(p, dict) and p.get("name")]
        parts += [f"{plain(p.get('quantity')) or 1} × {plain(p['name'])}" for p in named[:3]]
        parts += [f"{len(named) - 3} more"] if len(named) > 3 else []
    elif said.get("name"):
        parts.append(plain(said["name"]))
    if amount is not None:
        parts.append(money(float(amount), plain(said.get("currency"))))
    return " · ".join(parts)


def _few(said: dict[str, Any]) -> str:
    """The first few properties that can be said in words."""
    words = [f"{name.replace('_', ' ')} {plain(value)}" for name, value in said.items() if plain(value)]
    return " · ".join(words[:MOST_WORDS])


_DESCRIBED = {"page": _page, "screen": _page, "identify": _identify, "group": _group, "alias": _alias}
