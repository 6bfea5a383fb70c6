"""How far from the truth an estimate may lie: at one moment that was fixed before, and at all moments together. Pure."""

import math
from statistics import NormalDist

PLANNED = 500.0
"""Conversions at which the intervals that are valid at all times are at their narrowest, beside one fixed look."""


def fixed(alpha: float) -> float:
    """Standard errors on either side for one look at a moment chosen beforehand: the normal quantile of 1 - α/2."""
    return NormalDist().inv_cdf(1 - alpha / 2)


def eta(alpha: float, planned: float = PLANNED) -> float:
    """The parameter of the mixture that makes the boundary tightest where `planned` has been seen.

    Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas: Time-uniform central limit theory and asymptotic confidence sequences,
    Annals of Statistics 52 (2024), section B.2: ρ² ≈ (-2 log α + log(-2 log α + 1)) / t*; η is 1/ρ².
    """
    return planned / (-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1))


def always(information: float, alpha: float, planned: float = PLANNED) -> float:
    """Standard errors on either side that hold at all moments together with probability 1 - α, however often one looks.

    The normal mixture of Robbins (1970), as an asymptotic confidence sequence in Waudby-Smith et al. (2024), theorem 2.2,
    and as a test the mixture sequential probability ratio test of Johari, Koomen, Pekelis, Walsh: Always valid inference,
    Operations Research 70 (2022): √((τ + η) / τ · log((τ + η) / (η α²))), where τ is how much has been seen.

    information: τ, as the number of conversions that tell as much (see `rules.information`). Infinite for none.
    """
    if information <= 0:
        return math.inf
    start = eta(alpha, planned)
    return math.sqrt((information + start) / information * math.log((information + start) / (start * alpha**2)))


def at_most(some: int, people: int, alpha: float) -> float:
    """The largest share of people of whom `some` did it that holds at all moments together with probability 1 - α.

    The mixture of all shares alike against one share, (n + 1) C(n, s) pˢ (1 - p)ⁿ⁻ˢ ≥ α: Robbins: Statistical methods
    related to the law of the iterated logarithm, Annals of Mathematical Statistics 41 (1970). Exact however rare it is.
    """
    if some >= people:
        return 1.0
    ways = math.lgamma(people + 2) - math.lgamma(some + 1) - math.lgamma(people - some + 1)
    low, high = some / people, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        told = ways + (some * math.log(middle) if some else 0.0) + (people - some) * math.log1p(-middle)
        low, high = (middle, high) if told >= math.log(alpha) else (low, middle)
    return high
