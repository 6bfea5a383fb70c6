"""A line of threads: one has its turn, the others get theirs in the order in which they came. Pure."""

import threading
from collections import deque


class Line:
    """A turn may be given back by another thread than took it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting = deque[threading.Lock]()
        self._taken = False

    def take(self, timeout: float) -> bool:
        """Wait for one's turn. False when it did not come within `timeout` seconds."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=timeout):
            return True
        with self._guard:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return False
        return True  # it came in the last moment

    def give_back(self) -> None:
        """The next one's turn."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
