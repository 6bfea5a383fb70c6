"""Keeps people, belongs and companies beside the events as the relational rows have them, and tells who listens.

A turn takes some of what was touched, writes it, tells the listeners, and only then lets go of the touches whose
version is still the same. So whatever is cut off is done again, and what changes meanwhile comes again.

Nobody is told of a person before the ledger holds the events and links that the same slice brought.
"""

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import Min

from pentad.core import clock, runtime
from pentad.core.errors import Unavailable
from pentad.core.runtime import Folder
from pentad.data.identity.models import Person
from pentad.data.ingest import pending
from pentad.data.ingest.frames import logs
from pentad.data.ingest.models import LoaderOffset
from pentad.data.profiles import filling, mirror_rows
from pentad.data.profiles.models import MirrorTurn, TouchedCompany, TouchedEvent, TouchedPerson
from pentad.data.profiles.touched import ANY
from pentad.ledger import Ledger, current

log = structlog.get_logger("pentad.mirror")

LIMIT = 25_000
"""Persons of one turn: large enough for set-by-set work, here and by those who follow; small enough to be done within
seconds."""

PATIENCE_SECONDS = 10.0
"""How long a turn waits for the ledger to hold the events of a slice, before it fails and is tried again."""

FILLED, PAGE, COMPANY_PAGE = "mirror.filled", "mirror.page", "mirror.company_page"
TURN, LOST = "mirror.turn", "mirror.lost"
"""Marks of the ledger: whether everybody was mirrored once, how far that has got, and how many turns there were; whether
nobody stood there when that began."""


@dataclass(frozen=True)
class Mirrored:
    """What is now as the relational rows have it.

    roots: every number that was touched, and the customers of companies that were; those that are no customer any more
    have no row in people. None: everybody. names: of the events that arrived for them since; None: any may have.
    """

    roots: frozenset[int] | None
    names: frozenset[str] | None
    companies: frozenset[int]


Listener = Callable[[Mirrored], object]

_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Call this after each turn, in the mirror's thread and outside of a transaction. Told again after an error or a
    crash: it must not matter.
    """
    if listener not in _listeners:
        _listeners.append(listener)


def unlisten(listener: Listener) -> None:
    _listeners.remove(listener)


@dataclass
class _Batch:
    """Touches as one statement saw them: number or name → version."""

    persons: dict[int, int] = field(default_factory=dict)
    companies: dict[int, int] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)
    regrouped: set[int] = field(default_factory=set)
    whole: bool = True

    def names(self) -> frozenset[str] | None:
        return None if self.regrouped or ANY in self.events else frozenset(self.events)


class Mirror:
    """The work of one ledger. progress: is told in a sentence how far a first fill has got."""

    def __init__(
        self, folder: Folder, ledger: Ledger, *, limit: int = LIMIT, progress: Callable[[str], object] = lambda _: None
    ):
        self._inbox, self._ledger = folder.inbox, ledger
        self._limit = limit
        self._progress = progress
        self._compared = False
        self.stopping = threading.Event()

    def turn(self) -> bool:
        """Fill, or mirror some of what was touched. False when there was nothing to do."""
        if not self._compared:
            self._compare()
        if not self._ledger.derived.mark(FILLED):
            self._fill()
            return True
        batch = self._batch()
        if not (batch.persons or batch.companies or batch.events):
            return False
        self._mirror(batch)
        return True

    def drain(self) -> None:
        while self.turn() and not self.stopping.is_set():
            pass

    # -- what was touched ------------------------------------------------------------------------

    def _batch(self) -> _Batch:
        """One statement, so that the names belong to the persons: a slice writes both at one moment."""
        limited = "SELECT * FROM (SELECT {} FROM pentad_data_touched{} ORDER BY {} LIMIT %s) AS {}"
        sql = " UNION ALL ".join(
            (
                limited.format("0 AS kind, no, '' AS name, version, regrouped", "person", "no", "p"),
                limited.format("1 AS kind, no, '' AS name, version, no < 0 AS regrouped", "company", "no", "c"),
                "SELECT 2, 0, name, version, version < 0 FROM pentad_data_touchedevent",
            )
        )
        batch = _Batch()
        with connection.cursor() as cursor:
            cursor.execute(sql, [self._limit, self._limit])
            for kind, no, name, version, regrouped in cursor.fetchall():
                if kind == 2:
                    batch.events[name] = version
                    continue
                (batch.companies if kind else batch.persons)[no] = version
                if regrouped:
                    batch.regrouped.add(no)
        batch.whole = max(len(batch.persons), len(batch.companies)) < self._limit
        return batch

    def _mirror(self, batch: _Batch) -> None:
        waits = _half_stored(self._inbox, self._ledger)
        rows = self._put_people(batch.persons)
        companies = rows.companies | set(batch.companies)
        self._put_companies(companies)
        members = mirror_rows.members_of(batch.companies)
        self._wait_for(waits)
        if batch.regrouped:
            roots = mirror_rows.roots_of(batch.regrouped)
            self._ledger.set_links({no: roots.get(no, no) for no in batch.regrouped})
        self._tell(Mirrored(rows.keys | members, batch.names(), frozenset(companies)))
        turn = _turns() + 1
        self._ledger.derived.set_mark(TURN, turn)
        _let_go(batch, turn)

    def _put_people(self, numbers: Collection[int]) -> mirror_rows.PeopleRows:
        rows = mirror_rows.people_rows(numbers)
        if rows.keys:
            self._ledger.derived.put("people", rows.people, rows.keys)
            self._ledger.derived.put("belongs", rows.belongs, rows.keys)
        return rows

    def _put_companies(self, numbers: Collection[int]) -> None:
        if numbers:
            self._ledger.derived.put("companies", mirror_rows.company_rows(numbers), numbers)

    def _wait_for(self, offsets: dict[str, int]) -> None:
        """Until the ledger holds the events of every slice whose touches were read."""
        pause, waited = 0.01, 0.0
        while offsets := {name: end for name, end in offsets.items() if self._lacks(name, end)}:
            if waited > PATIENCE_SECONDS or self.stopping.wait(pause):
                raise Unavailable(f"{min(offsets)} is half stored.", code="loader_behind", fix="See to the loader.")
            waited += pause

    def _lacks(self, name: str, end: int) -> bool:
        return self._ledger.offset(name) < end and (self._inbox / name).exists()

    def _tell(self, what: Mirrored) -> None:
        for listener in list(_listeners):
            listener(what)

    # -- everybody -------------------------------------------------------------------------------

    def _compare(self) -> None:
        """Do both stores come from one moment? One of them may have been restored from a backup of its own."""
        apart = self._ledger.derived.mark(TURN) - _turns()
        if self._ledger.derived.mark(FILLED) and apart not in (0, 1):  # 1: cut off before the touches were let go
            log.warning("mirror_out_of_step", turns=apart)
            refill(self._ledger)
        self._compared = True

    def _fill(self) -> None:
        """Mirror everybody, page by page; goes on where it was cut off. What stood there stands until its page comes."""
        derived = self._ledger.derived
        self._begin()
        self._pages("company", COMPANY_PAGE, self._put_companies)
        self._pages("person", PAGE, self._put_people)
        if self.stopping.is_set():
            return
        self._wait_for(_half_stored(self._inbox, self._ledger))
        self._tell(Mirrored(None, None, frozenset()))
        derived.set_mark(TURN, _turns())
        derived.set_mark(FILLED, 1)
        derived.set_mark(LOST, 0)
        filling.ended()
        log.info("mirror_filled")

    def _begin(self) -> None:
        """Let every process know that everybody is written anew, and whether anybody stands there meanwhile."""
        derived = self._ledger.derived
        if not derived.mark(PAGE) and not derived.mark(COMPANY_PAGE) and self._empty() and Person.objects.exists():
            derived.set_mark(LOST, 1)
        filling.began(lost=bool(derived.mark(LOST)))

    def _empty(self) -> bool:
        return not self._ledger.rows("SELECT person_no FROM people LIMIT 1")

    def _pages(self, table: str, mark: str, put: Callable[[list[int]], object]) -> None:
        done = 0
        while not self.stopping.is_set():
            after = self._ledger.derived.mark(mark)
            some = mirror_rows.page(table, after, self._limit)
            put([*some, *self._standing(table, after, some[-1] if some else None)])
            if not some:
                return
            self._ledger.derived.set_mark(mark, some[-1])
            done += len(some)
            self._progress(f"{done:,} {'customers' if table == 'person' else 'companies'} written beside the events")

    def _standing(self, table: str, after: int, last: int | None) -> list[int]:
        """Who stands there between two numbers: those of whom the relational rows know nothing go with the page."""
        relations = ("people", "belongs") if table == "person" else ("companies",)
        until = "" if last is None else f" AND {table}_no <= {last}"
        each = (f"SELECT {table}_no AS no FROM {relation} WHERE {table}_no > {after}{until}" for relation in relations)
        found: list[int] = self._ledger.query(" UNION ".join(each))["no"].to_pylist()
        return found


def _turns() -> int:
    return MirrorTurn.objects.filter(id=1).values_list("last", flat=True).first() or 0


def _let_go(batch: _Batch, turn: int) -> None:
    """Forget the touches that stand as they were read. Names stay until all of the persons they came with are done."""
    kinds: list[tuple[Any, str, dict[Any, int]]] = [
        (TouchedPerson, "no", batch.persons),
        (TouchedCompany, "no", batch.companies),
        (TouchedEvent, "name", batch.events if batch.whole else {}),
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        for model, key, versions in kinds:
            if versions:
                sql = f"DELETE FROM {model._meta.db_table} WHERE {key} = %s AND version = %s"
                cursor.executemany(sql, list(versions.items()))
        MirrorTurn.objects.update_or_create(id=1, defaults={"last": turn})


def _half_stored(inbox: Path, ledger: Ledger) -> dict[str, int]:
    """Logs of which the relational database has more than the ledger, and how far."""
    if not inbox.is_dir():
        return {}
    done = dict(LoaderOffset.objects.values_list("log", "offset"))
    return {path.name: done[path.name] for path in logs(inbox) if done.get(path.name, 0) > ledger.offset(path.name)}


def drain(folder: Folder | None = None) -> None:
    """Mirror everything that waits into the open ledger, here and now: for commands that run without a server."""
    Mirror(folder or runtime.folder(), current()).drain()


def refill(ledger: Ledger) -> None:
    """Let everybody be mirrored anew from the next turn on; readers see what stands there until then."""
    for name in (FILLED, PAGE, COMPANY_PAGE):
        ledger.derived.set_mark(name, 0)


def correct_as_of() -> datetime:
    """Up to when everything that was accepted is loaded, every change mirrored, and the listeners told.

    Asked from the inbox on: a message that is loaded meanwhile has left its touch where we look next.
    """
    now = clock.now()
    waiting = pending.since(dict(LoaderOffset.objects.values_list("log", "offset")))
    first = [model.objects.aggregate(at=Min("at"))["at"] for model in (TouchedPerson, TouchedCompany, TouchedEvent)]
    return min((at for at in (waiting, filling.right_until(), *first) if at is not None), default=now)
