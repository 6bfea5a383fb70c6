"""Identifiers that are masked or hidden are so wherever they stand."""

import pytest

from pentad.core.actor import SYSTEM
from pentad.data.identity.actions import block_value
from pentad.data.identity.queries import field_of
from pentad.roles.access.manage import actions
from pentad.roles.access.rights_models import Role
from tests.data.road import Road
from tests.rights.test_holes import keeper
from tests.rights.test_walk import call
from tests.rights.world import World, body, build

pytestmark = pytest.mark.once
SECRET = ("Ext7000001", "Ext7000002", "Prev700003", "Anon700004", "Ga70000005", "Deep700006", "Crm7000007")


@pytest.fixture
def world(road: Road) -> World:
    world = build(road, "analyst")
    external = [
        {"id": SECRET[0], "type": "crm", "collection": "users", "encoding": "none"},
        {"id": SECRET[1], "type": "Email", "collection": "users", "encoding": "none"},
    ]
    road.send(
        {"type": "track", "event": "Looked", "userId": "u-own", "context": {"externalIds": external},
         "properties": {"anonymousId": SECRET[3], "ga_client_id": SECRET[4], "shown": "Chair", "crm": "x",
                        "inside": {"list": [{"user_id": SECRET[5]}]}}},
        {"type": "alias", "userId": "u-own", "previousId": SECRET[2]},
        {"type": "group", "userId": "u-own", "groupId": "g-own", "traits": {"name": "Own", "userId": SECRET[6]}},
    )  # fmt: skip
    return world


def told(world: World) -> str:
    own = world.people["own"].id
    return body(world.client.get(f"/people/{own}/timeline/")) + body(call(world, "get", f"/api/v1/people/{own}/events"))


@pytest.mark.parametrize("level", ["masked", "hidden"])
def test_events_repeat_no_identifier_that_the_profile_keeps(world: World, level: str) -> None:
    role = Role.objects.get(name="analyst")
    if level == "hidden":
        actions.set_field_rule(actor=SYSTEM, role=role, kind="people", target="identifiers", level="hidden")
    text = told(world)
    assert "Looked" in text and "Chair" in text
    assert [one for one in SECRET if one in text] == []
    actions.set_field_rule(actor=SYSTEM, role=role, kind="people", target="identifiers", level="see")
    text = told(world)
    assert [one for one in SECRET if one not in text] == [SECRET[0], SECRET[1]], "one of these is an e-mail address"


def test_an_address_is_one_in_capital_letters_too(road: Road) -> None:
    world = build(road, "member")
    actions.set_field_rule(
        actor=SYSTEM, role=Role.objects.get(name="member"), kind="people", target="email", level="hidden"
    )
    road.send(
        {"type": "track", "event": "Looked", "userId": "u-own",
         "context": {"externalIds": [{"id": "Zeta@lumen.example", "type": "Email", "collection": "users"}]}}
    )  # fmt: skip
    assert (field_of("Email"), field_of(" PHONE"), field_of("crm")) == ("email", "phone", "identifiers")
    own = world.people["own"].id
    for text in (body(world.client.get(f"/people/{own}/")), body(call(world, "get", f"/api/v1/people/{own}"))):
        assert f"u-{'own'}" in text
        assert "zeta" not in text.lower()
    assert call(world, "get", "/api/v1/people?identifier=Email:Zeta@lumen.example").json()["results"] == []


def test_blocked_values_are_told_to_who_sees_all_identifiers(world: World) -> None:
    block_value(actor=SYSTEM, namespace="email", value="zeta@lumen.example")
    page = "/identity/rules/"
    text = body(world.client.get(page))
    assert "Blocked values" in text and "1 value." in text
    assert "zeta@" not in text
    keeper(world, people__view="own")
    assert "zeta@" not in body(world.client.get(page)), "it may be the address of somebody else's customer"
    keeper(world, people__view="all")
    assert "zeta@" in body(world.client.get(page))
    actions.set_field_rule(
        actor=SYSTEM, role=Role.objects.get(name="keeper"), kind="people", target="email", level="masked"
    )
    assert "zeta@" not in body(world.client.get(page))
    keeper(world, identity__edit="all")
    assert "zeta@" in body(world.client.get(page)), "who may unblock it must see it"
