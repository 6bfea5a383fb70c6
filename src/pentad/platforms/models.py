"""Django looks here for the competency's models; each feature keeps its own."""

from pentad.platforms.channels.models import (
    Attempt,
    DayCount,
    Delivery,
    Destination,
    DomainPace,
    MailboxMessage,
    PayloadBase,
    StoppedOrigin,
    TaskMade,
)

__all__ = [
    "Attempt",
    "DayCount",
    "Delivery",
    "Destination",
    "DomainPace",
    "MailboxMessage",
    "PayloadBase",
    "StoppedOrigin",
    "TaskMade",
]
