"""Filters by custom fields: the operators of each type, and what they ask of the rows that hold the values.

Values lie as text and number, beside whatever their source sent; what does not fit the field meets no operator but its own.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from pentad.core import clock
from pentad.core.errors import Invalid
from pentad.data.fields import queries as fields
from pentad.data.fields.rules import Declared, accepted, in_list, pattern
from pentad.data.profiles.models import CompanyTrait
from pentad.data.profiles.rules import text_of
from pentad.data.profiles.values import icon_of
from pentad.data.profiles.vocabulary import company_trait_names, trait_icon
from pentad.roles.access.seeing import in_full
from pentad.roles.views.spec import Condition, Field, Operator

KNOWN = (Operator("any", "is known", "none"), Operator("none", "is unknown", "none"))
MISFIT = Operator("misfit", "does not fit", "none")
TEXT = (
    Operator("is", "is"), Operator("isnt", "is not"), Operator("contains", "contains"), Operator("starts", "starts with"),
)  # fmt: skip
NUMBER = (
    Operator("gte", "≥", "number"), Operator("lte", "≤", "number"), Operator("gt", ">", "number"),
    Operator("lt", "<", "number"), Operator("is", "=", "number"), Operator("isnt", "≠", "number"),
)  # fmt: skip
DAYS = (
    Operator("within", "in the last", "days"), Operator("coming", "in the next", "days"),
    Operator("after", "on or after", "date"), Operator("before", "before", "date"), Operator("is", "on", "date"),
    Operator("starts", "in the month or year", "text"),
)  # fmt: skip
ONE = (
    Operator("in", "is any of", "choices"), Operator("notin", "is none of", "choices"), Operator("is", "is", "choice"),
    Operator("isnt", "is not", "choice"),
)  # fmt: skip
SEVERAL = (Operator("has", "has any of", "choices"), Operator("hasnt", "has none of", "choices"))
OPERATORS = {
    "number": NUMBER,
    "yes_no": (Operator("is", "is", "choice"),),
    "date": DAYS,
    "moment": DAYS,
    "one": ONE,
    "several": SEVERAL,
}
YES_NO = (("yes", "Yes"), ("no", "No"))
NEGATED = {"isnt", "notin", "hasnt", "none"}
"""Operators that hold where no row meets what `where` says."""


def operators(field: Declared) -> tuple[Operator, ...]:
    return (*OPERATORS.get(field.type, TEXT), *KNOWN, *([MISFIT] if pattern(field) else []))


def choices(field: Declared) -> tuple[tuple[str, str], ...]:
    return YES_NO if field.type == "yes_no" else tuple((one, one) for one in field.choices)


def readable(kind: str) -> Q:
    """What may be compared as text: for readers from whom something is hidden no value that holds others, as the text
    of an object tells what lies in it.
    """
    return Q() if in_full(kind) else ~Q(text__contains="{")


def where(field: Declared, operator: str, value: str) -> Q:
    """What an operator asks of a row of the field; of one that is negated, what no row may meet. Raises Invalid."""
    asked = _asked(field, operator, value)
    return asked if operator in ("any", "none") else asked & readable(field.kind)


def _asked(field: Declared, operator: str, value: str) -> Q:
    if operator == "misfit":
        return fields.misfit(field) or Q(pk__in=[])
    if operator in ("any", "none"):
        return ~Q(text=fields.NOTHING)
    if operator in ("in", "notin"):
        return Q(text__in=[one.lower() for one in value.split("|")])
    if operator in ("has", "hasnt"):
        found = Q(pk__in=[])
        for one in value.split("|"):
            found |= Q(text__contains=f'"{in_list(one)}"')
        return found
    if field.type == "yes_no":
        return Q(text__in=("true", "yes") if value == "yes" else ("false", "no"))
    if field.type == "number":
        lookup = {"is": "", "isnt": ""}.get(operator, f"__{operator}")
        return Q(**{f"number{lookup}": accepted(replace(field, required=False), value)})
    if field.type in ("date", "moment"):
        return _days(field, operator, value) & Q(text__regex=pattern(field))
    lookup = {"contains": "__contains", "starts": "__startswith"}.get(operator, "")
    return Q(**{f"text{lookup}": text_of(value)})


def _days(field: Declared, operator: str, value: str) -> Q:
    """Days are UTC's, as are the moments that colleagues enter; texts of both sort as the days do."""
    if operator in ("within", "coming"):
        if not (value.isdecimal() and len(value) < 6 and 0 < int(value) <= 36_500):
            raise Invalid(f"{value[:20]} days is out of range.", code="bad_filter", fix="Between 1 and 36,500.")
        today, span = clock.now().date(), timedelta(days=int(value))
        first, last = (today - span, today) if operator == "within" else (today, today + span)
        return Q(text__gte=first.isoformat(), text__lt=(last + timedelta(days=1)).isoformat())
    if operator == "starts":  # “2026-11”, “2026”
        return Q(text__startswith=value.strip()[:10])
    day = accepted(replace(field, type="date", required=False), value)
    return (
        Q(text__startswith=day) if operator == "is" else Q(**{f"text__{'gte' if operator == 'after' else 'lt'}": day})
    )


# -- companies -------------------------------------------------------------------------------------
# They are few enough to be walked: each is asked by the index on its own rows.


def company_filters() -> list[Field]:
    """Every field and trait of companies, fields first."""
    declared = fields.visible("companies")
    names = {one.name for one in declared} | {"name"}
    plain = [_text_field(name) for name in company_trait_names() if name not in names]
    return [*(_of_company(one) for one in declared), *(_of_company(one, "Traits") for one in plain)]


def company_filter(name: str) -> Field | None:
    if not (name.startswith("trait:") and len(name) > 6):
        return None
    declared = fields.declared_field("companies", name[6:])
    return _of_company(declared) if declared else _of_company(_text_field(name[6:]), "Traits")


def _text_field(name: str) -> Declared:
    return Declared("companies", name, name, "text")


def _of_company(field: Declared, group: str = "Fields") -> Field:
    def condition(operator: str, value: str) -> Condition:
        rows = CompanyTrait.objects.filter(winner=True, name=field.name, company_id=OuterRef("pk"))
        held = Q(Exists(rows.filter(where(field, operator, value))))
        return Condition(~held if operator in NEGATED else held)

    return _as_field(field, condition, group)


# -- customers -------------------------------------------------------------------------------------


def of_person(
    field: Declared,
    rows: "QuerySet[Any]",
    held: Callable[..., Q],
    roots: "Callable[[Q, QuerySet[Any]], Condition]",
) -> Field:
    """A field of customers: `held` and `roots` carry a condition on rows to the customers they belong to."""

    def condition(operator: str, value: str) -> Condition:
        asked = rows.filter(where(field, operator, value))
        found = held(asked, name=field.name)
        return Condition(~found) if operator in NEGATED else roots(found, asked.filter(name=field.name))

    return _as_field(field, condition)


def _as_field(field: Declared, condition: Callable[[str, str], Condition], group: str = "Fields") -> Field:
    icon = icon_of(field) if group == "Fields" else trait_icon(field.name)
    return Field(
        f"trait:{field.name}", field.label, operators(field), condition, icon, group, lambda: choices(field), field.help
    )
