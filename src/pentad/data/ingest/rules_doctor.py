"""The SDK doctor: what commonly goes wrong with a tracking library, told from what arrives. Pure.

`examine` takes what was seen of one source and returns findings, worst first. Each rule is a
function from Facts to a Finding or None, in `rules_doctor_messages` (one message looks wrong) and
`rules_doctor_flow` (the stream as a whole does).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

Severity = Literal["problem", "warning", "hint"]
_ORDER: dict[str, int] = {"problem": 0, "warning": 1, "hint": 2}


@dataclass(frozen=True, slots=True)
class Seen:
    """A stored message, as far as the doctor looks at it."""

    message_id: str
    type: str
    name: str
    received: datetime
    user_id: str = ""
    anonymous_id: str = ""
    original: datetime | None = None
    sent: datetime | None = None
    context: dict[str, Any] = field(default_factory=dict)
    props: dict[str, Any] = field(default_factory=dict)
    traits: dict[str, Any] = field(default_factory=dict)

    @property
    def library(self) -> tuple[str, str]:
        library = self.context.get("library")
        if not isinstance(library, dict):
            return "", ""
        return str(library.get("name") or ""), str(library.get("version") or "")

    @property
    def page(self) -> dict[str, Any]:
        page = self.context.get("page")
        return page if isinstance(page, dict) else {}

    @property
    def skew(self) -> timedelta | None:
        """How far the sender's clock is ahead of ours (behind when negative)."""
        return self.sent - self.received if self.sent else None


@dataclass(frozen=True, slots=True)
class Repeat:
    """A duplicate, and how long after the first copy it came (None when that copy is not kept)."""

    message_id: str
    after: timedelta | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What was seen of a source. `messages` is a sample of the newest; the counts are of the last day."""

    kind: str
    messages: Sequence[Seen] = ()
    repeats: Sequence[Repeat] = ()
    accepted: int = 0
    duplicate: int = 0
    quarantined: Counter[str] = field(default_factory=Counter)
    samples: dict[str, str] = field(default_factory=dict)
    """A message id for each quarantine reason."""
    daily: Sequence[int] = ()
    """Accepted messages of the last whole days up to now (24 h each), oldest first."""
    signals: Counter[str] = field(default_factory=Counter)
    """What the front saw that never became a message: wrong keys, telemetry calls, refused origins …"""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at: how often it was seen of how many, why it matters, and the fix."""

    code: str
    severity: Severity
    title: str
    why: str
    fix: str
    count: int
    of: int = 0
    samples: tuple[str, ...] = ()
    detail: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        return self.count / self.of if self.of else 0.0


Rule = Callable[[Facts], Finding | None]
RULES: list[Rule] = []


def rule(function: Rule) -> Rule:
    """Register a rule."""
    RULES.append(function)
    return function


def examine(facts: Facts) -> list[Finding]:
    """Every finding, problems first, then by how often it was seen."""
    found = [finding for check in RULES if (finding := check(facts)) is not None]
    return sorted(found, key=lambda f: (_ORDER[f.severity], -f.count, f.code))


def some(messages: Iterable[Seen], most: int = 3) -> tuple[str, ...]:
    """A few message ids to look at."""
    return tuple(m.message_id for _, m in zip(range(most), messages, strict=False))


def words(delta: timedelta) -> str:
    """A duration in words: "40 s", "7 min", "3 h", "2 days"."""
    seconds = abs(delta.total_seconds())
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{round(seconds / size)} {unit}"
    return f"{seconds:.0f} s"


def version_tuple(text: str) -> tuple[int, ...]:
    """Digits of a version: "next-1.84.3" is (1, 84, 3); () when it holds none."""
    digits = text.rsplit("-", 1)[-1] if "-" in text else text
    parts = []
    for part in digits.split("."):
        number = "".join(c for c in part if c.isdigit())
        if not number:
            break
        parts.append(int(number))
    return tuple(parts)
