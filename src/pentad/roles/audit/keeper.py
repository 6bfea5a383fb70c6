"""The thread of the owner process that writes the looks that wait and seals what was written."""

import threading

import structlog
from django.db import close_old_connections, connections

from pentad.roles.audit import chain, telling

log = structlog.get_logger(__name__)

EVERY_SECONDS = 2.0


class Keeper:
    def __init__(self, every_seconds: float = EVERY_SECONDS) -> None:
        self._every = every_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="audit", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, grace: float = 1.0) -> None:
        """Write and seal what is there and end, or be left after `grace` seconds."""
        self._stopping.set()
        self._thread.join(timeout=grace)

    def _run(self) -> None:
        try:
            last = False
            while not last:
                last = self._stopping.wait(self._every)
                self._turn()
        finally:
            connections.close_all()

    def _turn(self) -> None:
        """When the database would not, the next turn tries again."""
        try:
            close_old_connections()
            telling.write_waiting()
            chain.seal_waiting()
        except Exception:
            log.exception("audit_not_sealed")
