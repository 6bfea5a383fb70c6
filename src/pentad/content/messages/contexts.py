"""What templates may speak of, read for a set of customers at once. For sending: everything, whoever started it; what an
author may speak of is asked when a message is written and published.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from pentad.content.messages.values import PREFERENCES, UNSUBSCRIBE, VIEW
from pentad.data.identity.models import Identifier, Person
from pentad.data.profiles.models import Company, Membership

ROOTS = ("customer", "company", "event", "campaign", "now", "today", "links")
LINKS = {"unsubscribe": UNSUBSCRIBE, "preferences": PREFERENCES, "view": VIEW}
OWN = ("id", "name", "email", "phone", "first_name", "last_name", "user_id")
"""Of a customer, beside traits."""
OWN_OF_COMPANY = ("id", "name")
SPOKEN = ("language", "locale")
"""Traits that say which language somebody speaks."""
FIRST, LAST = (
    ("first_name", "firstName", "firstname", "given_name"),
    ("last_name", "lastName", "lastname", "family_name"),
)

_decode = msgspec.json.Decoder(dict[str, Any]).decode


@dataclass(frozen=True, slots=True)
class Needs:
    """What a message speaks of, beside the customer's row."""

    company: bool = False
    user_id: bool = False


@dataclass(slots=True)
class Known:
    """root: the customer a merged part belongs to by now; 0 for one that is whole."""

    root: int = 0
    language: str = ""
    customer: dict[str, Any] = field(default_factory=dict)
    company: dict[str, Any] = field(default_factory=dict)


def known(person_nos: Collection[int], needs: Needs) -> dict[int, Known]:
    """Number → what is known; those who are gone are left out."""
    rows = Person.objects.filter(no__in=person_nos).values_list(
        "no", "id", "root_id", "name", "email", "phone", Cast("traits", TextField())
    )
    found = {no: Known(root or 0) if root else person(*row) for no, *row in rows for root in (row[1],)}
    whole = [no for no, one in found.items() if not one.root]
    if needs.user_id:
        _add_user_ids(found, whole)
    if needs.company:
        _add_companies(found, whole)
    return found


def person(id: str, root: int | None, name: str, email: str, phone: str, traits: str) -> Known:
    """What a row says."""
    held = stated(traits)
    language = next((value for one in SPOKEN if isinstance(value := held.get(one), str)), "")
    first, last = _names(name, held)
    own = {"id": id, "name": name, "email": email, "phone": phone, "first_name": first, "last_name": last}
    held.update((key, harmless(value)) for key, value in own.items() if value)
    return Known(0, language, held)


def stated(traits: str) -> dict[str, Any]:
    """Traits with a value. What is empty is missing: a greeting of nobody is as bad by an empty name as without one."""
    try:
        held = _decode(traits or "{}")
    except (msgspec.DecodeError, RecursionError):
        return {}
    if '""' in traits or "null" in traits or "{{{" in traits:
        return {name: value for name, value in ((name, harmless(one)) for name, one in held.items()) if not void(value)}
    return held


def harmless(value: Any) -> Any:
    """A value without what stands for addresses in composed messages, and without empty ones in it."""
    if isinstance(value, str):
        return value.replace("{{{", "{{ {") if "{{{" in value else value
    if isinstance(value, list):
        return [harmless(one) for one in value]
    if isinstance(value, dict):
        return {name: clean for name, one in value.items() if not void(clean := harmless(one))}
    return value


def void(value: Any) -> bool:
    return value is None or value == ""


def _names(name: str, traits: Mapping[str, Any]) -> tuple[str, str]:
    """First and last name: as stated, else the ends of the whole name where it looks like one of a person."""
    words = name.split()
    if any(one.endswith(".") or not one.replace("-", "").replace("'", "").replace("’", "").isalpha() for one in words):
        words = []
    first = next((str(traits[one]) for one in FIRST if traits.get(one)), words[0] if words else "")
    last = next((str(traits[one]) for one in LAST if traits.get(one)), words[-1] if len(words) > 1 else "")
    return first, last


def _add_user_ids(found: dict[int, Known], whole: Sequence[int]) -> None:
    of = Q(person_id__in=whole) | Q(person__root_id__in=whole)
    rows = Identifier.objects.filter(of, namespace="user_id").order_by("-first_seen", "-id")
    for part, root, value in rows.values_list("person_id", "person__root_id", "value"):
        found[root or part].customer["user_id"] = harmless(value)


def _add_companies(found: dict[int, Known], whole: Sequence[int]) -> None:
    """The one that was last seen with the customer."""
    of = Q(person_id__in=whole) | Q(person__root_id__in=whole)
    rows = (
        Membership.objects.filter(of)
        .order_by("last_seen", "id")
        .values_list("person_id", "person__root_id", "company_id")
    )
    last = {root or part: company for part, root, company in rows}
    read = Company.objects.filter(no__in=set(last.values())).values_list(
        "no", "id", "name", Cast("traits", TextField())
    )
    companies = {no: company(id, name, traits) for no, id, name, traits in read}
    for no, company_no in last.items():
        found[no].company = companies.get(company_no, {})


def company(id: str, name: str, traits: str) -> dict[str, Any]:
    return {**stated(traits), "id": id, **({"name": harmless(name)} if name else {})}
