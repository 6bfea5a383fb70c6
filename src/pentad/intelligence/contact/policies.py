"""The policy that holds, and its versions."""

from pentad.intelligence.contact.models import ContactPolicy
from pentad.intelligence.contact.policy import USUAL, Policy


def in_force() -> Policy:
    """The latest one that was saved; the usual one until then."""
    row = latest()
    return row.plain if row is not None else USUAL


def latest() -> ContactPolicy | None:
    return ContactPolicy.objects.order_by("-number").first()
