"""What rights may say of customers and companies: their fields, and how a loaded row hides what is not to be seen."""

from collections.abc import Callable
from typing import Any

from pentad.data.identity.models import Conflict, MergeLink, Person
from pentad.data.profiles.models import Attachment, Company, Note
from pentad.roles.access.rights import Level
from pentad.roles.access.seeing import Kind, level, register, register_about, veiled

At = Callable[[str], Level]


def _veil_person(person: Person, at: At) -> None:
    person.name = veiled(person.name, at("name")) or ""
    person.email = veiled(person.email, at("email")) or ""
    person.phone = veiled(person.phone, at("phone")) or ""
    person.traits = veiled_traits(person.traits, at)


def _veil_company(company: Company, at: At) -> None:
    company.name = veiled(company.name, at("name")) or ""
    company.traits = veiled_traits(company.traits, at)


def _root(person: Person) -> Person:
    """Ownership is the whole customer's: it stands on the root."""
    return person.root or person


def veiled_traits(traits: dict[str, Any], at: At) -> dict[str, Any]:
    """Without the hidden ones, masked ones as masks."""
    return {name: veiled(value, at(f"trait:{name}")) for name, value in traits.items() if at(f"trait:{name}")}


def veiled_event(traits: dict[str, Any], context: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Traits and context of an event, which repeat what the profile may hide; the sender's address is a trait too."""

    def at(name: str) -> Level:
        return level("people", name)

    shown = {key: value for key, value in context.items() if key not in ("traits", "ip")}
    if isinstance(context.get("traits"), dict):
        shown["traits"] = veiled_traits(context["traits"], at)
    if "ip" in context and at("trait:ip"):
        shown["ip"] = veiled(context["ip"], at("trait:ip"))
    return veiled_traits(traits, at), shown


PEOPLE = Kind(
    "people",
    "customer",
    "Customers",
    (
        ("name", "Name"),
        ("email", "E-mail address"),
        ("phone", "Telephone"),
        ("identifiers", "Other identifiers"),
        ("events", "Timeline"),
    ),
    _veil_person,
)
COMPANIES = Kind("companies", "company", "Companies", (("name", "Name"),), _veil_company)

register(Person, PEOPLE)
register(Company, COMPANIES)
register_about(Note, lambda row: [_root(row.person)])
register_about(Attachment, lambda row: [_root(row.note.person)])
register_about(MergeLink, lambda row: [_root(row.keep), _root(row.other)])
register_about(Conflict, lambda row: [_root(one) for one in (row.person, row.other) if one])
