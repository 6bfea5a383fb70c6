"""Reads of destinations and deliveries."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Min, Q, QuerySet

from pentad.core.errors import NotFound
from pentad.data.identity.models import Person
from pentad.data.identity.queries import part_numbers
from pentad.platforms.channels.models import (
    PENDING,
    WAITING,
    Attempt,
    Delivery,
    Destination,
    StoppedOrigin,
)


def destinations(channel: str = "") -> "QuerySet[Destination]":
    """Those that are not archived, by channel, the default one first."""
    rows = Destination.objects.exclude(state=Destination.ARCHIVED).order_by("channel", "-is_default", "name", "id")
    return rows.filter(channel=channel) if channel else rows


def find_destination(id: str) -> Destination:
    """By its public id. Raises NotFound (destination_not_found)."""
    row = Destination.objects.filter(public_id=id).first()
    if row is None:
        raise NotFound(
            f"There is no destination “{id[:40]}”.", code="destination_not_found", fix="See the list of destinations."
        )
    return row


def default_destination(channel: str) -> Destination | None:
    """Where messages of a channel go that name no destination; None while nothing takes them."""
    return Destination.objects.filter(channel=channel, is_default=True, state=Destination.ON).first()


def find_delivery(id: str) -> Delivery:
    """By its public id, when the reader may see the customer. Raises NotFound (delivery_not_found)."""
    row = Delivery.objects.select_related("sent_by").filter(public_id=id).first()
    if row is None or not _seen([row]):
        raise NotFound(f"There is no message “{id[:40]}”.", code="delivery_not_found", fix="See the customer’s page.")
    return row


def _seen(rows: Collection[Delivery]) -> set[int]:
    """Of these deliveries' customers, the numbers of those whom the reader may see."""
    numbers = {row.person_no for row in rows}
    own = set(Person.seen.filter(no__in=numbers, root=None).values_list("no", flat=True))
    parts = Person.objects.filter(no__in=numbers).exclude(root=None).values_list("no", "root_id")
    roots = dict(parts)
    seen = set(Person.seen.filter(no__in=set(roots.values())).values_list("no", flat=True)) if roots else set()
    return own | {no for no, root in roots.items() if root in seen}


def deliveries_of(person: Person) -> "QuerySet[Delivery]":
    """Everything queued for a customer and all parts of theirs, the latest first; without tests. The reader sees them."""
    rows = Delivery.objects.filter(person_no__in=part_numbers(person)).exclude(origin_kind="test")
    return rows.select_related("sent_by").order_by("-id")


def of_origin(origin_kind: str, origin_id: str, run: str = "") -> "QuerySet[Delivery]":
    rows = Delivery.objects.filter(origin_kind=origin_kind, origin_id=origin_id)
    return rows.filter(run=run) if run else rows


def counts(origin_kind: str, origin_id: str, run: str = "") -> dict[str, int]:
    """State → how many deliveries of an origin, or of one run of it, have it."""
    rows = of_origin(origin_kind, origin_id, run).values_list("state").annotate(n=Count("id")).order_by()
    return dict(rows)


def is_paused(origin_kind: str, origin_id: str, run: str = "") -> bool:
    rows = StoppedOrigin.objects.filter(origin_kind=origin_kind, origin_id=origin_id, kind=StoppedOrigin.PAUSED)
    return rows.filter(Q(run="") | Q(run=run)).exists()


def attempts_of(delivery: Delivery) -> list[Attempt]:
    """Every try, the first one first."""
    return list(Attempt.objects.filter(delivery=delivery).select_related("destination").order_by("number"))


# ── Duplicates ──────────────────────────────────────────────────────────────────────────────────


def duplicates(since: datetime) -> int:
    """How many messages too many have left since then, counted from what services confirmed: confirmed twice for one
    delivery, or one customer's several deliveries of the same run and channel. 0 is what there should be.
    """
    return confirmed_twice(since) + told_twice(since)


def confirmed_twice(since: datetime) -> int:
    """Confirmations of deliveries that were confirmed before."""
    with connection.cursor() as cursor:  # written out, so that the index of just these is used
        cursor.execute(
            f"SELECT DISTINCT delivery_id FROM {Attempt._meta.db_table}"
            " WHERE outcome = 'accepted' AND number > 1 AND at >= %s",
            [connection.ops.adapt_datetimefield_value(since)],
        )
        several = [key for (key,) in cursor.fetchall()]
    found = 0
    for start in range(0, len(several), 500):
        some = Attempt.objects.filter(delivery_id__in=several[start : start + 500], outcome=Attempt.ACCEPTED)
        found += sum(n - 1 for _, n in some.values_list("delivery_id").annotate(n=Count("id")).order_by() if n > 1)
    return found


def told_twice(since: datetime) -> int:
    """Messages of a run and channel to customers who had one. Where a run may tell the same customer again (`once_in_run`
    is false), it is by entries, which keys tell apart: those are not looked at.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n"
            f" FROM {Delivery._meta.db_table} WHERE sent_at IS NOT NULL AND sent_at >= %s AND once IS NOT NULL"
            " GROUP BY origin_kind, origin_id, run, channel, person_no HAVING count(*) > 1) AS several",
            [connection.ops.adapt_datetimefield_value(since)],
        )
        return int(cursor.fetchone()[0])


# ── What waits ──────────────────────────────────────────────────────────────────────────────────


def waiting(destination: Destination) -> dict[str, Any]:
    """How many deliveries wait for a destination, and since when the oldest of them has been due (None: none)."""
    mine = Q(destination=destination) | (Q(destination=None) if destination.is_default else Q(pk=None))
    rows = Delivery.objects.filter(mine, channel=destination.channel, state__in=WAITING)
    return rows.aggregate(n=Count("id"), due=Min("due_at"))


def due(now: datetime) -> dict[str, int]:
    """Channel → how many deliveries are due and have not left."""
    rows = Delivery.objects.filter(state__in=WAITING, due_at__lte=now)
    return dict(rows.values_list("channel").annotate(n=Count("id")).order_by())


def stranded(now: datetime) -> list[tuple[str, str, int]]:
    """(channel, name of the destination or "", how many) of what is due and goes nowhere: its destination is off, or
    the channel has no default one.
    """
    rows = Delivery.objects.filter(state__in=PENDING, due_at__lte=now).exclude(state="paused")
    on = Q(destination__state=Destination.ON)
    named = rows.filter(destination__isnull=False).exclude(on).values_list("channel", "destination__name")
    found = [(channel, name, n) for channel, name, n in named.annotate(n=Count("id")).order_by()]
    taken = set(Destination.objects.filter(is_default=True, state=Destination.ON).values_list("channel", flat=True))
    unnamed = rows.filter(destination=None).values_list("channel").annotate(n=Count("id")).order_by()
    return found + [(channel, "", n) for channel, n in unnamed if channel not in taken]
