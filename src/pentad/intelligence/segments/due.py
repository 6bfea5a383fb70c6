"""What changes by time alone: the thread that sleeps until somebody is due, asks those people, and sleeps again."""

import threading

import structlog
from django.db import close_old_connections, connections

from pentad.intelligence.segments import table
from pentad.intelligence.segments.engine import now
from pentad.intelligence.segments.refresh import AT_ONCE, reconcile, refreshed, some_people
from pentad.ledger import Ledger

log = structlog.get_logger(__name__)

LONGEST = 3600.0
"""Seconds to sleep when nobody is due; a ring ends it earlier."""

PAUSE = 1.0
"""Seconds after a failure, and when people are due again whom asking did not change."""


class DueTimer:
    """For the owner process: `start` and `stop` once each, or `turn` to work here and now."""

    def __init__(self, store: Ledger) -> None:
        self._store = store
        self._stopping = threading.Event()
        self._asked: set[int] = set()
        self._reconciled = False
        self._thread = threading.Thread(target=self._run, name="segments-due", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, grace: float = 1.0) -> None:
        self._stopping.set()
        refreshed.ring()
        self._thread.join(timeout=grace)

    def turn(self) -> float:
        """Ask some of those who are due. How many seconds nothing is to be done then."""
        if not self._reconciled:
            reconcile(self._store)
            self._reconciled = True
        if not table.ready(self._store):
            return LONGEST
        at = now()
        numbers = table.due_by(self._store, at, AT_ONCE)
        if not numbers:
            due = table.next_due(self._store)
            return LONGEST if due is None else min(max((due - at).total_seconds(), 0.0), LONGEST)
        again = set(numbers) == self._asked
        self._asked = set(numbers)
        some_people(self._store, numbers)
        return PAUSE if again else 0.0

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                seen = refreshed.count
                pause = self._turned()
                if pause > 0:
                    refreshed.wait(seen, pause)
        finally:
            connections.close_all()

    def _turned(self) -> float:
        try:
            close_old_connections()
            return self.turn()
        except Exception:
            log.exception("segments_due")
            return PAUSE
