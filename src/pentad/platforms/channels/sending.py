"""A turn at one destination: take what is due, ask whether it may go, write down that it is about to, hand it over, and write
down what became of it. Nothing is handed over twice, whenever this process dies: see `trying`.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from types import TracebackType

import structlog
from django.db import OperationalError, transaction

from pentad.core import clock, settings
from pentad.core.errors import PentadError
from pentad.core.jobs.leases import taker
from pentad.intelligence.contact import log as contacts
from pentad.platforms.channels import claiming, pacing, preparing, queue, rules, trying
from pentad.platforms.channels.adapters.protocol import Adapter
from pentad.platforms.channels.models import Delivery, Destination
from pentad.platforms.channels.preparing import Ready
from pentad.platforms.channels.registry import open_adapter
from pentad.platforms.channels.trying import Try

log = structlog.get_logger(__name__)

GROUP = 20
"""Messages begun together at a service that knows its keys; at another only as many as are handed over at the same time,
since all that were begun are in doubt when the process dies.
"""
TRIES_TO_WRITE = 3
"""When the database is locked; it waits half a minute each time. What is known of a message now nobody knows afterwards."""
LEAVE = settings.define(
    "channels.sending",
    True,
    "Whether messages leave at all. Say no before a backup is put back: what was sent since would be sent again.",
)
LOOK_SECONDS = 0.25
"""Between two looks for what became due meanwhile and is more important; for what is queued here, a bell rings."""
FRESH_SECONDS = 10.0
"""What was asked of the contact policy longer ago is asked again: the service may have kept the ones before waiting."""


def turn(destination: Destination, now: datetime | None = None) -> int:
    """One turn; how many deliveries were handled. Senders that take many turns keep a `Sender`."""
    with Sender(destination) as sender:
        return sender.turn(now)


class Sender:
    """Takes turns at one destination, keeping its connections between them."""

    def __init__(self, destination: Destination, owner: str = "", stopping: Callable[[], bool] | None = None) -> None:
        self.destination = destination
        self.owner = owner or taker("sender")
        self.measure = rules.Measure()
        self._stopping = stopping or (lambda: False)
        self._adapter: Adapter | None = None
        self._made_of: datetime | None = None
        self._pool: ThreadPoolExecutor | None = None
        self._heard, self._look_at, self._overtaken = queue.queued.count, 0.0, False

    def __enter__(self) -> "Sender":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back connections."""
        if self._pool is not None:
            self._pool.shutdown()
        if self._adapter is not None:
            self._adapter.close()
        self._pool, self._adapter = None, None

    def turn(self, now: datetime | None = None) -> int:
        """How many deliveries were handled: sent, held, skipped … 0 when there is nothing to do, or the service rests."""
        at = clock.now() if now is None else now
        self.destination.refresh_from_db()
        if not LEAVE.get() or self.destination.state != Destination.ON or self.breaker.is_open(at):
            return 0
        most = pacing.allowed(self.destination, at, 1 if self.breaker.probing else self.measure.portion())
        if most < 1:
            return 0
        try:
            adapter = self.adapter()  # before anything is taken
        except PentadError as error:
            trying.leave_alone(self.destination, error.message, at)
            return 0
        rows = claiming.claim(self.destination, self.owner, at, most)
        return self._handle(rows, adapter, now) if rows else 0

    def _handle(self, rows: list[Delivery], adapter: Adapter, now: datetime | None) -> int:
        """Send what was taken. How many, with what came meanwhile and is more important: that goes first."""
        began, away, done = time.monotonic(), 0.0, len(rows)
        left = preparing.prepare(rows, self.destination, adapter, self.owner, now or clock.now())
        under: list[Try] = []
        while left or under:
            if left and self._is_overtaken(left[0].row.priority, now):
                self._step(under, [], adapter, now, go_on=False)
                since = time.monotonic()
                passed = self._let_pass(left[0].row.priority, adapter, now)
                under, left = [], self._without_last(left, passed)
                away, done = away + time.monotonic() - since, done + passed
            group, left = left[: self._group()], left[self._group() :]
            fresh = time.monotonic() - began < FRESH_SECONDS
            under, ended = self._step(under, group, adapter, now, go_on=fresh and LEAVE.get() and not self._stopping())
            if ended:
                self._give_back([*group, *left])
                break
        self.measure.took(time.monotonic() - began - away, len(rows))
        return done

    def _is_overtaken(self, priority: int, now: datetime | None) -> bool:
        """Whether something more important is due than what is at hand, of which a turn has seconds of work."""
        rung, at = queue.queued.count, time.monotonic()
        if not self._overtaken and (rung != self._heard or at >= self._look_at):
            self._heard, self._look_at = rung, at + LOOK_SECONDS
            self._overtaken = claiming.any_above(self.destination, priority, now or clock.now())
        return self._overtaken

    def _let_pass(self, priority: int, adapter: Adapter, now: datetime | None) -> int:
        """Send what is more important than this; how many."""
        at, self._overtaken = clock.now() if now is None else now, False
        most = pacing.allowed(self.destination, at, self.measure.portion())
        rows = claiming.claim(self.destination, self.owner, at, most, above=priority) if most > 0 else []
        return self._handle(rows, adapter, now) if rows else 0

    def _without_last(self, left: list[Ready], places: int) -> list[Ready]:
        """Where only so many may leave, those that passed took the places of as many at the end."""
        if not places or not pacing.is_limited(self.destination):
            return left
        kept = max(0, len(left) - places)
        self._give_back(left[kept:])
        return left[:kept]

    def _step(
        self, under: list[Try], group: Sequence[Ready], adapter: Adapter, now: datetime | None, *, go_on: bool
    ) -> tuple[list[Try], bool]:
        """Write down what became of one group and that the next one begins, in one transaction: a commit a group. Then the
        act. Returns the group that is to be written down, and whether the turn ends here.
        """
        tries: list[Try] = []
        for left in range(TRIES_TO_WRITE, 0, -1):
            try:
                with transaction.atomic():
                    if under:
                        trying.settle(under, self.destination, adapter, self.owner, now or clock.now())
                    if not group or not go_on or self.breaker.is_open(now or clock.now()):
                        return [], True
                    tries = trying.begin(group, self.destination, self.owner, now or clock.now())
                break
            except OperationalError:
                if left == 1:
                    raise
                log.warning("writing_again", destination=self.destination.pk)
        begun = {one.row.pk for one in tries}
        self._give_back([one for one in group if one.row.pk not in begun])
        if tries:
            ends, priority = time.monotonic() + claiming.LEASE.total_seconds() / 3, tries[0].row.priority
            wide = max(1, self.destination.concurrency) if adapter.parallel else 1
            late = lambda: time.monotonic() > ends or self._is_overtaken(priority, now)  # noqa: E731
            trying.act(tries, adapter, self._threads(wide), wide, late)
        return tries, False

    def _give_back(self, some: Sequence[Ready]) -> None:
        if some:
            claiming.give_back([one.row for one in some], self.owner)
            contacts.release([one.row.key for one in some if not one.row.unsure])

    @property
    def breaker(self) -> rules.Breaker:
        return rules.Breaker(self.destination.failures, self.destination.breaker_until, self.destination.failed)

    def adapter(self) -> Adapter:
        """Made anew when the destination was changed."""
        if self._adapter is None or self._made_of != self.destination.changed:
            self.close()
            self._adapter, self._made_of = open_adapter(self.destination), self.destination.changed
        return self._adapter

    def _group(self) -> int:
        wide = max(1, self.destination.concurrency)
        return max(wide, GROUP) if self._adapter is not None and self._adapter.idempotent else wide

    def _threads(self, wide: int) -> ThreadPoolExecutor | None:
        if wide > 1 and self._pool is None:
            self._pool = ThreadPoolExecutor(wide, thread_name_prefix=f"send-{self.destination.pk}")
        return self._pool
