"""A message while it is written: one part of it at a time, parts that are added and taken away. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pentad.content.messages.parts import FIELDS, LANGUAGE, MOST_VARIANTS, Fields, Parts
from pentad.content.messages.values import CHANNELS
from pentad.core.errors import Invalid

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Spot:
    """Which part is before one's eyes."""

    variant: str
    channel: str
    language: str

    def __str__(self) -> str:
        return f"{self.variant}.{self.channel}.{self.language}"


def spot(tree: Parts, asked: str = "") -> Spot | None:
    """The part of this name (“A.email.en”), or what comes nearest to it; None when nothing is written."""
    variant, channel, language = (*asked.split("."), "", "", "")[:3]
    variants = tree["variants"]
    if variant not in variants or not variants[variant]:
        variant = next((one for one, channels in variants.items() if channels), "")
    if not variant:
        return None
    channels = variants[variant]
    channel = channel if channels.get(channel) else next(iter(channels))
    languages = channels[channel]
    return Spot(variant, channel, language if language in languages else next(iter(languages)))


def fields_of(tree: Parts, at: Spot | None) -> Fields | None:
    if at is None:
        return None
    return tree["variants"].get(at.variant, {}).get(at.channel, {}).get(at.language)


def given(posted: Mapping[str, Any], at: Spot) -> Fields:
    """The part's fields as a form sends them; browsers send line ends of their own."""
    texts = {name: str(posted.get(f"f.{name}", "")) for name in FIELDS[at.channel]}
    return {name: text.replace("\r\n", "\n").replace("\0", "") for name, text in texts.items()}


def with_fields(tree: Parts, at: Spot, fields: Fields) -> Parts:
    """The same with this part as it is now."""
    found = _copied(tree)
    found["variants"].setdefault(at.variant, {}).setdefault(at.channel, {})[at.language] = fields
    return found


def add_channel(tree: Parts, channel: str, fields: Fields | None = None) -> Parts:
    """Of every variant, in the language that is the default one: they are sent by the same channels."""
    if channel not in CHANNELS:
        raise Invalid(f"There is no channel “{channel[:40]}”.", code="message_parts", fix="Choose one that is offered.")
    found = _copied(tree)
    for channels in found["variants"].values():
        language = next((next(iter(languages)) for languages in channels.values()), "en")
        channels.setdefault(channel, {language: fields or _blank(channel)})
    return _ordered(found)


def add_language(tree: Parts, at: Spot, language: str) -> Parts:
    """Of every variant that has the channel, as a copy of what its default language says: to be translated."""
    base, _, region = language.strip().replace("_", "-").partition("-")
    language = f"{base.lower()}-{region}" if region else base.lower()
    if not LANGUAGE.fullmatch(language):
        raise Invalid(
            f"{language[:40]!r} is no language.", code="message_parts", fix="Write one such as “de” or “pt-BR”."
        )
    found = _copied(tree)
    for channels in found["variants"].values():
        if languages := channels.get(at.channel):
            languages.setdefault(language, dict(next(iter(languages.values()))))
    return found


def add_variant(tree: Parts, at: Spot) -> tuple[Parts, str]:
    """A copy of this one under the next free letter."""
    free = [letter for letter in LETTERS if letter not in tree["variants"]]
    if len(tree["variants"]) >= MOST_VARIANTS:
        raise Invalid(
            f"A message has at most {MOST_VARIANTS} variants.", code="message_parts", fix="Take one away first."
        )
    found = _copied(tree)
    found["variants"][free[0]] = _copied(tree)["variants"][at.variant]
    return found, free[0]


def without(tree: Parts, at: Spot, what: str) -> Parts:
    """Without this variant; without its channel, in every variant; without its language, in every variant of the channel."""
    found = _copied(tree)
    variants = found["variants"]
    if what == "variant" and len(variants) > 1:
        del variants[at.variant]
    elif what == "channel":
        for channels in variants.values():
            channels.pop(at.channel, None)
    elif what == "language":
        for channels in variants.values():
            languages = channels.get(at.channel, {})
            if len(languages) > 1:
                languages.pop(at.language, None)
    else:
        raise Invalid("This cannot be taken away.", code="message_parts", fix="A message has one variant at least.")
    return found


def _copied(tree: Parts) -> Parts:
    return {
        "variants": {
            variant: {channel: {name: dict(one) for name, one in languages.items()} for channel, languages in channels.items()}
            for variant, channels in tree["variants"].items()
        }
    }  # fmt: skip


def _ordered(tree: Parts) -> Parts:
    for variant, channels in tree["variants"].items():
        tree["variants"][variant] = {one: channels[one] for one in CHANNELS if one in channels}
    return tree


def _blank(channel: str) -> Fields:
    return dict.fromkeys(FIELDS[channel], "")
