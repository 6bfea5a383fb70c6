"""What rights may say of customers and companies: their fields, and how a loaded row hides what is not to be seen."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from pentad.data.fields import kinds as fields
from pentad.data.fields.queries import declared
from pentad.data.identity.models import Conflict, MergeLink, Person
from pentad.data.profiles.models import Attachment, Company, CompanyTrait, Note, PersonTrait
from pentad.data.profiles.vocabulary import company_trait_names, trait_names
from pentad.roles.access.rights import Level
from pentad.roles.access.seeing import Kind, level, register, register_about, sees_all, veiled

At = Callable[[str], Level]


def _veil_person(person: Person, at: At) -> None:
    person.name = veiled(person.name, at("name")) or ""
    person.email = veiled(person.email, at("email")) or ""
    person.phone = veiled(person.phone, at("phone")) or ""
    person.traits = veiled_traits(person.traits, at)


def _veil_company(company: Company, at: At) -> None:
    company.name = veiled(company.name, at("name")) or ""
    company.traits = veiled_traits(company.traits, at)


def _declared(kind: str) -> list[tuple[str, str]]:
    return [(f"trait:{field.name}", field.label) for field in declared(kind).values()]


def _root(person: Person) -> Person:
    """Ownership is the whole customer's: it stands on the root."""
    return person.root or person


def veiled_traits(traits: dict[str, Any], at: At) -> dict[str, Any]:
    """Without the hidden ones, masked ones as masks."""
    return {name: veiled(value, at(f"trait:{name}")) for name, value in traits.items() if at(f"trait:{name}")}


@dataclass(frozen=True, slots=True)
class Said:
    """What an event says, as far as the reader may see it."""

    properties: dict[str, Any]
    context: dict[str, Any]
    traits: dict[str, Any]


def unseen_groups(groups: Collection[str]) -> set[str]:
    """Those of the group ids whose companies the reader may not see."""
    if not groups or sees_all("companies"):
        return set()
    return set(groups) - set(Company.seen.filter(group_id__in=groups).values_list("group_id", flat=True))


def veiled_event(properties: dict[str, Any], context: dict[str, Any], traits: dict[str, Any], company: bool) -> Said:
    """What an event repeats of what the profile may hide; the sender's address is a trait too. A property follows the
    trait of its name, but for “name”, which is an article's or a page's.

    company: whether its traits are a company's, as those of a group call are.
    """

    def of_person(name: str) -> Level:
        return level("people", name)

    def of_either(name: str) -> Level:
        return level("companies" if company else "people", name)

    def of_property(name: str) -> Level:
        return Level.SEE if name == "trait:name" else of_person(name)

    shown = {key: value for key, value in context.items() if key not in ("traits", "ip")}
    if isinstance(context.get("traits"), dict):
        shown["traits"] = veiled_traits(context["traits"], of_either)
    if "ip" in context and of_person("trait:ip"):
        shown["ip"] = veiled(context["ip"], of_person("trait:ip"))
    return Said(veiled_traits(properties, of_property), shown, veiled_traits(traits, of_either))


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
    lambda: _declared("people"),
    lambda name: PersonTrait.objects.filter(name=name.removeprefix("trait:")).exists(),
)
COMPANIES = Kind(
    "companies",
    "company",
    "Companies",
    (("name", "Name"),),
    _veil_company,
    lambda: _declared("companies"),
    lambda name: CompanyTrait.objects.filter(name=name.removeprefix("trait:")).exists(),
)

register(Person, PEOPLE)
register(Company, COMPANIES)
fields.register(fields.FieldKind("people", "/people/", lambda: PersonTrait.objects.filter(winner=True), trait_names))
fields.register(
    fields.FieldKind("companies", "/companies/", lambda: CompanyTrait.objects.filter(winner=True), company_trait_names)
)
register_about(Note, lambda row: [_root(row.person)])
register_about(Attachment, lambda row: [_root(row.note.person)])
register_about(MergeLink, lambda row: [_root(row.keep), _root(row.other)])
register_about(Conflict, lambda row: [_root(one) for one in (row.person, row.other) if one])
