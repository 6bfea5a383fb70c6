"""What a sample of JSON objects tells of the values in them: where they lie, of which type they are, which are frequent. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

Type = Literal["text", "number", "yes_no", "date", "list", "object", ""]
Scalar = str | int | float | bool

MOST_PATHS = 400
MOST_DEPTH = 4
MOST_DISTINCT = 1000
LONGEST_VALUE = 100
FREQUENT = 50
FEW = 20
"""Up to so many different values are all worth offering, however rare each is."""
MOSTLY = 0.9

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?")


@dataclass(frozen=True, slots=True)
class Path:
    """What was seen under one name: in how many objects, of which type, and the most frequent values with how often each."""

    present: int = 0
    type: Type = ""
    frequent: tuple[tuple[Scalar, int], ...] = ()


@dataclass(slots=True)
class _Tally:
    """values: how often, by type and value, as 1 is not True; texts without regard to case,
    as conditions compare them, and written as they were seen first.
    """

    present: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    values: Counter[tuple[type, Scalar]] = field(default_factory=Counter)
    written: dict[tuple[type, Scalar], Scalar] = field(default_factory=dict)

    def path(self) -> Path:
        return Path(self.present, self._type(), self._frequent())

    def _type(self) -> Type:
        """What nearly all of it is; text where it is mixed."""
        if not self.kinds:
            return ""
        kind, often = self.kinds.most_common(1)[0]
        return kind if often >= MOSTLY * self.kinds.total() else "text"  # type: ignore[return-value]

    def _frequent(self) -> tuple[tuple[Scalar, int], ...]:
        """None of what is nearly always another, as numbers of orders and addresses are: these help nobody who writes a
        condition.
        """
        if len(self.values) > FEW and len(self.values) > self.values.total() / 2:
            return ()
        return tuple((self.written[key], often) for key, often in self.values.most_common(FREQUENT))

    def add(self, value: Any) -> None:
        if value is None or value == "":
            return
        self.present += 1
        self.kinds[_kind(value)] += 1
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str | int | float) and len(str(one)) <= LONGEST_VALUE:
                key = type(one), one.lower() if isinstance(one, str) else one
                if key in self.values or len(self.values) < MOST_DISTINCT:
                    self.values[key] += 1
                    self.written.setdefault(key, one)


def judged(objects: Iterable[dict[str, Any]]) -> dict[str, Path]:
    """By name; dots lead into objects."""
    found: dict[str, _Tally] = {}
    for one in objects:
        for name, value in _within(one):
            if name not in found:
                if len(found) >= MOST_PATHS:
                    continue
                found[name] = _Tally()
            found[name].add(value)
    return {name: one.path() for name, one in found.items()}


def _within(said: dict[str, Any], before: str = "", depth: int = 1) -> Iterator[tuple[str, Any]]:
    for key, value in said.items():
        # A dot in a key would be read as a way into an object.
        if not key or "." in key or len(before) + len(key) > 200:
            continue
        yield before + key, value
        if isinstance(value, dict) and depth < MOST_DEPTH:
            yield from _within(value, f"{before}{key}.", depth + 1)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "yes_no"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, list):
        return "list"
    if isinstance(value, dict):
        return "object"
    return "date" if _DATE.fullmatch(value) else "text"


def rank(name: str, typed: str) -> int | None:
    """How well a name fits what is typed: the lower the better; None: not at all."""
    low, wanted = name.casefold(), typed.casefold().split()
    if not wanted:
        return 0
    if low.startswith(" ".join(wanted)):
        return 0
    words = re.split(r"[\W_]+", low)
    if all(any(word.startswith(one) for word in words) for one in wanted):
        return 1
    return 2 if all(one in low for one in wanted) else None
