"""Reads of the identity graph for screens, API and other features."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from pentad.core.actor import reader
from pentad.core.errors import NotFound
from pentad.data.identity import store
from pentad.data.identity.models import BlockedValue, Conflict, Identifier, IdentifierRule, MergeLink, Person
from pentad.data.identity.rules import DEFAULT_RULES, MAX_IDENTIFIERS, Ident
from pentad.roles.access.rights import Level
from pentad.roles.access.seeing import level, reach_of, sees, sees_all, veil, veiled

FIELDS_OF_IDS = ("userId", "anonymousId", "previousId", "distinct_id", "anon_distinct_id", "device_id")
"""Where senders put identifiers; the last three are PostHog's."""


def find_person(id: str) -> Person:
    """The customer with this public id, as the reader may see it; of a merged one, the root.

    Raises NotFound, in the same words, for one there is not and for one the reader may not see.
    """
    person = person_seen(id)
    if person is None:
        raise NotFound(
            f"There is no customer with the id {id!r}.", code="person_not_found", fix="Search by an identifier."
        )
    return person


def person_seen(id: str) -> Person | None:
    """As `find_person`, or None."""
    part = Person.objects.filter(id=id).values_list("no", "root_id").first()
    return Person.seen.filter(no=part[1] or part[0]).first() if part else None


def person_by_identifier(namespace: str, value: str) -> Person | None:
    """The customer an identifier points to, or None; None too when the reader may not see the customer, or that kind
    of identifier at all. E-mail addresses are compared in lower case.
    """
    value = value.strip().lower() if namespace == "email" else value.strip()
    if level("people", field_of(namespace)) == Level.HIDDEN:
        return None
    row = (
        Identifier.objects.filter(namespace=namespace, value=value).values_list("person_id", "person__root_id").first()
    )
    return Person.seen.filter(no=row[1] or row[0]).first() if row else None


def field_of(namespace: str) -> str:
    """The field whose rules an identifier follows: an address is one wherever it stands, in capital letters too."""
    small = namespace.strip().casefold()
    return small if small in ("email", "phone") else "identifiers"


_PROFILE = frozenset({"name", "firstname", "lastname", "username", "email", "phone"})
"""Traits, bare, that say who somebody is."""


def bare(name: str) -> str:
    """A name by its letters and digits alone: “user_id”, “userId” and “$User ID” are one."""
    return "".join(one for one in name.casefold() if one.isalnum())


def identifying_names() -> set[str]:
    """What events call identifiers that are not addresses, bare: the fields of every message, and namespaces with a rule."""
    own = {*DEFAULT_RULES, *IdentifierRule.objects.values_list("namespace", flat=True)}
    return {bare(name) for name in (*FIELDS_OF_IDS, *own) if field_of(name) == "identifiers"}


def says_who(name: str) -> bool:
    """Whether a trait of that name says who somebody is."""
    return bare(name) in _PROFILE | identifying_names()


def hold_people(numbers: Iterable[int]) -> set[int]:
    """Those of these who are here, whoever asks; they stay until the transaction under way ends. For what writes about
    customers whom another may be erasing: afterwards nothing would remove it. An erasure waits, other changes do not.
    """
    lock = " FOR KEY SHARE" if connection.features.has_select_for_update else ""
    found = set[int]()
    with connection.cursor() as cursor:
        for some in store.chunks(set(numbers)):
            places = ", ".join(["%s"] * len(some))
            cursor.execute(f"SELECT no FROM {Person._meta.db_table} WHERE no IN ({places}){lock}", list(some))
            found.update(no for (no,) in cursor.fetchall())
    return found


def hold_person(no: int) -> bool:
    """The same of one customer."""
    return no in hold_people([no])


def part_numbers(person: Person) -> list[int]:
    """The ledger numbers of all parts of a customer, the root's first."""
    root = person.root_id or person.no
    return [root, *Person.objects.filter(root_id=root).order_by("no").values_list("no", flat=True)]


def parts_of_many(roots: Iterable[Person]) -> dict[int, int]:
    """Ledger number of each part → of the customer it belongs to."""
    parts = {root.no: root.no for root in roots}
    parts.update(Person.objects.filter(root_id__in=list(parts)).values_list("no", "root_id"))
    return parts


@dataclass(frozen=True, slots=True)
class IdentifierRow:
    """An identifier of a customer, and the part it was first seen with."""

    namespace: str
    value: str
    person_no: int
    source_no: int
    first_seen: datetime


def _shown(namespace: str, value: str) -> str | None:
    shown: str | None = veiled(value, level("people", field_of(namespace)))
    return shown


def identifiers(person: Person) -> list[IdentifierRow]:
    """All identifiers of the customer, strongest first."""
    rules = store.rules_in_force()
    rows = Identifier.objects.filter(person_id__in=part_numbers(person)).order_by("first_seen", "id")
    found = [
        IdentifierRow(r.namespace, value, r.person_id, r.source_no, r.first_seen)
        for r in rows
        if (value := _shown(r.namespace, r.value))
    ]
    return sorted(found, key=lambda r: (rules.of(r.namespace).priority, r.namespace))


def identifiers_of_many(roots: list[Person]) -> dict[int, list[dict[str, str]]]:
    """Root number → identifiers as the API shows them, in one query per thousand."""
    parts = parts_of_many(roots)
    out: dict[int, list[dict[str, str]]] = {p.no: [] for p in roots}
    for some in store.chunks(parts):
        for row in Identifier.objects.filter(person_id__in=some).order_by("id"):
            if value := _shown(row.namespace, row.value):
                out[parts[row.person_id]].append({"namespace": row.namespace, "value": value})
    return out


def call(people: Iterable[Person]) -> None:
    """Give known customers without name and e-mail address their first user_id to be called by, as far as the reader
    may see it.
    """
    nameless = [one for one in people if one.known and not one.name and not one.email and one.called is None]
    found = identifiers_of_many(nameless) if nameless else {}
    for one in nameless:
        one.called = next((row["value"] for row in found[one.no] if row["namespace"] == "user_id"), "")


def merge_history(person: Person) -> list[MergeLink]:
    """Every merge of this customer's parts, undone ones too, newest first."""
    nos = part_numbers(person)
    links = MergeLink.objects.filter(keep_id__in=nos) | MergeLink.objects.filter(other_id__in=nos)
    found = list(links.select_related("keep", "other").order_by("-created", "-id"))
    away = {one.root_id or one.no for link in found for one in (link.keep, link.other) if one.no not in nos}
    seen = set(Person.seen.filter(pk__in=away).values_list("pk", flat=True)) if away else set()
    # Whom a merge was undone with is another customer again, who may be somebody else's.
    gone = away - seen
    found = [
        link for link in found if not {link.keep.root_id or link.keep_id, link.other.root_id or link.other_id} & gone
    ]
    veil([one for link in found for one in (link.keep, link.other)])
    for link in found:
        link.evidence = shown_evidence(link.evidence)
    return found


def shown_evidence(evidence: dict[str, Any]) -> dict[str, Any]:
    """Why two were merged, with the identifiers that met as the reader may see them."""
    met = [(namespace, _shown(namespace, value)) for namespace, value in evidence.get("identifiers", ())]
    return {**evidence, "identifiers": [[name, value] for name, value in met if value]} if met else evidence


def shown_conflicts(rows: "QuerySet[Conflict]") -> list[Conflict]:
    """Conflicts to be read: the shared value and both customers as the reader may see them."""
    found = list(rows)
    for row in found:
        row.value = _shown(row.namespace, row.value) or ""
    people = [one for row in found for one in (row.person, row.other) if one]
    veil(list({id(one): one for person in people for one in (person, person.root) if one}.values()))
    return found


@dataclass(frozen=True, slots=True)
class TraitPreview:
    name: str
    keep_value: Any
    other_value: Any
    result: Any


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What a merge would make of two customers, before anything changes."""

    keep: Person
    other: Person
    identifiers: list[IdentifierRow]
    traits: list[TraitPreview]
    limits_exceeded: list[str]
    events: int
    refusal: str = ""


def preview_merge(keep: Person, other: Person) -> MergePreview:
    """Compare two customers as `merge_people` would join them."""
    from pentad.data.profiles.queries import surviving_traits

    keep, other = keep.root or keep, other.root or other
    together = identifiers(keep) + identifiers(other)
    result = surviving_traits([*part_numbers(keep), *part_numbers(other)])
    names = sorted({*keep.traits, *other.traits})
    traits = [TraitPreview(n, keep.traits.get(n), other.traits.get(n), result.get(n)) for n in names]
    rules, counts = store.rules_in_force(), dict[str, int]()
    for row in together:
        counts[row.namespace] = counts.get(row.namespace, 0) + 1
    over = [
        f"{ns}: {n} values, the limit is {rules.of(ns).limit}" for ns, n in counts.items() if n > rules.of(ns).limit
    ]
    refusal = ""
    if keep.no == other.no:
        refusal = "They are the same customer already."
    elif len(together) > MAX_IDENTIFIERS:
        refusal = f"Together they would have {len(together)} identifiers; the most is {MAX_IDENTIFIERS}."
    return MergePreview(keep, other, together, traits, over, keep.event_count + other.event_count, refusal)


def seen_conflicts() -> QuerySet[Conflict]:
    """Conflicts between two customers of whom the reader may see both."""
    rows = Conflict.objects.filter(other__isnull=False)
    if sees_all("people"):
        return rows
    seen = Person.seen.values("pk")
    rows = rows.alias(one=Coalesce("person__root_id", "person_id"), two=Coalesce("other__root_id", "other_id"))
    return rows.filter(one__in=seen, two__in=seen)


def open_conflicts() -> QuerySet[Conflict]:
    """Conflicts that wait for a decision, the most frequent and recent first."""
    rows = seen_conflicts().filter(status=Conflict.OPEN)
    return rows.select_related("person__root", "other__root").order_by("-last_at", "-id")


def conflicts_of(person: Person) -> QuerySet[Conflict]:
    nos = part_numbers(person)
    rows = open_conflicts()
    return rows.filter(person_id__in=nos) | rows.filter(other_id__in=nos)


@dataclass(frozen=True, slots=True)
class RuleRow:
    namespace: str
    priority: int
    limit: int
    is_default: bool


@dataclass(slots=True)
class RulesView:
    """Rules as the screen shows them: the defaults with the team's own in their place.

    blocked: values, which may be customers' addresses; withheld: how many the reader may not see.
    """

    rules: list[RuleRow] = field(default_factory=list)
    blocked: list[BlockedValue] = field(default_factory=list)
    withheld: int = 0


def rules_view() -> RulesView:
    own = {r.namespace: r for r in IdentifierRule.objects.all()}
    rows = [RuleRow(ns, r.priority, r.limit, True) for ns, r in DEFAULT_RULES.items() if ns not in own]
    rows += [RuleRow(ns, r.priority, r.limit, False) for ns, r in own.items()]
    rows.sort(key=lambda r: (r.priority, r.namespace))
    blocked = BlockedValue.objects.order_by("namespace", "value")
    if _sees_every_identifier() or reader().may("identity.edit"):
        return RulesView(rows, list(blocked))
    return RulesView(rows, withheld=blocked.count())


def _sees_every_identifier() -> bool:
    """Whether the reader sees, of every customer, all that identifies them."""
    in_full = all(sees("people", name) for name in ("identifiers", "email", "phone"))
    return in_full and reach_of(reader(), "people.view").everything


def as_ident(text: str) -> Ident:
    """ "namespace:value" as an identifier. Raises Invalid when there is no colon."""
    from pentad.core.errors import Invalid

    namespace, colon, value = text.partition(":")
    if not (namespace and colon and value):
        raise Invalid(
            f"{text!r} is no identifier.",
            code="bad_identifier",
            fix="Write NAMESPACE:VALUE, such as email:ann@example.com.",
        )
    return Ident(namespace, value.strip().lower() if namespace == "email" else value.strip())
