"""What a reader who does not see every field may ask of segments, and what is shown to them."""

from typing import Any

import pytest

from pentad.core.actor import SYSTEM
from pentad.core.models import AuditLine
from pentad.data.profiles import vocabulary
from pentad.roles.access.manage import actions as rights
from pentad.roles.access.rights_models import Role
from pentad.roles.audit import telling
from tests.calling import Call, caller
from tests.data.road import identify, track
from tests.intelligence.segments.keeping import FAMILY, ORDERED, Kept

pytestmark = pytest.mark.once  # what PostgreSQL does is told by test_keeping.py
SET = {"op": "set"}
HEALTH = {"kind": "trait", "name": "health", "test": SET}


def event(*where: dict[str, Any], names: tuple[str, ...] = ("Order Completed",)) -> dict[str, Any]:
    return {"kind": "event", "event": {"names": list(names), "where": list(where)}}


def of(name: str, **test: Any) -> dict[str, Any]:
    return {"name": name, "test": test or SET}


def asked(call: Call, where: dict[str, Any]) -> Any:
    status, said = call("post", "/segments/count", {"definition": {"where": where}})
    return said["count"] if status == 200 else said["code"]


def test_membership_is_not_told_by_its_events_to_who_may_not_read_the_segment(kept: Kept) -> None:
    kept.send(identify("ann", plan="family", health="well"))
    well, family = kept.save("Well", HEALTH), kept.save("Family", FAMILY)
    kept.send(
        *(track("Segment Entered", userId="ann", properties={"segment_id": one.id, "segment": one.name})
          for one in (well, family)),
    )  # fmt: skip
    own = ("Segment Entered", "Other")
    whose = {one: event(of("segment_id", op="equals", value=one.id), names=own) for one in (well, family)}
    both = event(of("segment_id", op="in", values=[family.id, well.id]), names=own)
    by_name = event(of("segment", op="equals", value="Well"), names=own)
    gone = event(of("segment_id", op="equals", value="seg_gone"), names=own)
    last = {"kind": "occurrence", "which": "last", "event": {"names": ["Segment Left"]}}
    call = caller("marketer")
    assert asked(call, whose[family]) == 1
    nested = {"kind": "not", "of": whose[well]}
    for where in (whose[well], nested, both, by_name, gone, last, event(names=own)):
        assert asked(call, where) == "segment_fields", where
    assert [asked(caller("admin"), one) for one in (whose[well], both, by_name, gone, event(names=own))] == [
        1, 1, 1, 0, 1,
    ]  # fmt: skip
    told = kept.save("Told", {"kind": "all", "of": [whose[well], gone]})
    assert call("get", f"/segments/{told.id}")[1]["readable"] is False


def test_why_shows_values_as_the_page_does(kept: Kept) -> None:
    held = {"city": "Rom", "health": "well", "inner": [{"health": "ill", "n": 1}]}
    seen = {"city": "Rom", "inner": [{"n": 1}]}
    kept.send(
        identify("ann", profile=held, notes=[held]),
        track("Order Completed", userId="ann", properties={"cart": held}),
        {"type": "group", "userId": "ann", "groupId": "acme",
         "traits": {"name": "Acme", "profile": {"health": "x", "city": "Rom"}}},
    )  # fmt: skip
    role = Role.objects.get(name="marketer")
    for kind, field in (("people", "trait:health"), ("companies", "trait:health"), ("companies", "name")):
        rights.set_field_rule(actor=SYSTEM, role=role, kind=kind, target=field, level="hidden")
    conditions = [
        {"kind": "trait", "name": "profile", "test": SET},
        {"kind": "trait", "name": "notes", "test": SET},
        event(of("cart")),
        {"kind": "company", "name": "profile", "test": SET},
    ]
    segment = kept.save("All", {"kind": "all", "of": conditions})
    at = f"/segments/{segment.id}/people/{kept.road.person('user_id:ann').id}"

    def values(role: str) -> list[dict[str, Any]]:
        reason = caller(role)("get", at)[1]["reason"]
        assert reason["holds"] is True
        return [one["values"] for one in reason["of"]]

    profile, notes, cart, company = values("marketer")
    assert (profile, notes) == ({"value": seen}, {"value": [seen]})
    assert cart["events"][0]["properties"] == {"cart": seen}
    assert company == {"companies": [{"company": "acme", "value": {"city": "Rom"}}]}
    profile, notes, cart, company = values("admin")
    assert (profile["value"], cart["events"][0]["properties"]["cart"]) == (held, held)
    assert company["companies"][0]["company"] == "Acme"


def test_identifiers_in_events_follow_the_rules_of_identifiers(kept: Kept) -> None:
    kept.send(
        {**identify("ann"), "context": {"externalIds": [{"id": "7", "type": "customer_id", "collection": "users"}]}}
    )
    vocabulary.namespaces.forget()  # type: ignore[attr-defined]
    role = Role.objects.get(name="marketer")
    for field in ("identifiers", "email"):
        rights.set_field_rule(actor=SYSTEM, role=role, kind="people", target=field, level="masked")
    call = caller("marketer")
    for name in ("user_id", "userId", "customer_id", "anonymousId", "externalId", "previousId", "cart.user_id"):
        for where in (
            event(of(name)),
            {
                "kind": "aggregate",
                "function": "distinct",
                "property": name,
                "event": {},
                "test": {"op": "at_least", "value": 1},
            },
        ):
            assert asked(call, where) == "segment_fields", where
            assert asked(caller("admin"), where) == 0
    for namespace in ("Email", " EMAIL", "email", "user_id"):
        where = {"kind": "identifier", "namespace": namespace, "test": SET}
        assert asked(call, where) == "segment_fields"
    assert asked(call, event(of("name"))) == asked(call, event(of("product_id"))) == 0
    rights.set_field_rule(actor=SYSTEM, role=role, kind="people", target="identifiers", level="see")
    assert asked(caller("marketer"), {"kind": "identifier", "namespace": "Email", "test": SET}) == "segment_fields"


def test_samples_of_customers_are_written_down_as_looks(kept: Kept) -> None:
    kept.send(identify("ann", plan="family"), track("Order Completed", userId="ann"))
    segment, ann = kept.save("Family", FAMILY), kept.road.person("user_id:ann")
    call = caller("admin")
    telling.forget_waiting()

    def lines() -> list[tuple[str, str, dict[str, Any]]]:
        telling.write_waiting()
        rows = AuditLine.objects.filter(action="view").order_by("id")
        found = [(one.subject, one.detail["how"], one.detail) for one in rows]
        rows.delete()
        return found

    body = {"definition": {"where": ORDERED}}
    call("post", "/segments/count", body | {"sample": 0})
    assert lines() == []
    for _ in range(2):
        call("post", "/segments/count", body)
        [(subject, how, detail)] = lines()
        assert (subject, how) == ("list:people", "api segments")
        assert (detail["rows"], detail["first"], detail["last"]) == (1, ann.id, ann.id)
    at = f"/segments/{segment.id}/difference"
    call("post", at, body)
    assert lines() == []  # nobody would move
    call("post", at, {"definition": {"where": {"kind": "not", "of": ORDERED}}})
    [(subject, how, detail)] = lines()
    assert (subject, how, detail["rows"]) == (f"segment:{segment.id}", "api difference", 1)
