"""What is suggested to who writes a condition: what was really seen, and nothing that is hidden from them."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from pentad.core.actor import SYSTEM, Actor, acting_as
from pentad.data.identity.models import Person
from pentad.data.profiles import vocabulary
from pentad.intelligence.segments.catalogue import remembering
from pentad.intelligence.segments.catalogue.judging import judged, rank
from pentad.intelligence.segments.catalogue.suggesting import suggest, type_of
from pentad.roles.access import actions
from pentad.roles.access.manage import actions as rights
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_of
from pentad.roles.access.rights_models import Role
from tests.data.road import Road, identify, track
from tests.intelligence.segments.keeping import Kept
from tests.rights.world import build

pytestmark = pytest.mark.once


@pytest.fixture(autouse=True)
def anew(db: None) -> Iterator[None]:
    remembering.forget()
    for kept in (
        vocabulary.trait_names,
        vocabulary.company_trait_names,
        vocabulary.namespaces,
        vocabulary.stated_values,
    ):
        kept.forget()  # type: ignore[union-attr]
    yield
    remembering.forget()


def offered(what: Any, typed: str = "", **of: Any) -> list[Any]:
    return [one.value for one in suggest(what, typed, **of)]


def test_types_and_frequent_values() -> None:
    rows: list[dict[str, Any]] = [
        {
            "plan": "family",
            "n": 1,
            "at": "2026-11-02",
            "order": f"o{n}",
            "cart": {"total": 1.5, "a.b": 1},
            "tags": ["a", n % 2],
        }
        for n in range(40)
    ]
    found = judged(
        [*rows, {"plan": "Family", "n": "x"}, {"plan": "solo", "ok": True, "none": None, "empty": ""}, {"ok": 1}]
    )
    types = {name: path.type for name, path in found.items()}
    assert types == {
        "plan": "text", "n": "number", "at": "date", "order": "text", "cart": "object", "cart.total": "number",
        "tags": "list", "ok": "text", "none": "", "empty": "",
    }  # fmt: skip
    assert found["plan"].frequent == (("family", 41), ("solo", 1))
    assert found["order"].frequent == ()  # each another: nobody asks for one of them
    assert found["tags"].frequent == (("a", 40), (0, 20), (1, 20))
    assert found["ok"].frequent == ((True, 1), (1, 1))


@pytest.mark.parametrize(
    ("name", "typed", "fits"),
    [("Order Completed", "ord", 0), ("Order Completed", "comp", 1), ("Order Completed", "com ord", 1),
     ("Reorder", "order", 2), ("Order Completed", "", 0), ("Order Completed", "x", None)],
)  # fmt: skip
def test_what_is_typed_is_found_at_the_start_before_within(name: str, typed: str, fits: int | None) -> None:
    assert rank(name, typed) == fits


def test_names_values_and_types_are_those_seen(kept: Kept) -> None:
    order = {"total": 12.5, "coupon": "SPRING", "cart": {"size": 2}}
    kept.send(
        identify("ann", plan="family", age=31, tags=["a", "b"], address={"city": "Rome"}),
        identify("bob", plan="solo", email="bob@kestrel.example"),
        track("Order Completed", userId="ann", properties=order),
        track("Order Completed", userId="bob", properties=order | {"coupon": "FALL"}),
        track("Order Completed", userId="bob", properties=order),
        track("Cart Viewed", userId="ann"),
        {"type": "page", "userId": "ann", "name": "Home", "properties": {"path": "/"}},
        {"type": "group", "userId": "ann", "groupId": "acme", "traits": {"name": "Acme", "employees": 12}},
        track("Cart Viewed", userId="ann", context={"consent": {"categoryPreferences": {"offers": True}}}),
    )
    with acting_as(SYSTEM):
        assert [(one.value, one.count) for one in suggest("event")] == [("Order Completed", 3), ("Cart Viewed", 2)]
        assert offered("event", "view") == ["Cart Viewed"]
        assert offered("event", type="any")[:1] == ["Order Completed"]
        assert offered("event", type="page") == ["Home"]
        said = {one.value: one.type for one in suggest("property", events=["Order Completed"])}
        assert said == {"total": "number", "coupon": "text", "cart": "object", "cart.size": "number"}
        assert offered("property", type="page") == ["path"]
        assert offered("property", events=["Never Sent"]) == []
        values = suggest("property_value", events=["Order Completed"], name="coupon")
        assert [(one.value, one.count) for one in values] == [("SPRING", 2), ("FALL", 1)]
        assert {"plan", "age", "tags", "address", "address.city", "email"} <= set(offered("trait"))
        assert offered("trait_value", name="plan") == ["family", "solo"]
        assert offered("trait_value", name="address.city") == ["Rome"]
        assert [type_of("trait", name) for name in ("plan", "age", "tags", "never")] == ["text", "number", "list", ""]
        assert type_of("property", "total", ["Order Completed"]) == "number"
        assert "employees" in offered("company")
        assert offered("company_value", name="employees") == [12]
        assert offered("identifier", "em") == ["email"]
        assert offered("purpose") == ["offers"]
        assert "email" in offered("channel")
        family = kept.save("Family", {"kind": "trait", "name": "plan", "test": {"op": "equals", "value": "family"}})
        assert [(one.value, one.label, one.count) for one in suggest("segment", "fam")] == [(family.id, "Family", 1)]


def test_what_arrives_later_is_counted_on(kept: Kept) -> None:
    with acting_as(SYSTEM):
        for n in (1, 2):
            kept.send(track("Order Completed", userId="ann"))
            remembering.forget()
            assert [one.count for one in suggest("event")] == [n]


def test_nothing_hidden_is_offered(kept: Kept) -> None:
    kept.send(
        identify("ann", plan="family", city="Rome", profile={"plan": "x", "city": "Oslo"}),
        track("Order Completed", userId="ann", properties={"plan": "p", "city": "Bern", "basket": {"plan": "y"}}),
    )
    reader = _marketer(("people", "trait:plan", "hidden"), ("people", "trait:city", "masked"))
    with acting_as(reader):
        for what in ("trait", "property"):
            names = set(offered(what, events=["Order Completed"] if what == "property" else []))
            assert not {name for name in names if "plan" in name or "city" in name}, what
            assert names & {"profile", "basket"}
        for name in ("plan", "city", "profile.plan"):
            assert offered("trait_value", name=name) == []
            assert type_of("trait", name) == ""
            assert offered("property_value", name=name, events=["Order Completed"]) == []
    with acting_as(_marketer(("people", "events", "hidden"), ("people", "consents", "hidden"))):
        assert offered("event") == offered("property") == offered("purpose") == offered("channel") == []


def test_values_are_those_of_customers_the_reader_may_see(road: Road) -> None:
    world = build(road, "rep")
    kept = Kept(road)
    kept.send(
        *(identify(f"u-{whose}", colour=whose) for whose in ("own", "other")),
        *(track(f"Did {whose}", userId=f"u-{whose}", properties={"colour": whose}) for whose in ("own", "other")),
    )
    with acting_as(actor_of(world.user)):
        own, other = Person.seen.filter(pk=world.people["own"].pk), Person.seen.filter(pk=world.people["other"].pk)
        assert own.exists() and not other.exists()
        named = {one.value: one.count for one in suggest("event")}
        assert named.get("Did own", 0) is None and "Did other" not in named
        assert offered("trait_value", name="colour") == ["own"]
        assert offered("property_value", name="colour") == ["own"]
    with acting_as(SYSTEM):
        assert set(offered("trait_value", name="colour")) == {"own", "other"}


def _marketer(*rules: tuple[str, str, str]) -> Actor:
    role = Role.objects.get(name="marketer")
    for kind, field, level in rules:
        rights.set_field_rule(actor=SYSTEM, role=role, kind=kind, target=field, level=level)
    found = User.objects.filter(email="m@kestrel.example").first() or actions.add_user(
        actor=SYSTEM, email="m@kestrel.example", name="M", role="marketer"
    )
    return actor_of(found)


def test_the_builder_asks_for_it_as_json(kept: Kept) -> None:
    kept.send(track("Order Completed", userId="ann"))
    _marketer()
    client = Client()
    client.force_login(User.objects.get(email="m@kestrel.example"))
    at = "/segments/builder/suggest/"
    said = client.get(at, {"what": "event", "q": "or"}).json()["results"]
    assert [(one["value"], one["count"]) for one in said] == [("Order Completed", 1)]
    assert [client.get(at, asked).status_code for asked in ({}, {"what": "x"}, {"what": "event", "type": "y"})] == [
        400
    ] * 3
