"""What customers are told in their own language, on pages and in their browsers: as we say it, or as the team does.

The texts are in words/<language>.json; every language has the same ones, with the same places for values.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.utils import timezone

from pentad.content.messages.contexts import SPOKEN
from pentad.core import settings
from pentad.core.actor import Actor
from pentad.core.errors import Invalid
from pentad.data.consent.rules import USUAL_CHANNELS, Channel, Purpose
from pentad.data.identity.models import Person

LANGUAGES = ("en", "de", "es", "fr", "it", "nl", "pl", "pt")
FOLDER = Path(__file__).with_name("words")
MOST_ASKED = 10
"""Languages that a browser's list is read to."""
_PLACE = re.compile(r"\{(\w+)\}")
_BABEL = {"en": "en_GB"}
Texts = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Words:
    """Everything in one language."""

    language: str

    def say(self, key: str, **values: str) -> str:
        """A text with values in its places. Raises KeyError."""
        text = _own(OWN.get()).get(self.language, {}).get(key) or texts(self.language)[key]
        return _PLACE.sub(lambda found: str(values.get(found[1], found[0])), text)

    def day(self, at: datetime) -> str:
        """Such as 20 December 2026."""
        from babel.dates import format_date

        return format_date(timezone.localtime(at).date(), "long", locale=_BABEL.get(self.language, self.language))

    def purpose(self, purpose: Purpose) -> tuple[str, str]:
        """Label and description: they are the team's, in whatever language it wrote them, unless it did so in this one too."""
        own = _own(OWN.get()).get(self.language, {})
        key = f"purpose.{purpose.name}"
        return own.get(key, purpose.label), own.get(f"{key}.description", purpose.description)

    def channel(self, channel: Channel) -> str:
        """Its name: ours in every language, one that the team gave it as it is."""
        key = f"channel.{channel.name}"
        own = _own(OWN.get()).get(self.language, {}).get(key)
        ours = (channel.name, channel.label) in {(one.name, one.label) for one in USUAL_CHANNELS}
        return own or (self.say(key) if ours else channel.label)

    def by(self, name: str, label: str) -> str:
        """“by e-mail”, of a channel's name and label."""
        own = _own(OWN.get()).get(self.language, {})
        return (
            self.say(f"by.{name}")
            if f"by.{name}" in {*own, *texts(self.language)}
            else self.say("by.other", channel=label)
        )


def words_for(person: Person | None, accepted: str) -> Words:
    """In the customer's language; where that is none of ours, or not known, in the first of ours that their browser asks
    for. accepted: its header Accept-Language.
    """
    stated = [value for name in SPOKEN if person is not None and isinstance(value := person.traits.get(name), str)]
    found = next(filter(None, map(_ours, [*stated, *_asked(accepted)])), LANGUAGES[0])
    return Words(found)


def _ours(tag: str) -> str:
    """“pt-BR”, “de_AT.UTF-8” → pt, de; "" for a language that is none of ours."""
    base = re.split(r"[-_.]", tag.strip().lower(), maxsplit=1)[0]
    return base if base in LANGUAGES else ""


def _asked(accepted: str) -> list[str]:
    from django.utils.translation.trans_real import parse_accept_lang_header

    return [tag for tag, weight in parse_accept_lang_header(accepted) if weight][:MOST_ASKED]


@lru_cache(maxsize=len(LANGUAGES))
def texts(language: str) -> Mapping[str, str]:
    """Ours in one language."""
    found: dict[str, str] = json.loads((FOLDER / f"{language}.json").read_text("utf-8"))
    return found


# ── The team's own ──────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=4)
def _own(text: str) -> Texts:
    """None where it cannot be read: pages must be shown, whatever a setting says."""
    try:
        return _checked(text)
    except Invalid:
        return {}


def _checked(text: str) -> Texts:
    """Language → text's name → text. Raises Invalid."""
    if not text.strip():
        return {}
    try:
        found = json.loads(text)
    except ValueError as error:
        raise _invalid(f"This is no JSON: {error}.") from None
    if not isinstance(found, dict):
        raise _invalid("It begins with the language.")
    for language, some in found.items():
        if language not in LANGUAGES or not isinstance(some, dict):
            raise _invalid(f"“{language}” is none of {', '.join(LANGUAGES)} with texts.")
        for key, said in some.items():
            _check_one(key, said)
    return found


def _check_one(key: str, said: object) -> None:
    ours = texts(LANGUAGES[0])
    if key not in ours and not key.startswith(("purpose.", "channel.", "by.")):
        raise _invalid(f"There is no text “{key[:60]}”. There are {', '.join(ours)}.")
    if not isinstance(said, str) or not said.strip():
        raise _invalid(f"“{key[:60]}” says nothing.")
    if strange := set(_PLACE.findall(said)) - set(_PLACE.findall(ours.get(key, "{channel}"))):
        raise _invalid(f"“{key[:60]}” has no value {', '.join(sorted(strange))}.")


def _invalid(why: str) -> Invalid:
    return Invalid(f"These words cannot be used. {why}", code="invalid_words", fix=OWN.help, setting=OWN.name)


def _check(actor: Actor, text: str) -> None:
    _checked(text)


OWN = settings.define(
    "responses.words",
    "",
    "Other words on the pages on which customers choose what they get, as JSON by language and name of the text, such as"
    ' {"de": {"preferences.stop": "Alles beenden", "purpose.news": "Neuigkeiten"}}. See how-to/responses.',
    allow=_check,
)
