"""Messages become texts for customers: a thousand at a time, what is known of them read set by set.

composer = Composer(published(message_id))
composer.compose(numbers, channel="email", variant="A", base_url="https://…")
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from pentad.content.messages import contexts
from pentad.content.messages.compiling import ONE_LINE, Ready, kept
from pentad.content.messages.contexts import LINKS, Known, Needs, harmless
from pentad.content.messages.models import MessageVersion
from pentad.content.messages.parts import Fields, Parts, spoken
from pentad.content.messages.values import Composed, Published, Uncomposed
from pentad.content.render.faults import Faulty, NotWritten
from pentad.core import clock
from pentad.core.errors import Invalid

MOST = 1_000
"""Customers a call."""
_NOTHING: Mapping[str, Any] = {}
_encode = msgspec.json.Encoder(enc_hook=str).encode


class Composer:
    """Composes one version. Threads may share it."""

    def __init__(self, published: Published, parts: Parts | None = None) -> None:
        """parts: what to compose instead of the version's own, such as a draft that is tried."""
        self.published = published
        self._parts = parts or _stored(published.version_id)
        self._ready: dict[tuple[str, str, str], Ready] = {}

    def compose(
        self, person_nos: Sequence[int], *, channel: str, variant: str = "A", extra: Mapping[int, Mapping[str, Any]] = {},
        base_url: str, language: str = "", shared: Mapping[str, Any] = {}, zones: Mapping[int, str] = {},
        now: datetime | None = None,
    ) -> list[Composed | Uncomposed]:  # fmt: skip
        """One for each number, in their order. extra: number → `event` and `campaign` of that customer; shared: the same for
        all. zones: number → the time zone in which dates are shown where the message names none. language: for everybody,
        instead of each customer's own. Raises Invalid for a channel or variant that the message does not have.
        """
        if len(person_nos) > MOST:
            raise ValueError(f"{len(person_nos)} customers; at most {MOST} a call")
        languages = self._languages(variant, channel)
        made = {one: self._made(variant, channel, one, fields) for one, fields in languages.items()}
        everybody = contexts.known(person_nos, _needs(made.values()))
        now = now or clock.now()
        common = {**_harmless(shared), "links": LINKS, "now": now, "today": now}
        found: list[Composed | Uncomposed] = []
        for no in person_nos:
            known = everybody.get(no)
            if known is None or known.root:
                found.append(Uncomposed(no, "merged", str(known.root)) if known else Uncomposed(no, "gone"))
                continue
            part = made[language if language in made else spoken(languages, known.language)]
            given = {**common, **_harmless(extra[no])} if no in extra else common
            found.append(written(part, no, known, given, base_url=base_url, zone=zones.get(no, "")))
        return found

    def _languages(self, variant: str, channel: str) -> dict[str, Fields]:
        languages = self._parts["variants"].get(variant, {}).get(channel)
        if not languages:
            raise Invalid(
                f"“{self.published.name}” has no {channel} in variant {variant}.", code="message_part_missing",
                fix="Write it, and publish the message again.",
            )  # fmt: skip
        return languages

    def _made(self, variant: str, channel: str, language: str, fields: Fields) -> Ready:
        key = (variant, channel, language)
        if key not in self._ready:
            try:
                self._ready[key] = kept.ready(channel, language, fields)
            except Faulty as fault:
                raise Invalid(
                    f"{variant} · {channel} · {language} cannot be read: {fault.message}", code="message_faulty",
                    line=fault.line, column=fault.column,
                ) from None  # fmt: skip
        return self._ready[key]


def _stored(version_id: int) -> Parts:
    parts: Parts = msgspec.json.decode(MessageVersion.objects.values_list("parts", flat=True).get(pk=version_id))
    return parts


def _needs(made: Any) -> Needs:
    needs = [one.needs for one in made]
    return Needs(any(one.company for one in needs), any(one.user_id for one in needs))


def _harmless(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a trigger says may hold anything."""
    if not given:
        return _NOTHING
    held = _encode(given)
    clean: Mapping[str, Any] = given
    if b"{{{" in held or b'""' in held or b"null" in held:
        clean = harmless(dict(given))
    return clean


def written(
    part: Ready, no: int, known: Known, given: Mapping[str, Any], *, base_url: str, zone: str = ""
) -> Composed | Uncomposed:
    """One message for one customer."""
    context = {**given, "customer": known.customer, "company": known.company}
    numbered: dict[str, int] = {}
    content = {}
    try:
        for name, template in part.fields:
            text = template.fixed
            if text is None:
                text = template.render(context, language=part.language, base_url=base_url, links=numbered, zone=zone)
            content[name] = _finished(name, text, template.form)
    except NotWritten as error:
        return Uncomposed(no, error.reason, error.value)
    return Composed(no, part.language, content, list(numbered))


def _finished(name: str, text: str, form: str) -> str:
    """Subjects and titles on one line, whatever the values had in them: a line of its own would be a header."""
    if name in ONE_LINE:
        return " ".join(text.split())
    if name == "text":
        while "\n\n\n" in text:
            text = text.replace("\n\n\n", "\n\n")
        return text.strip() + "\n"
    if form == "json" and text.strip():
        try:
            msgspec.json.decode(text)
        except msgspec.DecodeError as error:
            raise NotWritten(f"This becomes no JSON: {error}") from None
    return text.strip() if form == "text" else text


__all__ = ["Composed", "Composer", "Published", "Uncomposed"]
