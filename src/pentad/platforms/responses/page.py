"""The customers' pages, as values: what may be chosen, and what is chosen at present."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pentad.core import clock
from pentad.core.errors import Invalid
from pentad.data.consent.preference_actions import CHOICES, NONE, chosen
from pentad.data.consent.preferences import preferences_of
from pentad.data.consent.queries import channels, purposes
from pentad.data.consent.rules import EVERY, Channel, Purpose
from pentad.data.consent.rules_preferences import Wish
from pentad.data.identity.models import Person
from pentad.platforms.channels.addressing import reached
from pentad.platforms.channels.models import Delivery
from pentad.platforms.responses.wording import Words
from pentad.roles.access.rights import masked

PAUSES = ("", "30", "90", "180")
"""Days; "" for none."""
PUSH = "push"
"""Its addresses say nothing to people."""


@dataclass(frozen=True, slots=True)
class Line:
    """A choice: of a purpose by a channel. field: its name in the form; options: value, text, and whether it is chosen."""

    field: str
    label: str
    address: str
    choice: str
    options: list[tuple[str, str, bool]]


@dataclass(frozen=True, slots=True)
class Topic:
    label: str
    description: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Choices:
    """Everything that the page of preferences shows."""

    topics: list[Topic]
    paused_until: datetime | None
    unwatched: bool

    @property
    def none_at_all(self) -> bool:
        return all(line.choice == NONE for topic in self.topics for line in topic.lines)


def choices_of(person: Person, words: Words) -> Choices:
    """Of every declared purpose by every channel by which this customer could be reached."""
    held = preferences_of(person).get((EVERY, EVERY), Wish())
    ways = _ways(person)
    topics = [
        Topic(*words.purpose(purpose), [_line(person, purpose, channel, address, words) for channel, address in ways])
        for purpose in purposes()
        if purpose.declared and ways
    ]
    paused = held.paused_until if held.paused_until and held.paused_until > clock.now() else None
    return Choices(topics, paused, held.unwatched)


def _ways(person: Person) -> list[tuple[Channel, str]]:
    """Channels with the customer's best address there, masked: the page may be seen by whoever a message is forwarded to."""
    found = []
    for channel in channels():
        if channel.declared and channel.addresses:
            whose = reached([person.no], channel.name).get(person.no)
            if whose and whose.addresses:
                found.append((channel, "" if channel.name == PUSH else _hint(whose.addresses[0])))
    return found


def _hint(address: str) -> str:
    """Enough to know one's own address by: of a number its end, of others what masks leave."""
    digits = [one for one in address if one.isdigit()]
    return f"••• {''.join(digits[-2:])}" if len(digits) >= 6 and "@" not in address else masked(address)


def _line(person: Person, purpose: Purpose, channel: Channel, address: str, words: Words) -> Line:
    at_all = chosen(person, purpose, channel.name)
    options = [(value, words.say(f"frequency.{value}"), value == at_all) for value in CHOICES]
    return Line(field(purpose.name, channel.name), words.channel(channel), address, at_all, options)


def pauses(words: Words) -> list[tuple[str, str]]:
    return [(days, words.say(f"pause.{days or 0}")) for days in PAUSES]


def field(purpose: str, channel: str) -> str:
    return f"choice/{purpose}/{channel}"


def offered(person: Person) -> list[tuple[str, str]]:
    """(purpose, channel) of everything that the page offers."""
    return [(one.name, channel.name) for one in purposes() if one.declared for channel, _ in _ways(person)]


def given(person: Person, form: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """What a form chooses, of what the page offers. Raises Invalid."""
    found = {both: form[field(*both)] for both in offered(person) if field(*both) in form}
    if any(choice not in CHOICES for choice in found.values()):
        raise Invalid("That is not among the choices.", code="bad_frequency", fix="Go back and choose again.")
    return found


def pause_of(form: Mapping[str, str]) -> tuple[datetime | None, bool]:
    """Until when, and whether a pause under way ends. Raises Invalid."""
    days = form.get("pause", "keep")
    if days == "keep":
        return None, False
    if days == "":
        return None, True
    if days not in PAUSES:
        raise Invalid("That is no pause on offer.", code="bad_pause", fix="Go back and choose again.")
    return clock.now() + timedelta(days=int(days)), False


def about(delivery: Delivery, words: Words) -> tuple[str, str]:
    """The purpose of a delivery, and “by e-mail”: in a customer's words."""
    purpose = next((words.purpose(one)[0] for one in purposes() if one.name == delivery.purpose), delivery.purpose)
    known = {one.name: words.channel(one) for one in channels()}
    return purpose, words.by(delivery.channel, known.get(delivery.channel, delivery.channel))
