"""Who acts: a signed-in user, an API key, the command line or Pentad itself."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["user", "key", "cli", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Passed keyword-only to every action. `rights` holds names such as "people.merge"; "*" is all."""

    kind: Kind
    id: str
    name: str
    rights: frozenset[str] = frozenset()

    def may(self, right: str) -> bool:
        return "*" in self.rights or right in self.rights

    @property
    def ref(self) -> str:
        """How logs and audit lines name the actor, e.g. "user:12"."""
        return f"{self.kind}:{self.id}"


SYSTEM = Actor("system", "pentad", "Pentad", frozenset({"*"}))
CLI = Actor("cli", "cli", "Command line", frozenset({"*"}))
