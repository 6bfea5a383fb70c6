"""What Kestrel Coffee keeps asking about its customers: segments and computed traits, as sentences."""

from django.db import transaction

from pentad.core.actor import SYSTEM
from pentad.core.models import Setting
from pentad.demo import past
from pentad.intelligence.computed import queries as computed
from pentad.intelligence.computed.actions import create_trait
from pentad.intelligence.computed.text import parse as figure
from pentad.intelligence.segments.actions import create_segment
from pentad.intelligence.segments.definition import Definition
from pentad.intelligence.segments.queries import named
from pentad.intelligence.segments.text import parse

MARK = "demo.questions"
"""Name of the row that remembers that they were asked, so that what is deleted stays away."""

SEGMENTS: tuple[tuple[str, str, str], ...] = (
    (
        "Bought once, no visit for 60 days",
        "One order, then silence: who could be won back.",
        'did "Order Completed" exactly 1 time '
        'and never did any of "Product Viewed", "Application Opened" in the last 60 days',
    ),
    (
        "Regulars",
        "Three orders or more in half a year.",
        'did "Order Completed" at least 3 times in the last 180 days',
    ),
    (
        "Big spenders this year",
        "More than 500 in orders since the year before today.",
        'sum of total of "Order Completed" in the last 365 days is more than 500',
    ),
    (
        "Looked at a machine, bought none",
        "An espresso machine on their screen within two weeks, and none in the basket since.",
        'did "Product Viewed" at least 2 times in the last 14 days where category is "Machines" '
        'and never did "Product Added" in the last 14 days where category is "Machines"',
    ),
    (
        "Left the checkout",
        "Began to pay within a week and did not finish within two hours.",
        'did "Checkout Started" in the last 7 days then not "Order Completed" within 2 hours',
    ),
    (
        "Subscribers going quiet",
        "Deliveries go on, and they have not looked at anything for 60 days.",
        'did "Order Completed" in the last 60 days where subscription is true '
        'and never did any of "Product Viewed", "Application Opened" in the last 60 days',
    ),
    (
        "Unhappy after a chat",
        "One or two stars for a conversation in the last 30 days.",
        'did "Conversation Rated" in the last 30 days where rating is at most 2',
    ),
    (
        "Readers of the newsletter",
        "They agreed to it, and opened one in the last 60 days.",
        'consent to "newsletter" is granted and did "Email Opened" in the last 60 days',
    ),
    (
        "Half of the newcomers",
        "A fair half of those who opened an account this month, for trying things out.",
        'first "Account Created" was in the last 30 days and in a random 50 % with seed "newcomers"',
    ),
)
"""Name, description and definition."""
TRAITS: tuple[tuple[str, str, str], ...] = (
    ("orders", "Orders ever made.", 'number of "Order Completed"'),
    ("spent", "Sum of all orders.", 'sum of total of "Order Completed"'),
    ("last_order", "When the last order was made.", 'time of last "Order Completed"'),
    (
        "likes",
        "The category looked at most often in half a year.",
        'most frequent category of "Product Viewed" in the last 180 days',
    ),
)
"""Name, description and figure."""


def ask() -> bool:
    """Save the segments and computed traits, once. False when that was done before."""
    if not Setting.objects.get_or_create(name=MARK, defaults={"value": True})[1]:
        return False
    for name, description, text in SEGMENTS:
        if named(name) is None:
            save(name, description, parse(text))
    for name, description, text in TRAITS:
        if computed.named(name) is None:
            create_trait(actor=SYSTEM, name=name, description=description, computed=figure(text))
    return True


def save(name: str, description: str, definition: Definition) -> None:
    """A segment that was there all along, as far as the events tell who would have been in it."""
    nights = past.nights(definition, past.DAYS)
    with transaction.atomic():
        past.write(create_segment(actor=SYSTEM, name=name, description=description, definition=definition), nights)
