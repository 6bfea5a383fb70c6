"""How long people wait for an answer of the event store: what takes longer is stopped, and they are told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from django.conf import settings

from pentad.data.profiles.filling import require_there
from pentad.ledger import limits

P = ParamSpec("P")
R = TypeVar("R")


def waited_for(function: Callable[P, R]) -> Callable[P, R]:
    """Somebody waits for what it gives. Raises Invalid `ask_too_slow`, and Unavailable while nobody can be asked."""

    @wraps(function)
    def ask(*args: P.args, **kwargs: P.kwargs) -> R:
        require_there()
        with limits.asking(settings.ASK_SECONDS):
            return function(*args, **kwargs)

    return ask


@contextmanager
def latest(of: str) -> Iterator[None]:
    """The same; what this asker asked before, and was not answered yet, is stopped. Raises Conflict `ask_replaced` there."""
    with limits.asking(settings.ASK_SECONDS, of):
        yield
