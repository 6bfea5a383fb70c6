"""Whether text can be told from what it stands on: WCAG 2.2, 1.4.3. Pure.

Read from the MJML: its elements inherit backgrounds from those around them, and defaults from mj-attributes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

LEAST, LEAST_LARGE = 4.5, 3.0
_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
_RGB = re.compile(r"rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)", re.IGNORECASE)
_NAMED = {"white": "#ffffff", "black": "#000000", "red": "#ff0000", "gray": "#808080", "grey": "#808080", "silver": "#c0c0c0",
          "yellow": "#ffff00", "navy": "#000080", "blue": "#0000ff", "green": "#008000", "orange": "#ffa500"}  # fmt: skip
_TEXT = {"mj-text": "#000000", "mj-button": "#ffffff", "mj-navbar-link": "#000000", "mj-social-element": "#333333",
         "mj-accordion-title": "#000000", "mj-accordion-text": "#000000", "mj-table": "#000000"}  # fmt: skip
"""Elements with text → its colour when none is said."""
_ON = {"mj-button": "#414141"}
_BOXES = ("mj-body", "mj-wrapper", "mj-section", "mj-column", "mj-group", "mj-hero")


@dataclass(frozen=True, slots=True)
class Faint:
    ratio: float
    text: str


def rgb(colour: str) -> tuple[int, int, int] | None:
    """A colour as CSS writes it; None for what is none, or none that is known here."""
    colour = _NAMED.get(colour.strip().lower(), colour.strip())
    if found := _HEX.fullmatch(colour):
        digits = found[1] if len(found[1]) == 6 else "".join(2 * one for one in found[1])
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    if found := _RGB.fullmatch(colour):
        return min(int(found[1]), 255), min(int(found[2]), 255), min(int(found[3]), 255)
    return None


def luminance(colour: tuple[int, int, int]) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [one / 255 for one in colour]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float | None:
    """Contrast of two colours, 1 to 21."""
    first, second = rgb(one), rgb(other)
    if first is None or second is None:
        return None
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def faint(mjml: str) -> Iterator[Faint]:
    """Texts that are hard to read, each pair of colours once."""
    reading = _Reading()
    reading.feed(mjml)
    for front, back, large in dict.fromkeys(reading.pairs):
        found = ratio(front, back)
        if found is not None and found < (LEAST_LARGE if large else LEAST):
            yield Faint(found, f"Text in {front} on {back} has a contrast of {found:.1f}; {LEAST} can be read well.")


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pairs: list[tuple[str, str, bool]] = []
        self._defaults: dict[str, dict[str, str]] = {}
        self._classes: dict[str, dict[str, str]] = {}
        self._boxes: list[tuple[str, str]] = [("", "#ffffff")]
        self._in_attributes = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "mj-attributes":
            self._in_attributes = True
        elif self._in_attributes:
            held = self._classes if tag == "mj-class" else self._defaults
            held.setdefault(given.pop("name", "") if tag == "mj-class" else tag, {}).update(given)
        elif tag in _BOXES:
            said = self._of(tag, given)
            around = self._boxes[-1][1]
            covered = "" if said.get("background-url") else said.get("background-color", around)
            self._boxes.append((tag, covered))
        elif tag in _TEXT:
            self._look(tag, self._of(tag, given))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "mj-attributes":
            self._in_attributes = False
        elif not self._in_attributes and len(self._boxes) > 1 and self._boxes[-1][0] == tag:
            self._boxes.pop()

    def _of(self, tag: str, given: dict[str, str]) -> dict[str, str]:
        """Its attributes with the defaults: of all, of its kind, of its classes."""
        found = {**self._defaults.get("mj-all", {}), **self._defaults.get(tag, {})}
        for name in given.get("mj-class", "").split():
            found.update(self._classes.get(name, {}))
        return {**found, **given}

    def _look(self, tag: str, said: dict[str, str]) -> None:
        on = _ON.get(tag) or self._boxes[-1][1]
        own = said.get("background-color") if tag == "mj-button" else said.get("container-background-color")
        size = re.match(r"\d+", said.get("font-size", ""))
        large = bool(size) and int(size[0] if size else 0) >= 24
        self.pairs.append((said.get("color", _TEXT[tag]), own or on, large))
