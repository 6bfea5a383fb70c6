"""What two versions of a message say differently, part by part and line by line. Pure."""

from dataclasses import dataclass
from difflib import SequenceMatcher

from pentad.content.messages.parts import Part, Parts, each

AROUND = 2
"""Lines that are the same, shown around those that are not."""
MOST_LINES = 4_000


@dataclass(frozen=True, slots=True)
class Line:
    """kind: gone, new, same; “skip” stands for lines that are left out."""

    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """Of one field of a part. what: changed, new, gone."""

    where: str
    field: str
    lines: tuple[Line, ...]


def differences(old: Parts, new: Parts) -> list[Difference]:
    before, after = _fields(old), _fields(new)
    found = []
    for key in dict.fromkeys([*after, *before]):
        was, now = before.get(key, ""), after.get(key, "")
        if was != now:
            found.append(Difference(*key, tuple(_lines(was, now))))
    return found


def _fields(tree: Parts) -> dict[tuple[str, str], str]:
    return {(_where(part), name): text for part in each(tree) for name, text in part.fields.items()}


def _where(part: Part) -> str:
    return part.where


def _lines(was: str, now: str) -> list[Line]:
    old, new = was.splitlines()[:MOST_LINES], now.splitlines()[:MOST_LINES]
    found: list[Line] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found += _kept(old[a:b], first=a == 0, last=b == len(old))
        else:
            found += [Line("gone", text) for text in old[a:b]] + [Line("new", text) for text in new[c:d]]
    return found


def _kept(lines: list[str], *, first: bool, last: bool) -> list[Line]:
    """Of lines that are the same, those beside what changed."""
    head, tail = (0 if first else AROUND), (0 if last else AROUND)
    if len(lines) <= head + tail + 1:
        return [Line("same", text) for text in lines]
    end = lines[len(lines) - tail :]
    return [*(Line("same", text) for text in lines[:head]), Line("skip"), *(Line("same", text) for text in end)]
