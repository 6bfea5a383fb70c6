"""What is handed to the queue, and what comes back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

IfHeld = Literal["wait", "skip", "exit"]
Rests = tuple[datetime, datetime]
CAMPAIGN, TEST, API, JOURNEY = "campaign", "test", "api", "journey"


@dataclass(frozen=True, slots=True)
class Item:
    """One composed message for one customer.

    key: at most 120 characters, such as "campaign:<run>:<person_no>". A key that is known is left as it is, whatever
        else the item says.
    content, links: as `messages.composing` gives them, with placeholders.
    version_id: of the message's version; what it has in common with others of the same is kept once.
    priority: higher goes first. due_at: now, where it is not said. expires_at: not sent after that.
    if_held: what becomes of it when the contact policy says not now: "wait" until it may, "skip" it, or skip it and
        let the journey "exit".
    destination_id: None for the channel's default one at the time of sending.
    once_in_run: in the origin's run an address gets one message by the channel, be it of two customers: the second is
        skipped. Without a run there is no such limit.
    rests: from when until when it may not leave, where it was meant for other days and was kept too long.
    address: instead of the customer's own, for tests alone: those are sent whatever the contact policy says, and leave
        no trace with the customer.
    """

    key: str
    person_no: int
    channel: str
    content: Mapping[str, str]
    links: Sequence[str] = ()
    purpose: str = ""
    transactional: bool = False
    priority: int = 0
    origin_kind: str = CAMPAIGN
    origin_id: str = ""
    run: str = ""
    variant: str = ""
    language: str = ""
    version_id: int | None = None
    due_at: datetime | None = None
    expires_at: datetime | None = None
    if_held: IfHeld = "wait"
    destination_id: int | None = None
    once_in_run: bool = True
    rests: Rests | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class Enqueued:
    """new: rows that were added. known: items whose key was there already."""

    new: int
    known: int


@dataclass(frozen=True, slots=True)
class Message:
    """What a delivery says, and what the queue keeps with it."""

    content: dict[str, str]
    links: list[str] = field(default_factory=list)
    once_in_run: bool = True
    address: str = ""
    rests: Rests | None = None
