"""Customers and companies as what notices, tasks and followers are about."""

from collections.abc import Collection

from pentad.data.identity.models import Person
from pentad.data.identity.queries import call, part_numbers
from pentad.data.profiles.company_list import company_title
from pentad.data.profiles.lists import title
from pentad.data.profiles.models import Company
from pentad.roles.notices import Subject, register
from pentad.roles.notices.subjects import seen


def _roots(numbers: Collection[int]) -> dict[int, int]:
    """What was said of a part is shown with the customer it belongs to now."""
    rows = Person.objects.filter(no__in=numbers).values_list("no", "root_id")
    return {no: root or no for no, root in rows}


def people_named(ids: Collection[str]) -> dict[str, str]:
    """Public id → what to call the customer it belongs to now; those whom the reader may not see are left out."""
    parts = dict(Person.objects.filter(id__in=ids).values_list("no", "id"))
    found = seen("people", parts)
    call({row.no: row for row in found.values()}.values())
    return {parts[no]: title(row) for no, row in found.items()}


def companies_named(ids: Collection[str]) -> dict[str, str]:
    """The same for companies."""
    return {row.id: company_title(row) for row in Company.seen.filter(id__in=ids)}


register(Subject(Person, "/people/", "user-round", title, _roots, part_numbers, "person"))
register(Subject(Company, "/companies/", "building-2", company_title, event="company"))
