"""Putting deliveries into the queue, and keeping them from being sent: paused, resumed, cancelled.

A delivery whose key is known is never added again, so whoever enqueues may do so again after a crash.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from itertools import groupby, islice
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from pentad.core import clock, ids
from pentad.core.bell import Bell
from pentad.core.errors import Invalid
from pentad.data.identity.queries import hold_people
from pentad.platforms.channels.items import Enqueued, Item
from pentad.platforms.channels.models import (
    CANCELLED,
    DOUBTFUL,
    PAUSED,
    PENDING,
    QUEUED,
    Delivery,
    StoppedOrigin,
)
from pentad.platforms.channels.payload import Packer, base_of, written
from pentad.platforms.channels.telling import close

STEP = 1_000
"""Rows written in one transaction: others write in between, and SQLite has one writer."""

MOST_KEY = 120

queued = Bell()
"""Rings when there is something to send, for the senders of this process."""

COLUMNS = (
    "public_id", "key", "person_no", "channel", "destination_id", "purpose", "transactional", "priority",
    "origin_kind", "origin_id", "run", "variant", "language", "version_id", "payload", "base_id", "state", "due_at",
    "expires_at", "if_held", "reason", "detail", "attempts", "unsure", "lease_owner", "created",
)  # fmt: skip


class Packed(NamedTuple):
    """A delivery as it is written. values: of COLUMNS."""

    key: str
    person_no: int
    values: tuple[Any, ...]


def enqueue(items: Sequence[Item]) -> Enqueued:
    """Add deliveries; those whose key is there already are left as they are. In the transaction under way, if there is one.
    Nothing is kept of customers who were erased since it was written for them.

    Raises Invalid (key_too_long).
    """
    _require_short(items)
    new, waiting = 0, iter(items)
    while some := list(islice(waiting, STEP)):
        new += put(packed(some)).new
    return Enqueued(new, len(items) - new)


def _require_short(items: Sequence[Item]) -> None:
    if long := next((one.key for one in items if len(one.key) > MOST_KEY), ""):
        raise Invalid(f"The key “{long}” has {len(long)} characters.", code="key_too_long", fix=f"{MOST_KEY} at most.")


def packed(items: Sequence[Item]) -> list[Packed]:
    """What `put` takes: who adds many packs them before the transaction, as others wait to write meanwhile.

    Raises Invalid (key_too_long).
    """
    _require_short(items)
    return list(_packed(sorted(items, key=_kind), clock.now()))  # stable: otherwise in the order in which they came


def put(rows: Sequence[Packed]) -> Enqueued:
    """Add what was packed, as `enqueue` does."""
    new, waiting = 0, iter(rows)
    while some := list(islice(waiting, STEP)):
        with transaction.atomic():
            here = hold_people(one.person_no for one in some)
            new += _insert([one.values for one in some if one.person_no in here])
    if new:
        queued.ring_on_commit()
    return Enqueued(new, len(rows) - new)


def _insert(values: list[tuple[Any, ...]]) -> int:
    quote = connection.ops.quote_name
    columns = ", ".join(quote(one) for one in COLUMNS)
    places = ", ".join(["%s"] * len(COLUMNS))
    statement = (
        f"INSERT INTO {Delivery._meta.db_table} ({columns}) VALUES ({places}) ON CONFLICT ({quote('key')}) DO NOTHING"
    )
    with connection.cursor() as cursor:  # not by the models' way, which takes many times as long
        cursor.executemany(statement, values)
        return int(max(cursor.rowcount, 0))


def _packed(ordered: list[Item], now: datetime) -> Iterator[Packed]:
    adapt = cache(connection.ops.adapt_datetimefield_value)  # most are due at the same moments
    at = adapt(now)
    for kind, group in groupby(ordered, key=_kind):
        same = list(group)
        base = _base(kind, same)
        packer = Packer(bytes(base.dictionary) if base else b"")
        for one in same:
            values = (
                ids.new_id(), one.key, one.person_no, one.channel, one.destination_id, one.purpose, one.transactional,
                one.priority, one.origin_kind, one.origin_id, one.run, one.variant, one.language, one.version_id,
                packer.pack(one), base.pk if base else None, QUEUED,
                adapt(one.due_at) if one.due_at else at, adapt(one.expires_at) if one.expires_at else None, one.if_held,
                "", "", 0, False, "", at,
            )  # fmt: skip
            yield Packed(one.key, one.person_no, values)


def _kind(item: Item) -> str:
    """What deliveries that have much in common share; "" when they may have nothing."""
    return f"{item.version_id}:{item.channel}:{item.variant}:{item.language}" if item.version_id else ""


def _base(kind: str, items: list[Item]) -> Any:
    if not kind:
        return None
    people = {item.person_no: item for item in items[:50]}
    return base_of(kind, {no: written(one) for no, one in people.items()})


def pause(origin_kind: str, origin_id: str, run: str = "") -> None:
    """Send nothing of this origin (of one run, when it is named) until it is resumed. What is under way just now goes on."""
    _stop(StoppedOrigin.PAUSED, origin_kind, origin_id, run)


def resume(origin_kind: str, origin_id: str, run: str = "") -> int:
    """Send it again; returns how many deliveries had been set aside."""
    StoppedOrigin.objects.filter(
        origin_kind=origin_kind, origin_id=origin_id, run=run, kind=StoppedOrigin.PAUSED
    ).delete()
    return wake()


def wake() -> int:
    """Put back what was set aside for an origin that is not paused any more. Also for what a resume left when it died."""
    aside = Delivery.objects.filter(state=PAUSED)
    done = 0
    for kind, origin, run in list(aside.values_list("origin_kind", "origin_id", "run").distinct().order_by()):
        if not stops_of([(kind, origin)], StoppedOrigin.PAUSED).filter(Q(run="") | Q(run=run)).exists():
            done += _change(
                aside.filter(origin_kind=kind, origin_id=origin, run=run), state=QUEUED, reason="", detail=""
            )
    if done:
        queued.ring()
    return done


def cancel(origin_kind: str, origin_id: str, run: str = "") -> int:
    """Do not send what waits; returns how many were cancelled. What is under way just now may still leave, but is not tried
    again; of what may have left before, the doubt stays. A cancelled run stays so; for a whole origin, what is queued
    afterwards is sent again.
    """
    _stop(StoppedOrigin.CANCELLED, origin_kind, origin_id, run)
    rows = Delivery.objects.filter(origin_kind=origin_kind, origin_id=origin_id, state__in=PENDING)
    rows = rows.filter(run=run) if run else rows
    return cancelled(rows)


def cancelled(rows: "QuerySet[Delivery]") -> int:
    """Close these; returns how many of them were certainly not sent."""
    now = clock.now()
    while doubtful := list(rows.filter(unsure=True)[:STEP]):  # few: of these an answer is missing
        with transaction.atomic():
            for row in doubtful:
                close(row, DOUBTFUL, "cancelled", "Cancelled after a try without an answer", now)
    return _change(rows.filter(unsure=False), state=CANCELLED, reason="cancelled", detail="", done_at=now)


def stops_of(origins: Iterable[tuple[str, str]], kind: str = "") -> "QuerySet[StoppedOrigin]":
    """What stops these origins (kind, id)."""
    wanted = Q(pk=None)
    for origin_kind, origin_id in origins:
        wanted |= Q(origin_kind=origin_kind, origin_id=origin_id)
    rows = StoppedOrigin.objects.filter(wanted)
    return rows.filter(kind=kind) if kind else rows


def _stop(kind: str, origin_kind: str, origin_id: str, run: str) -> None:
    StoppedOrigin.objects.update_or_create(
        origin_kind=origin_kind, origin_id=origin_id, run=run, kind=kind, defaults={"at": clock.now()}
    )


def _change(rows: "QuerySet[Delivery]", **fields: Any) -> int:
    """In portions: a campaign may have a million, and SQLite has one writer."""
    done = 0
    while some := list(rows.values_list("pk", flat=True)[:STEP]):
        done += rows.filter(pk__in=some).update(**fields)
    return done
