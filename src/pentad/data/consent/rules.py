"""What counts of what customers said. Pure.

Each source says for itself: a banner repeats with every message what was chosen once, and a repetition is no new
choice. So what a source says counts from when it first said so, and among sources the latest choice counts; at the very
same moment the one that denies. A choice for one channel stands beside the one for every channel, but for a later “no”
to every channel, which ends it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, NamedTuple

State = Literal["granted", "denied", "unknown"]
GRANTED, DENIED, UNKNOWN = "granted", "denied", "unknown"
STATES = (GRANTED, DENIED, UNKNOWN)
CHANGED = "Consent Changed"
"""The event that tells of a change by colleagues and programs."""
EVERY = ""
"""The channel that stands for all of them."""
MOST_NAME = 60
MOST_TOLD = 50
"""Purposes and channels that one message may speak of."""
MOST_SEEN = 500
"""Undeclared purposes, and channels, that are noted because messages name them: a write key is public. Statements about
further ones stay in their messages, and are kept once these are declared: see `tasks.catch_up`.
"""
DECIDED_EVENTS = ("Segment Consent Preference Updated", "Segment Consent Preference", "Consent Preference Updated")
"""Messages that are sent when somebody chooses, and not with everything."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """declared: in force, not only seen in messages. opt_out: who said nothing may be reached. track_…: whether opens and
    clicks of its messages are counted.
    """

    name: str
    label: str
    description: str = ""
    declared: bool = True
    opt_out: bool = False
    track_opens: bool = True
    track_clicks: bool = True


@dataclass(frozen=True, slots=True)
class Channel:
    """addresses: “identifier:NAMESPACE” and “trait:NAME”; one of them is enough."""

    name: str
    label: str
    addresses: tuple[str, ...] = ()
    declared: bool = True


USUAL_CHANNELS = (
    Channel("email", "E-mail", ("identifier:email", "trait:email")),
    Channel("sms", "SMS", ("identifier:phone", "trait:phone")),
    Channel("phone", "Telephone", ("identifier:phone", "trait:phone")),
    Channel(
        "push",
        "Push",
        ("identifier:push_token", "identifier:device_token", "identifier:ios.push_token", "identifier:android.push_token"),
    ),
    Channel("post", "Post", ("trait:address",)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """What one source said of one purpose and channel: since `at`, and again up to `until`."""

    state: str
    at: datetime
    until: datetime
    decided: bool = False
    message_id: str = ""
    last_message_id: str = ""
    text_version: str = ""


class Said(NamedTuple):
    """One statement, by one message. decided: a choice made then, not a choice repeated."""

    state: str
    at: datetime
    message_id: str = ""
    text_version: str = ""
    decided: bool = False

    @property
    def span(self) -> Span:
        return Span(self.state, self.at, self.at, self.decided, self.message_id, self.message_id, self.text_version)


def tell_all(held: Mapping[str, Sequence[Span]], told: Mapping[str, Sequence[Said]]) -> dict[str, list[Span]]:
    """Channel → spans of one source's word on a purpose, with further statements. Its “no” to everything and its “yes” to
    a channel part what it says of the other: what comes after is a new choice, and not the earlier one repeated.
    """
    found = {channel: list(spans) for channel, spans in held.items()}
    for at, channel, said in sorted(((one.at, name, one) for name, all in told.items() for one in all), key=_in_time):
        found[channel] = tell(found.get(channel, []), said, against(found, channel, said.state))
        for other in found:
            if at in against({channel: [said.span]}, other, _OPPOSITE[other == EVERY]):
                found[other] = [part for one in found[other] for part in _parted(one, at, other)]
    return found


_OPPOSITE = (GRANTED, DENIED)
"""What of a channel, and of every channel, the other ends."""


def _in_time(one: tuple[datetime, str, Said]) -> tuple[datetime, str]:
    return one[0], one[1]


def against(held: Mapping[str, Sequence[Span]], channel: str, state: str) -> list[datetime]:
    """When the source said the opposite of such a statement by the other kind: “no” to everything of a channel's “yes”,
    and the other way round.
    """
    if state != _OPPOSITE[channel == EVERY]:
        return []
    ends = _OPPOSITE[channel != EVERY]
    others = (spans for name, spans in held.items() if (name == EVERY) != (channel == EVERY))
    return [moment for spans in others for one in spans if one.state == ends for moment in (one.at, one.until)]


def _parted(span: Span, at: datetime, channel: str) -> list[Span]:
    if span.state != _OPPOSITE[channel == EVERY] or not span.at < at < span.until:
        return [span]
    return [*_halves(span)]


def _halves(span: Span) -> tuple[Span, Span]:
    """Its first and its last message; what was repeated in between is not kept."""
    first = replace(span, until=span.at, last_message_id=span.message_id)
    return first, replace(span, at=span.until, message_id=span.last_message_id, decided=False)


def tell(spans: Sequence[Span], said: Said, against: Sequence[datetime] = ()) -> list[Span]:
    """The spans of one source, in order, with one statement more; it may come late. Whatever the order in which
    statements arrive, the last span has the state of the latest one. against: when the source said otherwise elsewhere.
    """
    before = [one for one in spans if one.until < said.at]
    after = [one for one in spans if one.at > said.at]
    around = next((one for one in spans if one.at <= said.at <= one.until), None)
    if around is not None:
        return [*before, *_within(around, said), *after]
    if not said.decided:
        if before and before[-1].state == said.state and not _between(before[-1].until, said.at, against):
            before[-1] = replace(before[-1], until=said.at, last_message_id=said.message_id)
            return [*before, *after]
        late = after and after[0].state == said.state and not after[0].decided
        if late and not _between(said.at, after[0].at, against):
            version = said.text_version or after[0].text_version
            after[0] = replace(after[0], at=said.at, message_id=said.message_id, text_version=version)
            return [*before, *after]
    return [*before, said.span, *after]


def _between(start: datetime, end: datetime, moments: Sequence[datetime]) -> bool:
    return any(start < one < end for one in moments)


def _within(span: Span, said: Said) -> list[Span]:
    """A span in the time of which something else was said is cut in two."""
    if span.state == said.state and not said.decided:
        return [span]
    if span.state == DENIED and said.at in (span.at, span.until) and said.state != DENIED:
        return [span]
    first, last = _halves(span)
    return [
        *([first] if span.at < said.at else []),
        replace(said.span, until=span.until, last_message_id=span.last_message_id)
        if said.state == span.state
        else said.span,
        *([last] if said.at < span.until and said.state != span.state else []),
    ]


@dataclass(frozen=True, slots=True)
class Counted:
    """purpose, channel and what the latest choice about them is."""

    purpose: str
    channel: str
    state: str
    at: datetime


def counting(found: Iterable[Counted]) -> dict[str, dict[str, str]]:
    """Purpose → channel → state, of the statements of one customer. What is not known is left out."""
    latest: dict[str, dict[str, Counted]] = {}
    for one in found:
        held = latest.setdefault(one.purpose, {})
        if one.channel not in held or _later(one, held[one.channel]):
            held[one.channel] = one
    return {purpose: states for purpose in sorted(latest) if (states := _standing(latest[purpose]))}


def _later(one: Counted, other: Counted) -> bool:
    return (one.at, one.state == DENIED) > (other.at, other.state == DENIED)


def _standing(channels: Mapping[str, Counted]) -> dict[str, str]:
    every = channels.get(EVERY)
    ended = every.at if every is not None and every.state == DENIED else None
    return {
        name: one.state
        for name, one in sorted(channels.items())
        if one.state != UNKNOWN and (name == EVERY or ended is None or one.at > ended)
    }


def effective(states: Mapping[str, str], channel: str) -> str:
    """The state of a channel: of its own, else of every channel."""
    return states.get(channel) or states.get(EVERY) or UNKNOWN


def read(consent: Any) -> list[tuple[str, str, str]]:
    """Purpose, channel and state as `context.consent` of a message tells them; what cannot be read is left out.

    {"categoryPreferences": {"marketing": true, "newsletter": {"email": true, "sms": false}}}
    """
    preferences = consent.get("categoryPreferences") if isinstance(consent, dict) else None
    found = []
    for purpose, told in preferences.items() if isinstance(preferences, dict) else ():
        by_channel = told if isinstance(told, dict) else {EVERY: told}
        for channel, value in by_channel.items():
            names = purpose.strip(), channel.strip()
            if isinstance(value, bool) and names[0] and all(map(_readable, names)):
                found.append((*names, GRANTED if value else DENIED))
    return found[:MOST_TOLD]


def _readable(name: str) -> bool:
    return len(name) <= MOST_NAME and name.isprintable()


def text_version(consent: Any) -> str:
    """Which text was agreed to, as `context.consent.textVersion` says."""
    version = consent.get("textVersion") if isinstance(consent, dict) else None
    return str(version)[:120] if isinstance(version, str | int | float) and not isinstance(version, bool) else ""
