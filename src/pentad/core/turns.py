"""A thread of the owner process that does the same small work every few seconds, and once more at the end."""

import threading
from collections.abc import Callable

import structlog
from django.db import close_old_connections, connections

log = structlog.get_logger(__name__)


class Turns:
    """Calls `work` every `seconds`. A turn that fails is logged, and the next one tries again."""

    def __init__(self, name: str, work: Callable[[], object], seconds: float) -> None:
        self._name = name
        self._work = work
        self._seconds = seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, grace: float = 1.0) -> None:
        """Do the last turn and end, or be left after `grace` seconds."""
        self._stopping.set()
        self._thread.join(timeout=grace)

    def _run(self) -> None:
        try:
            last = False
            while not last:
                last = self._stopping.wait(self._seconds)
                self._turn()
        finally:
            connections.close_all()

    def _turn(self) -> None:
        try:
            close_old_connections()
            self._work()
        except Exception:
            log.exception("turn_failed", turn=self._name)
