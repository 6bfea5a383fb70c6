"""What the work of a job holds in its hands: checkpoints, progress, and the wish to stop."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from pentad.core import clock
from pentad.core.models import Job

PROGRESS_EVERY = 0.5
"""Seconds between two writes of progress: pages poll no faster, and each write is an fsync."""


class Cancelled(Exception):
    """Someone asked this job to stop. Let it pass through."""


class Stopping(Exception):
    """This process is shutting down; the job goes back to the queue. Let it pass through."""


class LeaseLost(Exception):
    """Another worker has taken this job over: what is under way must not count. Let it pass through."""


class Context:
    """One attempt at a job. Flags are set by the keeper's heartbeat, from another thread."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.cancelled = job.cancel
        self.stopping = self.lost = False
        self.followers: list[tuple[str, dict[str, Any], str]] = []
        self._said = time.monotonic()

    @property
    def step(self) -> int:
        """How many checkpoints earlier attempts and this one have committed."""
        return self.job.step

    @property
    def attempt(self) -> int:
        """1 for the first attempt."""
        return self.job.attempts

    @property
    def once_key(self) -> str:
        """The same for every attempt at this step: hand it to providers so that they act once."""
        return f"{self.job.public_id}:{self.job.step}"

    def mine(self) -> "QuerySet[Job]":
        """The job's row, as long as this attempt holds it: every write of an attempt goes through here."""
        return Job.objects.filter(pk=self.job.pk, status=Job.RUNNING, owner=self.job.owner, attempts=self.job.attempts)

    def check(self) -> None:
        """Raise when the work should not go on. Costs nothing; call it in loops."""
        if self.lost:
            raise LeaseLost
        if self.cancelled:
            raise Cancelled
        if self.stopping:
            raise Stopping

    def progress(self, part: float) -> None:
        """Say how much is done, 0 to 1. Raises when the work should not go on."""
        self.check()
        if connection.in_atomic_block or time.monotonic() - self._said < PROGRESS_EVERY:
            return  # inside a transaction nobody would see it, and the row would stay locked
        self._said = time.monotonic()
        if not self.mine().update(progress=min(max(part, 0.0), 1.0)):
            self.lost = True
        elif self.mine().filter(cancel=True).exists():
            self.cancelled = True
        self.check()

    @contextmanager
    def checkpoint(self) -> Iterator[None]:
        """One step: what is written inside commits with the step's number, and only if the job is still ours."""
        self.check()
        with transaction.atomic():
            yield
            if not self.mine().filter(step=self.job.step).update(step=self.job.step + 1):
                self.lost = True
                raise LeaseLost
        self.job.step += 1

    def then(self, kind: str, payload: dict[str, Any], key: str) -> None:
        """Enqueue another job in the transaction that marks this one done: it never runs beside this one."""
        self.followers.append((kind, payload, key))

    def finish(self, result: Any, scrub: bool) -> None:
        """Mark done, inside the work's own transaction when it has one. Raises LeaseLost."""
        change: dict[str, Any] = {"payload": {}} if scrub else {}
        change |= {"status": Job.DONE, "result": result, "error": "", "progress": 1.0, "key": None}
        if not self.mine().update(finished=clock.now(), lease_until=None, **change):
            self.lost = True
            raise LeaseLost
