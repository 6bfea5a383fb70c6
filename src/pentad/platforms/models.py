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
from pentad.platforms.web.models import PushSubscription, WebMessage

__all__ = [
    "Attempt",
    "DayCount",
    "Delivery",
    "Destination",
    "DomainPace",
    "MailboxMessage",
    "PayloadBase",
    "PushSubscription",
    "Response",
    "StoppedOrigin",
    "TaskMade",
    "WebMessage",
]
