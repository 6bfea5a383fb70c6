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
from pentad.platforms.responses.models import Response

__all__ = [
    "Attempt",
    "DayCount",
    "Delivery",
    "Destination",
    "DomainPace",
    "MailboxMessage",
    "PayloadBase",
    "Response",
    "StoppedOrigin",
    "TaskMade",
]
