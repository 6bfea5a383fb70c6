"""What a campaign changed, put together from the sums of its arms. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from itertools import chain, repeat
from typing import Any, Literal

import msgspec

from pentad.intelligence.experiments import boundaries, rules, words
from pentad.intelligence.experiments.definition import Goal, Guard, Measurement, by_currency
from pentad.intelligence.experiments.ratio import Ratio
from pentad.intelligence.experiments.rules import HOLDOUT, REST, Compared, Guarded, Sums

MESSAGES = "messages"
"""All arms that get a message, together: what is held against the holdout."""

State = Literal["empty", "early", "running", "over"]
BySums = Mapping[str, Sums]
"""The sums of one figure, by arm."""


@dataclass(frozen=True, slots=True)
class Arm:
    """people: in it, as far as the reader may see them. done: of these, whose days are over."""

    name: str
    people: int
    done: int

    @property
    def label(self) -> str:
        return words.arm(self.name)


@dataclass(frozen=True, slots=True)
class Said:
    """A comparison and what it says in words."""

    compared: Compared
    words: str


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure of all arms. means: of one person, by arm; totals: of the whole arm. compared: the first is the chief one.
    currencies: of a sum, those seen in what it adds up. Of several, the goal is that of the one which most people used, and
    split tells it of each of the others.
    """

    goal: Goal
    means: Mapping[str, float]
    totals: Mapping[str, float]
    compared: tuple[Said, ...]
    currencies: tuple[str, ...] = ()
    split: "tuple[Measured, ...]" = ()

    @property
    def chief(self) -> Said | None:
        return self.compared[0] if self.compared else None


@dataclass(frozen=True, slots=True)
class Kept:
    """A guard: its figure, whether it held for all messages together, and which of them break it."""

    guard: Guard
    measured: Measured
    state: Guarded
    words: str
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Winner:
    """decided: the arm that is certainly better than every other, or "". ranked: all of them, the best one so far first, by
    chance or not.
    """

    decided: str
    ranked: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Point:
    """The chief comparison of the goal as it was told at a moment; None while there was too little to say."""

    at: datetime
    difference: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Results:
    """ends: when measuring is over, if that was fixed when it began. mixed: people seen in two arms, who count in none."""

    campaign: str
    run: str
    as_of: datetime
    ends: datetime | None
    state: State
    arms: tuple[Arm, ...]
    goal: Measured
    others: tuple[Measured, ...]
    guards: tuple[Kept, ...]
    ratio: Ratio
    mixed: int
    winner: Winner | None
    series: tuple[Point, ...]
    headline: str

    @property
    def people(self) -> int:
        return sum(one.people for one in self.arms)

    @property
    def done(self) -> int:
        """How many have had all their days."""
        return sum(one.done for one in self.arms)

    @property
    def over(self) -> bool:
        return self.state == "over"


@dataclass(frozen=True)
class Seen:
    """What was read: people and those whose days are over by arm, the sums of each figure in the order of
    `definition.goals`, and those of the goal at earlier moments. currencies: of each figure that is a sum, in the same order;
    of several, its sums are those of the first, and split has those of the others.
    """

    arms: Mapping[str, tuple[int, int]]
    mixed: int
    sums: Sequence[BySums]
    earlier: Sequence[tuple[datetime, BySums]] = ()
    currencies: Sequence[tuple[str, ...]] = ()
    split: Sequence[Sequence[BySums]] = ()


def assembled(
    campaign: str, measurement: Measurement, weights: Mapping[str, float], seen: Seen, *, run: str = "",
    ends: datetime | None, now: datetime,
) -> Results:  # fmt: skip
    """weights: those of the arms at their beginning; an arm that is not among them shows as a mismatch."""
    over = ends is not None and now >= ends
    names = sorted({**weights, **seen.arms}, key=lambda name: (name == HOLDOUT, name == REST, name))
    names = [name for name in names if weights.get(name, 0) > 0 or name in seen.arms]
    arms = tuple(Arm(name, *seen.arms.get(name, (0, 0))) for name in names)
    figures, look = iter(seen.sums), _Look(names, ends is not None, over)
    currencies, split = chain(seen.currencies, repeat(())), chain(seen.split, repeat(()))
    goal, *others = (
        look.of_currencies(one, next(figures), next(currencies), next(split))
        for one in (measurement.goal, *measurement.others)
    )
    guards = tuple(look.kept(one, next(figures)) for one in measurement.guards)
    best = look.winner(measurement.goal, seen.sums[0])
    ratio = rules.ratio({name: people for name, (people, _) in seen.arms.items()}, weights)
    state = _state(seen, goal, over)
    return Results(
        campaign, run, now, ends, state, arms, goal, tuple(others), guards, ratio, seen.mixed, best,
        look.series(measurement.goal, seen), words.headline(goal.goal, goal.chief.compared if goal.chief else None, state, best),
    )  # fmt: skip


def _state(seen: Seen, goal: Measured, over: bool) -> State:
    if not any(people for people, _ in seen.arms.values()):
        return "empty"
    if over:
        return "over"
    return "early" if goal.chief is None or goal.chief.compared.verdict == "early" else "running"


@dataclass(frozen=True)
class _Look:
    """One look at all arms, and which level each comparison has at it."""

    names: Sequence[str]
    ends: bool
    over: bool

    @property
    def messages(self) -> list[str]:
        return [name for name in self.names if name != HOLDOUT]

    @property
    def tested(self) -> list[str]:
        return [name for name in self.messages if name != REST]

    def pairs(self) -> list[tuple[str, str, int]]:
        """Which arms are compared, and how many share a level: the chief one has its own, then every message against the
        holdout, then every message against the first one.
        """
        arms, found = self.messages, list[tuple[str, str, int]]()
        if HOLDOUT in self.names and arms:
            found.append((MESSAGES if len(arms) > 1 else arms[0], HOLDOUT, 1))
            found += [(arm, HOLDOUT, len(self.tested)) for arm in self.tested if len(arms) > 1]
        first, *others = self.tested or [""]
        return found + [(arm, first, len(others)) for arm in others]

    def measured(self, goal: Goal, sums: BySums) -> Measured:
        compared = [self._compared(goal, sums, *pair) for pair in self.pairs()]
        of = {name: sums.get(name, _NOBODY) for name in self.names}
        return Measured(
            goal, {name: one.mean for name, one in of.items()}, {name: one.y for name, one in of.items()},
            tuple(Said(one, words.compared(goal, one)) for one in compared),
        )  # fmt: skip

    def of_currencies(
        self, goal: Goal, sums: BySums, currencies: tuple[str, ...], split: Sequence[BySums]
    ) -> Measured:  # fmt: skip
        """The same; of a sum over several currencies each by itself."""
        first, *others = by_currency(goal, currencies)
        also = tuple(self.measured(one, some) for one, some in zip(others, split, strict=bool(split)))
        return replace(self.measured(first, sums), currencies=currencies, split=also)

    def kept(self, guard: Guard, sums: BySums) -> Kept:
        found = self.measured(guard.goal, sums)
        one = found.chief.compared if found.chief else None
        state: Guarded = rules.guarded(one, guard.tolerated, guard.goal.better) if one else "early"
        most = None
        if state == "early" and guard.goal.figure == "converted" and guard.goal.better == "less":
            # What hardly ever happens says nothing of a difference, yet enough of a limit: it is no larger than the share.
            messages = self._sums(MESSAGES, sums)
            most = boundaries.at_most(messages.some, messages.people, rules.ALPHA)
            state = "held" if most <= guard.tolerated else "early"
        sides = (said.compared for said in found.compared if said.compared.arm != MESSAGES)
        broken = dict.fromkeys(
            side.arm for side in sides if rules.guarded(side, guard.tolerated, guard.goal.better) == "broken"
        )
        return Kept(guard, found, state, words.guarded(guard, one, state, most), tuple(broken))

    def winner(self, goal: Goal, sums: BySums) -> Winner | None:
        arms = [(name, sums.get(name, _NOBODY)) for name in self.tested]
        if len(arms) < 2:
            return None
        decided = rules.winner(arms, better=goal.better, ends=self.ends, over=self.over)
        ranked = rules.ranked(arms, goal.better)
        ahead = ranked[0] if len({sums.mean for _, sums in arms}) > 1 else ""
        return Winner(decided, ranked, words.winner(decided, ahead, self.over))

    def series(self, goal: Goal, seen: Seen) -> tuple[Point, ...]:
        """As it was told at each moment: an interval of the time before the end until the end has come."""
        if not (pairs := self.pairs()):
            return ()
        found, last = [], len(seen.earlier) - 1
        for n, (at, sums) in enumerate(seen.earlier):
            look = self if n == last else _Look(self.names, self.ends, False)
            one = look._compared(goal, sums, *pairs[0])
            told = (None, None, None) if one.verdict == "early" else (one.difference, one.low, one.high)
            found.append(Point(at, *told))
        return tuple(found)

    def _compared(self, goal: Goal, sums: BySums, arm: str, against: str, share: int) -> Compared:
        alpha, final = rules.level(ends=self.ends, over=self.over, comparisons=share)
        return rules.lift(
            self._sums(arm, sums), self._sums(against, sums), arm=arm, against=against, better=goal.better, alpha=alpha,
            final=final,
        )  # fmt: skip

    def _sums(self, arm: str, sums: BySums) -> Sums:
        return sum((sums.get(one, _NOBODY) for one in (self.messages if arm == MESSAGES else [arm])), _NOBODY)


_NOBODY = Sums(0, 0, 0.0, 0.0)


def as_json(results: Results) -> dict[str, Any]:
    """For the API: plain values; bounds that are not there yet are null."""
    found = asdict(results)
    for measured in (found["goal"], *found["others"], *(one["measured"] for one in found["guards"])):
        for one in (measured, *measured["split"]):
            one["goal"] = msgspec.to_builtins(one["goal"])
    for guard in found["guards"]:
        guard["guard"] = msgspec.to_builtins(guard["guard"])
    found["ratio"]["mismatch"] = results.ratio.mismatch
    plain: dict[str, Any] = _plain(found)
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return None
    return value
