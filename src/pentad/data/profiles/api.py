"""/api/v1/people: find, read, page through events, merge."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from pentad.core.action import check
from pentad.core.actor import Actor
from pentad.core.errors import Invalid
from pentad.core.secretbox import cover, uncover
from pentad.data.consent.queries import standing_of_many
from pentad.data.identity.models import Person
from pentad.data.identity.queries import as_ident, find_person, identifiers_of_many, person_by_identifier
from pentad.data.profiles import actions, queries
from pentad.roles.audit import looked_at
from pentad.roles.together.rules import versions

PLACES = "places among people"
router = Router(tags=["people"])


class IdentifierOut(Schema):
    namespace: str
    value: str


class PersonOut(Schema):
    id: str
    name: str
    identifiers: list[IdentifierOut]
    traits: dict[str, Any]
    first_seen: datetime | None
    last_seen: datetime | None
    event_count: int
    consents: dict[str, dict[str, str]] = Field(description="Purpose, channel (empty: every one), granted or denied")


class PeopleOut(Schema):
    results: list[PersonOut]
    next: str | None = None


class EventOut(Schema):
    message_id: str
    type: str
    name: str
    timestamp: datetime
    received_at: datetime
    source: str
    properties: dict[str, Any]
    traits: dict[str, Any]


class EventsOut(Schema):
    results: list[EventOut]
    next: str | None = None


def actor_of(request: HttpRequest) -> Actor:
    actor = request.actor  # type: ignore[attr-defined]
    assert isinstance(actor, Actor)
    return actor


def people_out(people: list[Person]) -> list[dict[str, Any]]:
    idents, consents = identifiers_of_many(people), standing_of_many(people)
    return [
        {
            "id": p.id, "name": p.name, "identifiers": idents[p.no], "traits": p.traits,
            "first_seen": p.first_seen, "last_seen": p.last_seen, "event_count": p.event_count,
            "consents": consents.get(p.no, {}),
        }
        for p in people
    ]  # fmt: skip


@router.get("/people", response=PeopleOut, summary="Find a person by identifier, or page through all")
def list_people(
    request: HttpRequest, identifier: str | None = None, limit: int = 50, after: str | None = None
) -> dict[str, Any]:
    """With `identifier=NAMESPACE:VALUE` at most one result; else people by age of their record; page on with `after`, the last `next`."""
    check(actor_of(request), "people.view")
    if not 1 <= limit <= queries.MAX_PAGE:
        raise Invalid(f"limit is {limit}; it must lie between 1 and {queries.MAX_PAGE}.", code="bad_limit")
    if identifier is not None:
        person = person_by_identifier(*as_ident(identifier))
        if person:
            looked_at(actor_of(request), f"person:{person.id}", "api")
        return {"results": people_out([person] if person else []), "next": None}
    rows = Person.seen.filter(root=None, **({"no__gt": _number(after)} if after else {})).order_by("no")
    page = list(rows[: limit + 1])
    if page:
        about = {"rows": len(page[:limit]), "first": page[0].id, "last": page[:limit][-1].id}
        looked_at(actor_of(request), "list:people", "api", again=True, **about)
    return {"results": people_out(page[:limit]), "next": _mark(page[limit - 1]) if len(page) > limit else None}


def _mark(person: Person) -> str:
    """Covered: the number would tell how many customers there are."""
    return cover(PLACES, str(person.no))


def _number(after: str) -> int:
    try:
        return int(uncover(PLACES, after))
    except ValueError:
        raise Invalid(
            f"{after[:80]!r} is not a cursor of this list.", code="bad_cursor", fix="Take it from “next”."
        ) from None


@router.get("/people/{id}", response=PersonOut, summary="One person")
def get_person(request: HttpRequest, id: str) -> dict[str, Any]:
    check(actor_of(request), "people.view")
    person = find_person(id)
    looked_at(actor_of(request), f"person:{person.id}", "api")
    return people_out([person])[0]


class TraitIn(Schema):
    value: Any = Field(description="null says that it is unknown")
    seen: Any = Field(None, description="The value that was read before: when it is another by now, nothing is changed")


@router.put("/people/{id}/traits/{name}", response=PersonOut, summary="State a trait in the team's name")
def put_trait(request: HttpRequest, id: str, name: str, body: TraitIn) -> dict[str, Any]:
    """With `seen`, 409 `changed_meanwhile` tells who changed it to what, unless they wrote the same value.

    `changes` holds `field`, `label`, `now`, `by` and `at`. To write over it, send again with `now` as `seen`.
    """
    check(actor_of(request), "people.edit")
    seen = versions({name: body.seen}) if "seen" in body.model_fields_set else None
    person = actions.set_trait(actor=actor_of(request), person=find_person(id), name=name, value=body.value, seen=seen)
    return people_out([find_person(person.id)])[0]


@router.get("/people/{id}/events", response=EventsOut, summary="A person's events, newest first")
def list_events(request: HttpRequest, id: str, limit: int = 50, before: str | None = None) -> dict[str, Any]:
    check(actor_of(request), "people.view")
    person = find_person(id)
    events, following = queries.timeline(person, limit=limit, before=before)
    looked_at(actor_of(request), f"person:{person.id}", "api timeline")
    return {"results": events, "next": following}
