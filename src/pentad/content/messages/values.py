"""What other features are given of messages: plain values, without a database behind them."""

from collections.abc import Sequence
from dataclasses import dataclass

CHANNELS = ("email", "sms", "push", "chat", "inapp", "webhook", "task")
"""What a message can be written for, in the order in which they are offered."""
OPEN, UNSUBSCRIBE, PREFERENCES, VIEW = "{{{open}}}", "{{{unsubscribe}}}", "{{{preferences}}}", "{{{view}}}"
"""Stand in what was composed, wherever an address is wanted that is the delivery's own: put there at sending."""


def link(number: int) -> str:
    """Stands in what was composed for the address `links[number]`."""
    return f"{{{{{{link:{number}}}}}}}"


@dataclass(frozen=True, slots=True)
class Published:
    """The version of a message that is in force. languages: the default one first."""

    version_id: int
    message_id: str
    name: str
    purpose: str
    transactional: bool
    channels: tuple[str, ...]
    variants: tuple[str, ...]
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Composed:
    """Finished text by field of the channel: e-mail has subject, preheader, html, text, reply_to; sms and chat body; push
    title, body, url; inapp title, body, url, button; webhook json; task title, note. Links of e-mail (html, text), of sms and
    chat (body), of push and inapp (url) are placeholders; the addresses they stand for are in `links`.
    """

    person_no: int
    language: str
    content: dict[str, str]
    links: list[str]


@dataclass(frozen=True, slots=True)
class Uncomposed:
    """Nothing was composed. reason: “no_value” (value: the variable that has none and no fallback), “aborted” (value: what
    the message says about it), “failed” (value: what went wrong), “gone” (there is no such customer, or it is a part of another).
    """

    person_no: int
    reason: str
    value: str = ""


Written = Sequence[Composed | Uncomposed]
