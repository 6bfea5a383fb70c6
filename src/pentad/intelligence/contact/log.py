"""Who was written to: kept for what limits count, in the transactions of who sends."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Q

from pentad.core.jobs import Context
from pentad.data.identity.store import CHUNK, chunks
from pentad.intelligence.contact.models import ContactLog
from pentad.intelligence.contact.policy import MOST_HOURS

KEEP = timedelta(hours=MOST_HOURS)
PROMISE = timedelta(days=1)
"""What was promised longer ago will not be sent: its sender is gone."""


class Row(NamedTuple):
    """A message that went to a customer. One that is transactional is not counted, and leaves no row."""

    person_no: int
    channel: str
    purpose: str
    at: datetime
    delivery_key: str
    priority: int = 0
    transactional: bool = False


def record(rows: Iterable[Row]) -> None:
    """These were sent. The same delivery again changes when it was."""
    _write([row for row in rows if not row.transactional], promised=False)


def promise(rows: Iterable[Row]) -> None:
    """These are about to be sent, and take their place already. One that is recorded stays as it is."""
    made = [_made(row, promised=True) for row in rows if not row.transactional]
    ContactLog.objects.bulk_create(made, batch_size=_BATCH, ignore_conflicts=True)


def release(delivery_keys: Collection[str]) -> None:
    """These were not sent after all: their place is free again."""
    for some in chunks(delivery_keys):
        ContactLog.objects.filter(delivery_key__in=some, promised=True).delete()


def prune(job: Context, now: datetime) -> int:
    """Forget those that are older than any limit looks, and promises that nobody kept or took back; how many."""
    old, gone = Q(at__lt=now - KEEP) | Q(promised=True, at__lt=now - PROMISE), 0
    while some := list(ContactLog.objects.filter(old).values_list("pk", flat=True)[:CHUNK]):
        job.check()
        gone += ContactLog.objects.filter(pk__in=some).delete()[0]
    return gone


_BATCH = 100
"""Rows of eight columns in a statement."""


def _write(rows: Sequence[Row], *, promised: bool) -> None:
    latest = {row.delivery_key: row for row in rows}
    ContactLog.objects.bulk_create(
        [_made(row, promised=promised) for row in latest.values()], batch_size=_BATCH, update_conflicts=True,
        update_fields=["at", "promised"], unique_fields=["delivery_key"],
    )  # fmt: skip


def _made(row: Row, *, promised: bool) -> ContactLog:
    return ContactLog(
        person_id=row.person_no, channel=row.channel, purpose=row.purpose, at=row.at, delivery_key=row.delivery_key,
        priority=row.priority, promised=promised,
    )  # fmt: skip
