"""The list of customers, declared."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import models
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from pentad.data.consent import page as consent
from pentad.data.fields.queries import declared_field, visible
from pentad.data.identity.models import Person
from pentad.data.identity.queries import call
from pentad.data.profiles import filters, shapes, vocabulary
from pentad.data.profiles.models import Company, Membership
from pentad.data.profiles.trait_sorts import label_of, person_sort
from pentad.data.profiles.values import field_column, shown, tone_of
from pentad.roles.access import seeing
from pentad.roles.views import cells
from pentad.roles.views.layouts import Total
from pentad.roles.views.spec import BulkAction, Column, Empty, ListSpec, Sort, register

TAGGED = {"plan", "tier", "loyalty_tier", "status", "stage", "segment", "subscription", "industry"}
"""Traits with few values, shown as tags."""
USUAL = ("plan", "loyalty_tier", "tier", "stage", "city", "country")
"""Traits that are columns when no others are chosen, as far as people have them."""
MOST_USUAL = 3


def title(person: Person) -> str:
    """What to call a customer: name, else e-mail address, else user_id, else a short number."""
    if person.name or person.email:
        return person.name or person.email
    call([person])
    return f"Customer {person.called or person.id[-6:]}" if person.known else f"Visitor {person.id[-6:]}"


def trait_cell(name: str, value: Any) -> str:
    """A trait in a list: a coloured tag for the few-valued ones, text for the others."""
    text = shown(value)
    if text == "—":
        return cells.NOTHING
    if name in TAGGED and isinstance(value, str):
        return cells.tag(text[:60], tone_of(value))
    return escape(text[:120])


def _name(person: Person) -> str:
    css = "" if person.name else "text-muted-foreground font-normal"
    return format_html(
        '{}<span class="truncate {}">{}</span>',
        cells.avatar(person.name or person.email, person.id, "", person.known),
        css,
        title(person),
    )


def _company(person: Person) -> str:
    found = getattr(person, "companies", [])
    if not found:
        return cells.NOTHING
    more = format_html(' <span class="text-muted-foreground">+{}</span>', len(found) - 1) if len(found) > 1 else ""
    return format_html(
        '<a class="hover:underline" href="/companies/{}/">{}</a>{}',
        found[0].id,
        found[0].name or found[0].group_id,
        more,
    )


def status_tag(person: Person) -> SafeString:
    return cells.tag("Known", "green", True) if person.known else cells.tag("Anonymous", "gray", True)


def load_people(rows: Sequence[Person]) -> None:
    """Give each customer of a page its companies, latest first, and what it agrees to."""
    roots = {row.no: row.no for row in rows}
    roots.update(Person.objects.filter(root_id__in=list(roots)).values_list("no", "root_id"))
    found: dict[int, dict[int, Company]] = {row.no: {} for row in rows}
    links = Membership.objects.filter(person_id__in=list(roots)).select_related("company").order_by("-last_seen")
    if not seeing.sees_all("companies"):
        links = links.filter(company__in=Company.seen.values("pk"))
    for link in links:
        found[roots[link.person_id]].setdefault(link.company_id, link.company)
    seeing.veil([company for companies in found.values() for company in companies.values()])
    models.prefetch_related_objects(list(rows), "owner")
    call(rows)

    @cache
    def agreed() -> dict[int, consent.Agreed]:
        """Of the whole page, once the first of its cells is drawn."""
        return consent.agreements(roots)

    for row in rows:
        row.companies = list(found[row.no].values())  # type: ignore[attr-defined]
        row.agreed = agreed  # type: ignore[attr-defined]


def trait_column(name: str) -> Column:
    if (declared := declared_field("people", name)) is not None:
        return field_column(declared)
    return Column(
        f"trait:{name}",
        label_of(name),
        lambda person: trait_cell(name, person.traits.get(name)),
        vocabulary.trait_icon(name),
        sort=f"trait:{name}",
        plain=lambda person: person.traits.get(name),
    )


def column_named(name: str) -> Column | None:
    return trait_column(name[6:]) if name.startswith("trait:") and len(name) > 6 else None


def default_columns() -> list[str]:
    usual = [name for name in USUAL if name in vocabulary.trait_names()][:MOST_USUAL]
    return ["name", "email", "company", "known", *(f"trait:{name}" for name in usual), "event_count", "last_seen"]


def extra_columns() -> list[Column]:
    fields = [one.name for one in visible("people")]
    plain = [name for name in vocabulary.trait_names() if name not in fields]
    names = [name for name in (*fields, *plain) if name not in ("name", "email")]
    return [trait_column(name) for name in names if seeing.level("people", f"trait:{name}")]


PEOPLE = ListSpec(
    name="people",
    title="Customers",
    one="customer",
    many="customers",
    icon="users",
    url="/people/",
    right="people.view",
    base=filters.people,
    base_by_key=filters.people_by_key,
    open=lambda: seeing.sees_all("people"),
    given=True,
    sees=lambda name: seeing.sees("people", name),
    row_url=lambda person: f"/people/{person.id}/",
    row_key=lambda person: person.id,
    label=title,
    columns=(
        Column("name", "Name", _name, "user", sort="name", phone="title", plain=lambda p: p.name),
        Column(
            "email",
            "E-mail",
            lambda p: escape(p.email) if p.email else cells.NOTHING,
            "mail",
            sort="email",
            muted=True,
            phone="sub",
            plain=lambda p: p.email,
        ),
        Column("company", "Company", _company, "building-2", plain=lambda p: ", ".join(c.name for c in p.companies)),
        Column("known", "Status", status_tag, "circle-dot", plain=lambda p: "known" if p.known else "anonymous"),
        Column(
            "owner",
            "Owner",
            lambda p: escape(str(p.owner)) if p.owner_id else cells.NOTHING,
            "user-round",
            default=False,
            plain=lambda p: str(p.owner) if p.owner_id else "",
        ),
        Column(
            "consents",
            "Consent",
            lambda p: consent.cell(p.agreed().get(p.no, [])),
            "circle-check",
            default=False,
            plain=lambda p: consent.text(p.agreed().get(p.no, [])),
        ),
        Column(
            "event_count",
            "Events",
            lambda p: f"{p.event_count:,}",
            "activity",
            sort="event_count",
            number=True,
            plain=lambda p: p.event_count,
        ),
        Column(
            "first_seen",
            "First seen",
            lambda p: cells.ago(p.first_seen),
            "calendar",
            sort="first_seen",
            muted=True,
            plain=lambda p: p.first_seen,
        ),
        Column(
            "last_seen",
            "Last seen",
            lambda p: cells.ago(p.last_seen),
            "clock",
            sort="last_seen",
            muted=True,
            phone="end",
            plain=lambda p: p.last_seen,
        ),
    ),
    sorts=(
        Sort("last_seen", "Last seen", "last_seen", words=("longest ago first", "latest first")),
        Sort("first_seen", "First seen", "first_seen", words=("oldest first", "newest first")),
        Sort("name", "Name", "name", descending=False, index_descending=False, words=("A to Z", "Z to A")),
        Sort("email", "E-mail", "email", descending=False, index_descending=False, words=("A to Z", "Z to A")),
        Sort("event_count", "Events", "event_count", words=("fewest first", "most first")),
    ),
    search=filters.search,
    search_hint="Name, e-mail or any identifier",
    order_prefix="root",
    empty=Empty(
        "No customers yet",
        "Connect a source, and everybody it tells of appears here within seconds.",
        "/sources/",
        "Connect a source",
    ),
    fields=filters.fields,
    field_named=filters.named,
    column_named=column_named,
    sort_named=person_sort,
    extra_columns=extra_columns,
    peek_url=lambda person: f"/people/{person.id}/peek/",
    default_columns=default_columns,
    figures=lambda rows: [("Events on this page", f"{sum(row.event_count for row in rows):,}")],
    load=load_people,
    groupings=lambda: shapes.people_groupings(TAGGED),
    grouping_named=shapes.people_grouping_named,
    dates=shapes.people_dates,
    cards=("name", "company", "owner", "last_seen"),
    total=Total("event_count", "events"),
    template="profiles/people.html",
    bulk=(
        BulkAction("export", "Export", "/people/export/", "download", "people.export", dialog=False),
        BulkAction("trait", "Set trait", "/people/bulk/trait/", "tag", "people.edit", also="people.bulk"),
        BulkAction("owner", "Owner", "/people/bulk/owner/", "user-round", "people.assign", also="people.bulk"),
        BulkAction("merge", "Merge", "/people/bulk/merge/", "git-merge", "people.merge", needs=2, key="m"),
        BulkAction("erase", "Erase", "/people/bulk/erase/", "trash-2", "people.erase", danger=True, also="people.bulk"),
    ),
    views=(
        ("Known", {"filters": [["known", "is", "yes"]]}),
        ("New this week", {"filters": [["first_seen", "within", "7"], ["known", "is", "yes"]], "sort": "-first_seen"}),
    ),
)
register(PEOPLE)
