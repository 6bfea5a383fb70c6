"""Where in a part something stands, as its author sees it: the field and its line. Pure."""

import re

from pentad.content.messages.parts import FIELDS, Part
from pentad.content.render.running import said

MAIN = {"email": "mjml", "webhook": "json", "sms": "body", "chat": "body"}
"""The field that needs no name: the one for code, or the only one."""
LINES = frozenset({"mjml", "json", "body", "text", "note"})
"""Fields of several lines."""


def where(part: Part, field: str = "", line: int = 0) -> str:
    """“A · email · en · line 5”, “A · email · en · subject”. line: from 1; 0 when it is not known."""
    field = field or MAIN.get(part.channel, "")
    named = f" · {field}" if field and field != MAIN.get(part.channel) else ""
    return f"{part.where}{named}{f' · line {line}' if line and field in LINES else ''}"


def of_variable(part: Part, path: tuple[str | int, ...]) -> str:
    """Where a variable is written without a fallback, else where it stands first. In the MJML, not in the HTML it becomes."""
    name = re.compile(rf"(?<![\w.]){re.escape(said(path))}(?![\w\[])")
    bare = re.compile(r"\{\{(?:(?!\}\}|\bdefault\b).)*?" + name.pattern + r"(?:(?!\}\}|\bdefault\b).)*?\}\}", re.DOTALL)
    for found in (bare, name):
        for field in FIELDS[part.channel]:
            text = part.fields[field]
            if met := found.search(text):
                return where(part, field, text.count("\n", 0, met.start()) + 1)
    return part.where
