"""What rights may say of customers and companies: their fields, and how a loaded row hides what is not to be seen."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from pentad.core.actor import Actor
from pentad.core.nested import MOST_DEPTH, TOO_DEEP
from pentad.data.fields import kinds as fields
from pentad.data.fields.queries import declared
from pentad.data.identity.models import Conflict, MergeLink, Person
from pentad.data.identity.queries import bare, field_of, identifying_names
from pentad.data.profiles.models import Attachment, Company, CompanyTrait, Note, PersonTrait
from pentad.data.profiles.vocabulary import company_trait_names, namespaces, trait_names
from pentad.roles.access.rights import Level
from pentad.roles.access.seeing import Kind, in_full, kind_of, levels, register, register_about, sees_all, veiled

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
    """Without the hidden ones, masked ones as masks; what stands in their values under the name of another too."""
    return {name: veiled_inside(veiled(value, to), at) for name, value in traits.items() if (to := at(f"trait:{name}"))}


def veiled_inside(value: Any, at: At, depth: int = 1) -> Any:
    """A value without what stands in it, at any depth, under the name of a hidden trait."""
    if not isinstance(value, dict | list):
        return value
    if depth > MOST_DEPTH:
        return TOO_DEEP
    if isinstance(value, list):
        return [veiled_inside(one, at, depth + 1) for one in value]
    return {
        name: veiled_inside(veiled(one, to), at, depth + 1)
        for name, one in value.items()
        if (to := at(f"trait:{name}"))
    }


def may_change(actor: Actor, record: Person | Company, name: str) -> bool:
    """Whether a trait of a record may be changed: not one whose value holds a field that the actor does not see."""
    kind = kind_of(type(record)).name
    if in_full(kind, actor):
        return True
    at = levels(kind, actor)
    if at(f"trait:{name}") < Level.CHANGE:
        return False
    root = record.root_id or record.pk if isinstance(record, Person) else record.pk
    held = type(record)._default_manager.values_list("traits", flat=True).get(pk=root).get(name)  # not as it is veiled
    return bool(veiled_inside(held, at) == held)


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


Properties = Callable[[dict[str, Any]], dict[str, Any]]
_veils: list[Callable[[], Properties]] = []


def register_event_veil(make: Callable[[], Properties]) -> Callable[[], Properties]:
    """Let a competency above this one take out of events' properties what the reader may not know. Made anew for each
    page; not asked for who sees every field.
    """
    _veils.append(make)
    return make


def event_veil() -> Callable[[dict[str, Any], dict[str, Any], dict[str, Any], bool], Said]:
    """How the reader sees properties, context and traits of events; the last argument: whether the traits are a company's,
    as those of a group call are.

    Hidden is what an event repeats of what the profile may hide, at any depth. A property, and what the context says,
    the sender's address too, follows the trait of its name, but for “name”, which is an article's or a page's.
    What names an identifier follows the rules of those, and a list of external ones the strictest of identifiers, e-mail
    address and telephone. What a group call states may be the company's or, where its library repeats traits in the
    context, the customer's: the stricter rule counts.
    """
    if in_full("people") and in_full("companies"):
        return lambda properties, context, traits, company: Said(properties, context, traits)
    of_person, of_company = (_identifiers_too(levels(kind)) for kind in ("people", "companies"))
    of_property = _but_names(of_person)

    def of_either(name: str) -> Level:
        return min(of_company(name), of_person(name))

    def of_group(name: str) -> Level:
        return min(of_company(name), of_property(name))

    others = [make() for make in _veils]

    def veil(properties: dict[str, Any], context: dict[str, Any], traits: dict[str, Any], company: bool) -> Said:
        for other in others:
            properties = other(properties)
        of_traits = of_person
        if company:
            of_traits = of_either if "traits" in context else of_group
        shown = veiled_traits({key: value for key, value in context.items() if key != "traits"}, of_property)
        if isinstance(context.get("traits"), dict):
            shown["traits"] = veiled_traits(context["traits"], of_traits)
        return Said(veiled_traits(properties, of_property), shown, veiled_traits(traits, of_traits))

    return veil


def property_levels(actor: Actor) -> At:
    """How much an actor sees of what events say under each name, written as a trait's: as `event_veil` has it."""
    return _but_names(_identifiers_too(levels("people", actor), actor))


def _but_names(at: At) -> At:
    return lambda name: Level.SEE if name.casefold() == "trait:name" else at(name)


def _identifiers_too(at: At, actor: Actor | None = None) -> At:
    """The same levels, and for what names identifiers or speaks of consent at most theirs."""
    people, names = levels("people", actor), identifying_names() | _names_in_use()
    ids = people("identifiers")
    external = min(ids, people("email"), people("phone"))

    def of(name: str) -> Level:
        said = bare(name.removeprefix("trait:"))
        if said in ("consent", "consents", "categorypreferences"):
            return min(at(name), people("consents"))
        if said in ("externalid", "externalids"):
            return min(at(name), external)
        return min(at(name), ids) if said in names else at(name)

    return of


def _names_in_use() -> set[str]:
    """What senders call identifiers of their own, bare: namespaces without a rule."""
    return {bare(name) for name in namespaces() if field_of(name) == "identifiers"}


def _known(kind: str, names: Sequence[str]) -> list[str]:
    """Names of traits, without those that are hidden from the reader."""
    at = levels(kind)
    return [name for name in names if at(f"trait:{name}") > Level.HIDDEN]


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
        ("consents", "Consent"),
    ),
    _veil_person,
    lambda: _declared("people"),
    lambda name: PersonTrait.objects.filter(name=name.removeprefix("trait:")).exists(),
    lambda: _known("people", trait_names()),
)
COMPANIES = Kind(
    "companies",
    "company",
    "Companies",
    (("name", "Name"),),
    _veil_company,
    lambda: _declared("companies"),
    lambda name: CompanyTrait.objects.filter(name=name.removeprefix("trait:")).exists(),
    lambda: _known("companies", company_trait_names()),
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
