"""Template filters of the identity screens: `{% load identity %}`."""

from datetime import datetime

from django import template

from pentad.data.identity.models import Conflict, Person
from pentad.data.profiles.lists import title

register = template.Library()


@register.filter
def called(person: Person) -> str:
    """What to call a customer, everywhere the same."""
    return title(person)


@register.filter
def of(people: dict[int, Person], no: int) -> Person:
    """The customer to whom the part with this number belongs."""
    return people[no]


@register.filter
def label(labels: dict[int, str], no: int) -> str:
    """What to call the customer with this number."""
    return labels.get(no, "")


@register.filter
def seen(conflict: Conflict) -> list[datetime]:
    """First and last time it came up; events may arrive out of order."""
    return sorted((conflict.first_at, conflict.last_at))
