"""Who acts: a signed-in user, a program (an API key, an agent, an app), the command line or Pentad itself."""

import contextvars
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, Protocol

Kind = Literal["user", "key", "agent", "app", "cli", "system"]


class Rights(Protocol):
    """What an actor may do; `roles.access.rights.Policy` for people and programs."""

    def may(self, right: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Actor:
    """Passed keyword-only to every action. `rights` holds names such as "people.merge"; "*" is all.

    policy: answers instead of `rights` where it is given, record by record and field by field too.
    """

    kind: Kind
    id: str
    name: str
    rights: frozenset[str] = frozenset()
    policy: Rights | None = field(default=None, compare=False, repr=False)

    def may(self, right: str) -> bool:
        if self.policy is not None:
            return self.policy.may(right)
        return "*" in self.rights or right in self.rights

    @property
    def ref(self) -> str:
        """How logs and audit lines name the actor, e.g. "user:12"."""
        return f"{self.kind}:{self.id}"


SYSTEM = Actor("system", "pentad", "Pentad", frozenset({"*"}))
CLI = Actor("cli", "cli", "Command line", frozenset({"*"}))
NOBODY = Actor("system", "nobody", "Nobody")
"""Who reads when nobody was named: sees nothing."""

_reader: contextvars.ContextVar[Actor] = contextvars.ContextVar("reader", default=NOBODY)


def reader() -> Actor:
    """On whose behalf records are read here and now; NOBODY unless somebody was named."""
    return _reader.get()


def read_as(actor: Actor) -> None:
    """From now on in this thread, read on the actor's behalf. `acting_as` is better where there is an end."""
    _reader.set(actor)


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """Read on this actor's behalf inside. What is streamed later must be wrapped again."""
    token = _reader.set(actor)
    try:
        yield
    finally:
        _reader.reset(token)
