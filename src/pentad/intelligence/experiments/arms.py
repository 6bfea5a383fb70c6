"""Who belongs to which arm: decided by a person's number and a salt alone, so that it is the same for ever. Pure."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pentad.core.errors import Invalid

HOLDOUT = "holdout"
"""The arm of those who are chosen and get nothing."""
REST = "winner"
"""The arm of those who wait for a test of some to end, and then get the message that won it."""


def arm_of(person_no: int, salt: str, weights: Mapping[str, float]) -> str:
    """The arm of one person. weights: of each arm, in any unit. Raises Invalid when they are not all ≥ 0 with a sum > 0."""
    return str(arms_of([person_no], salt, weights)[0])


def arms_of(person_nos: Sequence[int] | NDArray[Any], salt: str, weights: Mapping[str, float]) -> NDArray[np.str_]:
    """The arm of each, in their order; a million in a tenth of a second.

    More weight for an arm takes people from those that stand after it and gives them no others: arms are stretches of
    [0, 1) in the order of the mapping, and a person is one point there.
    """
    names = list(weights)
    shares = np.fromiter(weights.values(), np.float64, len(names))
    if not names or not np.isfinite(shares).all() or (shares < 0).any() or shares.sum() <= 0:
        raise Invalid(f"These are no weights of arms: {dict(weights)!r}.", fix="Give each arm a weight of 0 or more.")
    edges = np.cumsum(shares) / shares.sum()
    places = np.searchsorted(edges, points(person_nos, salt), side="right")
    # Nobody falls past the last arm that has a weight, however the sum was rounded.
    return np.array(names)[np.minimum(places, int(np.flatnonzero(shares)[-1]))]


def points(person_nos: Sequence[int] | NDArray[Any], salt: str) -> NDArray[np.float64]:
    """A number in [0, 1) for each person: evenly spread, and those of two salts have nothing to do with each other.

    SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014) of the person's number,
    begun at a hash of the salt.
    """
    begin = np.uint64(int.from_bytes(blake2b(salt.encode(), digest_size=8).digest(), "little"))
    z = np.asarray(person_nos, np.uint64) * np.uint64(0x9E3779B97F4A7C15) + begin
    for _ in range(2):  # twice: neighbouring numbers then differ in every bit with even odds
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    found: NDArray[np.float64] = (z >> np.uint64(11)).astype(np.float64) / float(1 << 53)
    return found
