"""Verbs on profiles: traits stated by colleagues, new customers."""

from typing import Any

import msgspec

from pentad.core import clock
from pentad.core.action import action, note
from pentad.core.actor import Actor
from pentad.core.errors import Conflict, Denied, Invalid
from pentad.core.outbox import emit
from pentad.data.identity import store
from pentad.data.identity.models import Identifier, Person
from pentad.data.identity.queries import person_by_identifier
from pentad.data.identity.rules import Ident
from pentad.data.ingest.own import own_source
from pentad.data.profiles import fold
from pentad.data.profiles.models import TraitRule
from pentad.data.profiles.rules import Fact
from pentad.roles.access.rights import Level
from pentad.roles.access.seeing import level_for, user_of

MAX_TRAIT_BYTES = 8_192


@action("people.edit")
def set_trait(*, actor: Actor, person: Person, name: str, value: Any) -> Person:
    """State a trait of a customer in the team's own name. None takes the team's statement of it as unknown.

    Raises Denied for a field that the actor may not change.
    """
    if level_for(actor, "people", f"trait:{name.strip()}") < Level.CHANGE:
        raise Denied(
            f"{actor.name} may not change “{name}” of customers.",
            fix="Ask an administrator for a role that may.",
            right="people.edit",
        )
    return _state(actor, person, {name: value})


@action("people.create")
def create_person(*, actor: Actor, identifiers: list[Ident], traits: dict[str, Any]) -> Person:
    """Add a customer by hand. Raises Conflict when an identifier belongs to somebody already."""
    rules = store.rules_in_force()
    usable = rules.ordered(identifiers)
    if not usable:
        raise Invalid("A customer needs an identifier, such as an e-mail address.", code="no_identifier")
    for ident in usable:
        if Identifier.objects.filter(namespace=ident.namespace, value=ident.value).exists():
            other = person_by_identifier(ident.namespace, ident.value)
            raise Conflict(
                f"The {ident.namespace} {ident.value!r} belongs to a customer already.", code="identifier_taken",
                fix="Open that customer instead." if other else "Ask a colleague who may see them.",
                person=other.id if other else None,
            )  # fmt: skip
    now, changes = clock.now_us(), store.Changes()
    no = changes.person(now, now)
    for ident in usable:
        changes.identifier(ident, no, own_source().no, now)
        if ident.namespace in ("user_id", "email"):
            changes.known.add(no)
    changes.write()
    if (own := user_of(actor)) is not None:
        Person.objects.filter(no=no).update(owner=own)  # who may see only own customers sees this one
    return _state(actor, Person.objects.get(no=no), traits)


def _state(actor: Actor, person: Person, traits: dict[str, Any]) -> Person:
    """Write the facts at once, and tell the ledger by the same road as every other source."""
    for name, value in traits.items():
        if not name.strip() or len(name) > 120:
            raise Invalid(f"The trait name {name!r} must have 1 to 120 characters.", code="bad_trait_name")
        if len(msgspec.json.encode(value)) > MAX_TRAIT_BYTES:
            raise Invalid(f"The value of {name!r} is larger than {MAX_TRAIT_BYTES:,} bytes.", code="trait_too_large")
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
    note(subject="list:people", rows=rows, filters=filters)


@action("identity.edit")
def prefer_sources(*, actor: Actor, trait: str, source_nos: list[int]) -> None:
    """Say which sources win for a trait, best first; an empty list returns to source priority."""
    if source_nos:
        TraitRule.objects.update_or_create(name=trait, defaults={"sources": source_nos})
    else:
        TraitRule.objects.filter(name=trait).delete()
    note(subject=f"trait:{trait}", sources=source_nos)
