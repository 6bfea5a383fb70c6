"""What a computed trait is: one figure of a customer's events, as JSON and as Python. Pure.

    {"function": "sum", "property": "total", "event": {"names": ["Order Completed"]},
     "when": {"kind": "last", "n": 90, "unit": "day"}}

Events and times are those of segments. Only the events that match and lie within `when` count. A customer without one
has no value: the trait is not set.
"""

import sys
from typing import Literal, get_args

import msgspec
from msgspec import Struct

from pentad.core.errors import Invalid
from pentad.intelligence.segments import definition as segments
from pentad.intelligence.segments import reading
from pentad.intelligence.segments.definition import EventMatch, Name, When
from pentad.intelligence.segments.schema import schema_of
from pentad.intelligence.segments.zone_names import is_zone

Function = Literal[
    "count", "sum", "average", "minimum", "maximum", "distinct", "most_frequent", "first", "last", "first_time",
    "last_time", "days_since_first", "days_since_last",
]  # fmt: skip
FUNCTIONS: tuple[Function, ...] = get_args(Function)
OF_PROPERTY = frozenset({"sum", "average", "minimum", "maximum", "distinct", "most_frequent", "first", "last"})
"""Functions of what a property says; the others need none."""
OF_DAYS = frozenset({"days_since_first", "days_since_last"})


class Computed(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """count: how many such events. sum, average, minimum, maximum: of the property, where it is a number. distinct: how
    many different values of it. most_frequent: the value that it has most often; of equally frequent ones the one seen
    last. first, last: what it says in the first or last such event, nothing when that event lacks it. first_time,
    last_time: when that event was. days_since_first, days_since_last: whole days from it until now, by the calendar of
    the time zone. A property's value is a text, a number or yes/no; lists and objects are none.
    """

    function: Function
    event: EventMatch
    property: Name | None = None
    when: When | None = None
    time_zone: str = "UTC"


def read(given: bytes | str) -> Computed:
    """From JSON. Raises Invalid."""
    if len(given) > reading.MOST_BYTES:
        raise _invalid(f"It has {len(given):,} characters; {reading.MOST_BYTES:,} are allowed.")
    try:
        found = msgspec.json.decode(given, type=Computed)
    except RecursionError:
        raise _invalid("It is nested too deeply.", "Nest less.") from None
    except msgspec.MsgspecError as error:
        raise _invalid(f"It cannot be read: {reading.misread(given, error)}.") from error
    check(found)
    return found


def write(computed: Computed) -> str:
    """As JSON, without what is left at its default: one figure is written in one way, as segments are."""
    return msgspec.json.encode(msgspec.structs.replace(computed, time_zone=sys.intern(computed.time_zone))).decode()


def check(computed: Computed) -> None:
    """What types alone do not say. Raises Invalid."""
    if computed.function in OF_PROPERTY and computed.property is None:
        raise _invalid(f"“{computed.function}” needs a property.", "Say of which property.")
    if computed.function not in OF_PROPERTY and computed.property is not None:
        raise _invalid(f"“{computed.function}” takes no property.", "Leave the property out.")
    if not is_zone(computed.time_zone):
        raise _invalid(f"There is no time zone {computed.time_zone!r}.", "Use a name such as Europe/Berlin.")
    reading.check(asked(computed))


def asked(computed: Computed) -> segments.Definition:
    """The segment of those who have a value, nearly: it names every event, property and time that this names."""
    event, when = computed.event, computed.when
    if computed.property is None:
        return segments.Definition(segments.Event(event, when=when), computed.time_zone)
    of = segments.Aggregate("distinct", computed.property, event, segments.Greater(0), when)
    return segments.Definition(of, computed.time_zone)


def schema() -> str:
    """The grammar as JSON Schema, published in docs/reference."""
    return schema_of(
        Computed, "Definition of a computed trait", "A figure of what customers did. Explained in computed-traits.md."
    )


def _invalid(message: str, fix: str = "") -> Invalid:
    return Invalid(message, code="computed", fix=fix)
