"""Jobs that come again and again: a row each, so that a restart forgets nothing."""

from datetime import timedelta

from django.db import transaction

from pentad.core import clock, hooks
from pentad.core.jobs.leases import lock_free_rows
from pentad.core.jobs.queue import enqueue
from pentad.core.models import Schedule


def schedule(name: str, kind: str, every_seconds: int) -> Schedule:
    """Have a job enqueued every so many seconds, first at once. Calling it again changes nothing but what differs."""
    row, _ = Schedule.objects.get_or_create(name=name, defaults={"kind": kind, "every_seconds": every_seconds})
    if (row.kind, row.every_seconds) != (kind, every_seconds):
        row.kind, row.every_seconds = kind, every_seconds
        row.next_at = min(row.next_at, clock.now() + timedelta(seconds=every_seconds))
        row.save()
    return row


def declare() -> None:
    """Write down every schedule that the core, features and plugins ask for."""
    schedule("jobs.prune", "jobs.prune", 3600)
    for item in hooks.schedules():
        schedule(item.name, item.kind, item.every_seconds)


def enqueue_due() -> int:
    """Enqueue what is due; returns how many. Turns missed while nothing ran are made up by one."""
    now = clock.now()
    due = Schedule.objects.filter(next_at__lte=now)
    if not due.exists():  # so that most looks take no write lock
        return 0
    with transaction.atomic():
        rows = list(lock_free_rows(due))
        for row in rows:
            # The key keeps a slow job from piling up on itself.
            enqueue(row.kind, key=f"schedule:{row.name}")
            missed = (now - row.next_at) // timedelta(seconds=row.every_seconds)
            row.next_at += timedelta(seconds=row.every_seconds) * (missed + 1)
            row.save(update_fields=["next_at"])
    return len(rows)
