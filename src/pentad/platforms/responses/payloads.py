"""What a delivery said."""

from pentad.platforms.channels.items import Message
from pentad.platforms.channels.models import Delivery
from pentad.platforms.channels.payload import unpack


def said(delivery: Delivery) -> Message:
    """Its content and links as they were composed; empty once they have been removed."""
    return unpack(bytes(delivery.payload), bytes(delivery.base.dictionary) if delivery.base else b"")
