"""Definitions in few words: each function gives the JSON of one condition."""

from dataclasses import dataclass
from typing import Any

from tests.conformance.segments.people import EVERYBODY

NOW = "2026-11-22 12:00:00"
BERLIN = "Europe/Berlin"
JSON = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """name: what is promised. members: worked out by hand."""

    name: str
    where: JSON
    members: frozenset[int]
    zone: str = "UTC"
    now: str = NOW


def case(name: str, where: JSON, *members: int, zone: str = "UTC", now: str = NOW) -> Case:
    return Case(name, where, frozenset(members), zone, now)


def case_but(name: str, where: JSON, *others: int, zone: str = "UTC", now: str = NOW) -> Case:
    """Everybody but these."""
    return Case(name, where, EVERYBODY - set(others), zone, now)


def trait(name: str, op: str, **test: Any) -> JSON:
    return {"kind": "trait", "name": name, "test": {"op": op, **test}}


def prop(name: str, op: str, **test: Any) -> JSON:
    return {"name": name, "test": {"op": op, **test}}


def event(*names: str, where: list[JSON] | None = None, type: str = "track") -> JSON:
    return {"names": list(names), "where": where or [], "type": type}


def did(
    *names: str, at_least: int = 1, when: JSON | None = None, where: list[JSON] | None = None, type: str = "track"
) -> JSON:
    count = {"op": "at_least", "n": at_least}
    return {"kind": "event", "event": event(*names, where=where, type=type), "count": count, "when": when}


def often(op: str, n: int, *names: str, when: JSON | None = None) -> JSON:
    return {"kind": "event", "event": event(*names), "count": {"op": op, "n": n}, "when": when}


def last(n: int, unit: str) -> JSON:
    return {"kind": "last", "n": n, "unit": unit}


def ago(n: int, unit: str, until: int | None = None) -> JSON:
    return {"kind": "ago", "n": n, "unit": unit, "until": until}


def this(unit: str, back: int = 0) -> JSON:
    return {"kind": "this", "unit": unit, "back": back}


def dated(name: str, when: JSON) -> JSON:
    return trait(name, "date", when=when)


def occurrence(which: str, name: str, when: JSON | None = None, where: list[JSON] | None = None) -> JSON:
    return {"kind": "occurrence", "which": which, "event": event(name), "when": when, "where": where or []}


def figure(
    function: str, property: str, op: str, when: JSON | None = None, name: str = "Order Completed", **test: Any
) -> JSON:
    return {
        "kind": "aggregate", "function": function, "property": property, "event": event(name), "when": when,
        "test": {"op": op, **test},
    }  # fmt: skip


def step(*names: str, absent: bool = False, within: JSON | None = None, where: list[JSON] | None = None) -> JSON:
    return {"event": event(*names, where=where), "absent": absent, "within": within}


def no(*names: str, within: JSON | None = None) -> JSON:
    return step(*names, absent=True, within=within)


def sequence(
    *steps: JSON | str, within: JSON | None = None, same: list[str] | None = None, when: JSON | None = None
) -> JSON:
    every = [step(one) if isinstance(one, str) else one for one in steps]
    return {"kind": "sequence", "steps": every, "within": within, "same": same or [], "when": when}


def first(*names: str, where: list[JSON] | None = None, **more: Any) -> JSON:
    """A step: only the first such event ever."""
    return {"event": event(*names, where=where), "first": True, **more}


def time(n: int, unit: str) -> JSON:
    return {"n": n, "unit": unit}


def every(*of: JSON) -> JSON:
    return {"kind": "all", "of": list(of)}


def some(*of: JSON) -> JSON:
    return {"kind": "any", "of": list(of)}


def but(of: JSON) -> JSON:
    return {"kind": "not", "of": of}
