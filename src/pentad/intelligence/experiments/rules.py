"""What may be said of two arms from sums alone: CUPED, intervals that may be looked at any time, and a verdict. Pure.

Everything follows from six sums of each arm (`Sums`), so that the event store adds up and no list of people leaves it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pentad.intelligence.experiments.arms import HOLDOUT, REST, arm_of, arms_of
from pentad.intelligence.experiments.boundaries import always, fixed
from pentad.intelligence.experiments.ratio import Ratio, ratio

ALPHA = 0.05
WATCHING, ENDING = 0.01, 0.04
"""How the 5 % are divided where the end is fixed beforehand: for all looks before it together, and for the one at it."""
ENOUGH = 10
"""Conversions that the smaller arm should have by the share of both together before anything is said."""
PRIOR = 10
"""Conversions that the spread in both arms together counts for in each arm's own: for an arm in which few did anything."""

Verdict = Literal["better", "worse", "open", "early"]
"""open: the interval holds both. early: too little has happened to say anything."""
Better = Literal["more", "less"]


@dataclass(frozen=True, slots=True)
class Sums:
    """Of the persons of one arm: how many; of how many y is not 0; sums of y, y², x, x² and xy.

    y: the figure since each was chosen. x: the covariate, known before that and so the same in all arms but for chance.
    """

    people: int
    some: int
    y: float
    yy: float
    x: float = 0.0
    xx: float = 0.0
    xy: float = 0.0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.people + other.people, self.some + other.some, self.y + other.y, self.yy + other.yy,
            self.x + other.x, self.xx + other.xx, self.xy + other.xy,
        )  # fmt: skip

    @property
    def mean(self) -> float:
        return self.y / self.people if self.people else 0.0

    def spread(self, theta: float = 0.0) -> float:
        """The variance, of one person, of y - θx."""
        if self.people < 2:
            return 0.0
        n = self.people
        yy, xx, xy = self.yy - self.y**2 / n, self.xx - self.x**2 / n, self.xy - self.x * self.y / n
        return max(0.0, (yy - 2 * theta * xy + theta**2 * xx) / (n - 1))


@dataclass(frozen=True, slots=True)
class Compared:
    """One arm against another. Means are of each person, adjusted by CUPED; low and high enclose the difference.

    relative: difference ÷ the mean of the other arm; its bounds are None where that mean may be 0. narrowed: the share of
    the variance that CUPED took away. final: the one look at the end that was fixed beforehand.
    """

    arm: str
    against: str
    people: int
    mean: float
    mean_against: float
    difference: float
    low: float
    high: float
    relative: float | None
    relative_low: float | None
    relative_high: float | None
    narrowed: float
    verdict: Verdict
    final: bool

    @property
    def extra(self) -> float:
        """What the arm's people did that they would not have done: the difference, of all of them."""
        return self.difference * self.people

    @property
    def extra_low(self) -> float:
        return self.low * self.people

    @property
    def extra_high(self) -> float:
        return self.high * self.people


def level(*, ends: bool, over: bool, comparisons: int = 1) -> tuple[float, bool]:
    """α for one of so many comparisons, and whether it is the last look. ends: the end was fixed beforehand; over: it is
    behind us.

    Where there is an end, all looks before it share WATCHING and the one at it has ENDING: by the union bound both together
    err with probability ALPHA at most, and the last interval is far narrower than one that must hold for ever.
    """
    alpha = ALPHA if not ends else ENDING if over else WATCHING
    return alpha / max(1, comparisons), ends and over


def lift(
    one: Sums, other: Sums, *, arm: str = "A", against: str = HOLDOUT, better: Better = "more", alpha: float = ALPHA,
    final: bool = False,
) -> Compared:  # fmt: skip
    """How much more `one` does than `other`, with an interval: at a moment fixed beforehand (final), or at all moments."""
    theta = slope(one, other)
    mean, mean_other = _adjusted(one, other, theta)
    v_one, v_other = _variances(one, other, theta)
    both, difference = v_one + v_other, mean - mean_other
    much = information(one, other, both)
    k = fixed(alpha) if final else always(much, alpha)
    half = k * math.sqrt(both) if math.isfinite(k) else math.inf
    relative, low, high = _relative(mean, mean_other, v_one, v_other, k)
    plain = one.spread() + other.spread()
    return Compared(
        arm, against, one.people, mean, mean_other, difference, difference - half, difference + half,
        relative, low, high, 1 - (one.spread(theta) + other.spread(theta)) / plain if plain else 0.0,
        _verdict(one, other, difference, half, better), final,
    )  # fmt: skip


def slope(one: Sums, other: Sums) -> float:
    """θ of CUPED: covariance of figure and covariate ÷ variance of the covariate, within the arms.

    Deng, Xu, Kohavi, Walker: Improving the sensitivity of online controlled experiments by utilizing pre-experiment data,
    WSDM 2013, equation 4. y - θ(x - mean x) has the mean of y, and 1 - correlation² of its variance.
    """
    shared = within = 0.0
    for arm in (one, other):
        if arm.people > 1:
            within += arm.xx - arm.x**2 / arm.people
            shared += arm.xy - arm.x * arm.y / arm.people
    return shared / within if within > 1e-12 * (one.xx + other.xx) else 0.0


def information(one: Sums, other: Sums, variance: float) -> float:
    """How much has been seen, as the conversions of two equal arms together that tell as much.

    The intrinsic time of the sum that is followed, n² Var(difference) with 1/n = 1/n₁ + 1/n₀: it grows with each person and
    with each thing they do, so that it is the right clock both while people are still being chosen and while all of them
    are and their purchases come in. In units of a typical squared figure of who did anything, so that money is no other;
    four times that, as half of those who did are in either arm, and so is half of what both tell.
    """
    if not one.people or not other.people or not (some := one.some + other.some):
        return 0.0
    size = 1 / (1 / one.people + 1 / other.people)
    return 4 * size**2 * variance / ((one.yy + other.yy) / some)


def enough(one: Sums, other: Sums) -> bool:
    """Whether the normal approximation may be trusted: neither arm is so small that hardly anything was to happen in it."""
    people = one.people + other.people
    return people > 0 and (one.some + other.some) / people * min(one.people, other.people) >= ENOUGH


def _adjusted(one: Sums, other: Sums, theta: float) -> tuple[float, float]:
    """Means as they were if both arms had had the same covariate."""
    people = one.people + other.people
    middle = (one.x + other.x) / people if people else 0.0
    first, second = (arm.mean - theta * (arm.x / arm.people - middle) if arm.people else 0.0 for arm in (one, other))
    return first, second


def _variances(one: Sums, other: Sums, theta: float) -> tuple[float, float]:
    """Of both means. An arm in which hardly anybody did anything does not know its own spread: both together help out."""
    together = (one + other).spread(theta)

    def of(arm: Sums) -> float:
        if not arm.people:
            return math.inf
        return (arm.some * arm.spread(theta) + PRIOR * together) / (arm.some + PRIOR) / arm.people

    return of(one), of(other)


def _relative(
    one: float, other: float, v_one: float, v_other: float, k: float
) -> tuple[float | None, float | None, float | None]:
    """The ratio of the means less 1, and the ratios r for which one - r·other is within k standard errors of 0.

    Fieller: Some problems in interval estimation, J. R. Stat. Soc. B 16 (1954). It holds 0 exactly when the interval of the
    difference does. No bounds where the mean of the other arm may itself be 0.
    """
    if other <= 0:
        return None, None, None
    a = other**2 - k**2 * v_other if math.isfinite(k) else -1.0
    if a <= 0:
        return one / other - 1, None, None
    root = math.sqrt(max(0.0, (one * other) ** 2 - a * (one**2 - k**2 * v_one)))
    return one / other - 1, (one * other - root) / a - 1, (one * other + root) / a - 1


def _verdict(one: Sums, other: Sums, difference: float, half: float, better: Better) -> Verdict:
    if not enough(one, other):
        return "early"
    if abs(difference) <= half:
        return "open"
    return "better" if (difference > 0) == (better == "more") else "worse"


# -- guards ----------------------------------------------------------------------------------------

Guarded = Literal["held", "broken", "open", "early"]


def guarded(compared: Compared, tolerated: float, better: Better = "less") -> Guarded:
    """Whether a figure that must not get worse did not: held when at most `tolerated` a person worse is possible, broken
    when it is certainly worse than that.
    """
    if compared.verdict == "early":
        return "early"
    low, high = (compared.low, compared.high) if better == "less" else (-compared.high, -compared.low)
    if low > tolerated:
        return "broken"
    return "held" if high <= tolerated else "open"


# -- the winner ------------------------------------------------------------------------------------


def winner(arms: Sequence[tuple[str, Sums]], *, better: Better = "more", ends: bool = False, over: bool = False) -> str:
    """The arm that is certainly better than every other, or "".

    Some arm wins in vain with probability α at most. Of k arms each must beat all others: of those that are not best, the
    best one too. That each errs on one side at α' / 2, and there are k, so α' = 2α / k will do.
    """
    if len(arms) < 2:
        return ""
    alpha, final = level(ends=ends, over=over)
    alpha = min(alpha, 2 * alpha / len(arms))
    for name, sums in arms:
        against = [
            lift(sums, other, arm=name, against=rival, better=better, alpha=alpha, final=final)
            for rival, other in arms
            if rival != name
        ]
        if all(one.verdict == "better" for one in against):
            return name
    return ""


def ranked(arms: Sequence[tuple[str, Sums]], better: Better = "more") -> tuple[str, ...]:
    """The arms by their means so far, the best first, by chance or not; equal ones in their order."""
    sign = -1 if better == "more" else 1
    return tuple(name for name, _ in sorted(arms, key=lambda one: sign * one[1].mean))


__all__ = [
    "ALPHA", "HOLDOUT", "REST", "Better", "Compared", "Guarded", "Ratio", "Sums", "Verdict", "arm_of", "arms_of",
    "enough", "guarded", "information", "level", "lift", "ranked", "ratio", "slope", "winner",
]  # fmt: skip
