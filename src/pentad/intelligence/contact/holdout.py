"""Who is written to by nobody, so that what all messages together do can be measured.

Drawn by the customer's number and the policy's salt: always the same people, and with a larger share the same and more.
"""

import hashlib
from collections.abc import Collection

from pentad.intelligence.contact.policies import in_force
from pentad.intelligence.contact.policy import Policy

_WHOLE = 1 << 64


def held_out(person_no: int, policy: Policy | None = None) -> bool:
    """person_no: of the root."""
    return person_no in held_out_of([person_no], policy)


def held_out_of(person_nos: Collection[int], policy: Policy | None = None) -> set[int]:
    """Those of the customers, named by their roots, who are held out."""
    policy = policy or in_force()
    if not policy.holdout:
        return set()
    below, salt = int(policy.holdout / 100 * _WHOLE), policy.salt.encode()
    draw = hashlib.blake2b
    return {
        no for no in person_nos
        if int.from_bytes(draw(b"%d" % no, digest_size=8, key=salt).digest()) < below
    }  # fmt: skip
