"""How long somebody waits for an answer: statements asked within `asking` are stopped in time, and when a newer question
of the same asker takes their place. What runs outside of it, such as jobs, has no such limit.
"""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from pentad.core.errors import Conflict, Invalid, PentadError

AGAIN_SECONDS = 0.05
"""An engine forgets that it was interrupted where one statement ends and the next begins, so it is told again."""


class Ask:
    """One question: what is run for it, by one thread, is stopped together. Its watcher is another thread."""

    def __init__(self, seconds: float):
        self.seconds = seconds
        self.until = time.monotonic() + seconds
        self.error: PentadError | None = None
        self._stop: Callable[[], None] | None = None
        self._lock = threading.Lock()
        self._woken, self._done = threading.Event(), threading.Event()
        threading.Thread(target=self._watch, name="ask", daemon=True).start()

    def end(self, error: PentadError | None = None) -> None:
        """Stop what runs; without an error, what was asked is answered."""
        if error is None:
            self._done.set()
        else:
            self.error = self.error or error
        self._woken.set()

    def check(self) -> None:
        """Raise what stopped it, if anything did."""
        if self.error is None and time.monotonic() >= self.until:
            self.end(too_slow(self.seconds))
        if self.error is not None:
            raise self.error

    @contextmanager
    def running(self, stop: Callable[[], None]) -> Iterator[None]:
        """stop: interrupts the statement; called by another thread, never after this has ended."""
        self.check()
        with self._lock:
            self._stop = stop
        try:
            yield
        finally:
            with self._lock:
                self._stop = None

    def _watch(self) -> None:
        if not self._woken.wait(max(self.until - time.monotonic(), 0.0)):
            self.end(too_slow(self.seconds))
        while not self._done.is_set():
            with self._lock:
                if self._stop is not None:
                    self._stop()
            self._done.wait(AGAIN_SECONDS)


_current: ContextVar[Ask | None] = ContextVar("ask", default=None)
_latest: dict[str, Ask] = {}
_lock = threading.Lock()


@contextmanager
def asking(seconds: float, of: str = "") -> Iterator[Ask]:
    """Statements inside may take so long together; within another question that one's limit holds. of: an asker, whose
    earlier question is stopped. Raises Invalid `ask_too_slow`, Conflict `ask_replaced`.
    """
    outer = _current.get()
    if outer is not None:
        yield outer
        return
    ask = Ask(seconds)
    token = _current.set(ask)
    if of:
        _replace(of, ask)
    try:
        yield ask
    finally:
        ask.end()
        _current.reset(token)
        with _lock:
            if _latest.get(of) is ask:
                del _latest[of]


def current() -> Ask | None:
    """The question that this thread answers."""
    return _current.get()


def seconds_left() -> int | None:
    """Whole seconds, at least one, for an engine that keeps time itself. None: no limit."""
    ask = _current.get()
    return None if ask is None else max(1, math.ceil(ask.until - time.monotonic()))


def _replace(of: str, ask: Ask) -> None:
    with _lock:
        before, _latest[of] = _latest.get(of), ask
    if before is not None:
        before.end(
            Conflict("A newer question took the place of this one.", code="ask_replaced", fix="Read its answer.")
        )


def too_slow(seconds: float) -> Invalid:
    return Invalid(
        f"This was not answered within {seconds:g} seconds, so it was stopped.", code="ask_too_slow",
        fix="Ask for less: fewer conditions or steps, a shorter time, named events. What is saved is worked out in the"
        " background, without this limit.",
    )  # fmt: skip
