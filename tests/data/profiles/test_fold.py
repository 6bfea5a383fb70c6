"""What messages say becomes profiles: late facts, companies, pages of the timeline."""

from datetime import timedelta

from pentad.core.actor import SYSTEM
from pentad.data.identity.rules import Ident
from pentad.data.profiles.actions import add_note, create_person, set_trait
from pentad.data.profiles.models import Company
from pentad.data.profiles.queries import activity, companies_of, people_of, timeline, totals
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


def test_colleagues_add_customers_traits_and_notes(road: Road) -> None:
    person = create_person(actor=SYSTEM, identifiers=[Ident("email", "new@example.com")], traits={"name": "New One"})
    person = set_trait(actor=SYSTEM, person=person, name="plan", value="gold")
    row = add_note(actor=SYSTEM, person=person, text=" Called back. ")
    assert (person.name, person.known, person.traits["plan"], row.text) == ("New One", True, "gold", "Called back.")
