"""The words of sentences about customers: taken from the grammar, so that whoever writes and whoever reads agree."""

import re
from importlib.resources import files

GRAMMAR = (files(__package__) / "segments.lark").read_text("utf-8")


def _terminal(name: str) -> re.Pattern[str]:
    found = re.search(rf"^{name}(?:\.\d)?: /(.+)/$", GRAMMAR, re.MULTILINE)
    assert found, name
    return re.compile(found[1])


NAME = _terminal("NAME")
"""What may stand without quotation marks as the name of a trait, property or namespace."""
ZONE = _terminal("ZONE")
UNITS = ("minute", "minutes", "hour", "hours", "day", "days", "week", "weeks", "month", "months", "year", "years")
KEYWORDS = frozenset(re.findall(r'"([a-z]+)"', GRAMMAR)) | {
    *UNITS, "the", "same", "company", "companies", "colleague", "colleagues",
}  # fmt: skip
"""A name that is one of these is written in quotation marks, even where it could be told from the word."""
