"""The tasks there are, by kind."""

import importlib
import pkgutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings

from pentad.core.errors import Invalid

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Task:
    """How jobs of one kind are done.

    atomic: the work and its completion are one transaction; for short work, since it holds
        SQLite's one write lock.
    scrub: the payload names a customer; it is emptied when the job is done or cancelled, and what
        errors say is not kept.
    backoff_seconds: wait after the first failure; doubles with each further one.
    """

    kind: str
    function: Callable[..., Any]
    attempts: int = 5
    backoff_seconds: float = 2.0
    atomic: bool = False
    scrub: bool = False


_tasks: dict[str, Task] = {}
_found = False
_finding = threading.RLock()


def task(
    kind: str, *, attempts: int = 5, backoff_seconds: float = 2.0, atomic: bool = False, scrub: bool = False
) -> Callable[[F], F]:
    """Register `function(job: Context, **payload)`, returning JSON, as the work of a kind of job."""

    def register(function: F) -> F:
        known = _tasks.get(kind)
        if known is not None and known.function.__qualname__ != function.__qualname__:
            raise ValueError(f"Two tasks of kind {kind!r}: {known.function!r} and {function!r}")
        _tasks[kind] = Task(kind, function, attempts, backoff_seconds, atomic, scrub)
        return function

    return register


def find(kind: str) -> Task:
    """The task of a kind. Raises Invalid (unknown_task) when there is none."""
    if kind not in _tasks:
        _discover()
    try:
        return _tasks[kind]
    except KeyError:
        raise Invalid(
            f"There is no task of kind “{kind}”.",
            code="unknown_task",
            fix="Install the plugin or the version of Pentad that has it.",
            kind=kind,
        ) from None


def _discover() -> None:
    """Import every module named `tasks` in our apps, once; plugins register theirs when hooks load them."""
    global _found
    with _finding:
        if _found:
            return
        for app in settings.INSTALLED_APPS:
            if app.startswith("pentad."):
                package = importlib.import_module(app)
                for module in pkgutil.walk_packages(package.__path__, f"{app}."):
                    if module.name.endswith(".tasks"):
                        importlib.import_module(module.name)
        from pentad.core import hooks

        hooks.manager()
        _found = True
