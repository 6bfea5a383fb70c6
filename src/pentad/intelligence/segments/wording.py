"""What two versions of a definition say differently, word by word. Pure."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|\w+|\s+|.', re.DOTALL)
"""A quoted value is one piece: half of a changed value helps nobody."""


JOINTS = frozenset(("and", "or", "not", "then"))
Kind = Literal["same", "gone", "new", "value", "joint"]


@dataclass(frozen=True, slots=True)
class Piece:
    kind: Kind
    text: str


def pieces(sentence: str) -> list[Piece]:
    """A sentence with its values and the words that join its conditions apart."""
    found = list[Piece]()
    for word in _PIECE.findall(sentence):
        kind: Kind = "value" if word[0] == '"' or word[0].isdigit() else "joint" if word in JOINTS else "same"
        if found and found[-1].kind == kind == "same":
            found[-1] = Piece("same", found[-1].text + word)
        else:
            found.append(Piece(kind, word))
    return found


def changes(before: str, after: str) -> list[Piece]:
    """The two texts as one, with what went and what came."""
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    found = list[Piece]()
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Piece("same", "".join(old[i:j])))
            continue
        if i < j:
            found.append(Piece("gone", "".join(old[i:j])))
        if k < m:
            found.append(Piece("new", "".join(new[k:m])))
    return found
