"""Customers and companies as what notices, tasks and followers are about."""

from collections.abc import Collection

from pentad.data.identity.models import Person
from pentad.data.identity.queries import part_numbers
from pentad.data.profiles.company_list import company_title
from pentad.data.profiles.lists import title
from pentad.data.profiles.models import Company
from pentad.roles.notices import Subject, register


def _roots(numbers: Collection[int]) -> dict[int, int]:
    """What was said of a part is shown with the customer it belongs to now."""
    rows = Person.objects.filter(no__in=numbers).values_list("no", "root_id")
    return {no: root or no for no, root in rows}


register(Subject(Person, "/people/", "user-round", title, _roots, part_numbers, "person"))
register(Subject(Company, "/companies/", "building-2", company_title, event="company"))
