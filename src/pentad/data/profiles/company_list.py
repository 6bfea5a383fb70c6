"""The list of companies, declared."""

from collections.abc import Sequence

from django.db.models import Count, Q, prefetch_related_objects
from django.db.models.functions import Coalesce
from django.utils.html import escape, format_html

from pentad.data.fields.queries import declared_field, visible
from pentad.data.identity.models import Person
from pentad.data.profiles import company_filters, shapes, vocabulary
from pentad.data.profiles.lists import MOST_USUAL, TAGGED, trait_cell
from pentad.data.profiles.models import Company, Membership
from pentad.data.profiles.trait_sorts import company_sort, label_of
from pentad.data.profiles.values import field_column
from pentad.roles.access import seeing
from pentad.roles.views import cells
from pentad.roles.views.spec import BulkAction, Column, Condition, Empty, ListSpec, Sort, register


def company_title(company: Company) -> str:
    return company.name or company.group_id


def load_companies(rows: Sequence[Company]) -> None:
    """Give each company of a page the number of its customers."""
    members = Membership.objects.filter(company_id__in=[row.no for row in rows])
    root = Coalesce("person__root_id", "person_id")
    if not seeing.sees_all("people"):
        members = members.alias(of=root).filter(of__in=Person.seen.values("pk"))
    prefetch_related_objects(list(rows), "owner")
    counts = dict(members.values_list("company_id").annotate(n=Count(root, distinct=True)))
    for row in rows:
        row.member_count = counts.get(row.no, 0)  # type: ignore[attr-defined]


def search_companies(text: str) -> Condition:
    where = Q(group_id=text) | Q(id=text)
    if seeing.sees("companies", "name"):
        where |= Q(name__icontains=text)
    return Condition(where, lambda limit: set(Company.seen.filter(where).values_list("pk", flat=True)[:limit]))


def _company_name(company: Company) -> str:
    return format_html(
        '{}<span class="truncate">{}</span>', cells.avatar(company_title(company), company.id), company_title(company)
    )


def _members(company: Company) -> str:
    count: int = company.member_count  # type: ignore[attr-defined]
    unit = "customer" if count == 1 else "customers"  # a phone shows no heading that would say it
    return format_html('{}<span class="md:hidden"> {}</span>', f"{count:,}", unit)


def _company_trait(name: str) -> Column:
    if (declared := declared_field("companies", name)) is not None:
        return field_column(declared)
    return Column(
        f"trait:{name}",
        label_of(name),
        lambda c: trait_cell(name, c.traits.get(name)),
        vocabulary.trait_icon(name),
        sort=f"trait:{name}",
        number=name in vocabulary.company_numbers(),
        plain=lambda c: c.traits.get(name),
    )


def _company_columns() -> list[Column]:
    fields = [one.name for one in visible("companies")]
    plain = [name for name in vocabulary.company_trait_names() if name not in fields]
    names = [name for name in (*fields, *plain) if name != "name"]
    return [_company_trait(name) for name in names if seeing.level("companies", f"trait:{name}")]


def _company_defaults() -> list[str]:
    names = [name for name in vocabulary.company_trait_names() if name != "name"][:MOST_USUAL]
    return ["name", *(f"trait:{name}" for name in names), "people", "first_seen", "last_seen"]


COMPANIES = ListSpec(
    name="companies",
    title="Companies",
    one="company",
    many="companies",
    icon="building-2",
    url="/companies/",
    right="companies.view",
    base=Company.seen.all,
    open=lambda: seeing.sees_all("companies") and seeing.sees_all("people"),
    given=True,
    sees=lambda name: seeing.sees("companies", name),
    row_url=lambda company: f"/companies/{company.id}/",
    row_key=lambda company: company.id,
    label=company_title,
    columns=(
        Column("name", "Name", _company_name, "building-2", sort="name", phone="title", plain=company_title),
        Column(
            "group_id",
            "Group id",
            lambda c: format_html('<span class="mono">{}</span>', c.group_id),
            "hash",
            muted=True,
            default=False,
            plain=lambda c: c.group_id,
        ),
        Column(
            "people",
            "Customers",
            _members,
            "users",
            number=True,
            phone="sub",
            plain=lambda c: c.member_count,
        ),
        Column(
            "owner",
            "Owner",
            lambda c: escape(str(c.owner)) if c.owner_id else cells.NOTHING,
            "user-round",
            default=False,
            plain=lambda c: str(c.owner) if c.owner_id else "",
        ),
        Column(
            "first_seen",
            "First seen",
            lambda c: cells.ago(c.first_seen),
            "calendar",
            muted=True,
            plain=lambda c: c.first_seen,
        ),
        Column(
            "last_seen",
            "Last seen",
            lambda c: cells.ago(c.last_seen),
            "clock",
            sort="last_seen",
            muted=True,
            phone="end",
            plain=lambda c: c.last_seen,
        ),
    ),
    sorts=(
        Sort("last_seen", "Last seen", "last_seen", words=("longest ago first", "latest first")),
        Sort("name", "Name", "name", descending=False, index_descending=False, words=("A to Z", "Z to A")),
    ),
    search=search_companies,
    search_hint="Name or group id",
    empty=Empty(
        "No companies yet",
        "Companies come from group calls: a source says to which company a customer belongs.",
        "/sources/",
        "Connect a source",
    ),
    fields=company_filters.fields,
    field_named=company_filters.named,
    column_named=lambda name: _company_trait(name[6:]) if name.startswith("trait:") else None,
    sort_named=company_sort,
    extra_columns=_company_columns,
    default_columns=_company_defaults,
    load=load_companies,
    groupings=lambda: shapes.company_groupings(TAGGED),
    grouping_named=shapes.company_grouping_named,
    dates=lambda: shapes.COMPANY_DATES,
    cards=("name", "people", "owner", "last_seen"),
    bulk=(
        BulkAction("trait", "Set trait", "/companies/bulk/trait/", "tag", "companies.edit", also="companies.bulk"),
        BulkAction("owner", "Owner", "/companies/bulk/owner/", "user-round", "companies.assign", also="companies.bulk"),
    ),
    template="profiles/companies.html",
)
register(COMPANIES)
