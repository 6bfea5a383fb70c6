"""What the grammar's reader says of a value that cannot be, for people. Pure."""

import re

_LIMITS = (
    (r"Expected `(?:str|array)` of length <= (\d+)", "This is too long: {0} fit."),
    (r"Expected `(?:int|float|int \| float)` >= (-?[\d.]+)", "This is too small: {0} is the least."),
    (r"Expected `(?:int|float|int \| float)` <= (-?[\d.]+)", "This is too large: {0} is the most."),
    (r"Expected `str` matching regex", "This is no date; write it as 2026-11-21 or 2026-11-21T14:30."),
    (r"Object missing required field `(\w+)`", "Say the {0}."),
    (r"Invalid enum value '(\w*)'", "“{0}” is not among the choices here."),
)


def plainly(text: str) -> str:
    for pattern, said in _LIMITS:
        if found := re.match(pattern, text):
            return said.format(*(one.removesuffix(".0") for one in found.groups()))
    return f"This cannot be: {text}."
