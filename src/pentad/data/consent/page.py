"""What customers agree to, arranged for reading."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.html import format_html_join

from pentad.core.actor import Actor
from pentad.core.hookvalues import TimelineEntry
from pentad.data.consent import queries
from pentad.data.consent.models import ConsentPurpose
from pentad.data.consent.queries import Statement
from pentad.data.consent.rules import CHANGED, DENIED, EVERY, GRANTED, UNKNOWN, Channel, Purpose, effective
from pentad.data.consent.standing import standing_of
from pentad.data.identity.models import Person
from pentad.roles.access.rights import Level
from pentad.roles.access.seeing import level, may
from pentad.roles.views import cells

WORDS = {GRANTED: "Granted", DENIED: "Denied", UNKNOWN: "Not known"}
TONES = {GRANTED: "green", DENIED: "red", UNKNOWN: "gray"}
MOST_TAGS = 3
ICONS = {"email": "mail", "sms": "message-square", "phone": "phone", "push": "bell", "post": "map-pin"}


@dataclass(frozen=True, slots=True)
class Mark:
    """A channel and how it stands there, in words."""

    channel: str
    label: str
    icon: str
    state: str
    words: str
    tone: str


@dataclass(frozen=True, slots=True)
class Told:
    """A statement as a line of the history."""

    what: str
    channel: str
    tone: str
    said: Statement


@dataclass(frozen=True, slots=True)
class PurposeLine:
    """What a customer says of a purpose: for every channel, what differs by channel, and all that was ever said."""

    purpose: Purpose
    state: Mark
    others: list[Mark]
    history: list[Told]

    @property
    def since(self) -> datetime | None:
        return next((one.said.at for one in self.history if one.said.counts), None)


def mark(channel: Channel, state: str, words: str = "") -> Mark:
    icon = ICONS.get(channel.name, "megaphone")
    return Mark(channel.name, channel.label, icon, state, words or WORDS[state].lower(), TONES[state])


def purpose_lines(person: Person) -> list[PurposeLine]:
    """A line for every declared purpose, and for others of which the customer said something; those in the archive too."""
    if not queries.sees_consents():
        return []
    standing, told = queries.standing(person), queries.history(person)
    known = {one.name: one for one in queries.channels()}
    shown = {one.name: one for one in queries.purposes()}
    spoken = {one.purpose for one in told}
    away = ConsentPurpose.objects.filter(name__in=spoken - set(shown))
    shown |= {row.name: row.plain for row in away}
    return [
        _line(one, standing.get(name, {}), [said for said in told if said.purpose == name], known)
        for name, one in shown.items()
        if one.declared or name in spoken
    ]


def _line(
    purpose: Purpose, states: Mapping[str, str], told: Sequence[Statement], known: Mapping[str, Channel]
) -> PurposeLine:
    def channel(name: str) -> Channel:
        return known.get(name) or Channel(name, name or "every channel", declared=False)

    every = states.get(EVERY, UNKNOWN)
    others = [mark(channel(name), state) for name, state in states.items() if name not in (EVERY,) and state != every]
    history = [
        Told(WORDS[one.state], channel(one.channel).label if one.channel else "", TONES[one.state], one) for one in told
    ]
    return PurposeLine(purpose, mark(channel(EVERY), every), others, history)


def reachable_marks(person: Person, namespaces: Collection[str]) -> list[Mark]:
    """For the head of the page: how the customer can be reached for the main purpose, by each channel with an address.
    Empty without a declared purpose, and for who may not know.

    namespaces: of the identifiers that the reader sees.
    """
    purpose = next((one for one in queries.purposes() if one.declared), None)
    if purpose is None or not queries.sees_consents():
        return []
    states = queries.standing(person).get(purpose.name, {})
    found = []
    for channel in queries.channels():
        state = effective(states, channel.name)
        if channel.declared and _has_address(channel, person.traits, namespaces):
            words = "not asked, may be reached" if state == UNKNOWN and purpose.opt_out else ""
            found.append(mark(channel, state, f"{purpose.label} {words or WORDS[state].lower()}"))
    return found


def _has_address(channel: Channel, traits: Mapping[str, Any], namespaces: Collection[str]) -> bool:
    for address in channel.addresses:
        kind, _, name = address.partition(":")
        if name in namespaces if kind == "identifier" else traits.get(name) not in (None, "", False, {}, []):
            return True
    return False


def may_record(actor: Actor, person: Person) -> bool:
    """Whether what the customer says may be recorded, and there is something to agree to."""
    if not may(actor, "people.consent", person) or level("people", queries.FIELD) < Level.CHANGE:
        return False
    return bool(queries.main_purpose())


def timeline_entry(name: str | None, properties: Any) -> TimelineEntry | None:
    """How “Consent Changed” reads; without what is hidden from the reader."""
    if name != CHANGED:
        return None
    said = properties.get("consent") if isinstance(properties, Mapping) else None
    if not isinstance(said, dict):
        return TimelineEntry("Consent changed", "", "circle-check")
    purpose, channel = str(said.get("purpose", "")), str(said.get("channel", ""))
    about = [{one.name: one.label for one in queries.purposes()}.get(purpose, purpose)]
    about += [{one.name: one.label for one in queries.channels()}.get(channel, channel)] if channel else []
    state = str(said.get("state", ""))
    words = {GRANTED: "granted", DENIED: "denied"}.get(state, "taken back")
    tones = {GRANTED: "good", DENIED: "bad"}
    return TimelineEntry(f"Consent {words}", " · ".join(about), "circle-check", tones.get(state, ""))  # type: ignore[arg-type]


Agreed = list[tuple[Purpose, dict[str, str]]]
"""Purposes of which a customer said something, the declared ones first, each with channel → state."""


def agreements(part_root: Mapping[int, int]) -> dict[int, Agreed]:
    """Of many customers at once, by number. Nothing for who may not know."""
    if not queries.sees_consents():
        return {}
    shown = {one.name: (place, one) for place, one in enumerate(queries.purposes())}
    found = {}
    for root, standing in standing_of(part_root).items():
        placed = [(*shown.get(name, (len(shown), Purpose(name, name))), states) for name, states in standing.items()]
        found[root] = [(one, states) for _, one, states in sorted(placed, key=lambda each: (each[0], each[1].name))]
    return found


def cell(agreed: Agreed) -> str:
    """In a list: each purpose once, as its answer for every channel, else for the first one."""
    said = [(one.label[:24], next(iter(states.values()))) for one, states in agreed[:MOST_TAGS]]
    tags = ((cells.tag(f"{label} {WORDS[state].lower()}", TONES[state]),) for label, state in said)
    return format_html_join(" ", "{}", tags) if said else cells.NOTHING


def text(agreed: Agreed) -> str:
    """In a file: “newsletter: granted; newsletter/sms: denied”."""
    said = (
        f"{one.name}/{channel}: {state}" if channel else f"{one.name}: {state}"
        for one, states in agreed
        for channel, state in states.items()
    )
    return "; ".join(said)
