"""Who is at a record at this moment. In the server's memory alone (it is one process): looking leaves no trace.

A page says every few seconds that somebody looks at a record; who has not been heard of for half a minute is gone.
"""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass

from pentad.core import clock
from pentad.roles.access import seeing
from pentad.roles.access.rights import Level
from pentad.roles.notices import subjects

GONE_AFTER = 30_000_000
"""Microseconds without a word."""

MOST_RECORDS = 5_000
MOST_AT_ONE = 100
DOING = re.compile(r"|note|task|change|field:[^\x00-\x1f]{1,140}|part:[A-Za-z0-9.-]{1,80}")
WORDS = {"note": "is writing a note", "task": "is writing a task", "": "is looking"}

Record = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Here:
    """Somebody in one window. seed: what gives the avatar its colour. at: when last heard of."""

    user: int
    name: str
    seed: str
    doing: str
    at: int

    def words(self, kind: str) -> str:
        """What they do, as far as the reader may know of the field."""
        if self.doing.startswith("part:"):
            return f"is editing {self.doing.removeprefix('part:').replace('.', ' · ')}"
        if not self.doing.startswith("field:"):
            return WORDS.get(self.doing, "is editing")
        name = self.doing.removeprefix("field:")
        if seeing.level(kind, name) == Level.HIDDEN:
            return "is editing"
        label = name.removeprefix("trait:").replace("_", " ")
        return f"is editing {label[:1].upper()}{label[1:]}"


Find = Callable[[str], int]
"""Public id → number, for who may see it. Raises NotFound, Denied."""

_kinds: dict[str, Find] = {}


def register(kind: str, find: Find) -> None:
    """Let people see each other at records that belong to nobody, which are no subject of notices: say how one is found."""
    _kinds[kind] = find


def record_of(text: str) -> Record:
    """The record that “people:0191…” names, as the reader may see it. Raises NotFound, Denied."""
    kind, _, public = text.partition(":")
    if kind in _kinds:
        return kind, _kinds[kind](public)
    record = subjects.find(text)
    return subjects.subject_of(record).kind, record.pk


_here: dict[Record, dict[tuple[int, str], Here]] = {}
_lock = threading.Lock()


def come(record: Record, window: str, here: Here) -> None:
    """Somebody is at a record, in one of their windows. Beyond the bounds, who came longest ago is forgotten first."""
    with _lock:
        at_it = _here.pop(record, {})
        at_it.pop((here.user, window[:40]), None)
        at_it[here.user, window[:40]] = here
        while len(at_it) > MOST_AT_ONE:
            del at_it[next(iter(at_it))]
        _here[record] = at_it  # the record heard of last stands last
        _let_go()


def go(record: Record, window: str, user: int) -> None:
    """A window was closed."""
    with _lock:
        at_it = _here.get(record, {})
        at_it.pop((user, window[:40]), None)
        if not at_it:
            _here.pop(record, None)


def others(record: Record, user: int) -> list[Here]:
    """Colleagues at the record besides this one, each once, who edits before who looks, then by name."""
    line = clock.now_us() - GONE_AFTER
    found: dict[int, Here] = {}
    with _lock:
        for one in _here.get(record, {}).values():
            if one.user != user and one.at >= line and (one.user not in found or one.doing):
                found[one.user] = one
    return sorted(found.values(), key=lambda one: (not one.doing, one.name))


def forget_all() -> None:
    """Nobody is anywhere (tests only)."""
    with _lock:
        _here.clear()


def _let_go() -> None:
    """Drop records of which nobody has been heard lately: they stand first, so that little is looked at."""
    line = clock.now_us() - GONE_AFTER
    while _here:
        oldest = next(iter(_here))
        if len(_here) <= MOST_RECORDS and any(one.at >= line for one in _here[oldest].values()):
            return
        del _here[oldest]
