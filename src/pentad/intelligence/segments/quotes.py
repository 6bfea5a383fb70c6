"""Where a definition quotes somebody, and the definition without that. Pure.

A value that points to one person wherever it stands, such as an e-mail address, is blotted out of every text. Any other is
only where it is asked for as an identifier, or where it is all of a text and hardly anybody else's: a name of several words,
a telephone number. A condition on the plan “42” is not about whose user_id that is.
"""

import re
from collections.abc import Collection
from typing import Any

import msgspec

from pentad.ledger.matching import BLOT, forms, telling

_LONG = 8


class Quotes:
    """What identifies somebody, looked for in texts and definitions."""

    def __init__(self, values: Collection[str]):
        self._whole = {value.casefold() for value in values if value}
        found = sorted((value for value in self._whole if telling(value)), key=len, reverse=True)
        self._anywhere = re.compile("|".join(map(re.escape, found)), re.IGNORECASE) if found else None
        patterns = [re.escape(re.escape(value)) for value in found]
        self._escaped = re.compile("|".join(patterns), re.IGNORECASE) if found else None
        # Most definitions quote nobody: those in whose text none of this stands need not be read.
        shapes = self._whole | {re.escape(value) for value in found}
        self._hints = {form.casefold() for shape in shapes for form in forms(shape)}

    def blotted(self, text: str, *, identifier: bool = False, pattern: bool = False) -> str:
        """identifier: the text is one. pattern: it is a regular expression."""
        blot = re.escape(BLOT) if pattern else BLOT
        low = text.casefold().strip()
        if low in self._whole and (identifier or " " in low or (len(low) >= _LONG and any(map(str.isdigit, low)))):
            return blot
        for found in (self._anywhere, self._escaped if pattern else None):
            text = found.sub(lambda _: blot, text) if found else text
        return text

    def without(self, definition: str) -> str:
        """A definition as JSON text, blotted; the same text where it quotes nobody."""
        low = definition.casefold()
        if not any(hint in low for hint in self._hints):
            return definition
        tree = msgspec.json.decode(definition)
        clean = self._node(tree, identifier=False)
        return definition if clean == tree else msgspec.json.encode(clean).decode()

    def _node(self, node: Any, *, identifier: bool, pattern: bool = False) -> Any:
        if isinstance(node, str):
            return self.blotted(node, identifier=identifier, pattern=pattern)
        if isinstance(node, list):
            return [self._node(one, identifier=identifier, pattern=pattern) for one in node]
        if not isinstance(node, dict):
            # Senders give ids as numbers, too.
            return BLOT if identifier and str(node) in self._whole else node
        asked = identifier or node.get("kind") == "identifier"
        pattern = node.get("op") == "matches"
        return {
            key: one if key in ("kind", "op", "id") else self._node(one, identifier=asked and key != "namespace", pattern=pattern)
            for key, one in node.items()
        }  # fmt: skip
