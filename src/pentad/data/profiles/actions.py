"""Verbs on profiles: traits stated by colleagues, new customers."""

from typing import Any

import msgspec
from django.db.models.functions import Coalesce

from pentad.core import clock
from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Conflict, Denied, Invalid
from pentad.core.nested import IN_MESSAGE, shallow
from pentad.core.outbox import emit
from pentad.data.fields.queries import accept, declared
from pentad.data.identity import store
from pentad.data.identity.models import Conflict as Shared
from pentad.data.identity.models import Person
from pentad.data.identity.queries import part_numbers, person_by_identifier
from pentad.data.identity.rules import Ident
from pentad.data.ingest.models import Source
from pentad.data.ingest.own import own_source
from pentad.data.profiles import fold
from pentad.data.profiles.computed import require_not_computed
from pentad.data.profiles.kinds import may_change
from pentad.data.profiles.models import PersonTrait, TraitRule
from pentad.data.profiles.rules import Fact
from pentad.data.profiles.stating import settled
from pentad.data.profiles.touched import touch
from pentad.roles.access.rights import Level
from pentad.roles.access.seeing import acts_for, level_for, user_of
from pentad.roles.together.conflicts import LastChange, last_change
from pentad.roles.together.rules import Versions

MAX_TRAIT_BYTES = 8_192
STATING = ("set_trait", "create_person")
"""Actions whose audit lines name the traits that were stated."""


@action("people.edit")
def set_trait(*, actor: Actor, person: Person, name: str, value: Any, seen: Versions | None = None) -> Person:
    """State a trait of a customer in the team's own name. None takes the team's statement of it as unknown.

    seen: name → version of the value that was on the screen; with “own:” before the name, of what the team itself stated
    then. Raises Denied for a field that the actor may not change, Conflict `changed_meanwhile` when either is another one
    by now, and not this one.
    """
    name = name.strip()
    require_not_computed([name])
    if not may_change(actor, person, name):
        raise Denied(
            f"{actor.name} may not change “{name}” of customers.",
            fix="Ask an administrator for a role that may.",
            right="people.edit",
        )
    value = accept("people", name, value)
    if seen is not None:
        root = Person.objects.select_for_update().get(no=person.root_id or person.no)
        if not settled(root, name, value, seen, lambda _: _changed(root, name), lambda _: _stated(root, name)):
            note(subject=f"person:{root.id}")
            return root
    return state_traits(actor, person, {name: value})


def _changed(root: Person, name: str) -> LastChange | None:
    """Who stated the value of a trait that counts now: a colleague, or a source."""
    parts = part_numbers(root)
    fact = PersonTrait.objects.filter(person_id__in=parts, name=name, winner=True).first()
    if fact is not None and fact.source_no != own_source().no:
        source = Source.objects.filter(no=fact.source_no).first()
        return LastChange(source.name if source else "A source", fact.at)
    return _stated(root, name)


def _stated(root: Person, name: str) -> LastChange | None:
    """Which colleague stated it last."""
    parts = part_numbers(root)
    found = [
        last_change(f"person:{part}", STATING, lambda told: name in told.get("traits", ()))
        for part in Person.objects.filter(no__in=parts).values_list("id", flat=True)
    ]
    dated = [(one.at, one.by) for one in found if one is not None and one.at is not None]
    return LastChange(max(dated)[1], max(dated)[0]) if dated else None


@action("people.create")
def create_person(*, actor: Actor, identifiers: list[Ident], traits: dict[str, Any]) -> Person:
    """Add a customer by hand. Raises Conflict when an identifier belongs to somebody whom the actor sees, Invalid for a
    trait that does not fit its custom field, and for a required one that is missing.

    An identifier of somebody whom the actor does not see stays theirs, and nobody is told: that the two share it becomes
    a conflict, for who may see and merge both. So the answer is as for one that is free.
    """
    traits = _complete(actor, traits)
    rules = store.rules_in_force()
    usable = rules.ordered(identifiers)
    if not usable:
        raise Invalid("A customer needs an identifier, such as an e-mail address.", code="no_identifier", field="email")
    theirs, _ = store.owners(usable)
    for ident in usable:
        if (other := _whose(ident)) is not None:
            raise Conflict(
                f"The {ident.namespace} {ident.value!r} belongs to a customer already.", code="identifier_taken",
                fix="Open that customer instead.", person=other.id, field=ident.namespace,
            )  # fmt: skip
    now, changes = clock.now_us(), store.Changes()
    no = changes.person(now, now)
    for ident in usable:
        if ident not in theirs:
            changes.identifier(ident, no, own_source().no, now)
        if ident.namespace in ("user_id", "email"):
            changes.known.add(no)
    changes.write()
    touch([no])
    for ident, other_no in theirs.items():
        Shared.objects.create(
            reason=Shared.TAKEN, namespace=ident.namespace, value=ident.value, person_id=no, other_id=other_no
        )
    if (own := user_of(actor)) is not None:
        Person.objects.filter(no=no).update(owner=own)  # who may see only own customers sees this one
    return state_traits(actor, Person.objects.get(no=no), traits)


def _whose(ident: Ident) -> Person | None:
    """The customer whom the reader sees with this identifier: it is theirs, or somebody added them with it."""
    if (found := person_by_identifier(*ident)) is not None:
        return found
    added = Shared.objects.filter(reason=Shared.TAKEN, status=Shared.OPEN, namespace=ident.namespace, value=ident.value)
    parts = added.values_list(Coalesce("person__root_id", "person_id"), flat=True)
    return Person.seen.filter(pk__in=list(parts)).order_by("pk").first()


def _complete(actor: Actor, traits: dict[str, Any]) -> dict[str, Any]:
    """Traits as their fields want them; what is required is there, as far as the actor may fill it."""
    found = {name: accept("people", name, value) for name, value in traits.items()}
    for field in declared("people").values():
        if field.required and level_for(actor, "people", f"trait:{field.name}") >= Level.CHANGE:
            accept("people", field.name, found.get(field.name))
    return found


def check_traits(traits: dict[str, Any]) -> None:
    """Raise Invalid for a name or a value that cannot be kept."""
    for name, value in traits.items():
        if not name.strip() or len(name) > 120:
            raise Invalid(f"The trait name {name!r} must have 1 to 120 characters.", code="bad_trait_name")
        if shallow(value, IN_MESSAGE) != value:
            raise Invalid(f"The value of {name!r} is nested too deep.", code="trait_too_deep", fix="Flatten it.")
        if len(msgspec.json.encode(value)) > MAX_TRAIT_BYTES:
            raise Invalid(f"The value of {name!r} is larger than {MAX_TRAIT_BYTES:,} bytes.", code="trait_too_large")


def state_traits(actor: Actor, person: Person, traits: dict[str, Any]) -> Person:
    """Write the facts at once, and tell the ledger by the same road as every other source. Within an action."""
    check_traits(traits)
    require_not_computed(traits)
    row = emit("identify", "", person=person, traits=traits)
    stated = fold.Stated()
    for name, value in traits.items():
        stated.person(Fact(name, own_source().no, value, row.at, f"pentad-{row.pk}", person.no))
    fold.fold([], stated, {person.no: person.root_id or person.no}, ())
    note(subject=f"person:{person.id}", traits=sorted(traits))
    return Person.objects.get(no=person.root_id or person.no)


@action("people.export")
def export_people(*, actor: Actor, rows: int, filters: list[str]) -> None:
    """Take customers out of Pentad as a file; the screen streams it after this has been noted.

    filters: the fields by which the list was narrowed, without their values.
    """
    note(subject="list:people", rows=rows, filters=filters, purposes=acts_for(actor))


@action("identity.edit")
def prefer_sources(*, actor: Actor, trait: str, source_nos: list[int]) -> None:
    """Say which sources win for a trait, best first; an empty list returns to source priority."""
    if source_nos:
        TraitRule.objects.update_or_create(name=trait, defaults={"sources": source_nos})
    else:
        TraitRule.objects.filter(name=trait).delete()
    note(subject=f"trait:{trait}", sources=source_nos)
