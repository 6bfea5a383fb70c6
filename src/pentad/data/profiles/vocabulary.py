"""What names there are: traits with their icons and usual values, namespaces. Read by hopping over indexes, kept for a minute."""

import threading
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import connection
from django.db.models import Count, F

from pentad.data.fields.queries import NOTHING
from pentad.data.profiles.models import CompanyTrait, PersonTrait
from pentad.roles.access.seeing import sees_all

P = ParamSpec("P")
R = TypeVar("R")

KEPT_SECONDS = 60.0
MOST_NAMES = 300
MOST_EVER = 100_000
MOST_VALUES = 40
MOST_JUDGED = 20
ICONS = {
    "email": "mail",
    "phone": "phone",
    "company": "building-2",
    "city": "map-pin",
    "country": "globe",
    "language": "languages",
    "locale": "languages",
    "plan": "repeat",
    "tier": "crown",
    "loyalty_tier": "crown",
    "stage": "circle-dot",
    "status": "circle-dot",
    "birthday": "calendar",
    "createdAt": "calendar",
    "created_at": "calendar",
    "title": "briefcase",
    "name": "user",
    "address": "map-pin",
    "owner": "user-round",
    "website": "globe",
    "industry": "briefcase",
    "employees": "users",
}


def kept(function: Callable[P, R]) -> Callable[P, R]:
    """Remember answers for a minute."""
    answers: dict[Any, tuple[float, R]] = {}
    lock = threading.Lock()

    @wraps(function)
    def ask(*args: P.args, **kwargs: P.kwargs) -> R:
        key = (connection.settings_dict["NAME"], args, tuple(kwargs.items()))
        found = answers.get(key)
        if found is None or found[0] < time.monotonic():
            found = (time.monotonic() + KEPT_SECONDS, function(*args, **kwargs))
            with lock:
                answers[key] = found
        return found[1]

    ask.forget = answers.clear  # type: ignore[attr-defined]
    return ask


def _hop(table: str, column: str, most: int, where: str = "", params: tuple[Any, ...] = ()) -> list[str]:
    """Distinct values of the first free column of an index: one look-up a value, however many rows there are."""
    least = f"SELECT MIN({column}) FROM {table} WHERE {where or '1=1'}"
    after = f"SELECT MIN({column}) FROM {table} WHERE {where + ' AND ' if where else ''}{column} > hop.value"
    sql = (
        f"WITH RECURSIVE hop(value) AS (SELECT ({least}) UNION ALL SELECT ({after}) FROM hop WHERE hop.value IS NOT NULL)"
        f" SELECT value FROM hop WHERE value IS NOT NULL LIMIT {most}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, params * 2)
        return [row[0] for row in cursor.fetchall()]


def trait_icon(name: str) -> str:
    """What stands before a trait on pages, in heads of lists and in menus."""
    return ICONS.get(name, "tag")


@kept
def trait_names() -> list[str]:
    """Names of the traits that people have, in alphabetical order."""
    return _hop("pentad_data_persontrait", "name", MOST_NAMES)


def every_name() -> list[str]:
    """The same as they are now, and also those that are too many to offer."""
    return _hop("pentad_data_persontrait", "name", MOST_EVER)


@kept
def company_trait_names() -> list[str]:
    """Names of the traits that companies have; they are few enough to read."""
    return sorted(CompanyTrait.objects.values_list("name", flat=True).distinct()[:MOST_NAMES])


@kept
def company_numbers() -> set[str]:
    """Traits of companies that are numbers wherever they are stated: lists set them flush right."""
    of = CompanyTrait.objects.exclude(text=NOTHING).values("name").annotate(all=Count("pk"), numbers=Count("number"))
    return set(of.filter(all=F("numbers")).values_list("name", flat=True)[:MOST_NAMES])


@kept
def person_number(name: str) -> bool:
    """Whether a trait of people is a number, judged by the values that stand first and last among its texts: words
    stand beside numbers at one end, if there are any.
    """
    rows = PersonTrait.objects.filter(name=name, winner=True).exclude(text__in=("", NOTHING))
    ends = [*rows.order_by("text", "pk")[:MOST_JUDGED], *rows.order_by("-text", "-pk")[:MOST_JUDGED]]
    return bool(ends) and all(row.number is not None for row in ends)


@kept
def namespaces() -> list[str]:
    """Namespaces of the identifiers there are."""
    return _hop("pentad_data_identifier", "namespace", MOST_NAMES)


def trait_values(name: str) -> list[str]:
    """Values of a trait as they were stated; empty when there are too many to choose from, or when they would tell
    the reader something of customers that are not to be seen.
    """
    return stated_values(name) if sees_all("people") else []


@kept
def stated_values(name: str) -> list[str]:
    """The same, whoever asks: not to be shown to who may not see every customer."""
    texts = _hop("pentad_data_persontrait", "text", MOST_VALUES + 1, "name = %s", (name,))
    if len(texts) > MOST_VALUES:
        return []
    rows = (PersonTrait.objects.filter(name=name, text=text).values_list("value", flat=True).first() for text in texts)
    return [value if isinstance(value, str) else text for value, text in zip(rows, texts, strict=True)]
