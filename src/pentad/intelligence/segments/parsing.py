"""A sentence as a definition; the grammar is segments.lark, what is wrong with a sentence is told by mistakes.py. Pure."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any as Anything
from typing import NamedTuple, TypeAlias, get_args

import msgspec
from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput, VisitError
from lark.lark import PostLex
from lark.tree import Meta
from lark.visitors import Transformer_NonRecursive, v_args

from pentad.intelligence.segments import definition as d
from pentad.intelligence.segments import mistakes, reading, words

MOST_CHARACTERS = 7 * reading.MOST_BYTES
"""Six for each character of the longest definition, as if all had to be escaped, and indents."""
MOST_TOKENS = 30_000
"""No token is said by less than eight characters of JSON but those of lists, and a list is one token."""
MOST_BRACKETS = 2 * reading.MOST_DEPTH

_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+"?|[()]', re.DOTALL)


def parse(text: str) -> d.Definition:
    """The definition that a sentence says. Raises Invalid, naming line and column and what was expected there."""
    found: d.Definition = parsed(text, _parser(), Building())
    reading.check(found)
    if len(reading.write(found)) > reading.MOST_BYTES:
        raise mistakes.too_large(f"The definition has more than {reading.MOST_BYTES:,} characters as JSON.")
    return found


def parsed(text: str, parser: Lark, building: "Building") -> Anything:
    """What the text says by a grammar of segments or one that goes on from it. Raises Invalid as `parse` does."""
    _check_bounds(text)
    try:
        return building.transform(parser.parse(text))
    except UnexpectedInput as error:
        raise mistakes.unexpected(error, text, parser) from None
    except VisitError as error:
        raise mistakes.refused(error) from None


def _check_bounds(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise mistakes.too_large(f"The text has {len(text):,} characters; {MOST_CHARACTERS:,} are allowed.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise mistakes.at(text, error.start, "half a character stands here.") from None
    deep = 0
    for one in _BRACKETS.finditer(text):
        deep += {"(": 1, ")": -1}.get(one[0], 0)
        if deep > MOST_BRACKETS:
            raise mistakes.at(text, one.start(), f"more than {MOST_BRACKETS} brackets are open.", fix="Nest less.")


class _Whole(PostLex):
    """Reads words to their end, wherever they stand, and not too many."""

    always_accept = ("NAME", "STRING", "NUMBER", "MOMENT")

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        for n, token in enumerate(stream):
            if n > MOST_TOKENS:
                raise mistakes.too_large(f"The text has more than {MOST_TOKENS:,} words.")
            yield token


def parser_of(grammar: str, start: str = "start") -> Lark:
    return Lark(grammar, start=start, parser="lalr", lexer="contextual", propagate_positions=True, postlex=_Whole())


@cache
def _parser() -> Lark:
    return parser_of(words.GRAMMAR)


_STRUCTS: dict[str, type[msgspec.Struct]] = {
    **{str(one.__struct_config__.tag): one for one in get_args(d.Test)},
    "is_set": d.IsSet,
    "one_of": d.In,
    "not_one_of": d.NotIn,
    "on_date": d.OnDate,
    **{str(one.__struct_config__.tag): one for one in get_args(d.When)},
    "duration": d.Duration,
    "property_test": d.PropertyTest,
    "negation": d.Not,
    "trait": d.Trait,
    "identifier": d.Identifier,
    "member": d.Member,
    "share": d.Share,
}
"""Rules whose parts are the fields of a struct, in order."""

_WORDS = {
    **{one: one for one in ("any", "all", "none", "first", "sum", "average", "minimum", "maximum")},
    "last_one": "last",
    "different": "distinct",
}
"""Rules that are nothing but a word of the definition."""

_TYPES = {"track": "track", "page": "page", "screen": "screen", "anything": "any"}
"""Rules that hold the names of events, if any, and the type of these."""

Where: TypeAlias = tuple[d.PropertyTest, ...]


class Match(NamedTuple):
    """first: only the first such event ever."""

    kind: str
    names: list[str]
    first: bool = False


class Scope(NamedTuple):
    when: d.When | None
    where: Where | None


def made(struct: type[msgspec.Struct], **fields: Anything) -> Anything:
    """The struct, checked; parts of it were checked when they were made. Fields that are None stay at their default."""
    config = struct.__struct_config__
    given = {name: value for name, value in fields.items() if value is not None}
    if config.tag_field:
        given[config.tag_field] = config.tag
    return msgspec.convert(given, struct)


def event_of(match: Match, where: Where | None) -> Anything:
    return made(d.EventMatch, names=match.names, type=match.kind, where=where)


@v_args(inline=True)
class Building(Transformer_NonRecursive[Token, Anything]):
    """Structs from the tree, innermost first."""

    def __default__(self, data: str, children: list[Anything], meta: Meta) -> Anything:
        if data in _WORDS:
            return _WORDS[data]
        if data in _TYPES:
            return Match(_TYPES[data], (children or [None])[0] or [])
        struct = _STRUCTS[data]
        try:
            return made(struct, **dict(zip(struct.__struct_fields__, children, strict=False)))
        except msgspec.MsgspecError as error:
            # As the library does for methods that have the rule's name.
            raise VisitError(data, Tree(data, [], meta), error) from None  # type: ignore[no-untyped-call]

    # Tokens

    def NAME(self, token: Token) -> str:
        return str(token)

    def STRING(self, token: Token) -> Anything:
        return msgspec.json.decode(str(token), type=d.Scalar)

    NUMBER = TRUE = FALSE = STRING

    def MOMENT(self, token: Token) -> str:
        reading.moment(str(token))
        return str(token)

    ZONE = GRANTED = DENIED = UNKNOWN = NAME

    def LIST(self, token: Token) -> list[Anything]:
        return msgspec.json.decode(f"[{token}]", type=list[d.Scalar])

    def CALENDAR_UNIT(self, token: Token) -> str:
        return token.removesuffix("s")

    CLOCK_UNIT = CALENDAR_UNIT

    # Groups

    def start(self, where: d.Condition, zone: str | None) -> Anything:
        return made(d.Definition, where=where, time_zone=zone)

    def all_of(self, *of: d.Condition) -> Anything:
        return made(d.All, of=of)

    def any_of(self, *of: d.Condition) -> Anything:
        return made(d.Any, of=of)

    def colleagues(self, which: str, of: d.Condition) -> Anything:
        return made(d.Colleagues, which=which, of=of)

    # Conditions

    def event_count(self, test: d.Test) -> Anything:
        return made(d.Standing, field="event_count", test=test)

    def first_seen(self, test: d.Test) -> Anything:
        return made(d.Standing, field="first_seen", test=test)

    def last_seen(self, test: d.Test) -> Anything:
        return made(d.Standing, field="last_seen", test=test)

    def known(self, test: d.Test) -> Anything:
        return made(d.Standing, field="known", test=test)

    def is_known(self) -> Anything:
        return made(d.Standing, field="known", test=d.Equals(True))

    def is_not_known(self) -> Anything:
        return made(d.Standing, field="known", test=d.Equals(False))

    def consent(self, purpose: str, channel: str | None, state: str) -> Anything:
        return made(d.Consent, purpose=purpose, channel=channel, state=state)

    def company(self, which: str, name: str, test: d.Test) -> Anything:
        return made(d.CompanyTrait, which=which, name=name, test=test)

    def event(self, match: Match, count: d.HowOften | None, scope: Scope) -> Anything:
        return made(d.Event, event=event_of(match, scope.where), count=count, when=scope.when)

    def never(self, match: Match, scope: Scope) -> Anything:
        return self.event(match, d.HowOften("exactly", 0), scope)

    def occurrence(
        self, which: str, match: Match, where: Where | None, when: d.When | None, has: Where | None
    ) -> Anything:
        return made(d.Occurrence, which=which, event=event_of(match, where), when=when, where=has)

    def aggregate(self, function: str, name: str, match: Match, scope: Scope, test: d.NumberTest) -> Anything:
        event = event_of(match, scope.where)
        return made(d.Aggregate, function=function, property=name, event=event, test=test, when=scope.when)

    def sequence(self, match: Match, scope: Scope, *rest: d.Step | d.Duration | str | None) -> Anything:
        steps = [self.step(match, None, scope.where), *(one for one in rest if isinstance(one, d.Step))]
        within = next((one for one in rest if isinstance(one, d.Duration)), None)
        same = [one for one in rest if isinstance(one, str)]
        return made(d.Sequence, steps=steps, within=within, same=same, when=scope.when)

    # Events

    def at_least_times(self, n: int) -> Anything:
        return made(d.HowOften, op="at_least", n=n)

    def at_most_times(self, n: int) -> Anything:
        return made(d.HowOften, op="at_most", n=n)

    def exactly_times(self, n: int) -> Anything:
        return made(d.HowOften, op="exactly", n=n)

    def scope(self, when: d.When | None, where: Where | None) -> Scope:
        return Scope(when, where)

    def scope_where_first(self, where: Where, when: d.When) -> Scope:
        return Scope(when, where)

    def where(self, *tests: d.PropertyTest) -> Where:
        return tests

    def step(self, match: Match, within: d.Duration | None, where: Where | None) -> Anything:
        return made(d.Step, event=event_of(match, where), within=within, first=match.first)

    def absent_step(self, match: Match, within: d.Duration | None, where: Where | None) -> Anything:
        return made(d.Step, event=event_of(match, where), absent=True, within=within, first=match.first)

    def first_ever(self, match: Match) -> Match:
        return match._replace(first=True)

    # Times and words

    def at_any_time(self) -> None:
        return None

    def ago_until(self, n: int, until: int, unit: str) -> Anything:
        return made(d.Ago, n=n, unit=unit, until=until)

    def today(self) -> Anything:
        return d.This("day")

    def yesterday(self) -> Anything:
        return d.This("day", 1)

    def the_last(self, unit: str) -> Anything:
        return made(d.This, unit=unit, back=1)

    def calendar(self, unit: str, back: int, units: str) -> Anything:
        if unit != units:
            raise msgspec.ValidationError(f"A calendar {unit} is counted back in {unit}s, not in {units}s")
        return made(d.This, unit=unit, back=back)

    def values(self, *values: Anything) -> list[Anything]:
        return [each for one in values for each in (one if isinstance(one, list) else [one])]

    names = values

    def name(self, name: str) -> str:
        return name

    unit = zone = consent_state = name
