"""What figures say, in sentences for people who are no statisticians. Pure."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pentad.intelligence.experiments.definition import MOST_CURRENCIES, Goal, Guard, title
from pentad.intelligence.experiments.rules import HOLDOUT, REST, Compared, Guarded

if TYPE_CHECKING:
    from pentad.intelligence.experiments.results import State, Winner

PERCENT = "\N{NO-BREAK SPACE}%"
_WIDE = 3.0
"""Beyond three times as much, a relative difference says how little the other arm did, and no more."""


def arm(name: str) -> str:
    return {HOLDOUT: "Held out", REST: "The rest", "messages": "All messages"}.get(name, f"Message {name}")


def figure(goal: Goal, value: float) -> str:
    """A mean of one person: a share of people, or a number."""
    if goal.figure == "converted":
        return percent(value)
    return number(value)


def percent(value: float) -> str:
    """As many digits as tell something: 12.3 %, 0.42 %, 0.013 %."""
    shown = round(value * 100, 3) + 0.0  # a nought has no sign
    size = abs(shown)
    digits = 1 if size >= 1 or size == 0 else 2 if size >= 0.1 else 3
    return f"{shown:,.{digits}f}{PERCENT}".replace("-", "−")


def number(value: float) -> str:
    digits = 0 if abs(value) >= 1000 else 2
    return f"{round(value, digits) + 0.0:,.{digits}f}".replace("-", "−")


def points(goal: Goal, value: float) -> str:
    """A difference of two means, with its sign."""
    sign = "+" if value > 0 else ""
    if goal.figure == "converted":
        return f"{sign}{percent(value).removesuffix(PERCENT)} points"
    return f"{sign}{number(value)}"


def each(goal: Goal) -> str:
    """Of whom a difference is told: of one person, where it is no share of people."""
    return "" if goal.figure == "converted" else " a person"


def change(value: float) -> str:
    """A relative difference: 12 % more, 3 % less."""
    size = abs(value) * 100
    shown = f"{size:,.0f}" if size >= 10 else f"{size:,.1f}"
    return "no more" if float(shown.replace(",", "")) == 0 else f"{shown}{PERCENT} {'more' if value > 0 else 'less'}"


def _more(goal: Goal, value: float) -> str:
    """A difference of two means as a relative one is told: 3.85 a person more."""
    return f"{points(goal, abs(value)).removeprefix('+')}{each(goal)} {'more' if value > 0 else 'less'}"


def compared(goal: Goal, one: Compared) -> str:
    """One comparison as a sentence or three."""
    if one.verdict == "early":
        return "Too little has happened to say anything."
    sides = f"{figure(goal, one.mean)} against {figure(goal, one.mean_against)}"
    between = _between(goal, one)
    if one.verdict == "open":
        told = "No difference was found" if one.final else "Nothing can be said yet"
        return f"{told}: {sides}; anything {between} is possible."
    told = "Better" if one.verdict == "better" else "Worse"
    size = change(one.relative) if one.relative is not None else _more(goal, one.difference)
    return f"{told}: {sides}, {size}; {between}, with 95{PERCENT} confidence."


def _relative(one: Compared) -> tuple[float, float] | None:
    """The bounds of the relative difference; None where they say less than those of the difference itself."""
    low, high = one.relative_low, one.relative_high
    return None if low is None or high is None or high > _WIDE else (low, high)


def _between(goal: Goal, one: Compared) -> str:
    if (found := _relative(one)) is None:
        return f"between {points(goal, one.low)} and {points(goal, one.high)}{each(goal)}"
    low, high = found
    same = low * high > 0
    if same and low < 0:
        low, high = high, low
    first = change(low).removesuffix(" more").removesuffix(" less") if same else change(low)
    return f"between {first} and {change(high)}"


def interval(goal: Goal, one: Compared) -> str:
    """The interval in short: +27 % to +239 %."""
    if (found := _relative(one)) is None:
        return f"{points(goal, one.low)} to {points(goal, one.high)}"
    low, high = found
    digits = 0 if max(abs(low), abs(high)) >= 0.1 else 1
    return f"{low * 100:+,.{digits}f}{PERCENT} to {high * 100:+,.{digits}f}{PERCENT}".replace("-", "−")


def in_all(goal: Goal, one: Compared) -> str:
    """What the difference comes to, of all who could get the message."""
    things = {"converted": "people", "count": "times", "sum": "in all"}[goal.figure]
    low, high = round(one.extra_low), round(one.extra_high)
    return f"{one.extra:+,.0f} {things} ({low:+,} to {high:+,})".replace("-", "−")


def headline(goal: Goal, one: Compared | None, state: "State", winner: "Winner | None") -> str:
    """The one sentence that stands above everything."""
    if state == "empty":
        return "Nobody was chosen yet."
    if one is None:
        return "There is nothing to compare with, as everybody gets the same: hold some people out to learn what it changes."
    said = _said(goal, one)
    if winner and winner.decided:
        said = f"{said} {winner.words}" if one.against == HOLDOUT else winner.words
    return said


def _said(goal: Goal, one: Compared) -> str:
    who = "the holdout" if one.against == HOLDOUT else f"message {one.against}"
    what = "The campaign" if one.against == HOLDOUT else f"Message {one.arm}"
    name = f"“{title(goal)}”"
    if one.verdict == "early":
        return f"Too little has happened to say whether it works on {name}."
    if one.verdict == "open":
        told = f"No difference from {who} was found on {name}" if one.final else f"Nothing can be said yet about {name}"
        return f"{told}: beside {who} anything {_between(goal, one)} is possible."
    verb = "works" if one.verdict == "better" else "does harm"
    size = change(one.relative) if one.relative is not None else _more(goal, one.difference)
    return f"{what} {verb}: {size} than {who} on {name} ({_between(goal, one)})."


def guarded(guard: Guard, one: Compared | None, state: Guarded, share: float | None = None) -> str:
    """share: the largest one that is possible, where only that can be told."""
    goal = guard.goal
    most = points(goal, guard.tolerated).removeprefix("+")
    if one is None:
        return "There is nothing to compare with."
    sides = f"{figure(goal, one.mean)} against {figure(goal, one.mean_against)}"
    return {
        "held": f"{sides}: at most {most} worse, as it should be.",
        "broken": f"{sides}: certainly more than {most} worse.",
        "open": f"{sides}: whether it is more than {most} worse cannot be said yet.",
        "early": f"{sides}: too few to say more"
        + (f" than that at most {percent(share)} do it." if share is not None else "."),
    }[state]


def currencies(goal: Goal, some: Sequence[str]) -> str:
    """What is told of a sum over several currencies; "" of any other."""
    if goal.currency is None or len(some) < 2:
        return ""
    named = sum(1 for one in some if one)
    told = (
        f"Amounts are in {named} currencies. Each is told by itself, since nothing is converted, and customers who used"
    )
    told += f" another count as 0; {goal.currency}, which most of them used, comes first."
    left = len(some) - MOST_CURRENCIES
    return f"{told} {left} more, of fewer customers, {'is' if left == 1 else 'are'} not shown." if left > 0 else told


def winner(decided: str, ahead: str, over: bool) -> str:
    """ahead: the best so far; "" where all are equal."""
    if decided:
        return f"Message {decided} is better than every other, with 95{PERCENT} confidence."
    if not ahead:
        return "The messages did equally well." if over else "No message is ahead yet."
    if over:
        return f"No message was certainly the best; {ahead} was ahead."
    return f"No message is certainly the best yet; {ahead} is ahead, which may be chance."
