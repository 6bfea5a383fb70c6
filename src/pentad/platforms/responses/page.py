"""The customers' pages, as values: what may be chosen, and what is chosen at present."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pentad.core import clock
from pentad.core.errors import Invalid
from pentad.data.consent.page import FREQUENCY_WORDS
from pentad.data.consent.preference_actions import CHOICES, NONE, chosen
from pentad.data.consent.preferences import preferences_of
from pentad.data.consent.queries import channels, purposes
from pentad.data.consent.rules import EVERY, Channel, Purpose
from pentad.data.consent.rules_preferences import Wish
from pentad.data.identity.models import Person
from pentad.platforms.channels.addressing import reached
from pentad.platforms.channels.models import Delivery
from pentad.roles.access.rights import masked

WORDS = {**FREQUENCY_WORDS, NONE: "None"}
PAUSES = (("", "No pause"), ("30", "For 30 days"), ("90", "For 90 days"), ("180", "For half a year"))
PLAIN = {"email": "e-mail", "sms": "text message", "phone": "telephone", "push": "notification", "post": "post"}


@dataclass(frozen=True, slots=True)
class Line:
    """A choice: of a purpose by a channel. field: its name in the form."""

    field: str
    label: str
    address: str
    choice: str

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        return [(value, WORDS[value], value == self.choice) for value in CHOICES]


@dataclass(frozen=True, slots=True)
class Topic:
    purpose: Purpose
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


def choices_of(person: Person) -> Choices:
    """Of every declared purpose by every channel by which this customer could be reached."""
    held = preferences_of(person).get((EVERY, EVERY), Wish())
    ways = _ways(person)
    topics = [
        Topic(purpose, [_line(person, purpose, channel, address) for channel, address in ways])
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
                found.append((channel, _hint(whose.addresses[0])))
    return found


def _hint(address: str) -> str:
    """Enough to know one's own address by: of a number its end, of others what masks leave."""
    digits = [one for one in address if one.isdigit()]
    return f"••• {''.join(digits[-2:])}" if len(digits) >= 6 and "@" not in address else masked(address)


def _line(person: Person, purpose: Purpose, channel: Channel, address: str) -> Line:
    at_all = chosen(person, purpose, channel.name)
    return Line(field(purpose.name, channel.name), channel.label, address, at_all)


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
    if days not in dict(PAUSES):
        raise Invalid("That is no pause on offer.", code="bad_pause", fix="Go back and choose again.")
    return clock.now() + timedelta(days=int(days)), False


def about(delivery: Delivery) -> tuple[str, str]:
    """The purpose and the channel of a delivery in a customer's words."""
    purpose = next((one.label for one in purposes() if one.name == delivery.purpose), delivery.purpose)
    known = {one.name: one.label for one in channels()}
    return purpose, PLAIN.get(delivery.channel, known.get(delivery.channel, delivery.channel).lower())
