"""Entering and leaving: the row, the history and the event of each, in one transaction; twice does it once."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, F, Model

from pentad.core.outbox import emit_many
from pentad.data.identity.models import Person
from pentad.intelligence.segments.definition import ENTERED, LEFT
from pentad.intelligence.segments.models import Segment, SegmentMember, SegmentMove
from pentad.roles.notices.subjects import when_gone

STEP = 2_000
"""Changes written in one transaction: others write in between, and SQLite has one writer."""

Pair = tuple[int, int]
"""Numbers of a segment and of a person."""


@dataclass(frozen=True, slots=True)
class Moves:
    """What is to be so from now on: who is in which segment, and who is not."""

    enter: Collection[Pair]
    leave: Collection[Pair]


@dataclass(slots=True)
class _Told:
    """What outbox messages call a person."""

    id: str


def write_moves(moves: Moves, at: datetime) -> int:
    """Make it so; returns how many changes there were. A row that is as it should be already counts for none."""
    done, waiting = 0, iter([(pair, False) for pair in moves.leave] + [(pair, True) for pair in moves.enter])
    gone = _merged_away(moves.leave)
    while some := list(islice(waiting, STEP)):
        with transaction.atomic():
            done += _write(
                [pair for pair, enter in some if enter], [pair for pair, enter in some if not enter], at, gone
            )
    return done


def _merged_away(leave: Iterable[Pair]) -> set[Pair]:
    """Segments left by persons who are parts of another by now, with that one's number: who enters for them did not move."""
    roots = {no: root for no, root in roots_of({person for _, person in leave}).items() if no != root}
    pairs = {(segment, person) for segment, person in leave if person in roots}
    held = _held(pairs)  # few: merging is
    return {(segment, roots[person]) for segment, person in pairs if (segment, person) in held} | pairs


def roots_of(numbers: Collection[int]) -> dict[int, int]:
    """Number → of the customer it belongs to by now; those that are gone are left out."""
    found, waiting = dict[int, int](), iter(numbers)
    while some := list(islice(waiting, STEP)):
        rows = Person.objects.filter(no__in=some).values_list("no", "root_id")
        found |= {no: root or no for no, root in rows}
    return found


def _held(pairs: Collection[Pair]) -> dict[Pair, int]:
    """Those of the pairs for which there is a row, with its key."""
    if not pairs:
        return {}
    rows = SegmentMember.objects.filter(
        segment_id__in={segment for segment, _ in pairs}, person_id__in={person for _, person in pairs}
    ).values_list("segment_id", "person_id", "pk")
    return {(segment, person): key for segment, person, key in rows if (segment, person) in pairs}


def _write(enter: list[Pair], leave: list[Pair], at: datetime, silent: set[Pair]) -> int:
    held = _held({*enter, *leave})
    people = dict(Person.objects.filter(no__in={no for _, no in (*enter, *leave)}).values_list("no", "id"))
    entered = [pair for pair in enter if pair not in held and pair[1] in people]
    left = [pair for pair in leave if pair in held]
    told = connection.ops.adapt_datetimefield_value(at)
    _insert(SegmentMember, ("segment_id", "person_id", "since"), [(*pair, told) for pair in entered])
    SegmentMember.objects.filter(pk__in=[held[pair] for pair in left]).delete()
    moved = [(*pair, enters, told) for pairs, enters in ((left, False), (entered, True)) for pair in pairs]
    _insert(SegmentMove, ("segment_id", "person_id", "entered", "at"), moved)
    named = {one.pk: one for one in Segment.objects.filter(pk__in={no for no, _ in (*entered, *left)})}
    emit_many(
        (event, _Told(people[person]), {"segment_id": named[segment].id, "segment": named[segment].name})
        for pairs, event in ((left, LEFT), (entered, ENTERED))
        for segment, person in pairs
        if (segment, person) not in silent and person in people
    )
    into, out_of = Counter(no for no, _ in entered), Counter(no for no, _ in left)
    for no in named:
        more = into[no] - out_of[no]
        Segment.objects.filter(pk=no).update(size=F("size") + more, moved=at)
    return len(entered) + len(left)


def _insert(model: type[Model], columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    """Many rows at once: the models' way takes twenty times as long, and a segment may have a million members."""
    if rows:
        places = ", ".join("%s" for _ in columns)
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) VALUES ({places})", rows)


@when_gone
def _forget(kind: str, numbers: Collection[int]) -> None:
    """Customers are erased: their rows go with them, and the sizes know."""
    if kind == "people":
        rows = SegmentMember.objects.filter(person_id__in=numbers)
        for no, members in rows.values_list("segment_id").annotate(members=Count("pk")).order_by():
            Segment.objects.filter(pk=no).update(size=F("size") - members)
        rows.delete()
