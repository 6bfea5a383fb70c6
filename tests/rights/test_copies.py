"""What is hidden stays hidden where it lies inside another value, where it was copied to, and where its order would tell."""

import base64

import pytest
from django.db import transaction

from pentad.core.actor import SYSTEM, acting_as
from pentad.data.identity.models import Person
from pentad.data.profiles import vocabulary
from pentad.data.profiles.bulk import restore_traits, set_trait_of_all
from pentad.data.profiles.kinds import event_veil
from pentad.data.profiles.models import PersonTrait
from pentad.roles.access.manage.explain import explain_field
from pentad.roles.access.purposes import actions
from pentad.roles.access.queries import actor_of
from pentad.roles.access.rights import FieldRule, Level, Policy
from pentad.roles.access.seeing import kinds
from pentad.roles.undo.models import ChangedRecord
from pentad.roles.views import paging
from pentad.roles.views.actions import open_with_view, save_view
from pentad.roles.views.state import Filter, ListState
from tests.data.road import Road
from tests.rights.test_purposes import BUDGET, works_for
from tests.rights.test_walk import call
from tests.rights.world import World, body, build, word

pytestmark = pytest.mark.once  # what is hidden is no matter of the database


def limited(kind: str, *fields: str) -> None:
    """Fields that a member may not use from now on."""
    works_for("member", "marketing")
    for field in fields:
        actions.set_field_purposes(actor=SYSTEM, kind=kind, field=field, purposes=["service"])


def page(world: World, address: str) -> str:
    answer = world.client.get(address)
    assert answer.status_code == 200, address
    return body(answer)


@pytest.mark.parametrize("kind", ["people", "companies"])
def test_what_lies_inside_a_value_makes_no_groups_and_no_order(road: Road, kind: str) -> None:
    world = build(road, "member")
    for whose, value in (("own", f"{BUDGET}1"), ("mate", f"{BUDGET}9")):
        called = {"type": "identify"} if kind == "people" else {"type": "group", "groupId": f"g-{whose}"}
        road.send({**called, "userId": f"u-{whose}", "traits": {"deal": {"budget": value}}})
    called = {"type": "identify"} if kind == "people" else {"type": "group", "groupId": "g-other"}
    road.send({**called, "userId": "u-other", "traits": {"deal": "Quxplain"}})
    for names in (vocabulary.trait_names, vocabulary.company_trait_names, vocabulary.stated_values):
        names.forget()  # type: ignore[attr-defined]
    layouts = [f"/{kind}/?as={one}&by=trait:deal{more}" for one in ("group", "board") for more in ("", "&part=sizes")]
    layouts.append(f"/{kind}/?part=filter&field=trait:deal")
    own, mate = (f"{word(one)} {'Person' if kind == 'people' else 'Company'}" for one in ("own", "mate"))

    def orders() -> set[bool]:
        texts = [page(world, f"/{kind}/?sort={sign}trait:deal&cols=name") for sign in ("", "-")]
        return {text.index(own) < text.index(mate) for text in texts}

    assert [BUDGET.lower() in page(world, one).lower() for one in layouts[:4]] == [True, False, True, False]
    assert orders() == {True, False}
    limited(kind, "trait:budget")
    found = {one: page(world, one) for one in layouts}
    assert [one for one, text in found.items() if BUDGET.lower() in text.lower()] == []
    assert "Quxplain" in found[layouts[0]]
    assert len(orders()) == 1, "both are without a value that may be read"


@pytest.mark.parametrize("hidden_in", ["people", "companies"])
def test_what_a_group_call_says_follows_both_rules(road: Road, hidden_in: str) -> None:
    world = build(road, "member")
    said = {"budget": BUDGET, "size": "Quxsize"}
    road.send(
        {"type": "group", "userId": "u-own", "groupId": "g-own", "context": {"traits": said}},
        {"type": "group", "userId": "u-own", "groupId": "g-own", "traits": {**said, "name": "Quxcompany"}},
    )
    one = f"/people/{world.people['own'].id}/timeline/"
    assert BUDGET in page(world, one)
    limited(hidden_in, "trait:budget")
    text = page(world, one)
    assert BUDGET not in text
    assert "Quxsize" in text
    limited("people", "name")
    assert "Quxcompany" in page(world, one), "the name of a company is not the customer's"
    with acting_as(actor_of(world.user)):
        veiled = event_veil()({}, {"traits": {"name": "Quxname"}}, {"name": "Quxname"}, True)
    assert "Quxname" not in str(veiled), "but this may be: libraries repeat the customer's traits there"


def test_sums_do_not_tell_what_is_hidden_of_each(road: Road) -> None:
    world = build(road, "member")
    order = {"type": "track", "event": "Order Completed", "userId": "u-own"}
    road.send({**order, "properties": {"total": 777.5, "currency": "EUR"}})
    one = f"/people/{world.people['own'].id}/figures/"
    assert "777.50" in page(world, one)
    limited("people", "trait:revenue")
    assert "777" not in page(world, one), "the ledger does not say which of the properties an amount came from"


MADE = {"firstName": "Quxfirst", "lastName": "Quxlast"}


def test_a_name_is_seen_no_further_than_what_it_is_made_of(road: Road) -> None:
    world = build(road, "member")
    road.send({"type": "identify", "userId": "u-own", "traits": {**MADE, "name": None}})
    one = world.people["own"].id
    pages = (
        f"/people/{one}/",
        f"/people/{one}/peek/",
        "/people/?q=quxlast",
        "/people/?cols=name",
        "/palette/?q=quxlast",
    )

    def told() -> dict[str, bool]:
        found = {name: body(world.client.get(name)) for name in pages}
        found["export"] = body(world.client.post("/people/export/", {"all": "1", "state": "cols=name"}))
        found["api"] = body(call(world, "get", f"/api/v1/people/{one}"))
        return {name: MADE["lastName"] in text for name, text in found.items()}

    assert set(told().values()) == {True}
    assert world.client.get("/people/?f=name~contains~Quxlast").status_code == 200
    limited("people", "trait:lastName")
    assert set(told().values()) == {False}
    text = body(world.client.get("/people/?f=name~contains~Quxlast"))
    assert world.people["own"].id not in text


def test_it_is_explained_what_a_name_is_made_of(db: None) -> None:
    rules = (FieldRule("rep", "people", "trait:username", Level.MASKED),)
    policy = Policy(("rep",), fields=rules)
    people = next(kind for kind in kinds() if kind.name == "people")
    assert policy.level("people", "Name") == Level.MASKED
    assert policy.level("people", "trait:name") == Level.CHANGE
    assert policy.level("companies", "name") == Level.CHANGE
    found = explain_field("Lea", policy, people, "name")
    assert ("denies", "It may be made of “trait:username”, which is masked.") in [
        (s.effect, s.text) for s in found.steps
    ]
    assert "Let them see “trait:username”." in found.changes


def test_a_view_that_filters_by_a_hidden_field_shuts_nobody_out(road: Road) -> None:
    world = build(road, "member")
    state = ListState(filters=(Filter("trait:budget", "is", BUDGET), Filter("known", "is", "yes")), sort="trait:budget")
    view = save_view(actor=SYSTEM, list_name="people", name="Quxview", state=state, everyone=True)
    open_with_view(actor=SYSTEM, view=view, roles=["member"])
    limited("people", "trait:budget")
    for address in ("/people/", f"/people/?view={view.id}", "/people/?part=tabs"):
        text = page(world, address)
        assert BUDGET not in text
    text = page(world, "/people/")
    assert "by a field that you may not see" in text
    assert f"{word('own')} Person" in text


def test_places_in_lists_do_not_tell_how_many_there_are(road: Road) -> None:
    world = build(road, "admin")
    found, after, marks = set[str](), "", list[str]()
    while True:
        answer = call(world, "get", f"/api/v1/people?limit=3{after and '&after='}{after}").json()
        found |= {one["id"] for one in answer["results"]}
        if not answer["next"]:
            break
        after = answer["next"]
        marks.append(after)
    assert len(found) == Person.objects.filter(root=None).count()
    marks.append(str(paging.Cursor(True, "ann", 48_285_000_001, 51)))
    assert paging.Cursor.parse(marks[-1]) == paging.Cursor(True, "ann", 48_285_000_001, 51)
    for mark in marks:
        assert not mark.isdecimal()
        assert b"48285" not in base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4))
    for foreign in ("1", marks[-1], "WzEs", "%00"):
        assert call(world, "get", f"/api/v1/people?after={foreign}").status_code == 400


def test_an_undo_does_not_reach_what_holds_a_hidden_field(road: Road) -> None:
    world = build(road, "member")
    own = world.people["own"]
    change = set_trait_of_all(actor=SYSTEM, records=[own], name="deal", value="one")
    rows = list(ChangedRecord.objects.filter(change=change))
    Person.objects.filter(pk=own.pk).update(traits={"deal": {"budget": BUDGET}})  # another source's counts by now
    limited("people", "trait:budget")
    member = actor_of(world.user)
    assert restore_traits(member, change, rows) == rows
    assert PersonTrait.objects.filter(person=own, name="deal", value="one", withdrawn=False).exists()
    with transaction.atomic():
        assert restore_traits(SYSTEM, change, rows) == []
