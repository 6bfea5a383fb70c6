"""How much one rendering may do: messages are written by many, and one of them shall not take the machine."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from pentad.content.render.faults import Failed

MOST_SOURCE = 500_000
"""Characters of a template."""
MOST_TEXT = 500_000
"""Characters that a filter may give back."""
MOST_ITEMS = 10_000
MOST_COMPARED = 2_000
"""Items of what is compared each with each."""
MOST_BITS = 4_096
"""Of a whole number."""


@dataclass(frozen=True, slots=True)
class Limits:
    """seconds: of the processor, for one template and one customer. output: characters. turns: of all loops together."""

    seconds: float = 0.5
    output: int = 1_000_000
    turns: int = 10_000
    locals: int = 1_000_000


def bounded(name: str, function: Callable[..., Any], passes: Callable[[Any], bool]) -> Callable[..., Any]:
    """A filter that keeps to the limits. passes: what the filter does not touch, such as a value that is missing."""
    ahead = _AHEAD.get(name)

    @wraps(function)
    def run(left: Any, *args: Any, **kwargs: Any) -> Any:
        if passes(left):
            return left
        if isinstance(left, range) or (args and isinstance(args[0], range)):
            _ranges(left, *args)
        if ahead is not None:
            ahead(left, args)
        found = function(left, *args, **kwargs)
        if type(found) is int:
            if found.bit_length() > MOST_BITS:
                raise Failed(f"The filter “{name}” makes a number that is too large.")
        elif isinstance(found, str):
            if len(found) > MOST_TEXT:
                raise Failed(f"The filter “{name}” makes a text of more than {MOST_TEXT:,} characters.")
        elif isinstance(found, list) and len(found) > MOST_ITEMS:
            raise Failed(f"The filter “{name}” makes a list of more than {MOST_ITEMS:,} items.")
        return found

    return run


def _ranges(*values: Any) -> None:
    """A range is small until something walks it."""
    if any(isinstance(one, range) and one.stop - one.start > MOST_ITEMS for one in values):
        raise Failed(f"A range has more than {MOST_ITEMS:,} numbers.")


def _replacing(left: Any, args: Sequence[Any]) -> None:
    """Many short pieces that each become a long one."""
    text, old, new = str(left), str(args[0]) if args else "", str(args[1]) if len(args) > 1 else ""
    found = text.count(old) if old else len(text) + 1
    if len(text) + found * len(new) > MOST_TEXT:
        raise Failed(f"The filter “replace” makes a text of more than {MOST_TEXT:,} characters.")


def _joining(left: Any, args: Sequence[Any]) -> None:
    between = len(str(args[0])) if args else 1
    if isinstance(left, Sequence) and not isinstance(left, str) and len(left) * between > MOST_TEXT:
        raise Failed(f"The filter “join” makes a text of more than {MOST_TEXT:,} characters.")


def _comparing(left: Any, args: Sequence[Any]) -> None:
    if isinstance(left, Sequence) and not isinstance(left, str) and len(left) > MOST_COMPARED:
        raise Failed(f"The filter “uniq” takes at most {MOST_COMPARED:,} items.")


def _rounding(left: Any, args: Sequence[Any]) -> None:
    if args and isinstance(args[0], int) and abs(args[0]) > 100:
        raise Failed("The filter “round” takes at most 100 decimal places.")


_AHEAD: dict[str, Callable[[Any, Sequence[Any]], None]] = {
    "replace": _replacing,
    "join": _joining,
    "uniq": _comparing,
    "round": _rounding,
}
"""Checked before: the work, or the memory, is in the doing."""
