"""Who a browser is.

A user id can be guessed, so it counts only with a proof that the website's own server made: HMAC-SHA256 of the user id with the
destination's identity key, in hex. An anonymous id is a long random value that one browser alone knows; but whoever holds one
can say by an `identify` call that it is somebody else's, since write keys are public. So it counts only as long as nothing but
anonymous ids is known of whom it leads to.
"""

import hashlib
import hmac
from dataclasses import dataclass

from pentad.data.identity.models import Identifier, Person
from pentad.data.identity.queries import part_numbers, person_by_identifier
from pentad.platforms.channels.models import Destination
from pentad.platforms.channels.sealing import opened

KEY = "identity_key"
SHORTEST = 16
"""Shorter anonymous ids could be guessed."""
SAYS_NOBODY = ("anonymous_id", "push_token")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a browser says of itself."""

    anonymous_id: str = ""
    user_id: str = ""
    proof: str = ""


def customer(destination: Destination, claim: Claim) -> Person | None:
    """Whose browser it is; None where that is not proven, or nobody is known yet."""
    if claim.user_id:
        return person_by_identifier("user_id", claim.user_id) if _proven(destination, claim) else None
    if len(claim.anonymous_id) < SHORTEST:
        return None
    person = person_by_identifier("anonymous_id", claim.anonymous_id)
    return person if person is not None and _only_anonymous(person) else None


def proof_of(key: str, user_id: str) -> str:
    return hmac.new(key.encode(), user_id.encode(), hashlib.sha256).hexdigest()


def _proven(destination: Destination, claim: Claim) -> bool:
    key = opened(destination.secret).get(KEY, "")
    return bool(key) and hmac.compare_digest(proof_of(key, claim.user_id).encode(), claim.proof.lower().encode())


def _only_anonymous(person: Person) -> bool:
    told = Identifier.objects.filter(person_id__in=part_numbers(person))
    return not told.exclude(namespace__in=SAYS_NOBODY).exists() and not (person.email or person.phone)
