"""A computed trait as a sentence and back, without loss: `say` writes it, `parse` reads it. Pure.

sum of total of "Order Completed" in the last 90 days where currency is "EUR"
"""

from functools import cache
from importlib.resources import files
from typing import Any as Anything

from lark import Lark
from lark.visitors import v_args

from pentad.intelligence.computed.definition import Computed, check
from pentad.intelligence.segments import parsing, phrases, words

_GRAMMAR = words.GRAMMAR + (files(__package__) / "computed.lark").read_text("utf-8")
_SAID = {
    "count": "number of",
    "sum": "sum of {} of",
    "average": "average of {} of",
    "minimum": "minimum of {} of",
    "maximum": "maximum of {} of",
    "distinct": "number of different {} of",
    "most_frequent": "most frequent {} of",
    "first": "first {} of",
    "last": "last {} of",
    "first_time": "time of first",
    "last_time": "time of last",
    "days_since_first": "days since first",
    "days_since_last": "days since last",
}
_FIGURE = "figure_"
"""Before the name of a function: the rule that says it."""


def say(computed: Computed) -> str:
    """In words. parse(say(computed)) is the same again."""
    figure = _SAID[computed.function].format(phrases.named(computed.property or ""))
    said = f"{figure} {phrases.matched(computed.event)}{phrases.timed(computed.when)}"
    said += phrases.where("where", computed.event.where)
    if computed.time_zone != "UTC":
        zone = computed.time_zone
        said += f" in {zone if words.ZONE.fullmatch(zone) else phrases.written(zone)}"
    return said


def parse(text: str) -> Computed:
    """What a sentence says. Raises Invalid, naming line and column and what was expected there."""
    found: Computed = parsing.parsed(text, _parser(), _Building())
    check(found)
    return found


@cache
def _parser() -> Lark:
    return parsing.parser_of(_GRAMMAR, "computed")


class _Building(parsing.Building):
    """The figure, of events and times as segments build them."""

    def __default__(self, data: str, children: list[Anything], meta: Anything) -> Anything:
        if data.startswith(_FIGURE) and data.removeprefix(_FIGURE) in _SAID:
            return data.removeprefix(_FIGURE), children[0] if children else None
        return super().__default__(data, children, meta)

    @v_args(inline=True)
    def computed(self, figure: Anything, match: Anything, scope: Anything, zone: str | None) -> Anything:
        function, name = figure
        event = parsing.event_of(match, scope.where)
        return parsing.made(Computed, function=function, event=event, property=name, when=scope.when, time_zone=zone)
