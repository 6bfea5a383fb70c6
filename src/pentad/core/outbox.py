"""Events that Pentad itself tells of, written in the transaction of the change they belong to.

`emit` writes a row. The relay in the owner process hands rows to the inbox in order and deletes them
once the inbox has them on disk. When it dies in between, it hands them over again under the same
message id, and the loader's deduplication makes that once.
"""

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec
import structlog
from django.db import close_old_connections, connection, connections

from pentad.core import clock
from pentad.core.bell import Bell
from pentad.core.models import OutboxMessage

log = structlog.get_logger(__name__)

BATCH = 500
POLL_SECONDS = 1.0
"""How long a row written by another process may wait unseen."""

written = Bell()
_encode = msgspec.json.Encoder().encode

Write = Callable[[list[OutboxMessage]], None]


class HasId(Protocol):
    """A person or a company: the core knows only that they have a public id."""

    id: Any


def emit(
    type: str,
    name: str,
    *,
    person: HasId | None = None,
    company: HasId | None = None,
    properties: dict[str, Any] | None = None,
    at: datetime | None = None,
    **fields: Any,
) -> OutboxMessage:
    """Tell of a change, in its transaction: a tracking message of `type` ("track", "identify" …).

    person, company: whom it is about; they go as `personId` and `companyId`, their public ids.
    at: when it happened, if not now. fields: further top-level fields of the message, such as traits.
    Raises RuntimeError outside a transaction, where the event could survive a change that did not.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("emit() needs a transaction: call it in an action.")
    message: dict[str, Any] = {"type": type, "properties": properties or {}, **fields}
    if name:
        message["event" if type == "track" else "name"] = name
    if person is not None:
        message["personId"] = person.id
    if company is not None:
        message["companyId"] = company.id
    row = OutboxMessage.objects.create(message=message, at=at or clock.now())
    written.ring_on_commit()
    return row


def emit_many(told: Iterable[tuple[str, HasId, dict[str, Any]]]) -> int:
    """Tell of many changes, in their transaction: tracking events as (name, person, properties). Returns how many."""
    if not connection.in_atomic_block:
        raise RuntimeError("emit_many() needs a transaction: call it in an action or a job.")
    at = connection.ops.adapt_datetimefield_value(clock.now())
    rows = [
        (_encode({"type": "track", "properties": properties, "event": name, "personId": person.id}).decode(), at)
        for name, person, properties in told
    ]
    if rows:
        with connection.cursor() as cursor:  # not by the models' way, which takes twenty times as long
            cursor.executemany(f"INSERT INTO {OutboxMessage._meta.db_table} (message, at) VALUES (%s, %s)", rows)
        written.ring_on_commit()
    return len(rows)


def message_of(row: OutboxMessage) -> dict[str, Any]:
    """The whole tracking message: what was emitted with its stable id and its time."""
    at = row.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {**row.message, "messageId": f"pentad-{row.pk}", "timestamp": at}


def pending() -> int:
    """How many messages wait to be handed over."""
    return OutboxMessage.objects.count()


def relay(write: Write, limit: int = BATCH) -> int:
    """Hand over the oldest messages, in order; returns how many. `write` returns once they are on disk."""
    rows = list(OutboxMessage.objects.order_by("id")[:limit])
    if rows:
        write(rows)
        OutboxMessage.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


class Relay:
    """The thread that relays, for the owner process."""

    def __init__(self, write: Write, poll_seconds: float = POLL_SECONDS) -> None:
        self.write, self.poll_seconds = write, poll_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="outbox-relay", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, grace: float = 5.0) -> bool:
        """Hand over what is there and end. False when that took longer than `grace` seconds."""
        self._stopping.set()
        written.ring()
        self._thread.join(timeout=grace)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            while True:
                seen, last = written.count, self._stopping.is_set()
                handed = self._turn()
                if last and handed < BATCH:
                    return
                if handed < BATCH:
                    written.wait(seen, self.poll_seconds)
        finally:
            connections.close_all()

    def _turn(self) -> int:
        """One batch; 0 when the inbox or the database would not, which the next turn tries again."""
        try:
            close_old_connections()
            return relay(self.write)
        except Exception:
            log.exception("outbox_relay", at=clock.now().isoformat())
            return 0
