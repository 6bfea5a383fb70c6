"""What customers and companies add to the palette."""

from urllib.parse import quote

from django.db.models import Q

from pentad.core.hookvalues import PaletteItem
from pentad.data.identity.models import Person
from pentad.data.identity.queries import call
from pentad.data.profiles.company_list import company_title, search_companies
from pentad.data.profiles.filters import people, search
from pentad.data.profiles.lists import title
from pentad.data.profiles.models import Company, Note
from pentad.data.profiles.note_queries import readable
from pentad.roles.access import seeing
from pentad.roles.views import plans

MOST, MOST_COMPANIES, MOST_NOTES = 8, 4, 4
LEAST_OF_NOTE = 3
"""With fewer letters, nearly every note would be found."""
NOTE_SECONDS = 0.2
LOOKED_AT, RANKED = 300, 60


def person_item(person: Person, group: str) -> PaletteItem:
    hint = person.email if person.email and person.email != title(person) else ""
    return PaletteItem(title(person), f"/people/{person.id}/", "user-round", group, hint, right="people.view")


def palette(query: str) -> list[PaletteItem]:
    """Customers by any identifier, id or words of their name; companies by name; notes by what they say."""
    condition = search(query)
    keys = condition.driver(LOOKED_AT) if condition.driver else []
    found = people().filter(pk__in=list(keys)[:LOOKED_AT]).order_by("-known", "-last_seen")[:RANKED]
    # Whose name begins so is meant before whose address has it somewhere.
    ranked = sorted(found, key=lambda person: not person.name.lower().startswith(query.lower()))
    call(ranked[:MOST])
    customers = [person_item(person, "Customers") for person in ranked[:MOST]]
    named = Company.seen.filter(search_companies(query).where).order_by("-last_seen")[:MOST_COMPANIES]
    companies = [
        PaletteItem(
            company_title(c), f"/companies/{c.id}/", "building-2", "Companies", c.group_id, right="companies.view"
        )
        for c in named
    ]
    if len(customers) == MOST:
        customers.append(_all("customers", "/people/", "Customers", query, "people.view"))
    if len(companies) == MOST_COMPANIES:
        companies.append(_all("companies", "/companies/", "Companies", query, "companies.view"))
    return [*customers, *companies, *_notes(query)]


def _all(many: str, url: str, group: str, query: str, right: str) -> PaletteItem:
    return PaletteItem(f"All {many} found by “{query[:60]}”", f"{url}?q={quote(query)}", "search", group, right=right)


def _notes(query: str) -> list[PaletteItem]:
    """The latest notes that hold the words, on customers the reader may see; none when looking takes too long."""
    if len(query) < LEAST_OF_NOTE or not readable():
        return []
    rows = Note.objects.filter(text__icontains=query, deleted=None)
    if not seeing.sees_all("people"):
        mine = Person.seen.values("pk")
        rows = rows.filter(Q(person__in=mine) | Q(person__root__in=mine))
    try:
        with plans.within(NOTE_SECONDS):
            found = list(rows.select_related("person__root").order_by("-at")[:MOST_NOTES])
    except plans.TooSlow:
        return []
    whose = {note.id: note.person.root or note.person for note in found}
    seeing.veil(list({one.pk: one for one in whose.values()}.values()))
    return [
        PaletteItem(
            _around(note.text, query), f"/people/{whose[note.id].id}/", "sticky-note", "Notes", title(whose[note.id]),
            right="people.view",
        )
        for note in found
    ]  # fmt: skip


def _around(text: str, query: str) -> str:
    """A line of the text with the words in it."""
    line = " ".join(text.split())
    at = max(0, line.lower().find(query.lower()) - 20)
    return ("…" if at else "") + line[at : at + 80]


def recent(ids: list[str]) -> list[PaletteItem]:
    """Customers opened before, in that order; those that are gone or merged away are left out."""
    rows = {person.id: person for person in people().filter(id__in=ids)}
    return [person_item(rows[one], "Recent") for one in ids if one in rows]
