"""What a segment is: a syntax tree of conditions, as JSON and as Python. Pure.

    {"where": {"kind": "all", "of": [
        {"kind": "trait", "name": "plan", "test": {"op": "equals", "value": "family"}},
        {"kind": "event", "event": {"names": ["Order Completed"]}, "count": {"op": "at_least", "n": 2},
         "when": {"kind": "last", "n": 30, "unit": "day"}}]}}

Every condition is true or false of a customer, never unknown: what is not there meets no positive test, and a
negative test is the opposite of its positive one. `not_equals` and `not` of `equals` are the same. Texts are compared
without regard to case. Durations of days and longer follow the calendar of the definition's time zone, shorter ones
the clock.
"""

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=200)]
Text: TypeAlias = Annotated[str, Meta(max_length=1000)]
Number: TypeAlias = int | float
Scalar: TypeAlias = Text | bool | int | float
Values: TypeAlias = Annotated[tuple[Scalar, ...], Meta(min_length=1, max_length=1000)]
Count: TypeAlias = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Several: TypeAlias = Annotated[int, Meta(ge=1, le=100_000)]
Unit: TypeAlias = Literal["minute", "hour", "day", "week", "month", "year"]
ENTERED, LEFT = "Segment Entered", "Segment Left"
OWN = (ENTERED, LEFT)
"""Events that segments cause themselves. Who means any event does not mean these: none would ever come to rest."""
UNITS: tuple[Unit, ...] = ("minute", "hour", "day", "week", "month", "year")
Moment: TypeAlias = Annotated[
    str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?)?$")
]
"""A day, or a day and time; without an offset in the definition's time zone. See `moment`."""


class _Node(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    pass


class _Kind(_Node, frozen=True, tag_field="kind", tag=str.lower):
    pass


class _Op(_Node, frozen=True, tag_field="op"):
    pass


# -- time ------------------------------------------------------------------------------------------


class Duration(_Node, frozen=True):
    """A length of time. A month back from the 31st is the end of the month before."""

    n: Several
    unit: Unit


class Last(_Kind, frozen=True, tag="last"):
    """Within the last n units: later than now - n units, up to now."""

    n: Several
    unit: Unit


class Ago(_Kind, frozen=True, tag="ago"):
    """More than n units ago: at or before now - n units. With `until`: and later than now - until units."""

    n: Several
    unit: Unit
    until: Several | None = None


class Next(_Kind, frozen=True, tag="next"):
    """Within the next n units: later than now, up to now + n units."""

    n: Several
    unit: Unit


class This(_Kind, frozen=True, tag="this"):
    """In the calendar day, week (from Monday), month or year that now is in; back: so many before."""

    unit: Literal["day", "week", "month", "year"]
    back: Annotated[int, Meta(ge=0, le=10_000)] = 0


class Between(_Kind, frozen=True, tag="between"):
    """From the first to the last moment; a last day is taken whole."""

    first: Moment
    last: Moment


class Before(_Kind, frozen=True, tag="before"):
    at: Moment


class After(_Kind, frozen=True, tag="after"):
    """At that moment or later; after a day: from the next day on."""

    at: Moment


When: TypeAlias = Last | Ago | Next | This | Between | Before | After


# -- tests of a value ------------------------------------------------------------------------------


class Equals(_Op, frozen=True, tag="equals"):
    """A list equals no single value; use list_any."""

    value: Scalar


class NotEquals(_Op, frozen=True, tag="not_equals"):
    value: Scalar


class Contains(_Op, frozen=True, tag="contains"):
    value: Annotated[str, Meta(min_length=1, max_length=1000)]


class NotContains(_Op, frozen=True, tag="not_contains"):
    value: Annotated[str, Meta(min_length=1, max_length=1000)]


class Starts(_Op, frozen=True, tag="starts"):
    value: Annotated[str, Meta(min_length=1, max_length=1000)]


class Ends(_Op, frozen=True, tag="ends"):
    value: Annotated[str, Meta(min_length=1, max_length=1000)]


class Matches(_Op, frozen=True, tag="matches"):
    """A regular expression (RE2) found anywhere in the text, without regard to case."""

    value: Annotated[str, Meta(min_length=1, max_length=500)]


class Greater(_Op, frozen=True, tag="greater"):
    value: Number


class AtLeast(_Op, frozen=True, tag="at_least"):
    value: Number


class Less(_Op, frozen=True, tag="less"):
    value: Number


class AtMost(_Op, frozen=True, tag="at_most"):
    value: Number


class Range(_Op, frozen=True, tag="range"):
    """Both ends belong to it."""

    low: Number
    high: Number


class IsSet(_Op, frozen=True, tag="set"):
    """There is a value, and it is neither null, an empty text nor an empty list."""


class NotSet(_Op, frozen=True, tag="not_set"):
    pass


class In(_Op, frozen=True, tag="in"):
    values: Values


class NotIn(_Op, frozen=True, tag="not_in"):
    values: Values


class ListAny(_Op, frozen=True, tag="list_any"):
    """The list holds at least one of the values. A single value counts as a list of one."""

    values: Values


class ListAll(_Op, frozen=True, tag="list_all"):
    values: Values


class ListNone(_Op, frozen=True, tag="list_none"):
    """True also where there is no list."""

    values: Values


class OnDate(_Op, frozen=True, tag="date"):
    """The value is a date, or date and time, that lies within `when`. A date stands for its first instant."""

    when: When


class Anniversary(_Op, frozen=True, tag="anniversary"):
    """Today, in the definition's time zone, is an anniversary of the date or one comes within the next `days` days.

    29 February is kept on 28 February in other years. The day itself, in its first year, is no anniversary.
    """

    days: Annotated[int, Meta(ge=0, le=366)] = 0


Test: TypeAlias = (
    Equals | NotEquals | Contains | NotContains | Starts | Ends | Matches
    | Greater | AtLeast | Less | AtMost | Range | IsSet | NotSet
    | In | NotIn | ListAny | ListAll | ListNone | OnDate | Anniversary
)  # fmt: skip
NumberTest: TypeAlias = Greater | AtLeast | Less | AtMost | Range | Equals | NotEquals | IsSet | NotSet


# -- events ----------------------------------------------------------------------------------------


class PropertyTest(_Node, frozen=True):
    """name: a property; with dots for one inside an object ("cart.total")."""

    name: Name
    test: Test


class EventMatch(_Node, frozen=True):
    """Which events: any of the names (none: every event of the type), with all the properties as said."""

    names: Annotated[tuple[Name, ...], Meta(max_length=100)] = ()
    type: Literal["track", "page", "screen", "any"] = "track"
    where: Annotated[tuple[PropertyTest, ...], Meta(max_length=30)] = ()


class HowOften(_Node, frozen=True):
    op: Literal["at_least", "at_most", "exactly"]
    n: Count


class Step(_Node, frozen=True):
    """One step of a sequence. absent: no such event between the steps beside it, or, as the last step, none within its time
    after the step before. within: after the step before. first: only the customer's first such event ever is meant, whatever
    the sequence's `when` and `same`.
    """

    event: EventMatch
    absent: bool = False
    within: Duration | None = None
    first: bool = False


# -- conditions ------------------------------------------------------------------------------------


class All(_Kind, frozen=True, tag="all"):
    """Every one holds; of nothing: true."""

    of: Annotated[tuple["Condition", ...], Meta(max_length=100)]


class Any(_Kind, frozen=True, tag="any"):
    """At least one holds; of nothing: false."""

    of: Annotated[tuple["Condition", ...], Meta(max_length=100)]


class Not(_Kind, frozen=True, tag="not"):
    of: "Condition"


class Trait(_Kind, frozen=True, tag="trait"):
    """A trait of the customer; with dots for one inside an object ("address.city")."""

    name: Name
    test: Test


class Standing(_Kind, frozen=True, tag="standing"):
    """What Pentad keeps of every customer by itself: when first and last seen, how many events, known or not."""

    field: Literal["first_seen", "last_seen", "event_count", "known"]
    test: Test


class Identifier(_Kind, frozen=True, tag="identifier"):
    """One of the customer's identifiers in the namespace meets the test; negative tests: none meets its opposite."""

    namespace: Name
    test: Test


class Consent(_Kind, frozen=True, tag="consent"):
    """What the customer said last about a purpose; "" stands for every channel. unknown: said nothing."""

    purpose: Name
    state: Literal["granted", "denied", "unknown"]
    channel: Annotated[str, Meta(max_length=60)] = ""


class CompanyTrait(_Kind, frozen=True, tag="company"):
    """Any, all (and at least one) or none of the customer's companies meets the test."""

    name: Name
    test: Test
    which: Literal["any", "all", "none"] = "any"


class Colleagues(_Kind, frozen=True, tag="colleagues"):
    """The customer belongs to a company of whose customers, the one in question included, any, all or none meets the
    condition.
    """

    of: "Condition"
    which: Literal["any", "all", "none"] = "any"


class Event(_Kind, frozen=True, tag="event"):
    """The customer did it so often. Never: exactly 0."""

    event: EventMatch
    count: HowOften = HowOften("at_least", 1)
    when: When | None = None


class Occurrence(_Kind, frozen=True, tag="occurrence"):
    """The customer's first (or last) such event lies within `when` and has the properties in `where`.

    Which one is first is told by `event` alone: `where` is asked of that one event. At equal times the one that
    arrived first comes first.
    """

    which: Literal["first", "last"]
    event: EventMatch
    when: When | None = None
    where: Annotated[tuple[PropertyTest, ...], Meta(max_length=30)] = ()


class Aggregate(_Kind, frozen=True, tag="aggregate"):
    """A figure of a property over the customer's events. Without an event that has it a sum and a count of distinct
    values are 0; the others have no value and meet no test but not_set and not_equals.
    """

    function: Literal["sum", "average", "minimum", "maximum", "distinct"]
    property: Name
    event: EventMatch
    test: NumberTest
    when: When | None = None


class Sequence(_Kind, frozen=True, tag="sequence"):
    """Events in this order, each later than the one before (at equal times: arrived later).

    within: all of them, from the first. same: properties that all events of one run share. when: the first step's time.
    The first step is not absent. A last absent step needs a time, and holds once that time has passed.
    """

    steps: Annotated[tuple[Step, ...], Meta(min_length=2, max_length=10)]
    within: Duration | None = None
    same: Annotated[tuple[Name, ...], Meta(max_length=5)] = ()
    when: When | None = None


class Member(_Kind, frozen=True, tag="segment"):
    """A member of another segment, named by its id."""

    id: Name


class Share(_Kind, frozen=True, tag="share"):
    """A random but stable share: the same customers for the same seed, whatever else is asked."""

    percent: Annotated[float, Meta(ge=0, le=100)]
    seed: Annotated[str, Meta(max_length=100)] = ""


Condition: TypeAlias = (
    All | Any | Not | Trait | Standing | Identifier | Consent | CompanyTrait | Colleagues | Event | Occurrence
    | Aggregate | Sequence | Member | Share
)  # fmt: skip


class Definition(_Node, frozen=True):
    """time_zone: an IANA name; days, weeks and months begin there."""

    where: Condition
    time_zone: str = "UTC"
