"""Taking deliveries that are due, and taking over those whose sender has died. Nothing here hands anything over.

A sender holds a delivery by a lease with its name on it. Every later step looks again whether the delivery is still its
own, in the transaction that writes the step down.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from pentad.core.jobs.leases import ended, lock_free_rows
from pentad.intelligence.contact import log as contacts
from pentad.platforms.channels import queue
from pentad.platforms.channels.models import (
    DOUBTFUL,
    EXPIRED,
    PAUSED,
    PENDING,
    QUEUED,
    SENDING,
    Attempt,
    Delivery,
    Destination,
    StoppedOrigin,
)
from pentad.platforms.channels.telling import close

LEASE = timedelta(seconds=120)
"""Longer than any adapter may take over one message; renewed before each."""


def claim(destination: Destination, owner: str, now: datetime, most: int, above: int | None = None) -> list[Delivery]:
    """Take what is due at a destination, the more important and then the longer due first; only what is more important than
    `above`, where it is given. Those of a stopped origin are set aside or cancelled, and those too late closed, on the way.
    """
    with transaction.atomic():
        rows = {row.pk: row for row in _due(destination, now, most, above)}
        stopped = _stopped(list(rows.values()))
        for row in rows.values():
            if row.pk not in stopped and row.expires_at is not None and row.expires_at <= now:
                close(row, DOUBTFUL if row.unsure else EXPIRED, "expired", "", now)
        taken = [row for row in rows.values() if row.pk not in stopped and row.state not in (EXPIRED, DOUBTFUL)]
        Delivery.objects.filter(pk__in=[row.pk for row in taken]).update(
            state=SENDING, lease_owner=owner, lease_until=now + LEASE, sent_by=destination
        )
        for row in taken:
            row.state, row.lease_owner, row.sent_by = SENDING, owner, destination
    return taken


def _due(destination: Destination, now: datetime, most: int, above: int | None) -> list[Delivery]:
    found = [row for lane in lanes(destination) for row in _lane(destination.channel, lane, now, most, above)]
    chosen = sorted(found, key=lambda row: (-row[1], row[2], row[0]))[:most]
    rows = {row.pk: row for row in Delivery.objects.select_related("base").filter(pk__in=[one[0] for one in chosen])}
    return [rows[one[0]] for one in chosen if one[0] in rows]


def any_above(destination: Destination, above: int, now: datetime) -> bool:
    """Whether something is due that is more important than this."""
    return any(True for lane in lanes(destination) for _ in _lane(destination.channel, lane, now, 1, above))


def _lane(
    channel: str, destination_id: int | None, now: datetime, most: int, above: int | None
) -> Iterator[tuple[int, int, Any]]:
    """(key, priority, due), priority by priority: what waits for a later day is passed over without being looked at."""
    where, here = _where(channel, destination_id)
    lock = " FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    at = connection.ops.adapt_datetimefield_value(now)
    for priority in _priorities(where, here):
        if above is not None and priority <= above:
            return
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id, due_at {where} AND priority = %s AND due_at <= %s ORDER BY due_at, id LIMIT {most}{lock}",
                [*here, priority, at],
            )
            some = cursor.fetchall()
        yield from ((key, priority, due) for key, due in some)
        most -= len(some)
        if most <= 0:
            return


def _where(channel: str, destination_id: int | None) -> tuple[str, list[Any]]:
    """What waits for a destination, or names none. Written out, because the index is of what waits alone: a database must see
    the states in the statement to use it.
    """
    lane = "destination_id IS NULL" if destination_id is None else "destination_id = %s"
    where = f"FROM {Delivery._meta.db_table} WHERE channel = %s AND {lane} AND state IN ('queued', 'held')"
    return where, [channel, *([] if destination_id is None else [destination_id])]


def _priorities(where: str, here: list[Any]) -> Iterator[int]:
    """Those there are, the highest first; each is one look into the index."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT max(priority) {where}", here)
        while (priority := cursor.fetchone()[0]) is not None:
            yield priority
            cursor.execute(f"SELECT max(priority) {where} AND priority < %s", [*here, priority])


def next_due(destination: Destination) -> datetime | None:
    """When the next delivery of a destination is due; None without any."""
    found: list[datetime] = []
    for lane in lanes(destination):
        rows = Delivery.objects.filter(channel=destination.channel, destination=lane).extra(
            where=["state IN ('queued', 'held')"]
        )
        for priority in _priorities(*_where(destination.channel, lane)):
            found += rows.filter(priority=priority).order_by("due_at").values_list("due_at", flat=True)[:1]
    return min(found, default=None)


def lanes(destination: Destination) -> list[int | None]:
    """Whose deliveries it takes: its own, and as the default one those that name none."""
    return [destination.pk, *([None] if destination.is_default else [])]


def _stopped(rows: list[Delivery]) -> set[int]:
    """Set aside, or cancel, those whose origin is stopped; returns their keys."""
    stops = list(queue.stops_of({(row.origin_kind, row.origin_id) for row in rows})) if rows else []
    aside, over = set[int](), set[int]()
    for stop in stops:
        of = [
            row
            for row in rows
            if (row.origin_kind, row.origin_id) == (stop.origin_kind, stop.origin_id) and stop.run in ("", row.run)
        ]
        if stop.kind == StoppedOrigin.PAUSED:
            aside |= {row.pk for row in of}
        else:
            over |= {row.pk for row in of if stop.run or row.created <= stop.at}
    if aside - over:
        Delivery.objects.filter(pk__in=aside - over).update(state=PAUSED, reason="paused", detail="")
    if over:
        queue.cancelled(Delivery.objects.filter(pk__in=over, state__in=PENDING))
    return aside | over


def recover(now: datetime) -> int:
    """Put back what senders held that have died; how many. What they had begun may have left: that is remembered.

    A lease that ends far in the future was taken before the clock was put back.
    """
    held = Delivery.objects.filter(state=SENDING)
    dead = [one for one in held.order_by().values_list("lease_owner", flat=True).distinct() if ended(one)]
    late = Q(lease_until__lt=now) | Q(lease_until__gt=now + 2 * LEASE) | Q(lease_until=None) | Q(lease_owner__in=dead)
    done = 0
    with transaction.atomic():
        rows = list(lock_free_rows(held.filter(late).order_by("id")).values_list("pk", flat=True)[: queue.STEP])
        begun = Attempt.objects.filter(delivery_id__in=rows, outcome=Attempt.BEGUN)
        unsure = list(begun.values_list("delivery_id", flat=True))
        begun.update(outcome=Attempt.LOST, ended=now, detail="The sender ended before there was an answer")
        lost = Delivery.objects.filter(pk__in=rows)
        lost.filter(pk__in=unsure).update(unsure=True, reason="no_answer")
        contacts.release(list(lost.filter(unsure=False).values_list("key", flat=True)))
        done = lost.update(state=QUEUED, due_at=now, lease_owner="", lease_until=None)
    if done:
        queue.queued.ring_on_commit()
    return done


def give_back(rows: list[Delivery], owner: str) -> None:
    """Return what was taken and not begun."""
    mine = Delivery.objects.filter(pk__in=[row.pk for row in rows], state=SENDING, lease_owner=owner)
    mine.update(state=QUEUED, lease_owner="", lease_until=None)


def expire(now: datetime) -> int:
    """Close what is too late, whether its destination takes anything or not; how many."""
    late = Delivery.objects.filter(state__in=PENDING, expires_at__lte=now)
    done = 0
    while rows := list(late.order_by("id")[: queue.STEP // 2]):
        with transaction.atomic():
            for row in lock_free_rows(late.filter(pk__in=[row.pk for row in rows])):
                close(row, DOUBTFUL if row.unsure else EXPIRED, "expired", "", now)
                done += 1
    return done
