"""What customers can be filtered by, as conditions on roots. Every one probes an index or is read from one."""

import math
import re
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import and_
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Concat

from pentad.core import clock
from pentad.core.actor import reader
from pentad.core.errors import Invalid
from pentad.data.fields.queries import declared_field, visible
from pentad.data.identity.models import Identifier, Person, PersonWord
from pentad.data.identity.queries import field_of
from pentad.data.ingest.models import Source
from pentad.data.profiles import field_filters, vocabulary
from pentad.data.profiles.company_filters import day_range
from pentad.data.profiles.models import Company, Membership, PersonTrait
from pentad.data.profiles.rules import text_of
from pentad.roles.access import seeing
from pentad.roles.access.models import User
from pentad.roles.access.rights import Level
from pentad.roles.access.rules import row_number
from pentad.roles.views.spec import Condition, Field, Operator

_WORD = re.compile(r"\w+", re.UNICODE)
LAST = "\U0010ffff"


def people() -> "QuerySet[Person]":
    """Customers the reader may see: roots, each standing for all its parts."""
    return Person.seen.filter(root=None)


def people_by_key() -> "QuerySet[Person]":
    """The same, to be read by primary key: SQLite, without statistics, takes `root IS NULL` for rare and would rather
    read an index that begins with it than the few rows asked for.
    """
    return Person.seen.alias(of=Coalesce(F("root_id"), Value(0))).filter(of=0)


def _roots(where: Q, rows: "QuerySet[Any]") -> Condition:
    """Customers to whom such a row belongs, by the row's own index."""
    keys = rows.order_by().values_list(Coalesce(F("person__root_id"), F("person_id")), flat=True).distinct()
    return Condition(where, lambda limit: set(keys[:limit]), keys)


def _own(where: Q) -> Condition:
    """Customers by a column of their own that has an index."""
    keys = people().filter(where).order_by().values_list("pk", flat=True)
    return Condition(where, lambda limit: set(keys[:limit]), keys)


def _held(rows: "QuerySet[Any]", **said: Any) -> Q:
    """True of a customer when a row where all this is said belongs to it or to one of its parts.

    Each text is compared as an expression, which no index answers: a probe must start at the person, and without
    statistics SQLite would rather read every row that says so, once for each customer.
    """
    plain = {f"plain_{name.partition('__')[0]}": Concat(name.partition("__")[0], Value("")) for name in said}
    rows = rows.alias(**plain).filter(**{f"plain_{name}": value for name, value in said.items()})
    return Q(Exists(rows.filter(person_id=OuterRef("pk")))) | Q(Exists(rows.filter(person__root_id=OuterRef("pk"))))


# -- search ----------------------------------------------------------------------------------------


def starting(word: str) -> Q:
    """Words that begin so. SQLite compares bytes, so a range uses the index; PostgreSQL has LIKE."""
    if connection.vendor == "sqlite":
        return Q(word__gte=word, word__lt=word + LAST)
    return Q(word__startswith=word)


def identified(text: str) -> set[int]:
    """Roots of the customers that have this identifier in any namespace, or this id."""
    root = Coalesce(F("person__root_id"), F("person_id"))
    rows = Identifier.objects.all()
    for name in ("email", "phone"):
        if seeing.level("people", name) == Level.HIDDEN:
            rows = rows.exclude(namespace=name)
    if seeing.level("people", "identifiers") == Level.HIDDEN:
        rows = rows.filter(namespace__in=("email", "phone"))
    found = set(rows.filter(value__in={text, text.lower()}).values_list(root, flat=True)[:50])
    namespace, colon, value = text.partition(":")
    if colon and value:
        found |= set(rows.filter(namespace=namespace, value=value.strip()).values_list(root, flat=True))
    found |= set(Person.objects.filter(id=text.lower()).values_list(Coalesce(F("root_id"), F("no")), flat=True))
    return found


def search(text: str) -> Condition:
    """Any identifier as a whole, or the beginnings of words of a name or address."""
    exact = identified(text)
    if exact and "@" in text:  # a whole address is meant, not others that begin like it
        return Condition(Q(pk__in=exact), lambda limit: exact)
    # Words are those of name and address: who may not read them all must not find them out by searching.
    readable = seeing.sees("people", "name") and seeing.sees("people", "email")
    words = [word.lower()[:60] for word in _WORD.findall(text)][:6] if readable else []
    rows = [PersonWord.objects.filter(starting(word)) for word in words]
    named = reduce(and_, (Q(Exists(one.filter(person_id=OuterRef("pk")))) for one in rows), Q())
    where = Q(pk__in=exact) | named if rows else Q(pk__in=exact)

    def driver(limit: int) -> Collection[int]:
        if not rows:
            return exact
        pools = [set(one.order_by().values_list("person_id", flat=True).distinct()[:limit]) for one in rows]
        few = [pool for pool in pools if len(pool) < limit]
        if not few:
            return pools[0]
        pool = set.intersection(*few)
        if len(few) < len(pools):  # the words that are everywhere are looked at for these customers only
            pool = set(people().filter(pk__in=pool).filter(named).values_list("pk", flat=True))
        return pool | exact

    if rows and not exact:  # straight from the words: customers in between would all be read
        keys = reduce(lambda found, one: one.filter(person_id__in=found.values("person_id")), rows)
        return Condition(where, driver, keys.order_by().values_list("person_id", flat=True))
    each = [Q(pk__in=one.values("person_id")) for one in rows]
    either = Q(pk__in=exact) | reduce(and_, each) if each else Q(pk__in=exact)
    return Condition(where, driver, people().filter(either).order_by().values_list("pk", flat=True))


# -- fields ----------------------------------------------------------------------------------------


def _number(value: str) -> float:
    try:
        number = float(value)
        if not math.isfinite(number):
            raise ValueError(value)
        return number
    except ValueError:
        raise Invalid(
            f"“{value}” is not a number.", code="bad_filter", fix="Type digits, such as 30 or 12.5."
        ) from None


def _day(value: str) -> datetime:
    try:
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    except ValueError:
        raise Invalid(f"“{value}” is not a day.", code="bad_filter", fix="Write it as 2026-11-21.") from None


KNOWN = (("yes", "Known"), ("no", "Anonymous"))


def known() -> Field:
    def condition(operator: str, value: str) -> Condition:
        return Condition(Q(known=value == "yes"))

    return Field(
        "known", "Status", (Operator("is", "is", "choice"),), condition, "circle-dot", "Customer", lambda: KNOWN
    )


TEXT = (
    Operator("contains", "contains"), Operator("is", "is"), Operator("starts", "starts with"),
    Operator("any", "is known", "none"), Operator("none", "is unknown", "none"),
)  # fmt: skip


def text(column: str, label: str, icon: str) -> Field:
    """A text column of Person that has an index after `root`."""

    def condition(operator: str, value: str) -> Condition:
        if operator == "any":
            return Condition(~Q(**{column: ""}))
        if operator == "none":
            return Condition(Q(**{column: ""}))
        where = Q(
            **{f"{column}__{ {'contains': 'icontains', 'is': 'iexact', 'starts': 'istartswith'}[operator] }": value}
        )
        if operator == "is":
            where = Q(**{f"{column}__in": {value, value.lower()}})
        return _own(where)

    return Field(column, label, TEXT, condition, icon, "Customer")


WHEN = (
    Operator("within", "in the last", "days"), Operator("before_days", "not in the last", "days"),
    Operator("after", "on or after", "date"), Operator("before", "before", "date"), Operator("on", "on", "date"),
)  # fmt: skip


def moment(column: str, label: str) -> Field:
    def condition(operator: str, value: str) -> Condition:
        if operator in ("within", "before_days"):
            days = _number(value)
            if not 0 < days <= 36_500:
                raise Invalid(f"{value} days is out of range.", code="bad_filter", fix="Between 1 and 36,500.")
            at = (clock.now() - timedelta(days=days)).replace(second=0, microsecond=0)
        elif operator == "on":
            return _own(day_range(column, value))
        else:
            at = _day(value)
        where = Q(**{f"{column}__{'gte' if operator in ('within', 'after') else 'lt'}": at})
        return _own(where)

    return Field(column, label, WHEN, condition, "clock", "Customer")


NUMBER = (Operator("gte", "≥", "number"), Operator("lte", "≤", "number"), Operator("eq", "=", "number"))


def event_count() -> Field:
    def condition(operator: str, value: str) -> Condition:
        lookup = {"gte": "__gte", "lte": "__lte", "eq": ""}[operator]
        where = Q(**{f"event_count{lookup}": _number(value)})
        return _own(where)

    return Field("event_count", "Events", NUMBER, condition, "activity", "Customer")


def owner() -> Field:
    def condition(operator: str, value: str) -> Condition:
        if operator == "none":
            return Condition(Q(owner=None))
        number = seeing.user_of(reader()) if operator == "mine" else row_number(value)
        return _own(Q(owner_id=number if number is not None else -1))

    def colleagues() -> list[tuple[str, str]]:
        return [(str(user.pk), str(user)) for user in User.objects.filter(is_active=True).order_by("name")[:200]]

    operators = (
        Operator("is", "is", "choice"),
        Operator("mine", "is me", "none"),
        Operator("none", "is nobody", "none"),
    )
    return Field("owner", "Owner", operators, condition, "user-round", "Customer", colleagues)


def company() -> Field:
    operators = (Operator("is", "is"), Operator("any", "is known", "none"), Operator("none", "is unknown", "none"))

    def condition(operator: str, value: str) -> Condition:
        if operator != "is":
            known = Membership.objects.all()
            if not seeing.sees_all("companies"):
                known = known.filter(company__in=Company.seen.values("pk"))
            return _roots(_held(known), known) if operator == "any" else Condition(~_held(known))
        named = Q(group_id=value) | Q(name=value) if seeing.sees("companies", "name") else Q(group_id=value)
        nos = list(Company.seen.filter(named).values_list("no", flat=True)[:50])
        rows = Membership.objects.filter(company_id__in=nos)
        return _roots(_held(rows), rows)

    return Field("company", "Company", operators, condition, "building-2", "Customer", _companies)


def _companies() -> list[tuple[str, str]]:
    """Kept for those alone who see all: what one is offered, another may not know of."""
    if seeing.sees_all("companies"):
        return _all_companies()
    return _company_names() if seeing.sees("companies", "name") else []


@vocabulary.kept
def _all_companies() -> list[tuple[str, str]]:
    return _company_names()


def _company_names() -> list[tuple[str, str]]:
    names = Company.seen.order_by("-last_seen").values_list("name", flat=True)[:50]
    return [(name, name) for name in names if name]


def _known_of(namespace: str) -> bool:
    return seeing.level("people", field_of(namespace)) > Level.HIDDEN


def identifier() -> Field:
    operators = (Operator("has", "has", "choice"), Operator("hasnt", "has no", "choice"))

    def condition(operator: str, value: str) -> Condition:
        if not _known_of(value):
            raise Invalid(f"Customers cannot be filtered by “{value}”.", code="bad_filter", fix="Choose another one.")
        held = _held(Identifier.objects.all(), namespace=value)
        return _roots(held, Identifier.objects.filter(namespace=value)) if operator == "has" else Condition(~held)

    def choices() -> Iterable[tuple[str, str]]:
        return [(name, name) for name in vocabulary.namespaces() if _known_of(name)]

    return Field("identifier", "Identifier", operators, condition, "fingerprint", "Customer", lambda: list(choices()))


def source() -> Field:
    def condition(operator: str, value: str) -> Condition:
        rows = Identifier.objects.filter(source_no=int(_number(value)))
        return _roots(_held(rows), rows)

    def choices() -> list[tuple[str, str]]:
        return [(str(no), name) for no, name in Source.objects.order_by("name").values_list("no", "name")]

    operators = (Operator("is", "gave an identifier:", "choice"),)
    return Field("source", "Source", operators, condition, "plug", "Customer", choices)


TRAIT = (
    Operator("is", "is"), Operator("isnt", "is not"), Operator("contains", "contains"), Operator("starts", "starts with"),
    Operator("gt", ">", "number"), Operator("lt", "<", "number"),
    Operator("any", "is known", "none"), Operator("none", "is unknown", "none"),
)  # fmt: skip
TRAIT_CHOICES = (Operator("in", "is any of", "choices"), *TRAIT)


def trait(name: str) -> Field:
    """The surviving value of a trait. Texts are compared in lower case."""
    if (declared := declared_field("people", name)) is not None:
        return field_filters.of_person(declared, PersonTrait.objects.filter(winner=True), _held, _roots)
    values = vocabulary.trait_values(name)

    def condition(operator: str, value: str) -> Condition:
        said: dict[str, Any] = {}
        rows = PersonTrait.objects.filter(winner=True)
        if operator in ("is", "isnt"):
            said["text"] = text_of(value)
        elif operator == "in":
            said["text__in"] = [text_of(one) for one in value.split("|")]
        elif operator in ("contains", "starts"):
            said[f"text__{'contains' if operator == 'contains' else 'startswith'}"] = text_of(value)
        elif operator in ("gt", "lt"):
            rows = rows.filter(**{f"number__{operator}": _number(value)})
        if any(one.startswith("text") for one in said):
            rows = rows.filter(field_filters.readable("people"))
        held = _held(rows, name=name, **said)
        rows = rows.filter(name=name, **said)
        return Condition(~held) if operator in ("isnt", "none") else _roots(held, rows)

    return Field(
        f"trait:{name}", name, TRAIT_CHOICES if values else TRAIT, condition, vocabulary.trait_icon(name), "Traits",
        lambda: [(one, one) for one in values],
    )  # fmt: skip


FIXED = (
    known(), text("name", "Name", "user"), text("email", "E-mail", "mail"), company(), owner(), moment("last_seen", "Last seen"),
    moment("first_seen", "First seen"), event_count(), identifier(), source(),
)  # fmt: skip


_added: dict[str, Field] = {}


def register_field(make: Callable[[], Field]) -> Callable[[], Field]:
    """Let a competency above this one add a filter of customers, once at start."""
    field = make()
    _added[field.name] = field
    return make


def fields() -> list[Field]:
    """All filters of the customers list, in the order of the menu."""
    declared = {one.name: trait(one.name) for one in visible("people")}
    plain = [_named_only(name) for name in vocabulary.trait_names() if name not in declared]
    return [*FIXED, *_added.values(), *declared.values(), *plain]


def named(name: str) -> Field | None:
    """A filter by name, whether its trait exists by now or not."""
    if name.startswith("trait:") and len(name) > 6:
        return trait(name[6:])
    return _added.get(name) or next((one for one in FIXED if one.name == name), None)


def _named_only(name: str) -> Field:
    """For the menu, which shows a trait's name: its values are read when it is chosen."""
    condition = lambda operator, value: trait(name).condition(operator, value)  # noqa: E731
    return Field(f"trait:{name}", name, TRAIT, condition, vocabulary.trait_icon(name), "Traits")
