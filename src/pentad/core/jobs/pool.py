"""The threads that do the work, and the keeper that holds their leases and rings the schedules."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from django.db import DatabaseError, close_old_connections, connections, transaction

from pentad.core import clock
from pentad.core.actor import SYSTEM, acting_as
from pentad.core.jobs import leases, schedules
from pentad.core.jobs.context import Cancelled, Context, LeaseLost, Stopping
from pentad.core.jobs.queue import enqueue, enqueued, finished
from pentad.core.jobs.registry import Task, find
from pentad.core.models import Job

log = structlog.get_logger(__name__)


def work(context: Context) -> None:
    """One attempt at a claimed job, whatever it raises."""
    began = time.monotonic()
    task: Task | None = None
    try:
        task = find(context.job.kind)
        with acting_as(SYSTEM):
            _do(task, context)
        ended = "done"
    except Cancelled:
        leases.drop(context, scrub=task is not None and task.scrub)
        ended = "cancelled"
    except Stopping:
        leases.give_back(context)
        ended = "given back"
    except LeaseLost:
        ended = "lost to another worker"
    except Exception as error:
        ended = "dead" if leases.fail(context, error, task) else "failed"
        # What a scrubbing task's error says may name a customer: the log keeps only its kind.
        quiet = task is None or task.scrub
        log.error("job_failed", kind=context.job.kind, error=type(error).__name__, exc_info=None if quiet else error)
    finished.ring()
    log.info(
        "job",
        kind=context.job.kind,
        job=context.job.public_id,
        attempt=context.attempt,
        ended=ended,
        seconds=round(time.monotonic() - began, 3),
    )


def _do(task: Task, context: Context) -> None:
    if task.atomic:
        with transaction.atomic():
            _finish(task, context, task.function(context, **context.job.payload))
    else:
        _finish(task, context, task.function(context, **context.job.payload))


def _finish(task: Task, context: Context, result: Any) -> None:
    with transaction.atomic():
        context.finish(result, task.scrub)
        for kind, payload, key in context.followers:
            enqueue(kind, payload, key=key)


def run_here(job_id: int, lease_seconds: float = leases.LEASE_SECONDS) -> bool:
    """Do one waiting job in this thread. False when it cannot be taken now."""
    job = leases.claim(leases.taker("here"), lease_seconds, only=job_id)
    if job is None:
        return False
    keeper = Keeper(lease_seconds)
    keeper.start()
    try:
        with keeper.holding(Context(job)) as context:
            work(context)
    finally:
        keeper.stop()
    return True


class Keeper:
    """Renews the leases of the work under way, from its own thread; with `scheduling`, enqueues what is due."""

    def __init__(self, lease_seconds: float, scheduling: bool = False) -> None:
        self.lease_seconds, self.scheduling = lease_seconds, scheduling
        self.lock = threading.Lock()
        self.contexts: list[Context] = []
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="job-keeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._end.set()
        self._thread.join(timeout=5)

    @contextmanager
    def holding(self, context: Context) -> Iterator[Context]:
        """Renew the lease of this work while inside."""
        with self.lock:
            self.contexts.append(context)
        try:
            yield context
        finally:
            with self.lock:
                self.contexts.remove(context)

    def _run(self) -> None:
        beat = self.lease_seconds / 3
        renew_at = time.monotonic() + beat
        try:
            while not self._end.wait(min(1.0, beat)):
                try:
                    close_old_connections()
                    if time.monotonic() >= renew_at:
                        renew_at = time.monotonic() + beat
                        with self.lock:
                            held = list(self.contexts)
                        leases.renew(held, self.lease_seconds)
                    if self.scheduling:
                        schedules.enqueue_due()
                except DatabaseError:
                    log.exception("job_keeper")  # the next beat tries again
        finally:
            connections.close_all()


class Pool:
    """Worker threads on the job table. `start` and `stop` once each.

    poll_seconds: how long a job enqueued by another process may wait unseen.
    """

    def __init__(
        self, workers: int = 2, *, lease_seconds: float = leases.LEASE_SECONDS, poll_seconds: float = 1.0
    ) -> None:
        self.poll_seconds = poll_seconds
        self.keeper = Keeper(lease_seconds, scheduling=True)
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(leases.taker(str(n)),), name=f"job-worker-{n}", daemon=True)
            for n in range(workers)
        ]

    @property
    def started(self) -> bool:
        return self._threads[0].ident is not None

    def start(self) -> None:
        schedules.declare()
        leases.free_lost()
        self.keeper.start()
        for thread in self._threads:
            thread.start()

    def stop(self, grace: float = 10.0) -> bool:
        """Stop taking jobs, ask running ones to give back, wait for them.

        False when one would not within `grace` seconds: it is taken over when its lease runs out.
        """
        self._stopping.set()
        with self.keeper.lock:
            for context in self.keeper.contexts:
                context.stopping = True
        enqueued.ring()
        deadline = time.monotonic() + grace
        for thread in self._threads:
            thread.join(timeout=max(deadline - time.monotonic(), 0.0))
        self.keeper.stop()
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self, owner: str) -> None:
        try:
            while not self._stopping.is_set():
                seen = enqueued.count
                try:
                    close_old_connections()
                    pause = self._turn(owner)
                except DatabaseError:
                    log.exception("job_worker")
                    pause = self.poll_seconds
                if pause > 0:
                    enqueued.wait(seen, pause)
        finally:
            connections.close_all()

    def _turn(self, owner: str) -> float:
        """Do a job when one is due. How many seconds to pause then: 0 after work."""
        due = leases.next_due()
        away = self.poll_seconds if due is None else (due - clock.now()).total_seconds()
        if away > 0:
            return min(away, self.poll_seconds)
        job: Job | None = leases.claim(owner, self.keeper.lease_seconds)
        if job is None:
            return self.poll_seconds  # others were quicker
        with self.keeper.holding(Context(job)) as context:
            if self._stopping.is_set():
                context.stopping = True
            work(context)
        return 0.0
