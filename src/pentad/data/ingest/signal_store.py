"""Signals for the SDK doctor in the database, so that a restart does not forget them.

A thread of the owner process moves what `signals` counted there every few seconds. Requests never wait for it, and
when the database is away the signals stay in memory, bounded, until it is back.
"""

from collections import Counter
from datetime import timedelta

from django.db import connection, transaction

from pentad.core import clock
from pentad.data.ingest import signals
from pentad.data.ingest.models import SignalCount, WrongWriteKey
from pentad.data.ingest.signals import ANY, HOURS, MOST_KEYS, Noted, WrongKey

EVERY_SECONDS = 5.0  # how often the owner process calls `flush`


def counts(source_no: int = ANY) -> Counter[str]:
    """Signals of the last day: of one source, or those that belong to none."""
    least = signals.this_hour() - HOURS
    total: Counter[str] = Counter()
    for kind, times in SignalCount.objects.filter(source_no=source_no, hour__gt=least).values_list("kind", "count"):
        total[kind] += times
    for hour, counter in signals.waiting().hours.items():
        if hour > least:
            total.update({kind: times for (no, kind), times in counter.items() if no == source_no})
    return total


def wrong_keys() -> list[WrongKey]:
    """The latest keys of the last day that no source has, latest first. Their beginning only."""
    since = clock.now() - timedelta(hours=HOURS)
    found = {row.key: WrongKey(row.key, row.count, row.last) for row in WrongWriteKey.objects.filter(last__gt=since)}
    for fresh in signals.waiting().wrong.values():
        before = found.get(fresh.key)
        found[fresh.key] = WrongKey(fresh.key, fresh.count + (before.count if before else 0), fresh.last)
    latest = sorted(found.values(), key=lambda one: one.last, reverse=True)
    return [one for one in latest if one.last > since][:MOST_KEYS]


def flush() -> None:
    """Move what was counted to the database, and drop what is too old or too much."""
    taken = signals.take()
    if not taken:
        return
    try:
        with transaction.atomic():
            _write(taken)
            _prune()
    except BaseException:
        signals.put_back(taken)
        raise


def _write(taken: Noted) -> None:
    rows = [(hour, no, kind, n) for hour, counter in taken.hours.items() for (no, kind), n in counter.items()]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO pentad_data_signalcount (hour, source_no, kind, count) VALUES (%s,%s,%s,%s)"
            " ON CONFLICT (hour, source_no, kind) DO UPDATE SET count = pentad_data_signalcount.count + excluded.count",
            sorted(rows),
        )
    known = WrongWriteKey.objects.in_bulk(list(taken.wrong))
    for found in taken.wrong.values():
        before = known[found.key].count if found.key in known else 0
        WrongWriteKey.objects.update_or_create(
            key=found.key, defaults={"count": before + found.count, "last": found.last}
        )


def _prune() -> None:
    SignalCount.objects.filter(hour__lte=signals.this_hour() - HOURS).delete()
    kept = WrongWriteKey.objects.order_by("-last").values_list("key", flat=True)[:MOST_KEYS]
    WrongWriteKey.objects.exclude(key__in=list(kept)).delete()
    WrongWriteKey.objects.filter(last__lt=clock.now() - timedelta(hours=HOURS)).delete()
