"""How messages and what became of them read in a timeline, and beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pentad.content.messages.models import MessageVersion
from pentad.core.actor import Actor
from pentad.core.hookvalues import Panel, TimelineEntry
from pentad.data.consent.page import ICONS
from pentad.data.consent.queries import purposes
from pentad.data.identity.models import Person
from pentad.intelligence.contact.shown import GATE_LABELS
from pentad.platforms.channels.models import Attempt, Delivery
from pentad.platforms.responses import queries
from pentad.platforms.responses.models import BOUNCE, CLICK, COMPLAINT, OPEN, REPLY, UNSUBSCRIBE, Response
from pentad.platforms.responses.rules import SIGNS

RIGHT = "messages.view"
IN_PANEL = 5
TITLES: Mapping[str, tuple[str, str]] = {
    "Message Sent": ("{} sent", ""),
    "Message Delivered": ("{} arrived", ""),
    "Message Opened": ("{} opened", "good"),
    "Link Clicked": ("Link followed", "good"),
    "Message Bounced": ("{} came back", "bad"),
    "Message Failed": ("{} not sent", "bad"),
    "Message Doubtful": ("{}: not known whether it arrived", "bad"),
    "Message Held": ("{} held for now", "info"),
    "Message Skipped": ("{} held back", "info"),
    "Unsubscribed": ("Unsubscribed", "bad"),
    "Message Complained": ("{} called unwanted", "bad"),
    "Message Replied": ("{} answered", "good"),
}
"""Event → title ({}: the kind of message) and tone."""
NOUNS = {
    "email": "E-mail", "sms": "Text message", "push": "Notification", "chat": "Chat message", "inapp": "In-app message",
    "webhook": "Webhook", "task": "Task",
}  # fmt: skip
SYMBOLS = {**ICONS, "chat": "message-square", "inapp": "monitor", "webhook": "webhook", "task": "list-checks"}
ROBOT = "by a program, not a person"
STATES = {
    "queued": ("Waits in the queue", "blue"), "sending": ("Is being sent", "blue"), "held": ("Held for now", "orange"),
    "paused": ("Paused", "orange"), "sent": ("Sent", "gray"), "delivered": ("Arrived", "green"),
    "bounced": ("Came back", "red"), "failed": ("Not sent", "red"), "skipped": ("Held back", "gold"),
    "doubtful": ("In doubt", "orange"), "expired": ("Too late", "gold"), "cancelled": ("Cancelled", "gray"),
}  # fmt: skip
DONE = {
    OPEN: "Opened", CLICK: "Followed a link", UNSUBSCRIBE: "Unsubscribed", COMPLAINT: "Called it unwanted",
    BOUNCE: "Came back", REPLY: "Replied",
}  # fmt: skip
HOW = {"one_click": "by one click in the mail program", "page": "on the page", "preferences": "among the preferences"}


def timeline_entry(event: Any) -> TimelineEntry | None:
    """In words, with what the reader may not know left out by now."""
    if event.type != "track" or event.name not in TITLES or not isinstance(event.properties, Mapping):
        return None
    said = event.properties
    if "delivery_id" not in said:  # somebody else's event of the same name
        return None
    channel = str(said.get("channel", ""))
    title, tone = TITLES[event.name]
    robot = said.get("human") is False
    about = [_purpose(str(said.get("purpose", ""))), str(said.get("url", ""))[:120], _text(said.get("reason"))]
    about += [ROBOT] if robot else []
    icon = "mouse-pointer-click" if event.name == "Link Clicked" else SYMBOLS.get(channel, "megaphone")
    return TimelineEntry(
        title.format(NOUNS.get(channel, "Message")), " · ".join(one for one in about if one), icon,
        "" if robot else tone,  # type: ignore[arg-type]
    )  # fmt: skip


def _purpose(name: str) -> str:
    return next((one.label for one in purposes() if one.name == name), name)


def _text(reason: Any) -> str:
    """A gate, or a code, in words."""
    if not isinstance(reason, str):
        return ""
    return GATE_LABELS.get(reason, reason.replace("_", " ")).lower()


@dataclass(frozen=True, slots=True)
class Did:
    """Something that was done with a message, in words. why: the signs that it was a person, or was not."""

    at: Any
    what: str
    detail: str
    human: bool | None
    confidence: int | None
    why: list[str]


@dataclass(frozen=True, slots=True)
class Shown:
    """A message to a customer, as pages list it. name: of the message, else what it is for, else what it is."""

    delivery: Delivery
    name: str
    noun: str
    icon: str
    state: str
    tone: str
    reason: str
    gates: list[tuple[str, bool | None, str]]
    did: list[Did]
    attempts: list[Attempt]
    marks: list[str]

    @property
    def at(self) -> Any:
        return self.delivery.sent_at or self.delivery.done_at or self.delivery.due_at


def shown(written: queries.Written, names: Mapping[int, str], labels: Mapping[str, str]) -> Shown:
    """names: of messages, by version. labels: of purposes."""
    row = written.delivery
    noun = NOUNS.get(row.channel, row.channel.capitalize())
    name = names.get(row.version_id or 0) or labels.get(row.purpose, row.purpose) or noun
    state, tone = STATES.get(row.state, (row.state, "gray"))
    marks = [
        words
        for words, holds in (
            ("opened", written.opened), ("clicked", written.clicked), ("unsubscribed", written.unsubscribed),
            ("complained", written.complained),
        )
        if holds
    ]  # fmt: skip
    return Shown(
        row, name, noun, SYMBOLS.get(row.channel, "megaphone"), state, tone, row.detail or _text(row.reason), _gates(row.gates),
        [_did(one) for one in written.responses], written.attempts, marks,
    )  # fmt: skip


def _gates(gates: Any) -> list[tuple[str, bool | None, str]]:
    """Name, passed and the value seen, of each gate in order."""
    found = []
    for one in gates if isinstance(gates, list) else ():
        if isinstance(one, list | tuple) and len(one) >= 3:
            found.append((GATE_LABELS.get(one[0]) or str(one[0]).replace("_", " ").capitalize(), one[1], str(one[2])))
    return found


def _did(row: Response) -> Did:
    detail = HOW.get(row.detail, row.detail)
    if row.kind == CLICK and row.link is not None:
        detail = f"number {row.link + 1}"
    sure = round(row.confidence * 100) if row.confidence is not None and row.kind in (OPEN, CLICK) else None
    return Did(row.at, DONE.get(row.kind, row.kind), detail, row.human, sure, [SIGNS[one].words for one in row.why])


def listed(person: Person, *, before: int | None = None, limit: int = queries.PAGE) -> list[Shown]:
    """The latest first."""
    rows = queries.messages_of(person, before=before, limit=limit)
    versions = {row.delivery.version_id for row in rows if row.delivery.version_id is not None}
    names = dict(MessageVersion.objects.filter(pk__in=versions).values_list("pk", "message__name"))
    labels = {one.name: one.label for one in purposes()}
    return [shown(one, names, labels) for one in rows]


def panel(actor: Actor, person: Person) -> list[Panel]:
    """The last few messages; nothing on the page of who was never written to."""
    if not actor.may(RIGHT):
        return []
    rows = listed(person, limit=IN_PANEL)
    return [Panel("responses/_panel.html", {"rows": rows}, RIGHT, 60)] if rows else []
