"""Whose a delivery is by now: customers are merged, parted and erased after they were written to."""

from collections.abc import Collection

from pentad.core.actor import Actor
from pentad.data.identity.models import Person
from pentad.data.identity.store import chunks
from pentad.intelligence.contact.knowing import roots_of
from pentad.platforms.channels.items import TEST
from pentad.platforms.channels.models import Delivery

CUSTOMER = Actor("system", "customer", "The customer", frozenset({"people.view", "people.consent"}))
"""Who acts by an address in a message: whoever holds it is taken for the customer, and sees and changes no more than
choices.
"""


def rows_of(roots: Collection[int]) -> dict[int, Person]:
    """The rows, whoever asks: for what is written of everybody."""
    found: dict[int, Person] = {}
    for some in chunks(roots):
        found.update(Person.objects.in_bulk(list(some)))
    return found


def person_by_no(person_no: int) -> Person | None:
    """The customer that a number belongs to by now; None when erased."""
    root = roots_of([person_no]).get(person_no)
    return rows_of([root]).get(root) if root is not None else None


def public_id_of(person_no: int) -> str:
    """Of exactly this part: a customer may be merged and parted again while a message is under way. "" when erased."""
    return Person.objects.filter(no=person_no).values_list("id", flat=True).first() or ""


def person_of(delivery: Delivery) -> Person | None:
    """Nobody for a test: a colleague got it, and what they do with it is not the customer's doing."""
    return None if delivery.origin_kind == TEST else person_by_no(delivery.person_no)
