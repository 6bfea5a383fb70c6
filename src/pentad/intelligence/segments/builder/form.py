"""The builder's form: what it sends as a definition, and a definition as what it shows. Pure.

A draft may be incomplete; `judged` says what is missing. It is held by rules (one field for every part, named by its
place: "c.of.0.test.value"), or written out as a sentence or as JSON.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

import msgspec

from pentad.core.errors import Invalid
from pentad.intelligence.segments import definition as d
from pentad.intelligence.segments.builder import fields
from pentad.intelligence.segments.builder.building import Building, Mistake, Mistakes
from pentad.intelligence.segments.builder.drafting import node_of
from pentad.intelligence.segments.builder.fields import Node
from pentad.intelligence.segments.reading import read as read_json
from pentad.intelligence.segments.reading import write
from pentad.intelligence.segments.text import parse, say

ROOT = "c"
"""The field names of the tree begin with it."""
Mode = Literal["rules", "text", "json"]


@dataclass(frozen=True)
class Draft:
    """tree: the rules. written: the sentence or the JSON, in the other modes. kept: as JSON, what it was before."""

    tree: Node = field(default_factory=lambda: {"kind": "all", "of": []})
    time_zone: str = "UTC"
    mode: Mode = "rules"
    written: str = ""
    kept: str = ""


class Reading(NamedTuple):
    """definition: None as long as there are mistakes. mistakes: by the field's name; "" is the whole."""

    definition: d.Definition | None
    mistakes: Mistakes

    @property
    def wrong(self) -> list[str]:
        """What cannot be as it stands, beside what is only missing."""
        return [one.text for one in self.mistakes.values() if not one.missing]


def empty(time_zone: str = "UTC") -> Draft:
    return Draft(time_zone=time_zone)


def draft(definition: d.Definition) -> Draft:
    return Draft(node_of(definition.where), definition.time_zone)


def posted(form: Mapping[str, str]) -> Draft:
    """What the form holds, in whichever mode."""
    tree = fields.nested(form, ROOT)
    if not isinstance(tree, dict) or not tree:
        tree = Draft().tree
    mode: Mode = "text" if form.get("mode") == "text" else "json" if form.get("mode") == "json" else "rules"
    written, kept = (form.get(name, "") for name in ("written", "kept"))
    return Draft(tree, form.get("time_zone", "").strip() or "UTC", mode, written, kept)


def read(form: Mapping[str, str]) -> Reading:
    return judged(posted(form))


def judged(draft: Draft) -> Reading:
    """The definition, or what is missing and what is wrong."""
    try:
        if draft.mode != "rules":
            return Reading(parse(draft.written) if draft.mode == "text" else read_json(draft.written), {})
        building = Building()
        where = building.condition(draft.tree, ROOT)
        if where is None or building.mistakes:
            return Reading(None, building.mistakes)
        return Reading(read_json(write(d.Definition(where, draft.time_zone))), {})
    except Invalid as error:
        missing = draft.mode != "rules" and not draft.written.strip()
        return Reading(None, {"": Mistake(f"{error.message} {error.fix}".strip(), missing)})
    except RecursionError:
        return Reading(None, {"": Mistake("It is nested too deep. Nest less.")})


def turned(draft: Draft, mode: Mode) -> Draft:
    """The same in another form. What cannot be said there as long as it is incomplete or wrong stays as it is."""
    found = judged(draft).definition
    if found is None or mode == draft.mode:
        return draft
    return _in(found, mode)


def dropped(draft: Draft) -> Draft:
    """As rules, as it was before it was written on."""
    try:
        return _in(read_json(draft.kept), "rules")
    except Invalid:
        return empty(draft.time_zone)


def _in(definition: d.Definition, mode: Mode) -> Draft:
    rules = draft(definition)
    if mode == "rules":
        return rules
    kept = write(definition)
    return replace(rules, mode=mode, kept=kept, written=say(definition) if mode == "text" else pretty(kept))


def pretty(definition: str) -> str:
    return msgspec.json.format(definition, indent=2)


# -- parts of it, for other forms ------------------------------------------------------------------------


def part(form: Mapping[str, str], what: Literal["event", "when", "test"], path: str) -> tuple[Any, Mistakes]:
    """What the fields below `path` say: an EventMatch, a When or None, a Test; and the mistakes in it."""
    root, _, rest = path.partition(".")
    node: Any = fields.nested(form, root)
    for step in rest.split(".") if rest else ():
        node = node[int(step)] if isinstance(node, list) else node.get(step, {})
    building = Building()
    said = getattr(building, what)(node if isinstance(node, dict) else {}, path)
    if said is None or building.mistakes:
        return None, building.mistakes
    kind: Any = {"event": d.EventMatch, "when": d.When, "test": d.Test}[what]
    return building.struct(said, kind, path), building.mistakes


def fields_of(struct: msgspec.Struct) -> Node:
    return node_of(struct)
