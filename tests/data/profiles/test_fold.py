"""What messages say becomes profiles: late facts, companies, pages of the timeline."""

import copy
import json
from datetime import timedelta
from typing import Any

import pytest

from pentad.core import clock, outbox
from pentad.core.actor import SYSTEM
from pentad.core.models import OutboxMessage
from pentad.data.identity.models import Person
from pentad.data.identity.rules import Ident
from pentad.data.ingest.checks import totals as totals_check
from pentad.data.ingest.frames import OUTBOX
from pentad.data.ingest.inbox import FrameMeta
from pentad.data.ingest.models import Gap, Source
from pentad.data.ingest.own import own_source
from pentad.data.ingest.posthog import translate
from pentad.data.profiles.actions import create_person, set_trait
from pentad.data.profiles.models import Company, TraitRule
from pentad.data.profiles.note_actions import add_note
from pentad.data.profiles.queries import (
    activity,
    companies_of,
    people_of,
    surviving_traits,
    timeline,
    totals,
    trait_explanations,
)
from tests.data.road import NOON, Road, identify, track


def test_a_late_statement_does_not_undo_a_later_one(road: Road) -> None:
    road.send(identify("u1", plan="gold") | {"timestamp": "2026-11-20T10:00:00Z"})
    road.send(identify("u1", plan="free") | {"timestamp": "2026-11-01T10:00:00Z"})
    assert road.person("user_id:u1").traits["plan"] == "gold"


def test_a_trait_set_to_null_is_gone(road: Road) -> None:
    road.send(identify("u1", plan="gold", city="Bern"))
    road.send(identify("u1", plan=None), at=NOON + timedelta(hours=1))
    assert road.person("user_id:u1").traits == {"city": "Bern"}


def test_traits_in_context_count_as_traits(road: Road) -> None:
    road.send({"type": "identify", "userId": "u1", "context": {"traits": {"email": "Ann@Example.com"}}})
    assert road.person("email:ann@example.com").email == "Ann@Example.com"


def test_a_group_makes_a_company_with_members_and_traits(road: Road) -> None:
    group = {"type": "group", "userId": "u1", "groupId": "lumen", "traits": {"name": "Lumen Health", "employees": 40}}
    road.send(group, group | {"userId": "u2", "messageId": "x", "traits": {}})
    company = Company.objects.get(group_id="lumen")
    assert (company.name, company.traits["employees"]) == ("Lumen Health", 40)
    assert {p.no for p in people_of(company)} == {road.person("user_id:u1").no, road.person("user_id:u2").no}
    assert [c.no for c in companies_of(road.person("user_id:u1"))] == [company.no]


def test_a_company_was_seen_when_any_of_its_customers_was(road: Road) -> None:
    group = {"type": "group", "userId": "u1", "groupId": "lumen", "timestamp": "2026-11-10T10:00:00Z"}
    road.send(group, group | {"userId": "u2", "messageId": "x"}, {**group, "groupId": "fjord", "messageId": "y"})
    road.send(
        track(userId="u2", timestamp="2026-11-19T08:00:00Z"), track(userId="u2", timestamp="2026-11-12T08:00:00Z")
    )
    company, other = Company.objects.order_by("-group_id")
    assert company.last_seen == road.person("user_id:u2").last_seen != other.last_seen
    assert other.last_seen == road.person("user_id:u1").last_seen
    road.send({"type": "identify", "userId": "u1", "anonymousId": "a1", "timestamp": "2026-11-11T08:00:00Z"})
    road.send(track(anonymousId="a1", timestamp="2026-11-20T09:00:00Z"))
    assert {one.last_seen for one in Company.objects.all()} == {road.person("user_id:u1").last_seen}


def test_a_company_told_of_without_a_user_makes_no_person(road: Road) -> None:
    event = {
        "event": "$groupidentify", "distinct_id": "018f6b1e-7d53-7cc1-b9ad-0c2d5f6a7b8c", "uuid": "g-1",
        "properties": {"$lib": "posthog-python", "$group_type": "company", "$group_key": "lumen", "$group_set": {"name": "Lumen"}},
    }  # fmt: skip
    road.send(*translate({"batch": [event, event]}).messages, track(userId="u1"))
    company = Company.objects.get(group_id="lumen")
    assert company.name == "Lumen"
    assert list(Person.objects.values_list("no")) == [(road.person("user_id:u1").no,)]
    assert list(people_of(company)) == []
    assert road.counts() == {"accepted": 3, "stored": 2, "duplicate": 1, "quarantined": 0}
    assert totals_check() == []
    road.loader.settle()
    assert not Gap.objects.exists()


def test_a_segment_group_still_needs_somebody(road: Road) -> None:
    road.send({"type": "group", "groupId": "lumen"})
    assert road.reasons() == ["no_user_anon_id"]


def set_once(day: int, plain: dict[str, Any] | None = None, **traits: Any) -> dict[str, Any]:
    """As PostHog's translation says it."""
    return identify("u1", **traits, **(plain or {})) | {
        "timestamp": f"2026-11-{day:02d}T10:00:00Z", "context": {"traitsOnce": list(traits)},
    }  # fmt: skip


def on_day(day: int, **traits: Any) -> dict[str, Any]:
    return identify("u1", **traits) | {"timestamp": f"2026-11-{day:02d}T10:00:00Z"}


ONCE: dict[str, tuple[list[dict[str, Any]], str | None]] = {
    "alone": ([set_once(1, plan="once")], "once"),
    "after a value": ([on_day(1, plan="set"), set_once(2, plan="once")], "set"),
    "before a value": ([set_once(1, plan="once"), on_day(2, plan="set")], "set"),
    "twice": ([set_once(1, plan="first"), set_once(2, plan="second")], "first"),
    "twice, the first arrives late": ([set_once(2, plan="second"), set_once(1, plan="first")], "first"),
    "after it was taken away": ([on_day(1, plan=None), set_once(2, plan="once")], "once"),
    "before it was taken away": ([set_once(1, plan="once"), on_day(2, plan=None)], None),
    "nothing": ([on_day(1, plan="set"), set_once(2, plan=None)], "set"),
    "beside a plain one": ([set_once(1, {"city": "Bern"}, plan="once"), on_day(2, plan="set", city="Basel")], "set"),
}


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("case", ONCE)
def test_what_is_set_once_never_takes_the_place_of_a_value(road: Road, case: str, together: bool) -> None:
    messages, survives = copy.deepcopy(ONCE[case])
    if together:
        road.send(*messages)
    else:
        for message in messages:
            road.send(message)
    person = road.person("user_id:u1")
    assert person.traits.get("plan") == survives
    assert surviving_traits([person.no]).get("plan") == survives


def test_no_source_sets_once_over_anothers_value_and_the_page_says_why(road: Road) -> None:
    crm = Source.objects.create(name="CRM", write_key="crm", priority=1)
    TraitRule.objects.create(name="plan", sources=[crm.no])
    road.send(on_day(5, plan="shop"))
    road.send(set_once(1, plan="crm", city="Bern"), source=crm)
    explained = {one.name: one for one in trait_explanations(road.person("user_id:u1"))}
    assert explained["plan"].value == "shop"
    assert explained["plan"].why == "set outright; the others set it only if it had no value"
    assert [(other.value, other.once) for other in explained["plan"].others] == [("crm", True)]
    assert explained["city"].why == "set only if it had no value, and it had none"


def test_the_timeline_pages_back_to_the_first_event_without_gap_or_repeat(road: Road) -> None:
    messages = [track(f"Event {n}", userId="u1", timestamp=f"2026-10-{1 + n % 28:02d}T10:00:00Z") for n in range(103)]
    road.send(*messages)
    seen: list[str] = []
    cursor = None
    while True:
        page, cursor = timeline(road.person("user_id:u1"), limit=10, before=cursor)
        seen += [e.name for e in page]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 103
    stamps = [e.timestamp for e in timeline(road.person("user_id:u1"), limit=200)[0]]
    assert stamps == sorted(stamps, reverse=True)


def test_totals_count_orders_and_money(road: Road) -> None:
    order = {"revenue": 12.5, "currency": "EUR"}
    road.send(
        track("Order Completed", userId="u1", properties=order), track("Order Completed", userId="u1", properties=order)
    )
    found = totals(road.person("user_id:u1"))
    assert (found.orders, found.revenue) == (2, {"EUR": 25.0})
    assert sum(day.orders for day in activity(road.person("user_id:u1"), days=4000)) == 2


def test_what_the_team_states_is_not_what_the_customer_did(road: Road) -> None:
    road.send(track(userId="u1"))
    person = set_trait(actor=SYSTEM, person=road.person("user_id:u1"), name="plan", value="gold")
    (row,) = OutboxMessage.objects.all()
    told = FrameMeta(own_source().no, clock.now_us(), 1, "identify", "", OUTBOX)
    road.inbox.append_many_sync([(told, json.dumps(outbox.message_of(row)).encode())])
    road.loader.drain()
    assert [one.type for one in timeline(person)[0]].count("identify") == 1, "it stands in the timeline"
    assert totals(person).by_name == [("track", "Clicked", 1)]
    assert sum(day.events for day in activity(person, days=4000)) == 1


def test_colleagues_add_customers_traits_and_notes(road: Road) -> None:
    person = create_person(actor=SYSTEM, identifiers=[Ident("email", "new@example.com")], traits={"name": "New One"})
    person = set_trait(actor=SYSTEM, person=person, name="plan", value="gold")
    row = add_note(actor=SYSTEM, person=person, text=" Called back. ")
    assert (person.name, person.known, person.traits["plan"], row.text) == ("New One", True, "gold", "Called back.")
