"""Campaigns that never were: people are chosen, buy or do not, and somebody looks again and again.

What is simulated is what is measured: sums of each arm by a moment, of people who may still be coming in and of purchases
that do. The rules under test are the product's own.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pentad.intelligence.experiments import rules
from pentad.intelligence.experiments.rules import Compared, Sums

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """people: of both arms. share: of them in the arm that gets the message. rate: how many purchases a person makes in
    the whole time, about gamma-distributed with `spread` (0: all alike). once: only whether somebody bought counts, else
    the money, log-normal. effect: how many more purchases with the message. entering: the share of the time over which
    people come in. before: how long the time before is, in wholes of the time after, of which the covariate knows.
    """

    people: int = 2_000
    share: float = 0.5
    rate: float = 0.1
    spread: float = 0.0
    once: bool = True
    effect: float = 0.0
    entering: float = 0.0
    before: float = 0.0


def seen(world: World, rng: np.random.Generator, looks: int) -> list[tuple[Sums, Sums]]:
    """The sums of both arms at each of so many looks, evenly spread over the time."""
    treated, own = rng.random(world.people) < world.share, _rates(world, rng)
    before = rng.poisson(own * world.before)
    x = np.log1p(before) if world.once else np.bincount(*_spent(rng, before), minlength=world.people)
    entered = rng.random(world.people) * world.entering
    many = rng.poisson(own * (1 - entered) * np.where(treated, 1 + world.effect, 1.0))
    who, spent = _spent(rng, many)
    at = entered[who] + rng.random(len(who)) * (1 - entered[who])
    order = np.lexsort((at, who))
    at, spent = at[order], np.ones(len(who)) if world.once else spent[order]
    place = np.arange(len(who)) - np.repeat(np.cumsum(many) - many, many)  # which purchase of the person's it is
    if world.once:
        kept = place == 0
        who, at, spent, place = who[kept], at[kept], spent[kept], place[kept]
    total = np.cumsum(spent)
    first = np.flatnonzero(place == 0)
    already = total - spent - np.repeat(total[first] - spent[first], np.diff([*first, len(who)]))

    def by_look(times: Floats, weights: Floats, which: NDArray[np.bool_]) -> Floats:
        look = np.minimum((times[which] * looks).astype(int), looks - 1)
        found: Floats = np.cumsum(np.bincount(look, weights[which], minlength=looks))
        return found

    def arm(which: NDArray[np.bool_]) -> list[Sums]:
        mine = which[who]
        people, xs, xxs = (by_look(entered, one, which) for one in (np.ones(len(x)), x, x * x))
        some = by_look(at, (place == 0).astype(float), mine)
        ys, yys, xys = (by_look(at, one, mine) for one in (spent, spent * (2 * already + spent), x[who] * spent))
        columns = (people.round().astype(int), some.round().astype(int), ys, yys, xs, xxs, xys)
        return [Sums(*one) for one in zip(*(column.tolist() for column in columns), strict=True)]

    return list(zip(arm(treated), arm(~treated), strict=True))


def truth(world: World, look: int, looks: int, rng: np.random.Generator, people: int = 400_000) -> float:
    """The true difference of what one person does by a look, by very many people who got either."""
    if not world.effect:
        return 0.0
    at = look / looks
    entered = rng.random(people) * world.entering
    own = _rates(world, rng, people)[entered < at] * (at - entered[entered < at])
    if not world.once:  # the mean of the money is known
        return float(own.mean() * world.effect * MONEY)
    return float((np.exp(-own) - np.exp(-own * (1 + world.effect))).mean())


MONEY, _SIGMA = 40.0, 0.8


def _spent(rng: np.random.Generator, many: NDArray[np.int64]) -> tuple[NDArray[np.int64], Floats]:
    """Who made each purchase, and what it cost; everybody made so many."""
    who = np.repeat(np.arange(len(many)), many)
    return who, rng.lognormal(np.log(MONEY) - _SIGMA**2 / 2, _SIGMA, len(who))


def _rates(world: World, rng: np.random.Generator, people: int = 0) -> Floats:
    people = people or world.people
    if not world.spread:
        return np.full(people, world.rate)
    return rng.gamma(1 / world.spread, world.rate * world.spread, people)


@dataclass(frozen=True)
class Looked:
    """Of all campaigns the share in which a look found a difference (found), in which the test for one look did, used at
    each (peeked), in which every interval held the truth (covered), and in which the last one did (at_end).
    """

    found: float
    peeked: float
    covered: float
    at_end: float
    narrowed: float
    half: float


def looked(world: World, seed: int, times: int, looks: int, *, ends: bool = False) -> Looked:
    """So many campaigns, looked at so often. ends: the last look was fixed beforehand, and the level divided for it."""
    rng = np.random.default_rng(seed)
    truths = [truth(world, look, looks, np.random.default_rng(seed + 1)) for look in range(1, looks + 1)]
    found, peeked, covered, at_end = (np.zeros(times, bool) for _ in range(4))
    narrowed, half = np.zeros(times), np.zeros(times)
    for n in range(times):
        held, inside, compared = True, True, None
        for look, (one, other) in enumerate(seen(world, rng, looks)):
            last = look == looks - 1
            compared = _compared(one, other, ends, last)
            inside = compared.low <= truths[look] <= compared.high
            found[n] |= compared.verdict in ("better", "worse")
            peeked[n] |= rules.lift(one, other, final=True).verdict in ("better", "worse")
            held &= inside or compared.verdict == "early"
        covered[n], at_end[n] = held, inside
        assert compared is not None
        narrowed[n], half[n] = compared.narrowed, (compared.high - compared.low) / 2
    return Looked(
        float(found.mean()), float(peeked.mean()), float(covered.mean()), float(at_end.mean()), float(narrowed.mean()),
        float(half.mean()),
    )  # fmt: skip


def _compared(one: Sums, other: Sums, ends: bool, last: bool) -> Compared:
    alpha, final = rules.level(ends=ends, over=last)
    return rules.lift(one, other, alpha=alpha, final=final)


def won_in_vain(seed: int, times: int, looks: int, arms: int = 3, people: int = 1_500, rate: float = 0.1) -> float:
    """How often some of so many equal messages is called the best at one look or another."""
    rng = np.random.default_rng(seed)
    found = 0
    for _ in range(times):
        at = (
            rng.random((arms, people)) / rate * looks
        )  # the look by which each has bought: later than the last for most
        by = [[int((at[arm] < look).sum()) for look in range(1, looks + 1)] for arm in range(arms)]
        found += any(
            rules.winner([(str(arm), Sums(people, n, n, n)) for arm, n in enumerate(some)])
            for some in zip(*by, strict=True)
        )
    return found / times


def alarmed(seed: int, times: int, people: int, share: float, lost: float = 0.0) -> float:
    """How often a mismatch is told at one of a hundred looks; `lost`: of the one arm's people, before they were counted."""
    rng = np.random.default_rng(seed)
    found = 0
    for _ in range(times):
        arm = rng.random(people) < share
        arm = arm[~(arm & (rng.random(people) < lost))]
        marks = np.linspace(0, len(arm), 101).astype(int)[1:]
        ones = np.cumsum(arm)[marks - 1]
        found += any(
            rules.ratio({"A": int(n), "B": int(m - n)}, {"A": share, "B": 1 - share}).mismatch
            for m, n in zip(marks, ones, strict=True)
        )
    return found / times
