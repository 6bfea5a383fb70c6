"""Segments to begin with, made from the events and traits that were really seen, each with how many it would have."""

import hashlib
import time
from array import array
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pentad import ledger
from pentad.core.actor import SYSTEM, acting_as, reader
from pentad.data.identity.queries import bare, says_who
from pentad.data.profiles.filling import lost
from pentad.intelligence.segments import compile as compiler
from pentad.intelligence.segments import definition as d
from pentad.intelligence.segments import engine, queries, roles
from pentad.intelligence.segments.access import may_ask, seen_numbers
from pentad.intelligence.segments.catalogue import seen
from pentad.intelligence.segments.catalogue.remembering import Remembered
from pentad.intelligence.segments.catalogue.suggesting import Suggestion, suggest
from pentad.intelligence.segments.parts import Scene
from pentad.intelligence.segments.patience import waited_for
from pentad.intelligence.segments.periods import naive
from pentad.intelligence.segments.reading import read, write

ONCE, NEVER = d.HowOften("exactly", 1), d.HowOften("exactly", 0)
KNOWN = d.Standing("known", d.Equals(True))
TOP = 0.9
"""Who spent more than so great a part of all buyers is a top spender."""
LEAST_BUYERS = 20
"""Of fewer buyers the top says who one of them is, and nothing of the others."""
MOST_VALUES = 12
MOST_OF_TRAITS = 3

AFRESH_SECONDS, KEPT_SECONDS, WANTED_SECONDS = 300.0, 600.0, 3600.0
Counted = tuple[int, datetime]
"""How many, and when they were counted."""
_figures = Remembered[Counted](KEPT_SECONDS, most=500)
"""How many of everybody meet a definition, by store and definition."""
_tops = Remembered[int](KEPT_SECONDS)
_of_readers = Remembered[list[Counted]](most=50)
_wanted: dict[str, float] = {"UTC": time.monotonic()}
"""When somebody who sees everybody was last shown them, by time zone; and, below, when they were last counted."""
_afresh: dict[tuple[int, str], float] = {}


@dataclass(frozen=True, slots=True)
class Idea:
    """text: who they are, in a few words. count: of the customers whom the reader may see; as_of: when that was so."""

    key: str
    text: str
    definition: d.Definition
    count: int = 0
    as_of: datetime | None = None

    @property
    def name(self) -> str:
        return self.text[:120]


@waited_for
def ideas(time_zone: str = "UTC") -> list[Idea]:
    """Those that somebody meets, and that ask nothing the reader may not know. Counted in one statement."""
    found = _allowed(time_zone)
    if not found:
        return []
    asked, only = tuple(write(one.definition) for one in found), seen_numbers()
    if only is None:
        _wanted[time_zone] = time.monotonic()
    counts = _figures_of(asked) if only is None else _of_some(asked, only)
    return [replace(one, count=count, as_of=at) for one, (count, at) in zip(found, counts, strict=True) if count]


def counted_at(found: Sequence[Idea]) -> datetime | None:
    """As of when the counts of these are true: the oldest of them."""
    return min((one.as_of for one in found if one.as_of is not None), default=None)


@waited_for
def find_idea(key: str, time_zone: str = "UTC") -> Idea | None:
    return next((one for one in _allowed(time_zone) if one.key == key), None)


def _allowed(time_zone: str) -> list[Idea]:
    made = (Idea(key, text, d.Definition(where, time_zone)) for key, text, where in _candidates(time_zone))
    return [one for one in made if may_ask(reader(), one.definition, queries.definition_of)]


def keep_true() -> None:
    """Count them for who sees every customer, if one asked within the hour: done every minute, and counted well before
    what is remembered is too old.
    """
    if lost():
        return  # nobody would be counted, and that be remembered
    store = seen.number_of(ledger.current())
    for zone, at in list(_wanted.items()):
        now = time.monotonic()
        if at + WANTED_SECONDS > now > _afresh.get((store, zone), -AFRESH_SECONDS) + AFRESH_SECONDS:
            with acting_as(SYSTEM):
                _remember(tuple(write(one.definition) for one in _allowed(zone)))
            _afresh[store, zone] = now


def _figures_of(asked: tuple[str, ...]) -> list[Counted]:
    store = seen.number_of(ledger.current())
    found = {one: number for one in asked if (number := _figures.known((store, one))) is not None}
    if missing := tuple(one for one in asked if one not in found):
        found |= _remember(missing)
    return [found[one] for one in asked]


def _remember(asked: tuple[str, ...]) -> dict[str, Counted]:
    turn, store = _figures.turn, seen.number_of(ledger.current())
    found = dict(zip(asked, _counts(asked, None), strict=True))
    _figures.put({(store, one): number for one, number in found.items()}, turn)
    return found


def _of_some(asked: tuple[str, ...], only: Collection[int]) -> list[Counted]:
    """Of customers whom one may see alone; remembered for a minute."""
    return _of_readers.get((seen.number_of(ledger.current()), _whom(only), asked), lambda: _counts(asked, only))


def _whom(only: Collection[int] | None) -> bytes:
    """Stands for these customers in a key."""
    return b"" if only is None else hashlib.sha256(array("q", sorted(only)).tobytes()).digest()


def _counts(asked: tuple[str, ...], only: Collection[int] | None) -> list[Counted]:
    store = ledger.current()
    if not asked:
        return []
    every, at = [compiler.compiled(read(one)) for one in asked], engine.now()
    scene = Scene(naive(at), engine.promoted(store), "" if only is None else "scope")
    judged = compiler.judged_sql([each for one in every for each in one.features], [one.test for one in every], scene)
    figures = ", ".join(f"count(*) FILTER (WHERE j{n}) AS n{n}" for n in range(len(every)))
    (row,) = store.rows(f"SELECT {figures} FROM ({judged}) AS asked", scope=only)
    return [(int(row[f"n{n}"] or 0), at) for n in range(len(every))]


# -- what could be asked ---------------------------------------------------------------------------

Candidate = tuple[str, str, d.Condition]


def _candidates(time_zone: str) -> Iterator[Candidate]:
    """The most telling first."""
    parts = roles.parts_of(str(one.value) for one in suggest("event"))
    events = {part: d.EventMatch((name,)) for part, name in parts.items()}
    if suggest("event", type="page"):
        events["visit"] = d.EventMatch(type="page")
    elif suggest("event", type="screen"):
        events["visit"] = d.EventMatch(type="screen")
    yield from _of_buyers(events, parts)
    yield from _of_signing_up(events)
    yield from _of_trouble(events)
    yield from _of_everybody()
    yield from _of_traits()


def _last(n: int, unit: d.Unit = "day") -> d.Last:
    return d.Last(n, unit)


def _of_buyers(events: dict[str, d.EventMatch], parts: dict[str, str]) -> Iterator[Candidate]:
    order, visit, cart = events.get("order"), events.get("visit"), events.get("cart")
    if order is None:
        return
    if visit is not None:
        once = d.All((d.Event(order, ONCE), d.Event(visit, NEVER, _last(60))))
        yield "once-gone", "Bought once, no visit for 60 days", once
    lapsed = d.All((d.Event(order, d.HowOften("at_least", 2)), d.Event(order, NEVER, _last(90))))
    yield "lapsed", "Bought more than once, not for 90 days", lapsed
    yield "new-buyers", "First order in the last 30 days", d.Occurrence("first", order, _last(30))
    if cart is not None:
        left = d.All((d.Event(cart, when=_last(14)), d.Event(order, NEVER, _last(14))))
        yield "cart-left", "Cart filled in the last 14 days, nothing ordered", left
    often = d.Event(order, d.HowOften("at_least", 3), _last(1, "year"))
    yield "regulars", "Bought three times or more within a year", often
    if visit is not None:
        looking = d.All((d.Event(visit, d.HowOften("at_least", 3), _last(7)), d.Event(order, NEVER, _last(30))))
        yield "looking", "Three visits in 7 days, no order in 30", looking
    yield from _of_spenders(order, parts["order"])


def _of_spenders(order: d.EventMatch, name: str) -> Iterator[Candidate]:
    numbers = [str(one.value) for one in suggest("property", events=[name]) if one.type == "number"]
    if not (money := roles.money_of(numbers)):
        return
    asked, only = write(d.Definition(d.Aggregate("sum", money, order, d.IsSet(), _last(1, "year")))), seen_numbers()
    least = _top(asked, only)
    if least:
        spent = d.Aggregate("sum", money, order, d.AtLeast(least), _last(1, "year"))
        yield "top-spenders", f"Spent {least:,} or more within a year, as one buyer in ten", spent


def _top(asked: str, only: Collection[int] | None) -> int:
    return _tops.get((seen.number_of(ledger.current()), _whom(only), asked), lambda: _top_of(asked, only))


def _top_of(asked: str, only: Collection[int] | None) -> int:
    """What a buyer in ten reaches of a figure, rounded to two digits; 0 when there are too few buyers to tell."""
    store = ledger.current()
    (feature,) = compiler.compiled(read(asked)).features
    scope = "" if only is None else "scope"
    sql = compiler.features_sql([feature], engine.now(), scope, promoted=engine.promoted(store))
    asking = f"SELECT {feature.column} AS figure FROM ({sql}) AS f WHERE {feature.column} > 0"
    found: Any = store.query(asking, scope=only)
    figures: pa.ChunkedArray = found["figure"]
    if len(figures) < LEAST_BUYERS:
        return 0
    least = float(pc.quantile(figures, TOP)[0].as_py())
    return int(float(f"{least:.2g}"))


def _of_signing_up(events: dict[str, d.EventMatch]) -> Iterator[Candidate]:
    sign_up, order = events.get("sign_up"), events.get("order")
    if sign_up is None:
        return
    if order is not None:
        yield "never-bought", "Signed up, never bought", d.All((d.Event(sign_up), d.Event(order, NEVER)))
    yield "new-sign-ups", "Signed up in the last 30 days", d.Event(sign_up, when=_last(30))


def _of_trouble(events: dict[str, d.EventMatch]) -> Iterator[Candidate]:
    if (trouble := events.get("trouble")) is not None:
        named = trouble.names[0]
        yield "trouble", f"“{named}” in the last 30 days", d.Event(trouble, when=_last(30))
    if (cancelled := events.get("cancelled")) is not None:
        named = cancelled.names[0]
        yield "cancelled", f"“{named}” in the last 90 days", d.Event(cancelled, when=_last(90))


def _of_everybody() -> Iterator[Candidate]:
    gone = d.All((KNOWN, d.Standing("last_seen", d.OnDate(d.Ago(60, "day")))))
    yield "gone", "Known customers not seen for 60 days", gone
    new = d.All((KNOWN, d.Standing("first_seen", d.OnDate(_last(7)))))
    yield "new", "Known customers first seen in the last 7 days", new


def _of_traits() -> Iterator[Candidate]:
    traits = suggest("trait")
    if born := roles.birthday_of(str(one.value) for one in traits):
        yield "birthday", "Birthday within 7 days", d.Trait(born, d.Anniversary(7))
    told = 0
    for one in traits:
        name = str(one.value)
        if one.type != "text" or told == MOST_OF_TRAITS or _personal(name):
            continue
        values = [value for value in suggest("trait_value", name=name) if isinstance(value.value, str) and value.count]
        if 2 <= len(values) <= MOST_VALUES and not _tells_apart(values):
            told += 1
            value = str(values[0].value)
            yield f"trait-{name}", f"{one.detail or name} is “{value}”", d.Trait(name, d.Equals(value))


def _personal(name: str) -> bool:
    """Whether its values say who somebody is, or how to reach them: no segment begins with one customer."""
    parts = (name, *name.split("."))
    return any(says_who(part) or bare(part).endswith(("email", "phone")) for part in parts)


def _tells_apart(values: Sequence[Suggestion]) -> bool:
    """Whether most values are one customer's: such a trait is an identifier, whatever it is called."""
    return sum(1 for one in values if (one.count or 0) < 2) * 2 > len(values)
