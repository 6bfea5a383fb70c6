"""What the form's fields hold as a definition, or what is still missing or wrong, by the field's name. Pure.

`CONDITIONS`, `TESTS` and `WHENS` name for every kind the fields it has and how each is read.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import msgspec

from pentad.core.errors import Invalid
from pentad.intelligence.segments import definition as d
from pentad.intelligence.segments.builder import fields
from pentad.intelligence.segments.builder.fields import Node
from pentad.intelligence.segments.builder.plainly import plainly
from pentad.intelligence.segments.reading import check, moment
from pentad.ledger.patterns import refusal


class Mistake(NamedTuple):
    """missing: nothing is said yet where something is needed; else what is said cannot be."""

    text: str
    missing: bool = False


Mistakes: TypeAlias = dict[str, Mistake]
_LEFT_OUT = object()


class Building:
    """Reads nodes; whatever is wrong gathers in `mistakes`."""

    def __init__(self) -> None:
        self.mistakes: Mistakes = {}

    def condition(self, node: Node, path: str) -> d.Condition | None:
        """None: something in it is missing or wrong."""
        match kind := node.get("kind", ""):
            case "all" | "any":
                found = [self.condition(one, f"{path}.of.{place}") for place, one in enumerate(_nodes(node, "of"))]
                whole = tuple(one for one in found if one is not None)
                made = d.All(whole) if kind == "all" else d.Any(whole)
                return made if len(whole) == len(found) else None
            case "not":
                inner = self.condition(_node(node, "of"), f"{path}.of")
                return None if inner is None else d.Not(inner)
            case "colleagues":
                below, which = _node(node, "of"), node.get("which") or "any"
                empty = not below or (below.get("kind") in ("all", "any") and not _nodes(below, "of"))
                if empty and not node.get("empty"):
                    self._nothing(f"{path}.of", "Say what colleagues are asked for.", missing=True)
                    return None
                inner = self.condition(below, f"{path}.of")
                return None if inner is None else self._checked({"kind": kind, "which": which}, path, of=inner)
        if kind not in CONDITIONS:
            self._nothing(path, "Say what to ask for.", missing=True)
            return None
        before = len(self.mistakes)
        said = {"kind": kind} | self._fields(node, path, CONDITIONS[kind])
        return self._checked(said, path) if len(self.mistakes) == before else None

    def _checked(self, said: Node, path: str, of: d.Condition | None = None) -> d.Condition | None:
        """The condition, if the grammar takes it."""
        plain = said if of is None else said | {"of": {"kind": "all", "of": []}}
        found: d.Condition | None = self.struct(plain, d.Condition, path)
        if found is None:
            return None
        try:
            check(d.Definition(found))
        except Invalid as error:
            self._nothing(path, f"{error.message} {error.fix}".strip())
            return None
        return d.Colleagues(of, found.which) if of is not None and isinstance(found, d.Colleagues) else found

    def struct(self, said: Node, kind: Any, path: str) -> Any:
        """A node whose fields have been read, as the grammar has it."""
        try:
            return msgspec.convert(said, kind)
        except msgspec.ValidationError as error:
            text, _, where = str(error).partition(" - at `$")
            place = re.sub(r"\[(\d+)\]", r".\1", where.rstrip("`").removesuffix("[...]"))
            return self._nothing(f"{path}{place}", plainly(text))

    # -- what nodes hold -----------------------------------------------------------------------------

    def _fields(self, node: Node, path: str, wanted: "Fields") -> Node:
        read = {name: reader(self, node, name, f"{path}.{name}") for name, reader in wanted.items()}
        return {name: value for name, value in read.items() if value is not _LEFT_OUT}

    def event(self, node: Node, path: str) -> Node:
        return self._fields(node, path, {"names": _names, "type": _choice, "where": _where})

    def when(self, node: Node, path: str) -> Node | None:
        kind = node.get("kind", "")
        if kind not in WHENS:
            return None
        return {"kind": kind} | self._fields(node, path, WHENS[kind])

    def test(self, node: Node, path: str) -> Node | None:
        op = node.get("op", "")
        if op not in TESTS:
            return self._nothing(f"{path}.op", "Say what it is tested for.", missing=True)
        return {"op": op} | self._fields(node, path, TESTS[op])

    def _nothing(self, path: str, text: str, missing: bool = False) -> Node | None:
        """For whoever waits for a value. The first mistake of a field is told."""
        self.mistakes.setdefault(path, Mistake(text, missing))
        return None


Reader: TypeAlias = Callable[[Building, Node, str, str], Any]
Fields: TypeAlias = dict[str, Reader]

_NEEDED = {
    "namespace": "Say which kind of identifier.", "purpose": "Say which purpose.",
    "property": "Say which property.", "id": "Choose a segment.", "value": "Say the value.", "values": "Say at least one value.",
}  # fmt: skip


def _node(node: Node, name: str) -> Node:
    found = node.get(name)
    return found if isinstance(found, dict) else {}


def _nodes(node: Node, name: str) -> list[Node]:
    found = node.get(name)
    return [one if isinstance(one, dict) else {} for one in found] if isinstance(found, list) else []


def _said(node: Node, name: str) -> str:
    found = node.get(name, "")
    return found if isinstance(found, str) else ""


# -- readers of a field ------------------------------------------------------------------------------


def _text(to: Building, node: Node, name: str, path: str) -> Any:
    return fields.meant_text(_said(node, name)) or to._nothing(path, _NEEDED[name], missing=True)


def _name(of: str) -> Reader:
    def read(to: Building, node: Node, name: str, path: str) -> Any:
        return fields.meant_text(_said(node, name)) or to._nothing(path, f"Say which {of}.", missing=True)

    return read


def _pattern(to: Building, node: Node, name: str, path: str) -> Any:
    found = _text(to, node, name, path)
    if found and len(found) <= 500 and (why := refusal(f"(?i){found}")):
        return to._nothing(path, f"This pattern cannot be read: {why}.")
    return found


def _optional(_: Building, node: Node, name: str, __: str) -> Any:
    return fields.meant_text(_said(node, name))


def _choice(_: Building, node: Node, name: str, __: str) -> Any:
    return _said(node, name) or _LEFT_OUT


def _flag(_: Building, node: Node, name: str, __: str) -> Any:
    return _said(node, name) == "1"


def _names(_: Building, node: Node, name: str, __: str) -> Any:
    return fields.meant_names(_said(node, name))


def _value(to: Building, node: Node, name: str, path: str) -> Any:
    found = fields.meant_value(_said(node, name), _said(node, "as"))
    return to._nothing(path, _NEEDED["value"], missing=True) if found is None else found


def _values(to: Building, node: Node, name: str, path: str) -> Any:
    return fields.meant_values(_said(node, name), _said(node, "as")) or to._nothing(path, _NEEDED[name], missing=True)


def _number(to: Building, node: Node, name: str, path: str) -> Any:
    given = _said(node, name)
    if not given.strip():
        return to._nothing(path, "Say a number.", missing=True)
    found = fields.meant_number(given)
    return to._nothing(path, f"“{given.strip()[:40]}” is no number; write it as 5 or 5.5.") if found is None else found


def _whole(to: Building, node: Node, name: str, path: str) -> Any:
    found = _number(to, node, name, path)
    if isinstance(found, float):
        return to._nothing(path, f"“{_said(node, name).strip()[:40]}” is no whole number.")
    return found


def _whole_or_none(to: Building, node: Node, name: str, path: str) -> Any:
    return _whole(to, node, name, path) if _said(node, name).strip() else _LEFT_OUT


def _moment(to: Building, node: Node, name: str, path: str) -> Any:
    given = _said(node, name).strip()
    if not given:
        return to._nothing(path, "Say a day.", missing=True)
    try:
        moment(given)
    except Invalid as error:
        return to._nothing(path, f"{error.message} {error.fix}")
    return given


def _test(to: Building, node: Node, name: str, path: str) -> Any:
    return to.test(_node(node, name), path)


def _event(to: Building, node: Node, name: str, path: str) -> Any:
    return to.event(_node(node, name), path)


def _when(to: Building, node: Node, name: str, path: str) -> Any:
    return to.when(_node(node, name), path) or _LEFT_OUT


def _its_when(to: Building, node: Node, name: str, path: str) -> Any:
    return to.when(_node(node, name), path) or to._nothing(f"{path}.kind", "Say when.", missing=True)


def _where(to: Building, node: Node, name: str, path: str) -> Any:
    wanted: Fields = {"name": _name("property"), "test": _test}
    return [to._fields(one, f"{path}.{place}", wanted) for place, one in enumerate(_nodes(node, name))]


def _often(to: Building, node: Node, name: str, path: str) -> Any:
    count = _node(node, name)
    if _said(count, "op") == "never":
        return {"op": "exactly", "n": 0}
    return to._fields(count, path, {"op": _choice, "n": _whole}) if count else _LEFT_OUT


def _duration(to: Building, node: Node, name: str, path: str) -> Any:
    within = _node(node, name)
    if not _said(within, "n").strip():
        return _LEFT_OUT
    return to._fields(within, path, {"n": _whole, "unit": _choice})


def _steps(to: Building, node: Node, name: str, path: str) -> Any:
    wanted: Fields = dict.fromkeys(d.Step.__struct_fields__, _flag) | {"event": _event, "within": _duration}
    steps = [to._fields(one, f"{path}.{place}", wanted) for place, one in enumerate(_nodes(node, name))]
    return steps if len(steps) > 1 else to._nothing(path, "Say what comes after it.", missing=True)


# -- kinds -------------------------------------------------------------------------------------------

_SPAN: Fields = {"n": _whole, "unit": _choice}
WHENS: dict[str, Fields] = {
    "last": _SPAN,
    "ago": _SPAN | {"until": _whole_or_none},
    "next": _SPAN,
    "this": {"unit": _choice, "back": _whole_or_none},
    "between": {"first": _moment, "last": _moment},
    "before": {"at": _moment},
    "after": {"at": _moment},
}
_SCALAR: Fields = {"value": _value}
_WORDS: Fields = {"value": _text}
_SIZE: Fields = {"value": _number}
_LIST: Fields = {"values": _values}
TESTS: dict[str, Fields] = {
    "equals": _SCALAR, "not_equals": _SCALAR,
    "contains": _WORDS, "not_contains": _WORDS, "starts": _WORDS, "ends": _WORDS, "matches": {"value": _pattern},
    "greater": _SIZE, "at_least": _SIZE, "less": _SIZE, "at_most": _SIZE, "range": {"low": _number, "high": _number},
    "set": {}, "not_set": {},
    "in": _LIST, "not_in": _LIST, "list_any": _LIST, "list_all": _LIST, "list_none": _LIST,
    "date": {"when": _its_when}, "anniversary": {"days": _whole_or_none},
}  # fmt: skip
CONDITIONS: dict[str, Fields] = {
    "trait": {"name": _name("trait"), "test": _test},
    "standing": {"field": _choice, "test": _test},
    "identifier": {"namespace": _text, "test": _test},
    "consent": {"purpose": _text, "state": _choice, "channel": _optional},
    "company": {"name": _name("trait of companies"), "test": _test, "which": _choice},
    "event": {"event": _event, "count": _often, "when": _when},
    "occurrence": {"which": _choice, "event": _event, "when": _when, "where": _where},
    "aggregate": {"function": _choice, "property": _text, "event": _event, "test": _test, "when": _when},
    "sequence": {"steps": _steps, "within": _duration, "same": _names, "when": _when},
    "segment": {"id": _text},
    "share": {"percent": _number, "seed": _optional},
}
"""Without those that hold others: `Building.condition` reads these itself."""
