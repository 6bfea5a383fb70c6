"""Hypothesis draws definitions: every one is well formed (reading.check), and every kind of condition comes up.

@given(definitions())          anything that the grammar allows, however odd its names and values
@given(definitions(PLAIN))     of a few words, so that made-up customers and events meet some of it
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from typing import Any as Anything

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from pentad.intelligence.segments import definition as d
from pentad.intelligence.segments.words import KEYWORDS

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_ODD = st.sampled_from(
    ["", " ", "\n", '"', "\\", 'say "hi"\n', "it's", "(", "a, b", "and", "5", "true", "1.0", "2026-01-01", "\u2028\u200f\x00",
     "in the last 3 days", "größer", "e\u0301", "👩‍👩‍👧", "x" * 200]
)  # fmt: skip
_USUAL = st.sampled_from(
    ["plan", "country", "address.city", "first-name", "größe", "Order Completed", "o'clock", "日本"]
)


@dataclass(frozen=True, eq=False, repr=False)
class Vocabulary:
    """Where names and values come from."""

    names: SearchStrategy[str]
    events: SearchStrategy[str]
    texts: SearchStrategy[str]
    patterns: SearchStrategy[str]
    numbers: SearchStrategy[int | float]
    zones: SearchStrategy[str]
    years: tuple[int, int]
    segments: SearchStrategy[str] | None = None
    """Ids of other segments; None: no definition speaks of any."""

    @property
    def scalars(self) -> SearchStrategy[str | bool | int | float]:
        return self.texts | self.numbers | st.booleans()

    @property
    def some_text(self) -> SearchStrategy[str]:
        return self.texts.filter(len)


_names = (_USUAL | _ODD | ANY_TEXT | st.sampled_from(sorted(KEYWORDS))).filter(len)
WILD = Vocabulary(
    names=_names,
    events=_names,
    texts=_ODD | ANY_TEXT,
    patterns=_names,
    numbers=st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    zones=st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu", "Etc/GMT+5", "America/Port-au-Prince"]),
    years=(1, 9999),
    segments=_names,
)
PLAIN = Vocabulary(
    names=st.sampled_from(["plan", "country", "age", "tags", "born", "address.city"]),
    events=st.sampled_from(["Order Completed", "Product Viewed", "Signed Up"]),
    texts=st.sampled_from(["", "family", "Family", "DE", "a", "5", "2026-11-20", "%_'\""]),
    patterns=st.sampled_from(["^f", "a.i", "[0-9]+", "y$", "d|e"]),
    numbers=st.sampled_from([0, 1, 1.0, 2, 5, 5.5, -3, 100]),
    zones=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"]),
    years=(2025, 2027),
)


def _tuples(of: SearchStrategy[Anything], least: int = 0, most: int = 3) -> SearchStrategy[tuple[Anything, ...]]:
    return st.lists(of, min_size=least, max_size=most).map(tuple)


# -- times -----------------------------------------------------------------------------------------

several = st.integers(1, 40) | st.sampled_from([1, 100_000])
units = st.sampled_from(d.UNITS)
durations = st.builds(d.Duration, several, units)


@st.composite
def moments(draw: st.DrawFn, words: Vocabulary, day: date | None = None) -> str:
    """As a definition writes them: a day, or a day and time with or without seconds, fractions and an offset."""
    first, last = words.years
    day = day or draw(st.dates(date(first, 1, 1), date(last, 12, 31)))
    if draw(st.booleans()):
        return day.isoformat()
    time = draw(st.times())
    said = draw(st.sampled_from(["%H:%M", "%H:%M:%S", "%H:%M:%S.%f"]))
    zone = draw(st.sampled_from([None, UTC, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-3))]))
    offset = "" if zone is None else "Z" if zone is UTC else datetime(2026, 1, 1, tzinfo=zone).isoformat()[-6:]
    return f"{day.isoformat()}T{time.strftime(said)}{offset}"


@st.composite
def _between(draw: st.DrawFn, words: Vocabulary) -> d.Between:
    first, last = words.years
    days = st.dates(date(first, 1, 1), date(last, 12, 31))
    low, high = sorted([draw(days), draw(days)])
    return d.Between(draw(moments(words, low)), draw(moments(words, high)))


@st.composite
def _ago_until(draw: st.DrawFn) -> d.Ago:
    n = draw(st.integers(1, 99_999))
    return d.Ago(n, draw(units), until=draw(st.integers(n + 1, min(n + 50, 100_000))))


@cache
def whens(words: Vocabulary = WILD) -> SearchStrategy[d.When]:
    return st.one_of(
        st.builds(d.Last, several, units),
        st.builds(d.Ago, several, units),
        _ago_until(),
        st.builds(d.Next, several, units),
        st.builds(d.This, st.sampled_from(["day", "week", "month", "year"]), st.integers(0, 3)),
        _between(words),
        st.builds(d.Before, moments(words)),
        st.builds(d.After, moments(words)),
    )


# -- tests of a value ------------------------------------------------------------------------------


@cache
def number_tests(words: Vocabulary = WILD) -> SearchStrategy[d.NumberTest]:
    compared = [st.builds(one, words.numbers) for one in (d.Greater, d.AtLeast, d.Less, d.AtMost)]
    same = [st.builds(one, words.scalars) for one in (d.Equals, d.NotEquals)]
    return st.one_of(
        *compared, *same, st.builds(d.Range, words.numbers, words.numbers), st.just(d.IsSet()), st.just(d.NotSet())
    )


@cache
def value_tests(words: Vocabulary = WILD) -> SearchStrategy[d.Test]:
    texts = [st.builds(one, words.some_text) for one in (d.Contains, d.NotContains, d.Starts, d.Ends)]
    lists = [
        st.builds(one, _tuples(words.scalars, least=1)) for one in (d.In, d.NotIn, d.ListAny, d.ListAll, d.ListNone)
    ]
    dates = [st.builds(d.OnDate, whens(words)), st.builds(d.Anniversary, st.integers(0, 366))]
    return st.one_of(number_tests(words), *texts, *lists, *dates, st.builds(d.Matches, words.patterns))


# -- events and conditions -------------------------------------------------------------------------


@cache
def property_tests(words: Vocabulary) -> SearchStrategy[tuple[d.PropertyTest, ...]]:
    return st.just(()) | _tuples(st.builds(d.PropertyTest, words.names, value_tests(words)))


@cache
def matches(words: Vocabulary = WILD) -> SearchStrategy[d.EventMatch]:
    kinds = st.sampled_from(["track", "track", "page", "screen", "any"])
    return st.builds(d.EventMatch, names=_tuples(words.events), type=kinds, where=property_tests(words))


@st.composite
def sequences(draw: st.DrawFn, words: Vocabulary = WILD) -> d.Sequence:
    steps = [d.Step(draw(matches(words)), first=draw(st.booleans()))]
    together = draw(st.none() | durations)
    for place in range(most := draw(st.integers(1, 3))):
        last, absent = place == most - 1, not steps[-1].absent and draw(st.booleans())
        within = None
        if not together and (last or not absent):
            within = draw(durations if absent else st.none() | durations)
        steps.append(d.Step(draw(matches(words)), absent=absent, within=within, first=draw(st.booleans())))
    same, when = draw(_tuples(words.names)), draw(st.none() | whens(words))
    return d.Sequence(tuple(steps), within=together, same=same, when=when)


@cache
def leaves(words: Vocabulary = WILD) -> SearchStrategy[d.Condition]:
    which, tested, event = st.sampled_from(["any", "all", "none"]), value_tests(words), matches(words)
    fields = st.sampled_from(["first_seen", "last_seen", "event_count", "known"])
    counts = st.builds(d.HowOften, st.sampled_from(["at_least", "at_most", "exactly"]), st.integers(0, 3))
    functions = st.sampled_from(["sum", "average", "minimum", "maximum", "distinct"])
    when, where = st.none() | whens(words), property_tests(words)
    channels = st.sampled_from(["", "email", "a b"])
    states = st.sampled_from(["granted", "denied", "unknown"])
    kinds: list[SearchStrategy[Anything]] = [
        st.builds(d.Trait, words.names, tested),
        st.builds(d.Standing, fields, tested),
        st.builds(d.Identifier, words.names, tested),
        st.builds(d.Consent, words.names, states, channels),
        st.builds(d.CompanyTrait, words.names, tested, which),
        st.builds(d.Event, event, counts, when),
        st.builds(d.Occurrence, st.sampled_from(["first", "last"]), event, when, where),
        st.builds(d.Aggregate, functions, words.names, event, number_tests(words), when),
        sequences(words),
        st.builds(d.Share, st.floats(0, 100) | st.integers(0, 100).map(float), st.sampled_from(["", "spring"])),
    ]
    if words.segments is not None:
        kinds.append(st.builds(d.Member, words.segments))
    return st.one_of(kinds)


@st.composite
def _leaf(draw: st.DrawFn, words: Vocabulary) -> d.Condition:
    """As leaves, but short when Hypothesis writes down what it drew from."""
    return draw(leaves(words))


def conditions(words: Vocabulary = WILD, most: int = 6) -> SearchStrategy[d.Condition]:
    """most: leaves in one condition, about."""

    def groups(inner: SearchStrategy[d.Condition]) -> SearchStrategy[d.Condition]:
        of = _tuples(inner)
        which = st.sampled_from(["any", "all", "none"])
        return st.one_of(
            st.builds(d.All, of), st.builds(d.Any, of), st.builds(d.Not, inner), st.builds(d.Colleagues, inner, which)
        )

    return st.recursive(_leaf(words), groups, max_leaves=most)


def definitions(words: Vocabulary = WILD, most: int = 6) -> SearchStrategy[d.Definition]:
    return st.builds(d.Definition, conditions(words, most), words.zones)
