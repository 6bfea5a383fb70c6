"""Answers remembered for a minute, and forgotten at once when somebody is erased whose values they may hold."""

import threading
import time
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Generic, TypeVar

R = TypeVar("R")

KEPT_SECONDS = 60.0
MOST = 100


class Remembered(Generic[R]):
    """At most `most` answers by key. Thread-safe; two who ask for the same at once may both look."""

    def __init__(self, seconds: float = KEPT_SECONDS, most: int = MOST):
        self._seconds, self._most = seconds, most
        self._answers: dict[Hashable, tuple[float, R]] = {}
        self.turn = 0
        self._lock = threading.Lock()
        _every.append(self._forget)

    def get(self, key: Hashable, ask: Callable[[], R]) -> R:
        found, turn = self.known(key), self.turn
        if found is not None:
            return found
        answer = ask()
        self.put({key: answer}, turn)
        return answer

    def known(self, key: Hashable) -> R | None:
        """What is remembered of it."""
        with self._lock:
            found = self._answers.get(key)
        return found[1] if found is not None and found[0] > time.monotonic() else None

    def put(self, answers: Mapping[Any, R], turn: int) -> None:
        """Remember these. turn: as it was before they were asked for."""
        with self._lock:
            if turn != self.turn:  # they may hold what was to be forgotten meanwhile
                return
            for key, answer in answers.items():
                self._answers.pop(key, None)
                while len(self._answers) >= self._most:
                    del self._answers[next(iter(self._answers))]
                self._answers[key] = time.monotonic() + self._seconds, answer

    def _forget(self) -> None:
        with self._lock:
            self.turn += 1
            self._answers.clear()


_every: list[Callable[[], None]] = []


def forget() -> None:
    for one in _every:
        one()
