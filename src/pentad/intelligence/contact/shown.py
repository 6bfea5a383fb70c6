"""The contact policy in words, arranged for reading."""

from collections.abc import Mapping, Sequence
from typing import Any

from pentad.data.consent.queries import channels, purposes
from pentad.intelligence.contact.asking import GATES, Gate, Verdict
from pentad.intelligence.contact.policy import EVERY_DAY, Policy

DAYS = (("1", "Mon"), ("2", "Tue"), ("3", "Wed"), ("4", "Thu"), ("5", "Fri"), ("6", "Sat"), ("7", "Sun"))
GATE_LABELS = {
    "suppression": "Suppression",
    "address": "Address",
    "consent": "Consent",
    "preference": "Preferences",
    "holdout": "Holdout",
    "quiet_hours": "Quiet hours",
    "cap": "Limits",
    "priority": "Priority",
}
assert set(GATE_LABELS) == set(GATES)


def labels() -> tuple[dict[str, str], dict[str, str]]:
    """Names of channels and of purposes → what they are called."""
    return {one.name: one.label for one in channels()}, {one.name: one.label for one in purposes()}


def caps_shown(policy: Policy) -> list[dict[str, Any]]:
    by, of = labels()
    return [
        {
            "most": cap.most, "span": cap.span, "channel": _called(cap.channel, by, "all channels together"),
            "purpose": _called(cap.purpose, of, "all purposes together"),
        }
        for cap in policy.caps
    ]  # fmt: skip


def quiet_shown(policy: Policy) -> list[dict[str, Any]]:
    by, _ = labels()
    return [
        {
            "start": quiet.start, "end": quiet.end, "whole": quiet.start == quiet.end,
            "channel": _called(quiet.channel, by, "every channel"), "days": days_in_words(quiet.days),
        }
        for quiet in policy.quiet
    ]  # fmt: skip


def _called(name: str, known: Mapping[str, str], every: str) -> str:
    return known.get(name, name) if name else every


def days_in_words(days: Sequence[int]) -> str:
    """1 to 7 as “every day”, “Mon to Fri” or “Mon, Wed”."""
    found = sorted(set(days))
    if tuple(found) == EVERY_DAY:
        return "every day"
    names = dict(DAYS)
    if len(found) > 2 and found == list(range(found[0], found[-1] + 1)):
        return f"{names[str(found[0])]} to {names[str(found[-1])]}"
    return ", ".join(names[str(day)] for day in found)


def gates_shown(gates: Sequence[Gate]) -> list[dict[str, Any]]:
    return [{"label": GATE_LABELS.get(gate.name, gate.name), "gate": gate} for gate in gates]


def decided(verdict: Verdict) -> str:
    """What the gate that decides has seen; "" when all are passed."""
    return next((gate.seen for gate in verdict.gates if gate.name == verdict.gate), "")
