"""The builder's form of a computed trait: what it sends as a definition, and a definition as what it shows. Pure.

Fields are named as those of segments' builder, whose events and times these are: "c.function", "c.event.names" …
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

import msgspec

from pentad.core.errors import Invalid
from pentad.intelligence.computed.definition import FUNCTIONS, OF_PROPERTY, Computed, check, read, write
from pentad.intelligence.computed.text import parse, say
from pentad.intelligence.segments.builder import fields, form
from pentad.intelligence.segments.builder.building import Building, Mistake, Mistakes
from pentad.intelligence.segments.builder.fields import Node
from pentad.intelligence.segments.builder.sentences import below, text
from pentad.intelligence.segments.definition import EventMatch, When

ROOT = form.ROOT
Mode = Literal["rules", "text", "json"]


@dataclass(frozen=True)
class Draft:
    """node: the rules. written: the sentence or the JSON, in the other modes. kept: as JSON, what it was before."""

    node: Node = field(default_factory=dict)
    time_zone: str = "UTC"
    mode: Mode = "rules"
    written: str = ""
    kept: str = ""


class Reading(NamedTuple):
    """computed: None as long as there are mistakes. mistakes: by the field's name; "" is the whole."""

    computed: Computed | None
    mistakes: Mistakes


def draft(computed: Computed) -> Draft:
    node = {
        "function": computed.function,
        "property": fields.shown_text(computed.property) if computed.property else "",
        "event": form.fields_of(computed.event),
        "when": form.fields_of(computed.when) if computed.when is not None else {"kind": ""},
    }
    return Draft(node, computed.time_zone)


def posted(given: Mapping[str, str]) -> Draft:
    """What the form holds, in whichever mode."""
    node = fields.nested(given, ROOT)
    mode: Mode = "text" if given.get("mode") == "text" else "json" if given.get("mode") == "json" else "rules"
    zone = given.get("time_zone", "").strip() or "UTC"
    return Draft(node if isinstance(node, dict) else {}, zone, mode, given.get("written", ""), given.get("kept", ""))


def judged(draft: Draft) -> Reading:
    """The definition, or what is missing and what is wrong."""
    try:
        if draft.mode != "rules":
            return Reading(parse(draft.written) if draft.mode == "text" else read(draft.written), {})
        return _judged(draft)
    except Invalid as error:
        missing = draft.mode != "rules" and not draft.written.strip()
        return Reading(None, {"": Mistake(f"{error.message} {error.fix}".strip(), missing)})


def _judged(draft: Draft) -> Reading:
    node, building = draft.node, Building()
    function, name = text(node, "function", FUNCTIONS[0]), None
    if function not in FUNCTIONS:
        return Reading(None, {f"{ROOT}.function": Mistake("Choose what is worked out.", True)})
    event = building.struct(building.event(below(node, "event"), f"{ROOT}.event"), EventMatch, f"{ROOT}.event")
    said = building.when(below(node, "when"), f"{ROOT}.when")
    when = None if said is None or building.mistakes else building.struct(said, When, f"{ROOT}.when")
    mistakes = building.mistakes
    if function in OF_PROPERTY:
        name = fields.meant_text(text(node, "property")) or None
        if name is None:
            mistakes = {f"{ROOT}.property": Mistake("Say which property.", True)} | mistakes
    if mistakes or event is None:
        return Reading(None, mistakes)
    found = Computed(function, event, name, when, draft.time_zone)
    check(found)
    return Reading(read(write(found)), {})


def turned(draft: Draft, mode: Mode) -> Draft:
    """The same in another form. What cannot be said there as long as it is incomplete or wrong stays as it is."""
    found = judged(draft).computed
    return draft if found is None or mode == draft.mode else _in(found, mode)


def dropped(draft: Draft) -> Draft:
    """As rules, as it was before it was written on."""
    try:
        return _in(read(draft.kept), "rules")
    except Invalid:
        return Draft(time_zone=draft.time_zone)


def _in(computed: Computed, mode: Mode) -> Draft:
    rules = draft(computed)
    if mode == "rules":
        return rules
    kept = write(computed)
    written = say(computed) if mode == "text" else msgspec.json.format(kept, indent=2)
    return replace(rules, mode=mode, kept=kept, written=written)
