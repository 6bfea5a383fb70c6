"""Liquid in the source of something else: hidden as plain words while that is parsed, and put back afterwards. Pure."""

import re
from html import unescape

_MARKUP = re.compile(
    r"\{%-?\s*(raw|comment|doc)\b.*?\{%-?\s*end\1\s*-?%\}|\{\{.*?\}\}|\{%.*?%\}",
    re.DOTALL,
)


class Hidden:
    """A source without Liquid, and what stood in it. `text` has a word for each piece."""

    def __init__(self, source: str, *, entities: bool = False) -> None:
        """entities: the source is XML, in which Liquid too is written with entities."""
        self.pieces: list[str] = []
        self._word = "zqx"
        while self._word in source:
            self._word += "x"
        self._entities = entities
        self.text = self.more(source)

    def more(self, source: str) -> str:
        """A further source, to be put back together with the first."""
        return _MARKUP.sub(self._hide, source)

    def _hide(self, found: re.Match[str]) -> str:
        piece = unescape(found[0]) if self._entities and "&" in found[0] else found[0]
        self.pieces.append(piece)
        return f"{self._word}{len(self.pieces) - 1}z"

    def shown(self, text: str) -> str:
        return re.sub(rf"{self._word}(\d+)z", lambda found: self.pieces[int(found[1])], text)

    def lost(self, text: str) -> list[str]:
        """Pieces whose words are not in a text any more."""
        there = {int(one) for one in re.findall(rf"{self._word}(\d+)z", text)}
        return [piece for number, piece in enumerate(self.pieces) if number not in there]

    def line(self, position: int) -> int:
        """The line in the source of a position in `text`."""
        before = self.text[:position]
        within = re.findall(rf"{self._word}(\d+)z", before)
        return 1 + before.count("\n") + sum(self.pieces[int(one)].count("\n") for one in within)
