"""How the form's fields hold names and values, and which of them belong together. Pure.

What is typed is taken as it stands, without the blanks around it. Where a text could be taken for something else, or
would not outlive a field of one line, it is written as JSON does: "5" is a text, 5 a number, " " a blank.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from pentad.intelligence.segments.definition import Scalar

Node: TypeAlias = dict[str, Any]
"""Of a definition what is filled in: texts, nodes, and lists of nodes."""

EXACT = "json"
"""Beside a value (`as`): it is to be read as JSON. For numbers that would otherwise be taken for long keys."""
MOST_PARTS = 140
"""Of a field's name: what the deepest definition needs. Deeper ones are nobody's form."""
MOST_DIGITS = 15
"""Of a whole number that is typed. What is longer is a key, and as a number would lose its last digits."""

_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_ONE = re.compile(rf"\s*(?:({_QUOTED})(?=\s*(?:[,\n]|$))|([^,\n]*))\s*(?:[,\n]|$)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


# -- texts -----------------------------------------------------------------------------------------


def shown_text(text: str) -> str:
    plain = text and text == text.strip() and text[0] != '"' and not _CONTROL.search(text)
    return text if plain else quoted(text)


def meant_text(given: str) -> str:
    found = given.strip()
    if found.startswith('"'):
        said = _json(found)
        return said if isinstance(said, str) else found
    return found


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


# -- values ----------------------------------------------------------------------------------------


def shown_value(value: Scalar) -> tuple[str, str]:
    """The text of a field, and what stands beside it."""
    if isinstance(value, str):
        text = shown_text(value)
        return (text if meant_value(text) == value else quoted(value)), ""
    text = json.dumps(value)
    return text, "" if repr(meant_value(text)) == repr(value) else EXACT


def meant_value(given: str, beside: str = "") -> Scalar | None:
    """None: nothing is said."""
    text = given.strip()
    if beside == EXACT and isinstance(found := _json(text), str | bool | int | float):
        return found
    if text in ("true", "false"):
        return text == "true"
    whole = text.lstrip("-").isdigit()
    if _NUMBER.fullmatch(text) and not (whole and len(text.lstrip("-")) > MOST_DIGITS):
        return meant_number(text)
    return meant_text(text) if text else None


def meant_number(given: str) -> int | float | None:
    """None: it is none, or none that is finite."""
    text = given.strip()
    if not _NUMBER.fullmatch(text) or len(text) > 400:
        return None
    found: int | float = json.loads(text)
    return None if found in (float("inf"), float("-inf")) else found


def _json(text: str) -> Any:
    """None: it is none, or holds half a character (an escaped surrogate), which nothing can keep."""
    try:
        found = json.loads(text)
        json.dumps(found, ensure_ascii=False).encode()
    except ValueError:
        return None
    return found


# -- lists -----------------------------------------------------------------------------------------


def shown_values(values: tuple[Scalar, ...]) -> tuple[str, str]:
    said = [_in_list(*shown_value(one)) for one in values]
    if None in said:
        return json.dumps(values, ensure_ascii=False)[1:-1], EXACT
    return ", ".join(one for one in said if one is not None), ""


def _in_list(text: str, beside: str) -> str | None:
    return None if beside else quoted(text) if "," in text and text[0] != '"' else text


def meant_values(given: str, beside: str = "") -> list[Scalar]:
    if beside == EXACT:
        found = _json(f"[{given}]")
        if found and all(isinstance(one, str | bool | int | float) for one in found):
            return list(found)
    return [value for one in parts(given) if (value := meant_value(one)) is not None]


def shown_names(names: tuple[str, ...]) -> str:
    said = (shown_text(one) for one in names)
    return ", ".join(quoted(one) if "," in one and one[0] != '"' else one for one in said)


def meant_names(given: str) -> list[str]:
    return [meant_text(one) for one in parts(given)]


def parts(given: str) -> list[str]:
    """What stands between commas or on lines of its own, outside of quotation marks; nothing for what is empty."""
    return [said for one in _ONE.finditer(given) if (said := (one[1] or one[2] or "").strip())]


# -- names of fields -------------------------------------------------------------------------------


def nested(form: Mapping[str, str], root: str) -> Any:
    """What the fields under `root` hold: "c.of.0.name" is the name in the first node of the list `of`. A node without
    any such field is empty.
    """
    found: Node = {}
    for name, value in form.items():
        steps = name.split(".")
        if steps[0] == root and 1 < len(steps) <= MOST_PARTS:
            _put(found, steps[1:], value)
    return _listed(found)


def _put(node: Node, steps: list[str], value: str) -> None:
    *path, last = steps
    for step in path:
        below = node.setdefault(step, {})
        if not isinstance(below, dict):
            return
        node = below
    node.setdefault(last, value)


def _listed(node: Node) -> Any:
    whole = {name: _listed(one) if isinstance(one, dict) else one for name, one in node.items()}
    if whole and all(name.isdecimal() and len(name) < 6 for name in whole):
        return [whole[name] for name in sorted(whole, key=int)]
    return whole


def flat(node: Any, path: str) -> Iterator[tuple[str, str]]:
    """The fields that hold a node: the opposite of `nested`."""
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, list):
        for number, one in enumerate(node):
            yield from flat(one, f"{path}.{number}")
    else:
        for name, one in node.items():
            yield from flat(one, f"{path}.{name}")
