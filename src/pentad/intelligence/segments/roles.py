"""What part events play, told by their names: which of those that were seen is an order, which a sign-up. Pure."""

import re
from collections.abc import Iterable

_PARTS = {
    "order": (
        r"(order|purchase|checkout|payment|transaction|booking) (completed|complete|placed|paid|made|succeeded|confirmed|created|finished)",
        r"purchased?",
        r"bought",
        r"sale",
        r"booked",
        r"ordered",
    ),
    "cart": (
        r"(product|item) added",
        r"added? to (cart|basket)",
        r"(cart|basket) (updated|filled)",
        r"(checkout|order) (started|begun)",
        r"begin checkout",
        r"(started|began) checkout",
    ),
    "sign_up": (
        r"sign(ed)? ?up",
        r"register(ed)?",
        r"registration",
        r"(account|user) (created|registered)",
        r"trial started",
        r"joined",
    ),
    "visit": (
        r"session started",
        r"visit(ed)?",
        r"(app|application) opened",
        r"(page|screen|product|category) viewed",
        r"page ?view",
        r"(page|screen) visited",
        r"log(ged)? ?in",
        r"signed in",
    ),
    "cancelled": (
        r"(subscription|plan|contract|membership|account) (cancell?ed|ended|closed|expired)",
        r"churned",
        r"unsubscribed",
        r"cancell?ed",
    ),
    "trouble": (
        r"(case|ticket|complaint|issue|conversation) (opened|created|started|received|reopened)",
        r"(return|refund) (requested|started)",
        r"(order|product|item) (returned|refunded)",
        r"complained",
    ),
}
_COMPILED = {part: re.compile("|".join(patterns)) for part, patterns in _PARTS.items()}
_MONEY = ("revenue", "total", "order_total", "amount", "value", "price", "subtotal")
_BIRTH = re.compile(r"birth ?(day|date)|date of birth|dob|geburtstag|anniversary")
_WORDS = re.compile(r"[a-z]+|[0-9]+")


def plain(name: str) -> str:
    """Small letters and single spaces: orderCompleted, order_completed and Order Completed are one."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return " ".join(_WORDS.findall(parted.lower()))


def parts_of(names: Iterable[str]) -> dict[str, str]:
    """Part → the event that plays it. names: those seen, the most frequent first, which wins."""
    found: dict[str, str] = {}
    for name in names:
        for part, pattern in _COMPILED.items():
            if part not in found and pattern.fullmatch(plain(name)):
                found[part] = name
    return found


def money_of(properties: Iterable[str]) -> str:
    """The property that says how much an order was worth; "" when none does. properties: numbers."""
    there = {plain(name).replace(" ", "_"): name for name in properties}
    return next((there[name] for name in _MONEY if name in there), "")


def birthday_of(traits: Iterable[str]) -> str:
    """The trait that holds the day of birth; "" when none does."""
    return next((name for name in traits if _BIRTH.fullmatch(plain(name))), "")
