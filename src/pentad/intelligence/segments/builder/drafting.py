"""A definition as the form's fields hold it. Pure; `building` is the way back."""

import json
from typing import Any as Anything

from msgspec import Struct

from pentad.intelligence.segments.builder.fields import Node, shown_names, shown_text, shown_value, shown_values
from pentad.intelligence.segments.definition import (
    All,
    Any,
    Colleagues,
    Equals,
    In,
    ListAll,
    ListAny,
    ListNone,
    NotEquals,
    NotIn,
    Sequence,
)

_NAMES = ("names", "same")
_TEXTS = ("name", "namespace", "purpose", "property", "id")
_OPTIONAL = ("channel", "seed")
_OFFERED = ("within", "same")
"""Of a sequence: fields that it only has once somebody asks for them."""
_NO_TIME = {"when": {"kind": ""}, "within": {"n": "", "unit": "day"}, "until": ""}


def node_of(struct: Struct) -> Node:
    """Of a condition, a test, a time, an event."""
    config = struct.__struct_config__
    found: Node = {config.tag_field: config.tag} if config.tag_field else {}
    for name in struct.__struct_fields__:
        value = getattr(struct, name)
        if name in _OFFERED and isinstance(struct, Sequence) and not value:
            continue
        match struct:
            case Equals() | NotEquals():
                found["value"], found["as"] = shown_value(value)
            case In() | NotIn() | ListAny() | ListAll() | ListNone():
                found["values"], found["as"] = shown_values(value)
            case _:
                found[name] = _field(name, value)
    if isinstance(struct, Colleagues) and isinstance(struct.of, All | Any) and not struct.of.of:
        found["empty"] = "1"  # that nothing is asked of them was meant, and is not still to be filled in
    return found


def _field(name: str, value: Anything) -> Anything:
    match value:
        case None:
            return _NO_TIME[name]
        case Struct():
            return node_of(value)
        case tuple() if name in _NAMES:
            return shown_names(value)
        case tuple():
            return [node_of(one) for one in value]
        case bool():
            return "1" if value else ""
        case str():
            needs = name in _TEXTS or name == "value" or (name in _OPTIONAL and value)
            return shown_text(value) if needs else value
    text = json.dumps(value)
    return text.removesuffix(".0") if name == "percent" else text
