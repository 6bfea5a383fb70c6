"""What customers and companies add to the palette."""

from pentad.core.hookvalues import PaletteItem
from pentad.data.identity.models import Person
from pentad.data.profiles.company_list import company_title, search_companies
from pentad.data.profiles.filters import people, search
from pentad.data.profiles.lists import title
from pentad.data.profiles.models import Company

MOST = 8
LOOKED_AT = 300


def person_item(person: Person, group: str) -> PaletteItem:
    hint = person.email if person.email and person.email != title(person) else ""
    return PaletteItem(title(person), f"/people/{person.id}/", "user-round", group, hint, right="people.view")


def palette(query: str) -> list[PaletteItem]:
    """Customers by any identifier, id or words of their name; companies by name."""
    condition = search(query)
    keys = condition.driver(LOOKED_AT) if condition.driver else []
    found = people().filter(pk__in=list(keys)[:LOOKED_AT]).order_by("-known", "-last_seen")[:MOST]
    items = [person_item(person, "Customers") for person in found]
    named = Company.seen.filter(search_companies(query).where).order_by("-last_seen")[:4]
    return items + [
        PaletteItem(
            company_title(c), f"/companies/{c.id}/", "building-2", "Companies", c.group_id, right="companies.view"
        )
        for c in named
    ]


def recent(ids: list[str]) -> list[PaletteItem]:
    """Customers opened before, in that order; those that are gone or merged away are left out."""
    rows = {person.id: person for person in people().filter(id__in=ids)}
    return [person_item(rows[one], "Recent") for one in ids if one in rows]
