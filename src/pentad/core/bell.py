"""A bell that threads of one process wait for, so that work starts at once and polling stays slow."""

import threading

from django.db import transaction


class Bell:
    """Remembers how often it rang, so that a ring between looking and waiting is never missed.

    seen = bell.count
    if not look_for_work():
        bell.wait(seen, timeout=1.0)
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self.count = 0

    def ring(self) -> None:
        with self._condition:
            self.count += 1
            self._condition.notify_all()

    def ring_on_commit(self) -> None:
        """Ring when the transaction under way commits; at once outside of one."""
        transaction.on_commit(self.ring)

    def wait(self, seen: int, timeout: float) -> bool:
        """Wait until it has rung since `seen`. False when `timeout` seconds passed first."""
        with self._condition:
            return self._condition.wait_for(lambda: self.count != seen, max(timeout, 0.0))
