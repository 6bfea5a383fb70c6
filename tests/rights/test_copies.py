"""What is hidden stays hidden where it lies inside another value, where it was copied to, and where its order would tell."""

import pytest

from pentad.core.actor import SYSTEM, acting_as
from pentad.data.profiles import vocabulary
from pentad.data.profiles.kinds import event_veil
from pentad.roles.access.purposes import actions
from pentad.roles.access.queries import actor_of
from tests.data.road import Road
from tests.rights.test_purposes import BUDGET, works_for
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
