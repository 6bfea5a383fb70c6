"""The page on which segments are written: what stands beside the rules, and what saving does."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from pentad.core import clock
from pentad.core.actor import SYSTEM, acting_as
from pentad.core.models import AuditLine
from pentad.data.profiles import vocabulary
from pentad.intelligence.segments import actions, ideas, roles, shown
from pentad.intelligence.segments.builder import preview
from pentad.intelligence.segments.catalogue import remembering
from pentad.intelligence.segments.definition import Aggregate, Definition, EventMatch, IsSet
from pentad.intelligence.segments.models import Segment
from pentad.intelligence.segments.reading import write
from pentad.roles.access import actions as accounts
from pentad.roles.access.manage import actions as rights
from pentad.roles.access.rights_models import Role
from pentad.roles.audit import telling
from tests.data.road import NOON, identify, track
from tests.intelligence.segments.keeping import FAMILY, ORDERED, Kept

pytestmark = pytest.mark.once  # what PostgreSQL does is told by test_keeping.py
NOW = NOON + timedelta(hours=1)
TWICE = {**ORDERED, "count": {"op": "at_least", "n": 2}}


@pytest.fixture
def held() -> Iterator[None]:
    remembering.forget()
    for kept in (vocabulary.trait_names, vocabulary.stated_values):
        kept.forget()  # type: ignore[union-attr]
    with clock.held(NOW):
        yield


@pytest.fixture
def customers(held: None, kept: Kept) -> Kept:
    """Ann and Bo of the family plan, Ann with two orders, Cy with one 90 days ago, and a visitor."""
    kept.send(
        identify("ann", name="Ann", plan="family", health="well"), identify("bo", name="Bo", plan="family"),
        identify("cy", name="Cy", plan="solo"), {"type": "page", "anonymousId": "v", "name": "Home"},
        track("Order Completed", userId="ann", properties={"total": 20}),
        track("Order Completed", userId="ann", properties={"total": 30}),
    )  # fmt: skip
    long_ago = NOON - timedelta(days=90)
    kept.send(track("Order Completed", userId="cy", timestamp=long_ago.isoformat(), properties={"total": 5}))
    return kept


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(accounts.add_user(actor=SYSTEM, email=f"{role}@kestrel.example", name=role, role=role))
    return client


def rules(where: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"mode": "json", "written": json.dumps({"where": where}), **fields}


def look(client: Client, where: dict[str, Any], what: str = "preview", **fields: Any) -> str:
    answer = client.post(f"/segments/builder/{what}/", rules(where, **fields))
    assert answer.status_code == 200, answer.content
    return " ".join(answer.content.decode().split())


def test_beside_the_rules_stands_how_many_who_and_why(customers: Kept) -> None:
    family = customers.save("Family", FAMILY)
    customers.save("Well", {"kind": "trait", "name": "health", "test": {"op": "set"}})
    both = {"kind": "any", "of": [TWICE, {"kind": "segment", "id": family.id}]}
    client = signed_in("admin")
    found = look(client, both)
    assert "2 without an address" in look(client, both, "reach")
    assert 'data-count="2"' in found
    assert "50 % of 4" in found
    assert "Order Completed" in found
    assert "2 × Order Completed" in found, "why Ann is in: the first that holds"
    assert "in “Family”" in found, "why Bo is in"
    steps = {"kind": "sequence", "steps": [{"event": ORDERED["event"]}, {"event": ORDERED["event"]}]}
    client.cookies["zone"] = "Asia/Tokyo"
    assert "Order Completed 20 Nov 21:00 → Order Completed 20 Nov 21:00" in look(client, steps)
    assert "2 · 100 %" in found, "both are in the family"
    assert "1 · 50 %" in found, "one is well"
    telling.write_waiting()
    assert AuditLine.objects.filter(action="view", subject="list:people").exists(), "names were seen"


def test_against_what_is_saved(customers: Kept) -> None:
    with clock.held(NOW - timedelta(days=2)):
        buyers = customers.save("Buyers", ORDERED)
    customers.send(track("Order Completed", userId="bo"))
    client = signed_in("admin")
    found = preview.preview(shown.given({"where": TWICE}), Segment.objects.get(pk=buyers.pk), sample=0).saved
    assert found is not None
    assert (found.size, found.enter, found.leave, found.change) == (3, 0, 2, 1)
    assert "Saving this would change" in look(client, TWICE, segment=buyers.id)
    assert "Saving this would change" not in look(client, TWICE)


def test_hidden_fields_and_customers_stay_hidden(customers: Kept) -> None:
    client = signed_in("marketer")
    health = {"kind": "trait", "name": "health", "test": {"op": "set"}}
    role = Role.objects.get(name="marketer")
    rights.set_field_rule(actor=SYSTEM, role=role, kind="people", target="trait:health", level="hidden")
    customers.save("Well", health)
    for what in ("preview", "sql"):
        assert "“health”, which marketer does not see in full" in look(client, health, what)
    assert "Well" not in look(client, FAMILY), "nor is the overlap with who asks for it told"
    rep = look(_rep(customers, "bo"), FAMILY)
    assert 'data-count="1"' in rep
    assert "100 % of 1" in rep
    assert "Ann" not in rep
    ann = customers.road.person("user_id:ann").id
    answer = _again("rep").post(f"/segments/builder/why/{ann}/", rules(FAMILY))
    assert answer.status_code == 404


def _rep(kept: Kept, own: str) -> Client:
    rights.set_grant(actor=SYSTEM, role=Role.objects.get(name="rep"), right="segments.edit", scope="all")
    client = signed_in("rep")
    user = accounts.User.objects.get(email="rep@kestrel.example")
    rights.assign(actor=SYSTEM, record=kept.road.person(f"user_id:{own}"), owner=user, team=None)
    return client


def _again(role: str) -> Client:
    client = Client()
    client.force_login(accounts.User.objects.get(email=f"{role}@kestrel.example"))
    return client


def test_why_one_is_in_and_the_statement_for_experts(customers: Kept) -> None:
    client = signed_in("admin")
    ann = customers.road.person("user_id:ann").id
    why = look(client, {"kind": "all", "of": [TWICE, FAMILY]}, f"why/{ann}")
    assert "Why Ann is in" in why
    assert "Holds" in why
    sql = look(client, FAMILY, "sql")
    assert "FROM people" in sql
    assert "FROM features" in sql


def test_saving_a_new_one(customers: Kept) -> None:
    client, half = signed_in("admin"), {"c.kind": "all", "c.of.0.kind": "trait", "c.of.0.name": ""}
    missing = client.post("/segments/builder/preview/", half)
    assert (missing.status_code, "Not complete yet" in missing.content.decode()) == (200, True)
    refused = client.post("/segments/new/", {**half, "name": "Half"})
    assert (refused.status_code, Segment.objects.count()) == (422, 0)
    assert 'data-fault-of="c.of.0.name"' in refused.content.decode(), "the first field that is missing has the focus"
    valueless = {**half, "c.of.0.name": "plan", "c.of.0.test.op": "equals"}
    assert "plan: say the value." in client.post("/segments/builder/preview/", valueless).content.decode()
    assert "Give the segment a name." in client.post("/segments/new/", rules(FAMILY)).content.decode()
    made = client.post("/segments/new/", rules(FAMILY, name="Family", description="All of them", state="draft"))
    row = Segment.objects.get()
    assert (made.status_code, made.headers["HX-Redirect"]) == (204, f"/segments/{row.id}/")
    assert (row.name, row.description, row.state) == ("Family", "All of them", "draft")
    taken = client.post("/segments/new/", rules(TWICE, name="family"))
    assert taken.status_code == 422
    assert 'data-fault-of="name"' in taken.content.decode()


def test_what_is_in_the_archive_is_not_edited(customers: Kept) -> None:
    family, client = customers.save("Family", FAMILY), signed_in("admin")
    actions.archive_segment(actor=SYSTEM, segment=family)
    sent = client.get(f"/segments/{family.id}/edit/", follow=True)
    assert sent.redirect_chain == [(f"/segments/{family.id}/", 302)]
    assert "is in the archive. Restore it to change it." in sent.content.decode()


def test_the_grammar_can_be_read(customers: Kept) -> None:
    assert "Definition" in signed_in("admin").get("/segments/builder/schema.json").json()["title"]


def test_saving_another_definition_shows_the_difference_and_overtakes_nobody(customers: Kept) -> None:
    family, client = customers.save("Family", FAMILY), signed_in("admin")
    asks = customers.save("Asks", {"kind": "not", "of": {"kind": "segment", "id": family.id}})
    at, fields = f"/segments/{family.id}/edit/", {"name": "Family", "state": "live", "seen": "1", "segment": family.id}
    first = client.post(at, rules(ORDERED, **fields))
    said = first.content.decode()
    assert first.headers["HX-Retarget"] == "#modal-body"
    assert all(word in said for word in ("+1", "−1", "Cy", "Bo", asks.name))
    assert Segment.objects.get(pk=family.pk).version == 1, "nothing is saved before it was seen"
    saved = client.post(at, rules(ORDERED, **fields, confirmed="1"))
    assert saved.headers["HX-Redirect"] == f"/segments/{family.id}/"
    assert Segment.objects.get(pk=family.pk).version == 2
    in_full = {"mode": "json", "written": json.dumps({"where": ORDERED, "time_zone": "UTC"})}
    named = client.post(at, {**fields, **in_full, "name": "Buyers", "seen": "2"})
    assert "HX-Redirect" in named.headers, "another name changes nobody's membership"
    assert Segment.objects.get(pk=family.pk).name == "Buyers"
    assert Segment.objects.get(pk=family.pk).version == 2, "the same in more words is no new version"
    actions.change_segment(actor=SYSTEM, segment=family, definition=shown.given({"where": TWICE}))
    late = client.post(at, rules(FAMILY, **{**fields, "seen": "2", "confirmed": "1"}))
    assert late.headers["HX-Retarget"] == "#modal-body"
    assert "changed this segment meanwhile" in late.content.decode()
    assert Segment.objects.get(pk=family.pk).version == 3, "what the other saved stays"
    client.post(at, rules(FAMILY, **{**fields, "seen": "3", "confirmed": "1"}))
    assert Segment.objects.get(pk=family.pk).version == 4


def test_the_page_begins_with_what_is_asked_for(customers: Kept) -> None:
    client, family = signed_in("admin"), customers.save("Family", FAMILY)
    for asked, words in (
        (f"?from={family.id}", ("Family (copy)", "family")), ("?idea=never", ("nobody for this any more",)),
        ('?text=plan is "solo"', ("solo",)), ("?text=plan iz", ("Line 1, column 6",)),
    ):  # fmt: skip
        page = client.get(f"/segments/new/{asked}").content.decode()
        assert all(word in page for word in words), asked
    page = client.get(f"/segments/{family.id}/edit/").content.decode()
    assert 'value="Family"' in page
    assert "family" in page


def test_templates_are_made_from_what_was_seen(customers: Kept) -> None:
    page = signed_in("admin").get("/segments/builder/ideas/").content.decode()
    counts = {one.key: one.count for one in _as_admin()}
    assert counts["once-gone"] == 1, "Cy bought once and was never seen on a page"
    assert counts["new-buyers"] == 1, "Ann"
    assert "Bought once, no visit for 60 days" in page
    assert "regulars" not in counts, "nobody bought three times"
    assert counts["trait-plan"] == 2
    marketer, role = signed_in("marketer"), Role.objects.get(name="marketer")
    assert "plan is" in marketer.get("/segments/builder/ideas/").content.decode()
    for field in ("trait:plan", "events"):
        rights.set_field_rule(actor=SYSTEM, role=role, kind="people", target=field, level="hidden")
    page = marketer.get("/segments/builder/ideas/").content.decode()
    assert "plan is" not in page
    assert "First order" not in page


def test_templates_are_counted_before_somebody_asks(customers: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ideas, "_wanted", {"UTC": time.monotonic()})
    ideas.keep_true()
    monkeypatch.setattr(ideas, "_counts", None)  # nobody is asked any more
    ideas.keep_true()
    assert {one.key: one.count for one in _as_admin()}["new-buyers"] == 1


def test_what_top_spenders_spend_is_told_of_customers_one_may_see(
    customers: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = write(Definition(Aggregate("sum", "total", EventMatch(("Order Completed",)), IsSet())))
    customers.send(
        *(track("Order Completed", userId=who, properties={"total": n}) for who, n in (("di", 10), ("ed", 900)))
    )
    poor = customers.road.person("user_id:di")
    assert ideas._top_of(asked, None) == 0, "so few buyers have no top"
    monkeypatch.setattr(ideas, "LEAST_BUYERS", 1)
    assert (ideas._top_of(asked, [poor.no]), ideas._top_of(asked, None) > 10) == (10, True)


def _as_admin() -> list[ideas.Idea]:
    with acting_as(SYSTEM):
        return ideas.ideas()


def test_events_are_told_by_their_names() -> None:
    names = [
        "Page Viewed",
        "orderCompleted",
        "ORDER_PLACED",
        "Added to Cart",
        "signup",
        "Refund Requested",
        "Reordered",
    ]
    assert roles.parts_of(names) == {
        "visit": "Page Viewed", "order": "orderCompleted", "cart": "Added to Cart", "sign_up": "signup",
        "trouble": "Refund Requested",
    }  # fmt: skip
    assert roles.money_of(["quantity", "orderTotal", "revenue"]) == "revenue"
    assert roles.money_of(["quantity"]) == ""
    assert roles.birthday_of(["created_at", "Birth Date"]) == "Birth Date"
