"""Whom a note mentions. Pure."""

from collections.abc import Iterable


def mentioned(text: str, names: Iterable[str]) -> list[str]:
    """The names that stand in the text after an @, in the order of the text; the longest where several would fit."""
    low, found = text.casefold(), list[tuple[int, str]]()
    taken: set[int] = set()
    for name in sorted({name for name in names if name.strip()}, key=lambda name: (-len(name), name)):
        wanted, at = f"@{name.casefold()}", -1
        while (at := low.find(wanted, at + 1)) >= 0:
            if at not in taken and _alone(low, at, at + len(wanted)):
                taken.add(at)
                found.append((at, name))
    seen = dict.fromkeys(name for _, name in sorted(found))
    return list(seen)


def _alone(text: str, start: int, end: int) -> bool:
    """Not inside an address or a longer word."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not before.isalnum() and not after.isalnum()
