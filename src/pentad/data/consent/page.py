"""What customers agree to, arranged for reading."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html_join

from pentad.core import clock
from pentad.core.actor import Actor
from pentad.core.hookvalues import TimelineEntry
from pentad.data.consent import queries
from pentad.data.consent.models import ConsentPurpose
from pentad.data.consent.preferences import preferences_of
from pentad.data.consent.queries import Statement
from pentad.data.consent.rules import (
    CHANGED,
    DENIED,
    EVERY,
    GRANTED,
    UNKNOWN,
    Channel,
    Counted,
    Purpose,
    counting,
    effective,
)
from pentad.data.consent.rules_preferences import ALL, MONTHLY, PREFERENCES_CHANGED, WEEKLY, Held
from pentad.data.consent.standing import standing_of
from pentad.data.identity.models import Person
from pentad.roles.access.rights import Level
from pentad.roles.access.seeing import level, may
from pentad.roles.views import cells

WORDS = {GRANTED: "Granted", DENIED: "Denied", UNKNOWN: "Not known"}
TONES = {GRANTED: "green", DENIED: "red", UNKNOWN: "gray"}
FREQUENCY_WORDS = {ALL: "Every message", WEEKLY: "At most one a week", MONTHLY: "At most one a month"}
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


def mark(channel: Channel, state: str, words: str = "") -> Mark:
    icon = ICONS.get(channel.name, "megaphone")
    return Mark(channel.name, channel.label, icon, state, words or WORDS[state], TONES[state])


def person_context(actor: Actor, person: Person, namespaces: Collection[str]) -> dict[str, Any]:
    """For the customer's page: `consents`, a line for each purpose; `reachable`, the marks in its head; `may_consent`.

    namespaces: of the identifiers that the reader sees.
    """
    shown, known = queries.purposes(), queries.channels()
    if not queries.sees_consents():
        return {"consents": [], "reachable": [], "may_consent": False, "wishes": []}
    told = queries.history(person)
    standing = counting(Counted(one.purpose, one.channel, one.state, one.at) for one in told)
    main = next((one for one in shown if one.declared), None)
    change = may(actor, "people.consent", person) and level("people", queries.FIELD) >= Level.CHANGE
    return {
        "consents": _lines(shown, known, told, standing),
        "reachable": _marks(main, known, standing.get(main.name, {}), person, namespaces) if main else [],
        "may_consent": change and main is not None,
        "wishes": wishes_in_words(preferences_of(person), shown, known),
    }


def wishes_in_words(held: Held, purposes: Sequence[Purpose], channels: Sequence[Channel]) -> list[str]:
    """What a customer wishes beyond yes and no, a line each. What is over is left out."""
    of, by = {one.name: one.label for one in purposes}, {one.name: one.label for one in channels}
    found = []
    for (purpose, channel), one in sorted(held.items()):
        about = of.get(purpose, purpose) + (f" by {by.get(channel, channel)}" if channel else "")
        if one.frequency != ALL:
            found.append(f"{about or 'Everything'}: {FREQUENCY_WORDS[one.frequency].lower()}")
        if one.paused_until is not None and one.paused_until > clock.now():
            found.append(f"{about or 'Everything'}: paused until {one.paused_until:%-d %B %Y}")
        if one.unwatched:
            found.append(f"{about or 'Everything'}: opens and clicks are not kept")
    return found


def _lines(
    purposes: Sequence[Purpose],
    channels: Sequence[Channel],
    told: Sequence[Statement],
    standing: Mapping[str, Mapping[str, str]],
) -> list[PurposeLine]:
    """Of every declared purpose, and of others of which the customer said something; those in the archive too."""
    shown, known = {one.name: one for one in purposes}, {one.name: one for one in channels}
    spoken = {one.purpose for one in told}
    if away := spoken - set(shown):
        shown |= {row.name: row.plain for row in ConsentPurpose.objects.filter(name__in=away)}
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


def _marks(
    purpose: Purpose,
    channels: Sequence[Channel],
    states: Mapping[str, str],
    person: Person,
    namespaces: Collection[str],
) -> list[Mark]:
    """How the customer can be reached for a purpose, by each channel with an address."""
    found = []
    for channel in channels:
        state = effective(states, channel.name)
        if channel.declared and _has_address(channel, person.traits, namespaces):
            words = "not asked, may be reached" if state == UNKNOWN and purpose.opt_out else WORDS[state].lower()
            found.append(mark(channel, state, f"{purpose.label} {words}"))
    return found


def _has_address(channel: Channel, traits: Mapping[str, Any], namespaces: Collection[str]) -> bool:
    for address in channel.addresses:
        kind, _, name = address.partition(":")
        if name in namespaces if kind == "identifier" else traits.get(name) not in (None, "", False, {}, []):
            return True
    return False


def timeline_entry(name: str | None, properties: Any) -> TimelineEntry | None:
    """How “Consent Changed” and “Preferences Changed” read; without what is hidden from the reader."""
    if name not in (CHANGED, PREFERENCES_CHANGED):
        return None
    said = properties.get("consent") if isinstance(properties, Mapping) else None
    if not isinstance(said, dict):
        return TimelineEntry(f"{name.capitalize()}", "", "circle-check")
    purpose, channel = str(said.get("purpose", "")), str(said.get("channel", ""))
    about = [{one.name: one.label for one in queries.purposes()}.get(purpose, purpose)]
    about += [{one.name: one.label for one in queries.channels()}.get(channel, channel)] if channel else []
    if name == PREFERENCES_CHANGED:
        about += [FREQUENCY_WORDS.get(str(said.get("frequency", "")), "")]
        about += [f"paused until {str(said['paused_until'])[:10]}"] if said.get("paused_until") else []
        return TimelineEntry("Preferences changed", " · ".join(one for one in about if one), "sliders-horizontal")
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
