"""Liquid in the source of something else: hidden as plain words while that is parsed, and put back afterwards. Pure."""

import re
from collections.abc import Iterator
from html import unescape

_OPEN = re.compile(r"\{[{%]")
_BLOCK = re.compile(r"\{%-?\s*(raw|comment|doc)\b")
_BLOCK_END = {name: re.compile(rf"\{{%-?\s*end{name}\s*-?%\}}") for name in ("raw", "comment", "doc")}
_TAG_END = {"{{": re.compile(r"\}\}"), "{%": re.compile(r"%\}")}
_WORD = re.compile(r"zq(x+)")


class Hidden:
    """A source without Liquid, and what stood in it. `text` has a word for each piece."""

    def __init__(self, source: str, *, entities: bool = False) -> None:
        """entities: the source is XML, in which Liquid too is written with entities."""
        self.pieces: list[str] = []
        self._word = f"zqx{max(_WORD.findall(source), default='')}"  # longer than any that stands there
        self._entities = entities
        self.text = self.more(source)

    def more(self, source: str) -> str:
        """A further source, to be put back together with the first."""
        parts, done = list[str](), 0
        for begin, end in _markup(source):
            parts += [self._plain(source[done:begin]), self._hide(source[begin:end])]
            done = end
        return "".join([*parts, self._plain(source[done:])])

    def _plain(self, text: str) -> str:
        """The word itself, in a further source, would be taken for a piece: so it becomes one."""
        return text.replace(self._word, self._hide(self._word)) if self._word in text else text

    def _hide(self, piece: str) -> str:
        self.pieces.append(unescape(piece) if self._entities and "&" in piece else piece)
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


def _markup(source: str) -> Iterator[tuple[int, int]]:
    """Where each piece of Liquid begins and ends. An end that is not found once is not looked for again: a text full of
    beginnings is read once, not once for each.
    """
    missing, at = set[re.Pattern[str]](), 0
    while begun := _OPEN.search(source, at):
        begin, at = begun.start(), begun.start() + 1
        ends = [(_TAG_END[begun[0]], begun.end())]
        if block := _BLOCK.match(source, begin):
            ends.insert(0, (_BLOCK_END[block[1]], block.end()))
        for pattern, since in ends:
            if pattern in missing:
                continue
            if end := pattern.search(source, since):
                at = end.end()
                yield begin, at
                break
            missing.add(pattern)
