"""The senders of an owner process: one thread a destination, so that a service that is down, or slow, delays nobody else."""

import contextlib
import threading
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from django.db import close_old_connections, connections

from pentad.core import clock
from pentad.core.actor import SYSTEM, read_as
from pentad.platforms.channels import claiming, pacing, queue
from pentad.platforms.channels.models import Destination

if TYPE_CHECKING:
    from pentad.platforms.channels.sending import Sender

log = structlog.get_logger(__name__)

POLL_SECONDS = 5.0
"""How long a delivery that another process enqueued may wait unseen."""
TIDY_SECONDS = 30.0
"""Between two looks for what dead senders held, what is too late, and what a resume left behind."""
AFTER_ERROR_SECONDS = 10.0
SOON = timedelta(seconds=0.2)
"""What is due and was not taken a moment ago is another sender's just now."""


class Senders:
    """Starts a thread for each destination that is on, and ends those of the others."""

    def __init__(self, poll_seconds: float = POLL_SECONDS) -> None:
        self._poll = poll_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="senders", daemon=True)
        self._lines: dict[int, _Line] = {}
        self._tidied = 0.0

    def start(self) -> None:
        self._thread.start()

    def stop(self, grace: float = 5.0) -> bool:
        """Begin nothing more, and end. False when messages were still being handed over after `grace` seconds."""
        self._stopping.set()
        queue.queued.ring()
        ends = time.monotonic() + grace
        self._thread.join(timeout=grace)
        for line in self._lines.values():
            line.thread.join(timeout=max(0.0, ends - time.monotonic()))
        return not self._thread.is_alive() and not any(line.thread.is_alive() for line in self._lines.values())

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                seen = queue.queued.count
                try:
                    close_old_connections()
                    self._look()
                except Exception:
                    log.exception("senders_failed")
                queue.queued.wait(seen, self._poll)
        finally:
            for line in self._lines.values():
                line.stopping.set()
            queue.queued.ring()
            connections.close_all()

    def _look(self) -> None:
        on = set(Destination.objects.filter(state=Destination.ON).values_list("pk", flat=True))
        for pk, line in list(self._lines.items()):
            if pk not in on:
                line.stopping.set()
            if not line.thread.is_alive():
                del self._lines[pk]
        for pk in on - self._lines.keys():
            self._lines[pk] = _Line(pk, self._poll)
            self._lines[pk].thread.start()
        now = clock.now().timestamp()
        if abs(now - self._tidied) >= TIDY_SECONDS:
            tidy()
            self._tidied = now


def tidy(now: datetime | None = None) -> None:
    """Put back what dead senders held, and what was set aside for origins that are paused no more; close what is too late."""
    at = now or clock.now()
    claiming.recover(at)
    queue.wake()
    claiming.expire(at)


class _Line:
    """The thread of one destination."""

    def __init__(self, pk: int, poll: float) -> None:
        self.pk, self._poll = pk, poll
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, name=f"sender-{pk}", daemon=True)

    def _run(self) -> None:
        from pentad.platforms.channels.sending import (
            Sender,  # what it takes to send is loaded when there is a destination
        )

        read_as(SYSTEM)
        try:
            with contextlib.closing(
                Sender(Destination.objects.get(pk=self.pk), stopping=self.stopping.is_set)
            ) as sender:
                while not self.stopping.is_set():
                    seen = queue.queued.count
                    wait = self._turn(sender)
                    if wait > 0:
                        queue.queued.wait(seen, wait)
        except Exception:
            log.exception("sender_failed", destination=self.pk)
        finally:
            connections.close_all()

    def _turn(self, sender: "Sender") -> float:
        """Seconds until the next one."""
        try:
            close_old_connections()
            return 0.0 if sender.turn() else self._rest(sender.destination)
        except Exception:
            log.exception("turn_failed", destination=self.pk)
            self.stopping.wait(AFTER_ERROR_SECONDS)
            return self._poll

    def _rest(self, destination: Destination) -> float:
        """Until the rate allows more, the service may be tried again, or the next delivery is due; at most a poll."""
        now = clock.now()
        rests = (destination.breaker_until, pacing.wakes(destination, now))
        ends = [max(at, now + SOON / 10) for at in rests if at is not None and at > now]
        if not ends and (due := claiming.next_due(destination)) is not None:
            ends = [max(due, now + SOON)]
        return min([self._poll, *((at - now).total_seconds() for at in ends)])
