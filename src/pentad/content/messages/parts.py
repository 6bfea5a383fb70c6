"""What a message consists of: variant → channel → language → the fields of the channel. Pure.

    {"variants": {"A": {"email": {"en": {"subject": "…", "mjml": "…"}}, "sms": {"en": {"body": "…"}}}}}

The first language of a variant's channel is the default one, for whoever speaks none of them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from pentad.content.messages.values import CHANNELS
from pentad.core.errors import Invalid

FIELDS: dict[str, dict[str, str]] = {
    "email": {"subject": "text", "preheader": "text", "mjml": "html", "text": "text", "reply_to": "text"},
    "sms": {"body": "text"},
    "push": {"title": "text", "body": "text", "url": "text"},
    "chat": {"body": "text"},
    "inapp": {"title": "text", "body": "text", "url": "text", "button": "text"},
    "webhook": {"json": "json"},
    "task": {"title": "text", "note": "text"},
}
"""Channel → field → how it is rendered."""
NEEDED = {
    "email": ("subject", "mjml"),
    "sms": ("body",),
    "push": ("title", "body"),
    "chat": ("body",),
    "inapp": ("title", "body"),
    "webhook": ("json",),
    "task": ("title",),
}
MOST_VARIANTS = 8
MOST_LANGUAGES = 40
MOST_FIELD = 400_000
MOST_ALL = 4_000_000
VARIANT = re.compile(r"[A-Z]")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")

Fields = dict[str, str]
Parts = dict[str, dict[str, dict[str, dict[str, Fields]]]]


@dataclass(frozen=True, slots=True)
class Part:
    """The fields of one variant, channel and language, and where that is."""

    variant: str
    channel: str
    language: str
    fields: Fields

    @property
    def where(self) -> str:
        return f"{self.variant} · {self.channel} · {self.language}"


def empty() -> Parts:
    return {"variants": {"A": {}}}


def read(given: Any) -> Parts:
    """What was given, checked, with every field of each channel. Raises Invalid, with where."""
    variants = given.get("variants") if isinstance(given, Mapping) else None
    if not isinstance(variants, Mapping) or not variants:
        raise _invalid("A message has “variants”: write {“variants”: {“A”: {…}}}.")
    if len(variants) > MOST_VARIANTS:
        raise _invalid(f"A message has at most {MOST_VARIANTS} variants; this one has {len(variants)}.")
    found: dict[str, dict[str, dict[str, Fields]]] = {}
    for variant, channels in sorted(variants.items()):
        if not isinstance(variant, str) or not VARIANT.fullmatch(variant):
            raise _invalid(f"{variant!r} is no name of a variant: they are called A, B, C …")
        found[variant] = _channels(variant, channels)
    tree: Parts = {"variants": found}
    if (size := sum(len(text) for part in each(tree) for text in part.fields.values())) > MOST_ALL:
        raise _invalid(f"A message has at most {MOST_ALL:,} characters; this one has {size:,}.")
    return tree


def _channels(variant: str, given: Any) -> dict[str, dict[str, Fields]]:
    if not isinstance(given, Mapping):
        raise _invalid(f"Variant {variant} has channels: write {{“email”: {{“en”: {{…}}}}}}.")
    for channel in given:
        if channel not in FIELDS:
            raise _invalid(f"There is no channel {channel!r}: {', '.join(CHANNELS)} are there.", f"{variant}")
    return {one: _languages(variant, one, given[one]) for one in CHANNELS if given.get(one)}


def _languages(variant: str, channel: str, given: Any) -> dict[str, Fields]:
    where = f"{variant} · {channel}"
    if not isinstance(given, Mapping) or len(given) > MOST_LANGUAGES:
        raise _invalid(f"{where} has at most {MOST_LANGUAGES} languages, each with its fields.", where)
    found = {}
    for language, fields in given.items():
        if not isinstance(language, str) or not LANGUAGE.fullmatch(language):
            raise _invalid(f"{language!r} is no language: write one such as “en” or “pt-BR”.", where)
        found[language] = _fields(f"{where} · {language}", channel, fields)
    return found


def _fields(where: str, channel: str, given: Any) -> Fields:
    if not isinstance(given, Mapping):
        raise _invalid(f"{where} has fields: {', '.join(FIELDS[channel])}.", where)
    for name, value in given.items():
        if name not in FIELDS[channel]:
            raise _invalid(f"{where} has no field {name!r}: {', '.join(FIELDS[channel])} are there.", where)
        if not isinstance(value, str) or len(value) > MOST_FIELD:
            raise _invalid(f"{where}: “{name}” is a text of at most {MOST_FIELD:,} characters.", where)
    return {name: str(given.get(name, "")).replace("\0", "") for name in FIELDS[channel]}


def _invalid(message: str, where: str = "") -> Invalid:
    return Invalid(message, code="message_parts", fix="See the reference of messages.", where=where)


def write(parts: Parts) -> str:
    return msgspec.json.encode(parts).decode()


def each(parts: Parts) -> Iterator[Part]:
    """Every part, in order."""
    for variant, channels in parts["variants"].items():
        for channel, languages in channels.items():
            for language, fields in languages.items():
                yield Part(variant, channel, language, fields)


def variants(parts: Parts) -> tuple[str, ...]:
    return tuple(parts["variants"])


def channels(parts: Parts) -> tuple[str, ...]:
    """Those for which every variant is written, in their order."""
    there = [set(channels) for channels in parts["variants"].values()]
    common = set.intersection(*there) if there else set()
    return tuple(one for one in CHANNELS if one in common)


def languages(parts: Parts) -> tuple[str, ...]:
    """Each once, the default of the first part first."""
    return tuple(dict.fromkeys(one.language for one in each(parts)))


def spoken(languages: Mapping[str, Any], wanted: str) -> str:
    """The language in which somebody is written to: theirs, one that is near to it, else the first."""
    if not wanted:
        return next(iter(languages))
    asked = wanted.replace("_", "-").split(".")[0].lower()
    known = {one.lower(): one for one in languages}
    if asked in known:
        return known[asked]
    base = asked.split("-")[0]
    near = known.get(base) or next((one for small, one in known.items() if small.split("-")[0] == base), None)
    return near or next(iter(languages))
