"""Whether the arms got as many people as they should have: if not, something chose who is in them. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

ALARM = 0.001
"""A p-value below this raises an alarm: of a thousand sound experiments at most one does, however often it is looked at."""
CONCENTRATION = 100.0
"""How near to the planned shares a deviation is looked for; the value of the authors' own code."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """p: the smallest level at which the counts contradict the shares; 1 when they do not at all."""

    p: float
    seen: Mapping[str, int]
    expected: Mapping[str, float]

    @property
    def mismatch(self) -> bool:
        return self.p < ALARM


def ratio(counts: Mapping[str, int], weights: Mapping[str, float]) -> Ratio:
    """A test of sample-ratio mismatch that may be looked at any time.

    The mixture of multinomials over a Dirichlet distribution about the planned shares, against these shares: Lindon,
    Malek: Anytime-valid inference for multinomial count data, NeurIPS 2022. Arms that are in neither have no part.
    """
    whole = sum(weights.values())
    arms = [arm for arm in {**weights, **counts} if weights.get(arm, 0) > 0 or counts.get(arm, 0) > 0]
    total = sum(counts.get(arm, 0) for arm in arms)
    expected = {arm: total * weights.get(arm, 0) / whole for arm in arms}
    seen = {arm: counts.get(arm, 0) for arm in arms}
    if any(seen[arm] and not expected[arm] for arm in arms):  # people in an arm that should have none
        return Ratio(0.0, seen, expected)
    log_odds = math.lgamma(CONCENTRATION) - math.lgamma(CONCENTRATION + total)
    for arm in arms:
        prior = CONCENTRATION * weights[arm] / whole
        log_odds += math.lgamma(prior + seen[arm]) - math.lgamma(prior) - seen[arm] * math.log(weights[arm] / whole)
    return Ratio(min(1.0, math.exp(min(0.0, -log_odds))), seen, expected)
