"""Keeping computed traits true: of whom events touched, of who is due by time, and of everybody for a new one.

All of it runs in the process that owns the ledger. What is cut off is done again: a value that stands already is left.
"""

import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from django.db import transaction

from pentad.core import clock
from pentad.core.errors import PentadError
from pentad.data.identity.models import Person
from pentad.data.profiles.computed import state_computed, who_has_computed
from pentad.intelligence.computed.definition import Computed
from pentad.intelligence.computed.figures_sql import figures_sql
from pentad.intelligence.computed.models import ComputedDue, ComputedTrait
from pentad.intelligence.computed.values import due_of, value_of
from pentad.intelligence.segments.engine import now, promoted
from pentad.intelligence.segments.moments_sql import HORIZON
from pentad.intelligence.segments.refresh import portions
from pentad.ledger import Ledger

log = structlog.get_logger(__name__)

AT_ONCE = 5_000
"""Persons worked on in one statement and one transaction: others write in between."""

lock = threading.RLock()
"""Held while values are asked and written, so that nothing older is written over newer."""

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Figures:
    """values: by person and name of the trait. due: by person, for whom there is a next moment."""

    values: dict[int, dict[str, Any]]
    due: dict[int, datetime]


def figures(store: Ledger, asked: Mapping[str, Computed], only: Collection[int]) -> Figures:
    """What these persons' figures are now. asked: by the name of the trait."""
    at = now()
    columns = {f"c{n}": one for n, one in enumerate(asked.values())}
    names = dict(zip(columns, asked, strict=True))
    rows = store.query(figures_sql(columns, at, "scope", promoted=promoted(store)), scope=only).to_pylist()
    values: dict[int, dict[str, Any]] = {}
    due: dict[int, datetime] = {}
    for row in rows:
        no, dues = row["person_no"], [row["due"]]
        for column, computed in columns.items():
            if (value := value_of(computed, row[column], at)) is not None:
                values.setdefault(no, {})[names[column]] = value
            dues.append(due_of(computed, row[column], at))
        if (known := [one for one in dues if one is not None]) and (first := min(known)) < at + HORIZON:
            due[no] = first.replace(tzinfo=UTC)
        elif known:
            due[no] = (at + HORIZON).replace(tzinfo=UTC)
    return Figures(values, due)


def some_people(store: Ledger, numbers: Iterable[int], names: Collection[str] | None = None) -> int:
    """Work the values of these persons out again; returns how many were changed. Numbers of people who are parts of
    others by now, or gone, are welcome. names: of the events that arrived for them, where nothing else changed.
    """
    done = 0
    for some in portions(numbers, AT_ONCE):
        with lock:
            live = _live()  # asked here, as those that are put away meanwhile must not come back
            concerned = live if names is None else {name: one for name, one in live.items() if _concerns(one, names)}
            if not concerned:
                return done
            done += _keep(store, concerned, some, whole=len(concerned) == len(live))
    return done


def _live() -> dict[str, Computed]:
    rows = ComputedTrait.objects.filter(state=ComputedTrait.LIVE, failure="").order_by("no")
    return {row.name: row.computed for row in rows}


def _concerns(one: Computed, names: Collection[str]) -> bool:
    return bool(names) and (not one.event.names or not set(names).isdisjoint(one.event.names))


def _keep(store: Ledger, asked: Mapping[str, Computed], some: Sequence[int], *, whole: bool) -> int:
    """One statement for all. Where it fails, who cannot be asked is set aside, so that the others go on."""
    try:
        return _written(figures(store, asked, some), some, asked, whole=whole)
    except PentadError as error:
        log.warning("computed_one_by_one", error=str(error)[:500])
    able = {name: one for name, one in asked.items() if _able(store, name, one, some)}
    return _written(figures(store, able, some), some, able, whole=whole) if able else 0


def _able(store: Ledger, name: str, one: Computed, some: Sequence[int]) -> bool:
    try:
        figures(store, {name: one}, some)
    except PentadError as error:
        failed(name, error)
        return False
    return True


def _written(found: Figures, some: Sequence[int], asked: Mapping[str, Computed], *, whole: bool) -> int:
    with transaction.atomic():
        done = state_computed(some, asked.keys(), found.values, clock.now())
        _write_due(found.due, some, whole=whole)
    return done


def _write_due(due: Mapping[int, datetime], some: Sequence[int], *, whole: bool) -> None:
    """whole: everything was asked, so nothing earlier is left to wait for."""
    held = dict(ComputedDue.objects.filter(person_id__in=some).values_list("person_id", "due"))
    wanted = dict(due)
    if not whole:
        wanted |= {no: min(at, wanted.get(no, at)) for no, at in held.items()}
    there = set(Person.objects.filter(no__in=list(wanted), root=None).values_list("no", flat=True))
    wanted = {no: at for no, at in wanted.items() if no in there}
    ComputedDue.objects.filter(person_id__in=[no for no in held if no not in wanted]).delete()
    changed = [ComputedDue(person_id=no, due=at) for no, at in wanted.items() if held.get(no) != at]
    ComputedDue.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["person"], update_fields=["due"], batch_size=500
    )


def failed(name: str, error: Exception) -> None:
    """Say of a trait that it cannot be kept up; it is asked again later."""
    if getattr(error, "code", "") == "ledger_closed":
        raise error  # the server stops: this is no fault of it, and is done at the next start
    log.error("computed_failed", trait=name, error=str(error)[:500], sql=getattr(error, "sql", "")[:2000])
    said = error.message if isinstance(error, PentadError) else ""
    said = said or f"Working it out failed ({type(error).__name__}); the log of the server says why."
    rows = ComputedTrait.objects.filter(name=name, state=ComputedTrait.LIVE)
    rows.update(failure=said[:500], failed=clock.now())


# -- by time ---------------------------------------------------------------------------------------


def due_now(store: Ledger) -> int:
    """Work out anew whose values time alone has changed; returns how many people that were."""
    done = 0
    while some := _due():
        some_people(store, some)
        # Who has no live trait any more waits for nothing.
        ComputedDue.objects.filter(person_id__in=some, due__lte=clock.now()).delete()
        done += len(some)
    return done


def _due() -> list[int]:
    rows = ComputedDue.objects.filter(due__lte=clock.now()).order_by("due")
    return list(rows.values_list("person_id", flat=True)[:AT_ONCE])


# -- everybody -------------------------------------------------------------------------------------


def fill(store: Ledger, row: ComputedTrait, progress: Progress = lambda part: None) -> int:
    """Work a trait out for everybody, in portions, or take its values away when it is archived. Gives way when it became
    another meanwhile. Returns how many people were changed.
    """
    return _fill(store, row, progress) if row.live else _empty(row, progress)


def _fill(store: Ledger, row: ComputedTrait, progress: Progress) -> int:
    began, at, done = time.perf_counter(), clock.now(), 0
    last = Person.objects.order_by("-no").values_list("no", flat=True).first() or 0
    position = 0
    while some := list(Person.objects.filter(no__gt=position).order_by("no").values_list("no", flat=True)[:AT_ONCE]):
        with lock:
            if not _stands(row):
                return done
            done += _written(
                figures(store, {row.name: row.computed}, some), some, {row.name: row.computed}, whole=False
            )
        position = some[-1]
        progress(min(position / last, 1.0) if last else 1.0)
    spent = round((time.perf_counter() - began) * 1000, 1)
    rows = ComputedTrait.objects.filter(pk=row.pk, definition=row.definition, state=row.state)
    rows.update(filled=at, cost_ms=spent, failure="", failed=None)
    return done


def _empty(row: ComputedTrait, progress: Progress) -> int:
    done = 0
    while True:
        with lock:
            if ComputedTrait.objects.filter(name=row.name, state=ComputedTrait.LIVE).exists():
                return done  # it, or another one, fills the trait by now
            some = who_has_computed(row.name, AT_ONCE)
            if not some:
                return done
            done += state_computed(some, [row.name], {}, clock.now())
        progress(0.5)


def _stands(row: ComputedTrait) -> bool:
    """Whether this is what is to be so still; else a later job has the word."""
    return ComputedTrait.objects.filter(pk=row.pk, definition=row.definition, state=row.state).exists()


AGAIN_AFTER = timedelta(minutes=5)
"""How long a trait that could not be worked out waits until it is tried again."""
