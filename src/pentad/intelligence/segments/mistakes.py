"""What is wrong with a sentence, in words: where, what was found, what was expected, what was probably meant. Pure."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

import msgspec
from lark import Lark, Token
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, VisitError
from lark.lexer import PatternStr
from lark.parsers.lalr_interactive_parser import InteractiveParser

from pentad.core.errors import Invalid
from pentad.intelligence.segments import words

CONDITION = {
    "NAME", "STRING", "LPAR", "NOT", "ALL", "ANY", "EVERYONE", "NO", "EVERY", "_NUMBER", "FIRST", "LAST", "IS", "KNOWN",
    "IDENTIFIER", "CONSENT", "DID", "VIEWED", "NEVER", "IN", "_IN_A", "SUM", "AVERAGE", "MINIMUM", "MAXIMUM",
}  # fmt: skip
_GROUPS = (
    (CONDITION, set[str](), 'a condition such as plan is "family" or did "Order Completed"'),
    ({"ANY", "ANYTHING", "PAGE", "SCREEN", "STRING"}, set[str](), 'an event such as "Order Completed" or any page'),
    ({"TRUE", "FALSE", "STRING", "NUMBER"}, {"LIST"}, 'a value such as "DE", 5 or true'),
    (
        {"SET", "NOT", "LESS", "AT"},
        {"MORE", "BETWEEN"},
        '"not", "set", "more than", "less than", "at least", "at most", "between"',
    ),
    ({"_IN_THE", "TODAY", "YESTERDAY", "BEFORE", "AFTER"}, {"THIS", "LAST", "MORE", "BETWEEN"}, "a time such as today"),
    ({"CLOCK_UNIT", "CALENDAR_UNIT"}, set[str](), 'a unit such as "days"'),
    ({"NAME", "STRING"}, set[str](), "a name"),
    ({"IN", "$END"}, set[str](), '"in" and a time zone, the end'),
)
"""Tokens that together are called by one name, and others that it makes needless to mention."""

_SAID = {
    "$END": "the end",
    "NAME": "a name",
    "STRING": "a text in quotation marks",
    "NUMBER": "a number",
    "LIST": "a list",
    "MOMENT": "a day such as 2026-11-21",
    "ZONE": "a time zone such as Europe/Berlin",
    "CALENDAR_UNIT": '"day", "week", "month" or "year"',
    "COMPANY": '"company\'s"',
    "COLLEAGUE": '"colleagues"',
    "_IN_THE": '"in the"',
    "_IN_A": '"in a random"',
    "_SAME": '", same"',
    "_ALL_WITHIN": '", all within"',
}
_CAPITALISED = re.compile(r"[A-Z]\w*(?: [A-Z]\w*)+")
_AFTER_NAMES = ("is", "has", "contains", "does", "starts", "ends", "matches")
_HABITS = {
    "=": 'Write "is".',
    "!": 'Write "is not" or "not (…)".',
    ">": 'Write "is more than" or "is at least".',
    "<": 'Write "is less than" or "is at most".',
    "&": 'Write "and".',
    "|": 'Write "or".',
    "'": 'Use double quotation marks: "…".',
    "“": 'Use straight quotation marks: "…".',
    "„": 'Use straight quotation marks: "…".',
    '"': 'Close it with ", write a quotation mark within as \\" and the end of a line as \\n.',
}


def at(text: str, position: int, message: str, fix: str = "") -> Invalid:
    line, column = text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)
    return _invalid(line, column, message, fix)


def too_large(message: str) -> Invalid:
    return Invalid(message, code="definition_text", fix="Say less, or make two segments of it.")


def refused(error: VisitError) -> Invalid:
    """For what is said well but cannot be: a name too long, a day that is none."""
    cause, where = error.orig_exc, error.obj
    line, column = (where.line, where.column) if isinstance(where, Token) else (where.meta.line, where.meta.column)
    match cause:
        case msgspec.MsgspecError():
            return _invalid(line or 1, column or 1, f"this cannot be: {cause}.")
        case Invalid():
            return _invalid(line or 1, column or 1, cause.message, cause.fix)
    raise cause


def unexpected(error: UnexpectedInput, text: str, parser: Lark) -> Invalid:
    if isinstance(error, UnexpectedCharacters):
        found, position, fix = error.char, int(getattr(error, "pos_in_stream", 0)), _HABITS.get(error.char, "")
        if found == '"':
            return at(text, position, "the text that begins here has no end.", fix)
        return at(text, position, f"found {_shortened(found)}, which means nothing here.", fix)
    token: Token = error.token  # type: ignore[attr-defined] # the two other kinds of error have it
    if token.type == "$END":
        position, found = len(text.rstrip()), "the text ends here"
    else:
        position, found = token.start_pos or 0, f"found {_shown(token)}"
    accepted, previous, instead = _replayed(parser, text, position if token.type != "$END" else len(text))
    fix = _guess(parser, _run(text, position, str(token)), accepted, previous, instead)
    return at(text, position, f"{found}, expected {_expected(parser, accepted)}.", fix)


def _replayed(parser: Lark, text: str, stop: int) -> tuple[set[str], Token | None, set[str]]:
    """What may stand at `stop`; the token before; what else might have stood in its place."""
    run = parser.parse_interactive(text)
    previous: Token | None = None
    before: InteractiveParser | None = None
    try:
        for token in run.iter_parse():
            if (token.start_pos or 0) >= stop:
                break
            previous, before = token, run.copy(deepcopy_values=False)  # type: ignore[no-untyped-call]
    except UnexpectedInput:
        pass  # it stands now before the token that cannot be
    return _accepted(run), previous, _accepted(before) if before else set()


def _accepted(run: InteractiveParser) -> set[str]:
    found: set[str] = run.accepts()  # type: ignore[no-untyped-call]
    return found


def _expected(parser: Lark, accepted: set[str]) -> str:
    rest, said = set(accepted), []
    for members, needless, phrase in _GROUPS:
        if members <= rest:
            said.append(phrase)
            rest -= members | needless
    said += sorted(_said(parser, one) for one in rest)
    *others, last = said
    return f"{', '.join(others)} or {last}" if others else last


def _said(parser: Lark, terminal: str) -> str:
    return _SAID.get(terminal) or f'"{parser.get_terminal(terminal).pattern.value}"'


def _run(text: str, position: int, found: str) -> str:
    """With the capitalised words that go on from it: names of events have several."""
    run = _CAPITALISED.match(text, position)
    return run[0] if run and run[0].startswith(found) else found


def _guess(parser: Lark, found: str, accepted: set[str], previous: Token | None, instead: set[str]) -> str:
    """What the author probably meant."""
    if found in ("and", "or") and {"AND", "OR"} & accepted:
        return 'Put brackets around what belongs together: "and" and "or" do not stand beside each other.'
    if meant := _close(found, _words(parser, accepted)):
        return f'Did you mean "{meant}"?'
    if previous and previous.type == "NAME" and (meant := _close(previous, _words(parser, instead))):
        return f'Did you mean "{meant}" instead of "{_shortened(previous)}"?'
    if "NAME" in instead and previous in words.KEYWORDS and found in _AFTER_NAMES:
        return f'If {previous} is a name, write it as "{previous}".'
    if "STRING" in accepted and (words.NAME.fullmatch(found) or " " in found):
        return f'If {_shortened(found)} is a name, write it as "{_shortened(found)}".'
    return ""


def _words(parser: Lark, terminals: Iterable[str]) -> list[str]:
    """The keywords among them."""
    found = {"CLOCK_UNIT": ["minutes", "hours"], "CALENDAR_UNIT": ["days", "weeks", "months", "years"]}
    patterns = {one.name: one.pattern for one in parser.terminals}
    said = [[p.value] for one in terminals if isinstance(p := patterns.get(one), PatternStr)]
    return sorted(word for many in [*said, *(found.get(one, []) for one in terminals)] for word in many)


def _close(word: str, among: list[str]) -> str:
    """The one that it is nearly; nothing for what is long, as all else would have to be compared letter by letter."""
    near = get_close_matches(word.lower(), among, n=1, cutoff=0.65) if len(word) < 20 else []
    return near[0] if near else ""


def _shown(token: Token) -> str:
    return _shortened(token) if token.startswith('"') else f'"{_shortened(token)}"'


def _shortened(said: str) -> str:
    said = said if len(said) <= 40 else said[:39] + "…"
    return "".join(one if one.isprintable() else f"U+{ord(one):04X}" for one in said)


def _invalid(line: int, column: int, message: str, fix: str = "") -> Invalid:
    where = {"line": line, "column": column}
    return Invalid(f"Line {line}, column {column}: {message}", code="definition_text", fix=fix, **where)
