"""Numbers as SQL, and comparisons with them. Pure."""

import math

from pentad.core.errors import Invalid
from pentad.intelligence.segments.definition import AtLeast, AtMost, Greater, Less, Range, Test

MAX = 1.7976931348623157e308


def number_sql(number: float) -> str:
    """A DOUBLE in SQL: with an exponent, as both engines take other digits for decimals or whole numbers."""
    try:
        text = repr(float(number))
        if not math.isfinite(number):
            raise OverflowError
    except OverflowError:
        raise Invalid("A number of the definition is too large.", code="definition") from None
    return text if "e" in text else f"{text}e0"


def range_sql(number: str, test: Test) -> str:
    """Both ends are finite: neither infinity nor NaN, which texts can be cast to, lies anywhere."""
    match test:
        case Greater():
            low, high = math.nextafter(float(test.value), math.inf), MAX
        case AtLeast():
            low, high = float(test.value), MAX
        case Less():
            low, high = -MAX, math.nextafter(float(test.value), -math.inf)
        case AtMost():
            low, high = -MAX, float(test.value)
        case Range():
            low, high = float(test.low), float(test.high)
        case _:
            raise TypeError(test)
    if not (math.isfinite(low) and math.isfinite(high)):
        return "FALSE"
    return f"{number} BETWEEN {number_sql(low)} AND {number_sql(high)}"
