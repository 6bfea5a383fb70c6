"""The thread of the owner process that mirrors what is touched, within a second of it."""

import threading
import time
from collections.abc import Callable

import structlog
from django.db import close_old_connections, connection

from pentad.core.runtime import Folder
from pentad.data.profiles.mirror import Mirror
from pentad.data.profiles.touched import bell
from pentad.ledger import Ledger
from pentad.ledger.protocol import QueryFailed

log = structlog.get_logger("pentad.mirror")

LOOK_SECONDS = 0.5
"""How often to look for touches of other processes."""

REST = 3
"""While the loader is behind, a turn is followed by a rest of so many times its length: what is touched again
meanwhile is mirrored once, and loading comes first."""


_at_work: "list[Mirroring]" = []


def at_work() -> bool:
    """Whether a thread of this process mirrors."""
    return bool(_at_work)


class Mirroring:
    """Call `start` once; `stop` finishes the turn under way. behind: whether the loader has much to do."""

    def __init__(self, folder: Folder, ledger: Ledger, behind: Callable[[], bool] = lambda: False):
        self.failure: str | None = None
        """Why nothing is mirrored, for /readyz."""
        self.progress = ""
        """How far a first fill has got; empty when there is none."""
        self._ledger, self._behind = ledger, behind
        self._mirror = Mirror(folder, ledger, progress=self._note)
        self._thread = threading.Thread(target=self._run, name="mirror", daemon=True)

    def start(self) -> None:
        _at_work.append(self)
        self._thread.start()

    def stop(self, grace: float = 1.0) -> None:
        """What is left waits for the next start."""
        self._mirror.stopping.set()
        bell.ring()
        self._thread.join(timeout=grace)
        _at_work[:] = [one for one in _at_work if one is not self]

    def warning(self) -> str | None:
        return f"Segments do not follow: {self.failure}" if self.failure else self.progress or None

    def _note(self, text: str) -> None:
        self.progress = text
        log.info("mirror_filling", done=text)

    def _run(self) -> None:
        pause, stopping = 0.0, self._mirror.stopping
        try:
            while not stopping.is_set():
                heard, began = bell.count, time.monotonic()
                try:
                    busy = self._mirror.turn()
                    self.failure, self.progress, pause = None, "", 0.0
                except Exception as problem:  # must outlive any one failure, and say so
                    if stopping.is_set():
                        return
                    pause = min(pause * 2 + 0.5, 30.0)
                    self._failed(problem)
                    stopping.wait(pause)
                    close_old_connections()
                    continue
                if self._behind():
                    stopping.wait(min((time.monotonic() - began) * REST, 1.0))
                elif not busy:
                    bell.wait(heard, timeout=LOOK_SECONDS)
        finally:
            connection.close()

    def _failed(self, problem: Exception) -> None:
        self.failure = f"{type(problem).__name__}: {problem}"
        log.error("mirror failed, will be tried again", exc_info=problem)
        if isinstance(problem, QueryFailed) and self._ledger.derived.check():
            log.error("what is derived is damaged on disk, and made anew")
            self._ledger.derived.renew()
