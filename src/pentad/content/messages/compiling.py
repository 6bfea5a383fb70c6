"""A part of a message made ready: its templates compiled once, whoever is written to afterwards."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from pentad.content.messages.contexts import Needs
from pentad.content.messages.parts import FIELDS, Fields
from pentad.content.render import mail
from pentad.content.render.faults import Faulty
from pentad.content.render.liquid import Template, compile
from pentad.content.render.usage import Use

MOST_KEPT = 64
ONE_LINE = frozenset({"subject", "preheader", "reply_to", "title", "button", "url"})
TRACKED = {"sms": ("body",), "chat": ("body",)}
"""Fields in which addresses stand bare, to be counted."""


@dataclass(frozen=True, slots=True)
class Ready:
    """fields: those that are written, in their order. address: fields that are one address as a whole."""

    channel: str
    language: str
    fields: tuple[tuple[str, Template], ...]
    needs: Needs
    uses: tuple[Use, ...]


def ready(channel: str, language: str, fields: Fields) -> Ready:
    """Compile what was written. Raises Faulty."""
    texts = _mail(language, fields) if channel == "email" else _others(channel, fields)
    made = tuple((name, _compiled(name, text, form, fields)) for name, (text, form) in texts.items())
    uses = tuple(use for _, template in made for use in template.variables())
    roots = {use.path[:2] for use in uses}
    needs = Needs(any(path[0] == "company" for path in roots), ("customer", "user_id") in roots)
    return Ready(channel, language, made, needs, uses)


def _compiled(name: str, text: str, form: str, fields: Fields) -> Template:
    """Raises Faulty, with the place as the author sees it: in the MJML, not in the HTML it has become."""
    try:
        return compile(text, form)
    except Faulty as fault:
        if name in fields:
            raise Faulty(fault.message, fault.line, fault.column, name) from None
        try:
            compile(fields["mjml"], "html")
        except Faulty as written:
            raise written from None
        raise Faulty(fault.message, 0, 0) from None


def _mail(language: str, fields: Fields) -> dict[str, tuple[str, str]]:
    html = mail.compile_mjml(fields["mjml"], fields["preheader"], language)
    text = mail.tracked_text(fields["text"]) if fields["text"].strip() else mail.plain_text(html)
    return {
        "subject": (fields["subject"], "text"),
        "preheader": (fields["preheader"], "text"),
        "html": (mail.tracked(html), "html"),
        "text": (text, "text"),
        "reply_to": (fields["reply_to"], "text"),
    }


def _others(channel: str, fields: Fields) -> dict[str, tuple[str, str]]:
    found = {}
    for name, form in FIELDS[channel].items():
        text = fields[name]
        if name in TRACKED.get(channel, ()):
            text = mail.tracked_text(text)
        elif name == "url" and text.strip():
            text = f"{mail.START}{text.strip()}{mail.END}"
        found[name] = (text, form)
    return found


class Kept:
    """The last few parts that were made ready, by what was written: it compiles to the same whoever asks."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most, self._held, self._lock = most, OrderedDict[tuple[str, ...], Ready](), threading.Lock()

    def ready(self, channel: str, language: str, fields: Fields) -> Ready:
        key = (channel, language, *fields.values())
        with self._lock:
            if (found := self._held.get(key)) is not None:
                self._held.move_to_end(key)
                return found
        made = ready(channel, language, fields)
        with self._lock:
            self._held[key] = made
            while len(self._held) > self._most:
                self._held.popitem(last=False)
        return made


kept = Kept()
