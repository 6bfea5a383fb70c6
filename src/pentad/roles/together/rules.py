"""Versions of fields, changes that meet, and the places where drafts are kept. Pure."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PLACE = re.compile(r"(?P<what>[a-z][a-zA-Z0-9._-]{0,59})(?:@(?P<about>[a-z]{1,20}:[0-9a-zA-Z-]{1,40}))?")

MARK = re.compile(r"[0-9a-z]{1,32}\.[0-9]{1,16}")
"""Which browser a draft was typed in, and when by its clock."""

Versions = Mapping[str, str]
"""Field → version of the value that was on the screen when somebody began to change it."""


def version(value: Any) -> str:
    """A short mark of a value: the same for the same value, whoever asks."""
    try:
        text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
    except RecursionError:  # nobody can have seen such a value
        text = ""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def versions(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: version(value) for name, value in values.items()}


def meet(
    now: Mapping[str, Any], mine: Mapping[str, Any], seen: Versions | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What of `mine` is to be written, and which fields somebody else changed to another value meanwhile.

    A field that is as it was seen was not changed here, and stays as it is now. Without `seen`, and for a field that
    it does not name, the last to save wins.
    """
    write: dict[str, Any] = {}
    met: dict[str, Any] = {}
    for name, value in mine.items():
        before = (seen or {}).get(name)
        if before is None:
            write[name] = value
        elif version(value) in (before, version(now.get(name))):
            continue
        elif before == version(now.get(name)):
            write[name] = value
        else:
            met[name] = now.get(name)
    return write, met


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody types. what: which composer or dialog. about: the record, as `subjects.reference` names it."""

    what: str
    about: str = ""

    def __str__(self) -> str:
        return f"{self.what}@{self.about}" if self.about else self.what


def place(text: str) -> Place | None:
    """“note@people:0191…” or “task.new”; None for what is none."""
    found = PLACE.fullmatch(text)
    return Place(found["what"], found["about"] or "") if found else None


def overtaken(mark: str, kept: str) -> bool:
    """Whether what bears this mark was typed before what is kept, in the same browser: requests arrive in any order. Clocks
    of two browsers say nothing of each other; there, who comes last is the latest.
    """
    if not (MARK.fullmatch(mark) and MARK.fullmatch(kept)):
        return False
    browser, _, moment = mark.partition(".")
    other, _, latest = kept.partition(".")
    return browser == other and int(moment) < int(latest)
