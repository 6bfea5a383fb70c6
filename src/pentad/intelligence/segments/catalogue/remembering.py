"""Answers remembered for a minute, and forgotten at once when somebody is erased whose values they may hold."""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

R = TypeVar("R")

KEPT_SECONDS = 60.0
MOST = 100


class Remembered(Generic[R]):
    """At most `most` answers by key. Thread-safe; two who ask for the same at once may both look."""

    def __init__(self, seconds: float = KEPT_SECONDS, most: int = MOST):
        self._seconds, self._most = seconds, most
        self._answers: dict[Hashable, tuple[float, R]] = {}
        self._turn = 0
        self._lock = threading.Lock()
        _every.append(self._forget)

    def get(self, key: Hashable, ask: Callable[[], R]) -> R:
        with self._lock:
            found, turn = self._answers.get(key), self._turn
        if found is not None and found[0] > time.monotonic():
            return found[1]
        answer = ask()
        with self._lock:
            if turn == self._turn:  # else it may hold what was to be forgotten meanwhile
                self._answers.pop(key, None)
                while len(self._answers) >= self._most:
                    del self._answers[next(iter(self._answers))]
                self._answers[key] = time.monotonic() + self._seconds, answer
        return answer

    def _forget(self) -> None:
        with self._lock:
            self._turn += 1
            self._answers.clear()


_every: list[Callable[[], None]] = []


def forget() -> None:
    for one in _every:
        one()
