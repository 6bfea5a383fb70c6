"""Lists of customers and companies in the order of a trait: by number, by day or by text, as the trait is."""

from collections.abc import Callable
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat

from pentad.data.fields.queries import NOTHING, declared_field
from pentad.data.fields.rules import UNSORTED
from pentad.data.profiles.field_filters import readable
from pentad.data.profiles.models import CompanyTrait, PersonTrait
from pentad.data.profiles.vocabulary import company_numbers, person_number
from pentad.roles.views.spec import Sort
from pentad.roles.views.valued import Valued

DAYS = ("date", "moment")
"""Texts of both sort as the days do."""
WORDS = {
    "number": ("lowest first", "highest first"),
    "day": ("earliest first", "latest first"),
    "text": ("A to Z", "Z to A"),
}
WHOLE = Coalesce(F("person__root_id"), F("person_id"))


def label_of(name: str) -> str:
    """A trait as heads of lists and menus call it."""
    return name.replace("_", " ").capitalize() if name.islower() else name


def person_sort(sort: str) -> Sort | None:
    """“trait:NAME”; None for what is none, and for a field without an order."""
    name = sort.removeprefix("trait:")
    way = _way("people", sort, lambda: person_number(name))

    def rows() -> "QuerySet[Any]":
        return _with_value(PersonTrait.objects.filter(readable("people"), name=name, winner=True), way)

    def held(column: str) -> Coalesce:
        # The name as an expression, which no index answers: a look-up must start at the person, not at all who have it.
        rows = PersonTrait.objects.alias(plain=Concat("name", Value("")))
        found = _with_value(rows.filter(readable("people"), plain=name, winner=True), way)
        own, parts = found.filter(person_id=OuterRef("pk")), found.filter(person__root_id=OuterRef("pk"))
        return Coalesce(Subquery(own.values(column)[:1]), Subquery(parts.values(column)[:1]))

    between = () if way == "number" else ("winner",)
    return _sort("people", name, way, Valued(rows, _column(way), WHOLE, held, between=between)) if way else None


def company_sort(sort: str) -> Sort | None:
    """The same of companies, which are few enough for their values to be read."""
    name = sort.removeprefix("trait:")
    way = _way("companies", sort, lambda: name in company_numbers())

    def rows() -> "QuerySet[Any]":
        return _with_value(CompanyTrait.objects.filter(readable("companies"), name=name, winner=True), way)

    def held(column: str) -> Subquery:
        return Subquery(rows().filter(company_id=OuterRef("pk")).values(column)[:1])

    return _sort("companies", name, way, Valued(rows, _column(way), F("company_id"), held, False)) if way else None


def _way(kind: str, sort: str, is_number: Callable[[], bool]) -> str:
    """number, day or text; "" when there is no such order."""
    if not (sort.startswith("trait:") and len(sort) > 6):
        return ""
    field = declared_field(kind, sort[6:])
    if field is None:
        return "number" if is_number() else "text"
    if field.type in UNSORTED:
        return ""
    return "number" if field.type == "number" else "day" if field.type in DAYS else "text"


def _column(way: str) -> str:
    return "number" if way == "number" else "text"


def _with_value(rows: "QuerySet[Any]", way: str) -> "QuerySet[Any]":
    """What is no number has no place among numbers: such rows stand with those without a value."""
    return rows.filter(number__isnull=False) if way == "number" else rows.exclude(text__in=("", NOTHING))


def _sort(kind: str, name: str, way: str, by: Valued) -> Sort:
    field = declared_field(kind, name)
    label = field.label if field else label_of(name)
    return Sort(f"trait:{name}", label, "", descending=way != "text", words=WORDS[way], by=by)
