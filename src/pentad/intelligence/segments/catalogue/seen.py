"""What the ledger saw, whoever asks: names of events with how many and when, and samples of properties and traits.

Nothing here looks at rights. `people` narrows an answer to some customers; without, it is about everybody.
"""

import threading
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count as counter
from typing import Any
from weakref import WeakKeyDictionary

import msgspec

from pentad import ledger
from pentad.intelligence.segments.catalogue.judging import Path, judged
from pentad.intelligence.segments.catalogue.remembering import Remembered
from pentad.intelligence.segments.events_sql import TYPES
from pentad.ledger import Ledger
from pentad.ledger.sql import literal

MOST_NAMES = 20_000
SAMPLE = 1_000
ENOUGH = 200
WINDOWS = (4_000, 100_000, 4_000_000)
"""How far back, in events of all kinds, a sample is looked for; the next one where the first gives too little."""
WINDOWS_OF_SOME = (1_000_000, 1 << 62)
STRETCHES = 8
"""Customers are sampled in so many stretches, from the oldest to the newest."""

People = Collection[int] | None


@dataclass(slots=True)
class Seen:
    """Events of one type and name. seq: of the latest that arrived."""

    type: str
    name: str
    count: int
    last: datetime
    seq: int


Names = dict[tuple[str, str], Seen]

_names = Remembered[Names](most=20)
_properties = Remembered[dict[str, Path]]()
_traits = Remembered[dict[str, Path]](most=20)


class Counted:
    """Every event of a store by name. Whoever asks has only counted on what arrived since; now and then all of it is
    counted anew, as events also go.
    """

    ANEW_SECONDS = 1800.0

    def __init__(self, store: Ledger):
        self.store = store
        self._next, self._began = 0, time.monotonic()
        self._found: Names = {}
        self._lock = threading.Lock()

    def now(self) -> Names:
        with self._lock:
            self._count_on()
            return self._found

    def kept_true(self) -> None:
        if time.monotonic() > self._began + self.ANEW_SECONDS:
            with self._lock:
                self._found, self._next, self._began = {}, 0, time.monotonic()
                self._count_on()
        else:
            self.now()

    def _count_on(self) -> None:
        until = self.store.next_seq()
        if until > self._next:
            found = dict(self._found)
            for one in _count(self.store, f"seq >= {self._next} AND seq < {until}"):
                found[one.type, one.name] = _together(found.get((one.type, one.name)), one)
            self._found, self._next = found, until


_lock = threading.Lock()
_counted: list[Counted] = []
_numbers: "WeakKeyDictionary[Ledger, int]" = WeakKeyDictionary()
_next_number = counter()


def number_of(store: Ledger) -> int:
    """Which store it is: what one saw is not another's."""
    with _lock:
        if store not in _numbers:
            _numbers[store] = next(_next_number)
        return _numbers[store]


def _everything() -> Counted:
    store = ledger.current()
    with _lock:
        if not _counted or _counted[0].store is not store:
            _counted[:] = [Counted(store)]
        return _counted[0]


def keep_true() -> None:
    """Count what arrived: done every minute, so that nobody who asks waits for the first count, which reads every name."""
    _everything().kept_true()


def names(people: People = None) -> Names:
    """Events by type and name."""
    store = ledger.current()
    if people is None:
        return _names.get(number_of(store), lambda: _everything().now())
    return _names.get((number_of(store), _key(people)), lambda: _of_some(store, people))


def _of_some(store: Ledger, people: Collection[int]) -> Names:
    found = _count(store, "root_no IN (SELECT person_no FROM scope)", people)
    return {(one.type, one.name): one for one in found}


def _count(store: Ledger, where: str, people: People = None) -> list[Seen]:
    rows = store.rows(
        f"SELECT type, name, count(*) AS count, max(ts) AS last, max(seq) AS seq FROM events "
        f"WHERE type IN ('track', 'page', 'screen') AND {where} GROUP BY type, name ORDER BY count DESC LIMIT {MOST_NAMES}",
        scope=people,
    )
    return [Seen(**row) for row in rows]


def _together(one: Seen | None, other: Seen) -> Seen:
    if one is None:
        return other
    return Seen(one.type, one.name, one.count + other.count, max(one.last, other.last), max(one.seq, other.seq))


def properties(type: str, events: Sequence[str], people: People = None) -> dict[str, Path]:
    """By name, of a sample of the latest events of these names; of any, without."""
    store = ledger.current()
    known = [one for one in names(people).values() if one.type in TYPES[type] and (not events or one.name in events)]
    if not known:
        return {}
    key = number_of(store), type, tuple(sorted(one.name for one in known)) if events else (), _key(people)
    return _properties.get(key, lambda: _sampled(store, known, events, type, people))


def _sampled(store: Ledger, known: list[Seen], events: Sequence[str], type: str, people: People) -> dict[str, Path]:
    last, count, rows = max(one.seq for one in known), sum(one.count for one in known), list[dict[str, Any]]()
    named = f" AND name IN ({', '.join(map(literal, dict.fromkeys(events)))})" if events else ""
    where = f"type IN ({', '.join(map(literal, TYPES[type]))}){named}"
    whose = "" if people is None else " AND root_no IN (SELECT person_no FROM scope)"
    for window in WINDOWS if people is None else WINDOWS_OF_SOME:
        near = f"seq > {last - window} AND seq <= {last}{whose}"
        rows = store.rows(
            f"SELECT props FROM events WHERE {near} AND {where} AND props IS NOT NULL ORDER BY seq DESC LIMIT {SAMPLE}",
            scope=people,
        )
        if len(rows) >= min(ENOUGH, count):
            break
    return judged(_objects(row["props"] for row in rows))


def traits(relation: str, people: People = None) -> dict[str, Path]:
    """By name, of a sample of `people` or `companies`."""
    store = ledger.current()
    return _traits.get((number_of(store), relation, _key(people)), lambda: _held(store, relation, people))


def _held(store: Ledger, relation: str, people: People) -> dict[str, Path]:
    key = {"people": "person_no", "companies": "company_no"}[relation]
    where = f"{key} IN (SELECT person_no FROM scope)"
    if people is None:
        ends = store.rows(f"SELECT min({key}) AS low, max({key}) AS high FROM {relation}")[0]
        low, high = ends["low"] or 0, ends["high"] or 0
        each, step = SAMPLE // STRETCHES, max(1, (high - low + 1) // STRETCHES)
        where = " OR ".join(
            f"{key} > {high - step * n - max(each, 1)} AND {key} <= {high - step * n}" for n in range(STRETCHES)
        )
    rows = store.rows(f"SELECT traits FROM {relation} WHERE {where} LIMIT {2 * SAMPLE}", scope=people)
    return judged(_objects(row["traits"] for row in rows))


def _objects(texts: Any) -> list[dict[str, Any]]:
    found = []
    for text in texts:
        try:
            one = msgspec.json.decode(text)
        except (msgspec.MsgspecError, RecursionError):
            continue
        if isinstance(one, dict):
            found.append(one)
    return found


def _key(people: People) -> Any:
    return None if people is None else frozenset(people)
