"""Arms, intervals and verdicts: figures from textbooks and by hand."""

import math

import numpy as np
import pytest

from pentad.core.errors import Invalid
from pentad.intelligence.experiments import boundaries, rules
from pentad.intelligence.experiments.arms import points
from pentad.intelligence.experiments.rules import Sums

WEIGHTS = {"A": 45, "B": 45, "holdout": 10}


def did(people: int, some: int) -> Sums:
    """So many of so many did it."""
    return Sums(people, some, some, some)


def of(y: list[float], x: list[float]) -> Sums:
    ys, xs = np.array(y), np.array(x)
    return Sums(len(y), int(np.count_nonzero(ys)), ys.sum(), ys @ ys, xs.sum(), xs @ xs, xs @ ys)


# -- arms ------------------------------------------------------------------------------------------


def test_arms_are_stable_even_and_have_nothing_to_do_with_each_other() -> None:
    people = np.arange(60_000)
    first = rules.arms_of(people, "c1", WEIGHTS)
    assert rules.arm_of(12_345, "c1", WEIGHTS) == first[12_345]
    # For ever: who is in which arm must not change with a new version.
    assert [rules.arm_of(no, "c1", WEIGHTS) for no in range(1, 9)] == list(first[1:9])
    assert "".join(str(one)[0] for one in first[1:25]) == "BBABAABABAABAAAAABABBBBB"
    for arm, share in WEIGHTS.items():
        assert abs((first == arm).mean() - share / 100) < 4 * math.sqrt(share / 100 * (1 - share / 100) / len(people))
    other = rules.arms_of(people, "c2", WEIGHTS)
    assert abs(((first == "A") & (other == "A")).mean() - 0.45**2) < 0.01
    near = points(people, "c1")
    assert abs(np.corrcoef(near[:-1], near[1:])[0, 1]) < 0.02


def test_more_weight_moves_people_one_way() -> None:
    people = np.arange(5_000)
    before, after = (rules.arms_of(people, "c", {"A": a, "B": 100 - a}) for a in (10, 50))
    assert set(after[before == "A"]) == {"A"}
    assert set(rules.arms_of(people, "c", {"A": 0, "B": 1, "C": 0})) == {"B"}
    for wrong in ({}, {"A": 0.0}, {"A": -1.0, "B": 2.0}, {"A": math.nan}):
        with pytest.raises(Invalid, match="weights"):
            rules.arm_of(1, "c", wrong)


# -- intervals -------------------------------------------------------------------------------------


def test_one_fixed_look_is_the_interval_of_the_textbook() -> None:
    found = rules.lift(did(1000, 120), did(1000, 100), alpha=0.05, final=True)
    # Both spreads lean a little on that of both together, as 10 conversions: here that changes the third digit.
    se = math.sqrt((0.12 * 0.88 + 0.1 * 0.9) / 1000)
    assert found.difference == pytest.approx(0.02)
    assert found.high - found.low == pytest.approx(2 * 1.96 * se, rel=0.002)
    assert found.relative == pytest.approx(0.2)
    assert found.verdict == "open"
    assert found.extra == pytest.approx(20)
    assert rules.lift(did(1000, 140), did(1000, 100), final=True).verdict == "better"
    assert rules.lift(did(1000, 60), did(1000, 100), final=True).verdict == "worse"
    assert rules.lift(did(1000, 60), did(1000, 100), final=True, better="less").verdict == "better"


def test_an_interval_that_always_holds_is_wider_and_narrowest_where_planned() -> None:
    # √((τ + η) / τ · log((τ + η) / (η α²))) with η = 500 / 7.935: by a pocket calculator.
    assert boundaries.eta(0.05) == pytest.approx(63.00, abs=0.01)
    assert boundaries.always(500, 0.05) == pytest.approx(3.035, abs=0.001)
    assert boundaries.fixed(0.05) == pytest.approx(1.960, abs=0.001)
    shapes = {many: boundaries.always(many, 0.05) for many in (5, 500, 50_000)}
    assert shapes[5] > 2 * shapes[500] and shapes[50_000] > shapes[500]
    assert boundaries.always(0, 0.05) == math.inf
    always, once = (rules.lift(did(1000, 140), did(1000, 100), final=final) for final in (False, True))
    assert always.low < 0 < once.low
    nothing = rules.lift(did(0, 0), did(0, 0))
    assert (nothing.verdict, nothing.low, nothing.high, nothing.relative) == ("early", -math.inf, math.inf, None)


def test_what_has_been_seen_counts_as_conversions() -> None:
    # Of 500 + 500 ten each: twenty conversions, a little less for all the others.
    assert rules.information(did(500, 10), did(500, 10), 2 * 0.02 * 0.98 / 500) == pytest.approx(19.6)
    one, other = Sums(500, 10, 400, 16_000), Sums(500, 10, 400, 16_000)  # forty each: money is no other
    variance = one.spread() / 500 + other.spread() / 500
    assert rules.information(one, other, variance) == pytest.approx(19.6, rel=0.01)


def test_a_relative_interval_holds_nothing_exactly_when_the_difference_does() -> None:
    for some in range(60, 160, 4):
        found = rules.lift(did(900, some), did(1000, 100), final=True)
        assert found.relative_low is not None and found.relative_high is not None
        assert (found.low > 0) == (found.relative_low > 0) and (found.high < 0) == (found.relative_high < 0)
    # Fieller by hand: (0.2 ± ...) / g, for means 0.2 and 0.1 with variances 0.0001 each and k = 2.
    ratio, low, high = rules._relative(0.2, 0.1, 0.0001, 0.0001, 2.0)
    assert ratio == pytest.approx(1.0)
    assert low is not None and high is not None
    a, root = 0.01 - 0.0004, math.sqrt(0.02**2 - (0.01 - 0.0004) * (0.04 - 0.0004))
    assert (low, high) == pytest.approx(((0.02 - root) / a - 1, (0.02 + root) / a - 1))
    assert rules._relative(0.2, 0.01, 0.0001, 0.0001, 2.0)[1:] == (None, None)  # the other may be nothing


def test_little_is_too_little() -> None:
    assert rules.lift(did(9000, 90), did(1000, 0), final=True).verdict == "early"  # 9 were due in the smaller arm
    assert rules.lift(did(9000, 110), did(1000, 0), final=True).verdict == "better"
    assert rules.lift(did(5, 5), did(5, 0), final=True).verdict == "early"


# -- CUPED -----------------------------------------------------------------------------------------


def test_cuped_takes_away_what_was_known_before() -> None:
    rng = np.random.default_rng(7)
    x = rng.gamma(2, 5, 2000)
    y = 3 + 2 * x + rng.normal(0, 4, 2000) + np.repeat([1.0, 0.0], 1000)
    one, other = of(list(y[:1000]), list(x[:1000])), of(list(y[1000:]), list(x[1000:]))
    theta = rules.slope(one, other)
    by_numpy = np.cov(np.concatenate([x[:1000] - x[:1000].mean(), x[1000:] - x[1000:].mean()]),
                      np.concatenate([y[:1000] - y[:1000].mean(), y[1000:] - y[1000:].mean()]))  # fmt: skip
    assert theta == pytest.approx(by_numpy[0, 1] / by_numpy[0, 0])
    adjusted = y - theta * (x - x.mean())
    found = rules.lift(one, other, final=True)
    assert found.difference == pytest.approx(adjusted[:1000].mean() - adjusted[1000:].mean())
    assert (found.mean, found.mean_against) == pytest.approx((adjusted[:1000].mean(), adjusted[1000:].mean()))
    assert found.narrowed == pytest.approx(1 - (adjusted[:1000].var() + adjusted[1000:].var())
                                           / (y[:1000].var() + y[1000:].var()))  # fmt: skip
    assert found.narrowed > 0.9
    plain = rules.lift(Sums(1000, 1000, one.y, one.yy), Sums(1000, 1000, other.y, other.yy), final=True)
    assert found.high - found.low == pytest.approx((plain.high - plain.low) * math.sqrt(1 - found.narrowed), rel=0.01)
    assert rules.slope(did(10, 5), did(10, 5)) == 0  # nothing known before


# -- guards, ratio, winner -------------------------------------------------------------------------


def test_guards() -> None:
    def state(some: int, other: int, tolerated: float) -> str:
        return rules.guarded(rules.lift(did(10_000, some), did(10_000, other), better="less", final=True), tolerated)

    assert state(150, 100, 0.01) == "held"
    assert state(170, 100, 0.002) == "broken"
    assert state(150, 100, 0.005) == "open"
    assert state(3, 2, 0.005) == "early"
    more = rules.lift(did(10_000, 900), did(10_000, 1000), final=True)  # more is better, and it is less
    assert rules.guarded(more, 0.001, "more") == "broken"
    assert rules.guarded(more, 0.02, "more") == "held"


def test_a_bound_for_what_hardly_ever_happens() -> None:
    # Nobody of n: (n + 1)(1 - p)ⁿ = α, so p = 1 - (α / (n + 1))^(1/n).
    assert boundaries.at_most(0, 9000, 0.05) == pytest.approx(1 - (0.05 / 9001) ** (1 / 9000), rel=1e-6)
    assert 0.001 < boundaries.at_most(10, 10_000, 0.05) < 0.004
    assert boundaries.at_most(3, 3, 0.05) == boundaries.at_most(0, 0, 0.05) == 1


def test_arms_that_got_too_few_people() -> None:
    sound = rules.ratio({"A": 4600, "B": 4500, "holdout": 1000}, WEIGHTS)
    assert sound.p == 1 and not sound.mismatch
    assert rules.ratio({"A": 5200, "B": 4800}, {"A": 1, "B": 1}).p < 0.05
    assert rules.ratio({"A": 50_600, "B": 49_000}, {"A": 1, "B": 1}).mismatch
    assert rules.ratio({"A": 900, "B": 0}, {"A": 1, "B": 1}).mismatch
    assert rules.ratio({"A": 900, "B": 880, "C": 1}, {"A": 1, "B": 1}).mismatch  # nobody was to be in C
    assert not rules.ratio({}, WEIGHTS).mismatch
    # Of two people, by hand: (B(51, 51) or B(52, 50)) / B(50, 50) against ¼; both in one arm is hardly news.
    assert rules.ratio({"A": 2}, {"A": 1, "B": 1}).p == pytest.approx(0.25 / (50 * 51 / (100 * 101)))


def test_a_winner_beats_every_other() -> None:
    arms = [("A", did(5000, 250)), ("B", did(5000, 350)), ("C", did(5000, 255))]
    assert rules.winner(arms) == "B"
    assert rules.winner([*arms, ("D", did(5000, 340))]) == ""
    assert rules.ranked([*arms, ("D", did(5000, 340))]) == ("B", "D", "C", "A")
    assert rules.ranked(arms, "less") == ("A", "C", "B")
    assert rules.winner(arms, better="less") == ""
    assert rules.winner(arms[:1]) == rules.winner([]) == ""
    two = [("A", did(5000, 250)), ("B", did(5000, 305))]
    assert (rules.winner(two), rules.winner(two, ends=True), rules.winner(two, ends=True, over=True)) == ("", "", "B")
