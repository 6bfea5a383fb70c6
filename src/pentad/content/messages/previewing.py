"""What a customer would get, as the reader may see it: nothing is sent, and no address in it is counted."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from pentad.content.messages import contexts
from pentad.content.messages.compiling import ONE_LINE, kept
from pentad.content.messages.composing import written
from pentad.content.messages.contexts import LINKS, Known, harmless
from pentad.content.messages.parts import Parts, spoken
from pentad.content.messages.values import OPEN, Composed, Uncomposed
from pentad.content.render.faults import Faulty
from pentad.core import clock
from pentad.core.errors import Invalid
from pentad.core.nested import shallow
from pentad.data.identity.models import Person
from pentad.data.identity.queries import identifiers
from pentad.data.profiles.queries import companies_of

_LINK = re.compile(r"\{\{\{link:(\d+)\}\}\}")


@dataclass(frozen=True, slots=True)
class Preview:
    """content: as in Composed, with addresses in place of what stands for them. problem: why there is none."""

    language: str
    content: dict[str, str]
    links: list[str]
    reason: str = ""
    problem: str = ""


def preview(
    tree: Parts, person: Person | None, *, channel: str, variant: str = "A", language: str = "",
    extra: Mapping[str, Any] = {}, base_url: str = "",
) -> Preview:  # fmt: skip
    """person: as the reader sees them; None: somebody of whom nothing is known. extra: `event` and `campaign`. Raises Invalid
    for a part that there is not, or that cannot be read.
    """
    languages = tree["variants"].get(variant, {}).get(channel)
    if not languages:
        raise Invalid(f"Variant {variant} has no {channel}.", code="message_part_missing", fix="Write it first.")
    known = seen(person) if person is not None else Known()
    wanted = language if language in languages else spoken(languages, language or known.language)
    try:
        part = kept.ready(channel, wanted, languages[wanted])
    except Faulty as fault:
        raise Invalid(
            f"{_at(fault)}: {fault.message}", code="message_faulty", line=fault.line, column=fault.column
        ) from None
    now = clock.now()
    given = {"now": now, "today": now, "links": LINKS, **harmless(shallow(dict(extra)))}
    found = written(part, person.no if person else 0, known, given, base_url=base_url)
    if isinstance(found, Uncomposed):
        return Preview(wanted, {}, [], found.reason, found.value)
    return _plain(found)


def _at(fault: Faulty) -> str:
    if fault.field in ONE_LINE:
        return f"In the {fault.field}"
    return f"Line {fault.line}" if fault.line else "What is written"


def seen(person: Person) -> Known:
    """What the reader may know of a customer, as templates speak of them."""
    traits = msgspec.json.encode(person.traits, enc_hook=str).decode()
    known = contexts.person(person.id, None, person.name, person.email, person.phone, traits)
    user_id = next((row.value for row in identifiers(person) if row.namespace == "user_id"), "")
    if user_id:
        known.customer["user_id"] = user_id
    company = companies_of(person).first()
    if company is None:
        return known
    held = msgspec.json.encode(company.traits, enc_hook=str).decode()
    return replace(known, company=contexts.company(company.id, company.name, held))


def _plain(found: Composed) -> Preview:
    def shown(text: str) -> str:
        text = _LINK.sub(lambda one: found.links[int(one[1])], text).replace(OPEN, "")
        for placeholder in LINKS.values():
            text = text.replace(placeholder, "#")
        return text

    return Preview(found.language, {name: shown(text) for name, text in found.content.items()}, found.links)
