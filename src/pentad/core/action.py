"""The one way through: rights check, change, events to the outbox and audit line, in one transaction.

    @action("people.merge")
    def merge_people(*, actor: Actor, keep: Person, other: Person) -> Merge: ...

Called by screens, API, CLI, plugins and background work alike. The decorated function makes the
change and may call `emit` (core.outbox) and `note` (below); everything commits together or not at all.
"""

import contextvars
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import transaction

from pentad.core.actor import Actor
from pentad.core.errors import Denied

P = ParamSpec("P")
R = TypeVar("R")

RIGHTS: dict[str, str] = {}
"""Every right an action asks for, with the first line of its docstring."""

Guard = Callable[[Actor, str, Any], None]
GUARDS: list[Guard] = []
"""Asked about each argument of an action: they raise Denied for a record that the right does not reach."""

Limit = Callable[[Actor, Iterable[Any]], None]
LIMITS: list[Limit] = []
"""Asked once before an action that no other one calls, with its arguments: they raise when the actor has done enough."""

Bracket = Callable[[Actor, str], AbstractContextManager[None]]
BRACKETS: list[Bracket] = []
"""Opened around each action inside its transaction, with its right: what one raises as it closes undoes the action."""

_line: contextvars.ContextVar[dict[str, Any] | None] = contextvars.ContextVar("line", default=None)


_counted = contextvars.ContextVar("counted", default=False)


def ask_limits(actor: Actor, *values: Any) -> None:
    """Let the limits count what is about to be done, unless it is a part of what they counted."""
    if _line.get() is None and not _counted.get():
        for limit in LIMITS:
            limit(actor, values)


@contextmanager
def counted() -> Iterator[None]:
    """For a job: the limits counted its work when it was asked for."""
    token = _counted.set(True)
    try:
        yield
    finally:
        _counted.reset(token)


def note(subject: str = "", **detail: Any) -> None:
    """Add to the audit line of the action under way: what it was about and what changed.

    Never put an identifier or a trait value of a customer here: audit lines outlive erasure.
    """
    line = _line.get()
    if line is not None:
        line["subject"] = subject or line["subject"]
        line["detail"].update(detail)


def check(actor: Actor, right: str) -> None:
    """Raise Denied unless the actor holds the right."""
    if not actor.may(right):
        raise Denied(
            f"{actor.name} may not do this: it needs the right “{right}”.",
            fix="Ask an administrator for a role that includes it.",
            right=right,
        )


def action(right: str, *, listed: bool = True) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function an action that needs `right` and takes a keyword-only `actor`.

    listed: whether the list of rights tells of it; not when the right depends on what the action is given.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        if listed:
            RIGHTS.setdefault(right, (function.__doc__ or function.__name__).strip().splitlines()[0])

        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            from pentad.core.models import AuditLine

            actor = kwargs["actor"]
            assert isinstance(actor, Actor)
            check(actor, right)
            for value in (*args, *kwargs.values()):
                for guard in GUARDS:
                    guard(actor, right, value)
            ask_limits(actor, *args, *kwargs.values())
            line: dict[str, Any] = {"subject": "", "detail": {}}
            token = _line.set(line)
            try:
                with transaction.atomic():
                    with ExitStack() as around:
                        for bracket in BRACKETS:
                            around.enter_context(bracket(actor, right))
                        result = function(*args, **kwargs)
                    AuditLine.objects.create(
                        actor=actor.ref,
                        actor_name=actor.name,
                        action=function.__name__,
                        right=right,
                        subject=line["subject"],
                        detail=line["detail"],
                    )
            finally:
                _line.reset(token)
            return result

        return run

    return decorate
