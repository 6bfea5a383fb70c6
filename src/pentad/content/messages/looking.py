"""What the editor shows beside what is written: how it would look to somebody, and what the gate says. Loads what renders."""

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse

from pentad.content.messages import gate, previewing, samples
from pentad.content.messages.editing import Spot
from pentad.content.messages.models import Message
from pentad.content.messages.parts import Parts
from pentad.content.messages.previewing import Preview
from pentad.content.messages.samples import Sample
from pentad.content.messages.starters import starter as starter_called
from pentad.content.render.dark import dark, light
from pentad.core.errors import Invalid, NotFound
from pentad.roles.audit import looked_at
from pentad.roles.page import actor_of

FRAME = (
    "sandbox; default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
"""Of a mail in its frame: whoever wrote it must not act in the name of the one who looks, nor lead anywhere."""
REASONS = {
    "no_value": "“{}” has no value here, and no fallback.", "aborted": "It ends itself here: {}", "failed": "{}",
}  # fmt: skip


def looks(request: HttpRequest, tree: Parts, at: Spot, chosen: dict[str, str]) -> list[dict[str, Any]]:
    """The part for each of the three; why there is none, where there is none."""
    found = []
    for one in samples.samples(chosen):
        if one.person is not None:
            looked_at(actor_of(request), f"person:{one.person.id}", "message")
        found.append({"sample": one} | look(tree, at, one))
    return found


def look(tree: Parts, at: Spot, one: Sample) -> dict[str, Any]:
    try:
        seen = previewing.preview(tree, one.person, channel=at.channel, variant=at.variant, language=at.language)
    except Invalid as error:
        return {"content": {}, "problem": error.message, "digest": ""}
    html = seen.content.get("html", "")
    return {"content": seen.content, "problem": problem(seen), "digest": hashlib.sha256(html.encode()).hexdigest()[:16]}


def problem(seen: Preview) -> str:
    if not seen.reason:
        return ""
    return REASONS.get(seen.reason, "{}").format(seen.problem)


def framed(html: str, in_dark: bool = False) -> HttpResponse:
    """A mail as a page of its own that can do nothing."""
    response = HttpResponse(dark(html) if in_dark else light(html))
    response["Content-Security-Policy"], response["Referrer-Policy"] = FRAME, "no-referrer"
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


def starter(key: str) -> HttpResponse:
    """A layout for somebody of whom nothing is known."""
    found = starter_called(key)
    if found is None:
        raise NotFound(f"There is no layout “{key[:40]}”.", code="starter_not_found", fix="Choose one that is shown.")
    tree = {"variants": {"A": {"email": {"en": found.fields}}}}
    response = framed(previewing.preview(tree, None, channel="email").content["html"])
    response["Cache-Control"] = "private, max-age=3600"
    return response


def checks(row: Message, tree: Parts, purpose: str, transactional: bool) -> dict[str, Any]:
    """What the gate says to the reader, what is wrong first, and how much of each there is."""
    found = gate.told_to_reader(row, tree, purpose, transactional)
    number = {level: sum(one["level"] == level for one in found) for level in ("stop", "warn", "fine")}
    return {"checks": found, "number": number}
