"""Segments that name one that is gone, and those that would follow themselves."""

from typing import Any

import pytest

from pentad.core.actor import SYSTEM
from pentad.core.errors import Invalid
from pentad.intelligence.segments.compile import compiled
from pentad.intelligence.segments.definition import All, Condition, Definition, Member, Not
from pentad.intelligence.segments.queries import span
from pentad.roles.access.manage import actions as rights
from pentad.roles.access.rights_models import Role
from tests.calling import caller
from tests.intelligence.segments.keeping import FAMILY, Kept

pytestmark = pytest.mark.once  # what PostgreSQL does is told by test_keeping.py


def member(id: str) -> dict[str, Any]:
    return {"where": {"kind": "segment", "id": id}}


def entered(id: str) -> dict[str, Any]:
    test = {"name": "segment_id", "test": {"op": "equals", "value": id}}
    event = {"names": ["Segment Entered"], "where": [test]}
    return {"where": {"kind": "not", "of": {"kind": "event", "event": event}}}


def test_what_names_a_segment_that_is_gone_is_listed_and_can_be_deleted(kept: Kept) -> None:
    call = caller("admin")
    gone = kept.save("Gone", FAMILY)
    user = call("post", "/segments", {"name": "Uses", "definition": member(gone.id)})[1]
    other = call("post", "/segments", {"name": "Used", "definition": member(gone.id)})[1]
    call("post", f"/segments/{user['id']}/archive")
    call("patch", f"/segments/{other['id']}", {"definition": {"where": FAMILY}})
    assert call("delete", f"/segments/{gone.id}")[0] == 204
    status, said = call("get", "/segments")
    assert (status, sorted(one["name"] for one in said["results"])) == (200, ["Used", "Uses"])
    assert [one["number"] for one in call("get", f"/segments/{other['id']}/versions")[1]["results"]] == [2, 1]
    assert call("get", f"/segments/{user['id']}")[1]["definition"] == member(gone.id)
    assert call("post", f"/segments/{user['id']}/restore")[1]["code"] == "unknown_segment"
    rights.set_field_rule(
        actor=SYSTEM, role=Role.objects.get(name="marketer"), kind="people", target="trait:plan", level="hidden"
    )
    marketer = caller("marketer")
    assert {one["name"]: one["readable"] for one in marketer("get", "/segments")[1]["results"]}["Uses"] is False
    assert call("delete", f"/segments/{user['id']}")[0] == 204


def test_a_segment_does_not_follow_its_own_comings_and_goings(kept: Kept) -> None:
    call = caller("admin")
    one, two = kept.save("One", FAMILY), kept.save("Two", FAMILY)
    assert call("patch", f"/segments/{one.id}", {"definition": entered(one.id)})[1]["code"] == "segment_cycle"
    assert call("patch", f"/segments/{one.id}", {"definition": entered(two.id)})[0] == 200
    assert call("patch", f"/segments/{two.id}", {"definition": member(one.id)})[1]["code"] == "segment_cycle"
    assert call("patch", f"/segments/{two.id}", {"definition": entered("gone")})[0] == 200


def test_nor_by_way_of_a_computed_trait(kept: Kept) -> None:
    call = caller("admin")
    one, two = kept.save("One", FAMILY), kept.save("Two", FAMILY)
    moves = 'number of any of "Segment Entered", "Segment Left"'
    odd = {"text": 'moves matches "[13579]$"'}
    mine = {"name": "moves", "text": f'{moves} where segment_id is "{one.id}"'}
    trait = call("post", "/computed-traits", mine)[1]
    assert call("patch", f"/segments/{one.id}", odd)[1]["code"] == "segment_cycle"
    assert call("patch", f"/segments/{two.id}", odd)[0] == 200
    at = f"/computed-traits/{trait['id']}"
    for text in (moves, f'{moves} where segment_id is "{two.id}"'):
        assert call("patch", at, {"text": text})[1]["code"] == "segment_cycle", text
    assert call("post", "/segments", {"name": "Any", "text": 'did "Segment Entered"'})[1]["code"] == "segment_cycle"


def test_segments_nested_in_segments_too_deep_are_refused() -> None:
    saved = {"0": Definition(All(()))}
    for n in range(1, 60):
        where: Condition = Member(str(n - 1))
        for _ in range(38):
            where = Not(where)
        saved[str(n)] = Definition(where)
    with pytest.raises(Invalid, match="too deep"):
        compiled(saved["59"], saved.__getitem__)
    assert compiled(saved["3"], saved.__getitem__).test


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_day_at_the_end_of_time_is_refused(day: str) -> None:
    with pytest.raises(Invalid):
        span(day, "Europe/Berlin" if day < "1" else "America/Lima")
