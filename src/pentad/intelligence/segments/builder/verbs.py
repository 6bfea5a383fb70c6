"""What one can do with the rules as a tree: add, take away, double, move, turn around, put in a group. Pure.

A place is a field's name without its last part: "c.of.0" is the first condition, "c.of.0.event.where.1" the second
test of its event. What stands alone (the root, what “not” and “colleagues” are about) is no item of a list; there
adding makes a group of what was there.
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from pentad.intelligence.segments.builder.choices import NAMED
from pentad.intelligence.segments.builder.fields import Node

GROUPS = ("all", "any")
MOST_CONDITIONS = 300
MOST_DIGITS = 5
"""Of a place in a list."""
_OF: dict[str, type | tuple[type, ...]] = {"add": (dict, list, str), "clock": str}
"""What there has to be at the place, where it is no node."""

FRESH: dict[str, Node] = {
    "trait": {"kind": "trait", "test": {"op": "equals"}},
    "standing": {
        "kind": "standing", "field": "first_seen",
        "test": {"op": "date", "when": {"kind": "last", "n": "30", "unit": "day"}},
    },
    "event": {"kind": "event", "count": {"op": "at_least", "n": "1"}},
    "test": {"test": {"op": "equals"}},
    "step": {},
}  # fmt: skip
"""What is added, with nothing filled in yet."""


def done(tree: Node, verb: str, at: str, what: str = "") -> tuple[Node, str]:
    """The tree afterwards, and the place to go on at. What is not there any more changes nothing.

    what: of `add`, what is added: a kind of condition.
    """
    whole = {"c": deepcopy(tree)}
    steps: list[str] = at.split(".")
    found = _at(whole, steps)
    if verb not in VERBS or not isinstance(found, _OF.get(verb, dict)):
        return tree, ""
    focus = VERBS[verb](whole, steps, what)
    return whole["c"], focus


def _at(node: Any, steps: list[str]) -> Any:
    """What is there; None if nothing is. A list of nothing yet is made: the form has no field that tells of it."""
    for step in steps:
        if isinstance(node, list):
            if not step.isdecimal() or len(step) > MOST_DIGITS or int(step) >= len(node):
                return None
            node = node[int(step)]
        elif isinstance(node, dict):
            if step in _MADE:
                node.setdefault(step, _MADE[step]())
            node = node.get(step)
        else:
            return None
    return node


_MADE: dict[str, Callable[[], Any]] = {"event": dict, "where": list, "steps": list, "within": dict, "same": str}


def _put(whole: Node, steps: list[str], value: Any) -> None:
    holder, last = _at(whole, steps[:-1]), steps[-1]
    holder[int(last) if isinstance(holder, list) else last] = value


def _fresh(what: str) -> Node:
    """Kinds that are not in FRESH begin with their kind alone, as where it is changed to them."""
    return deepcopy(FRESH.get(what) or ({"kind": what} if what in NAMED else FRESH["trait"]))


def _group_at(whole: Node, steps: list[str]) -> list[Node]:
    """The conditions of the group there; what is none becomes the first of one."""
    node = _at(whole, steps)
    if node.get("kind") in GROUPS:
        found: list[Node] = node.setdefault("of", [])
        return found
    made = {"kind": "all", "of": [node] if node.get("kind") else []}
    _put(whole, steps, made)
    return made["of"]  # type: ignore[return-value]


def _add(whole: Node, steps: list[str], what: str) -> str:
    node = _at(whole, steps)
    if steps[-1] in ("within", "same"):
        return _join(steps)  # a field that is there from now on
    if isinstance(node, str):
        return ""
    items = node if isinstance(node, list) else _group_at(whole, steps)
    items.append(_fresh("test" if steps[-1] == "where" else "step" if steps[-1] == "steps" else what))
    if steps[-1] == "steps" and len(items) == 1:
        items.append(_fresh("step"))
    return _join(steps, "" if isinstance(node, list) else "of", str(len(items) - 1))


def _add_group(whole: Node, steps: list[str], what: str) -> str:
    items = _group_at(whole, steps)
    items.append({"kind": _other(_at(whole, steps)), "of": [_fresh(what)]})
    return _join(steps, "of", str(len(items) - 1), "of.0")


def _other(group: Node) -> str:
    return "any" if group.get("kind") == "all" else "all"


def _remove(whole: Node, steps: list[str], _: str) -> str:
    holder = _at(whole, steps[:-1])
    if isinstance(holder, list):
        del holder[int(steps[-1])]
    else:
        _put(whole, steps, {"kind": "all", "of": []})
    return ""


def _duplicate(whole: Node, steps: list[str], _: str) -> str:
    holder, node = _at(whole, steps[:-1]), _at(whole, steps)
    if isinstance(holder, list):
        place = int(steps[-1]) + 1
        holder.insert(place, deepcopy(node))
        return _join(steps[:-1], str(place))
    _put(whole, steps, {"kind": "all", "of": [node, deepcopy(node)]})
    return _join(steps, "of.1")


def _move(by: int) -> Callable[[Node, list[str], str], str]:
    def move(whole: Node, steps: list[str], _: str) -> str:
        holder = _at(whole, steps[:-1])
        if isinstance(holder, list) and 0 <= (to := int(steps[-1]) + by) < len(holder):
            holder.insert(to, holder.pop(int(steps[-1])))
            return _join(steps[:-1], str(to))
        return ""

    return move


def _negate(whole: Node, steps: list[str], _: str) -> str:
    node = _at(whole, steps)
    _put(whole, steps, node.get("of") or {} if node.get("kind") == "not" else {"kind": "not", "of": node})
    return ""


def _wrap(whole: Node, steps: list[str], _: str) -> str:
    """In a group of its own, of the other sort than the one it is in."""
    around = _at(whole, steps[:-2])
    kind = _other(around) if len(steps) > 2 and isinstance(around, dict) else "all"
    _put(whole, steps, {"kind": kind, "of": [_at(whole, steps)]})
    return _join(steps, "of.0")


def _unwrap(whole: Node, steps: list[str], _: str) -> str:
    """What is in the group stands where the group was."""
    holder, node = _at(whole, steps[:-1]), _at(whole, steps)
    if node.get("kind") not in GROUPS:
        return ""
    inner = node.get("of") or []
    if isinstance(holder, list):
        holder[int(steps[-1]) : int(steps[-1]) + 1] = inner
    elif len(inner) == 1:
        _put(whole, steps, inner[0])
    return ""


def _out(whole: Node, steps: list[str], _: str) -> str:
    """Behind the group that it is in."""
    inner, outer = _at(whole, steps[:-1]), _at(whole, steps[:-3])
    if not (isinstance(inner, list) and isinstance(outer, list) and steps[-2] == "of"):
        return ""
    place = int(steps[-3]) + 1
    outer.insert(place, inner.pop(int(steps[-1])))
    return _join(steps[:-3], str(place))


def _into(whole: Node, steps: list[str], _: str) -> str:
    """To the end of the group before it, else to the beginning of the one after it."""
    around, own = _at(whole, steps[:-1]), int(steps[-1]) if steps[-1].isdecimal() else -1
    if not isinstance(around, list):
        return ""
    for place in (own - 1, own + 1):
        if 0 <= place < len(around) and around[place].get("kind") in GROUPS:
            inside = around[place].setdefault("of", [])
            to = len(inside) if place < own else 0
            inside.insert(to, around[own])
            del around[own]
            return _join(steps[:-1], str(min(place, own)), "of", str(to))
    return ""


def _clock(whole: Node, steps: list[str], _: str) -> str:
    """A day becomes a time on that day, and back."""
    text = str(_at(whole, steps) or "")
    _put(whole, steps, text[:10] if len(text) > 10 else f"{text}T00:00" if text else "")
    return ""


def _join(steps: list[str], *more: str) -> str:
    return ".".join([*steps, *(one for one in more if one)])


VERBS: dict[str, Callable[[Node, list[str], str], str]] = {
    "add": _add, "group": _add_group, "remove": _remove, "duplicate": _duplicate, "up": _move(-1), "down": _move(1),
    "negate": _negate, "wrap": _wrap, "unwrap": _unwrap, "out": _out, "into": _into, "clock": _clock,
}  # fmt: skip
