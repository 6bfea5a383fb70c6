"""Computed traits stay true: of everybody for a new one, of the touched few after events, and of whoever is due."""

from datetime import timedelta
from typing import Any

import pytest

from pentad.core import clock, jobs
from pentad.core.actor import SYSTEM
from pentad.core.errors import Conflict, PentadError
from pentad.core.jobs import Cancelled
from pentad.data.identity.actions import merge_people, undo_merge
from pentad.data.identity.models import Person
from pentad.data.privacy.actions import erase_person
from pentad.data.profiles.actions import set_trait
from pentad.data.profiles.computed import computed_number
from pentad.data.profiles.models import PersonTrait, TouchedPerson
from pentad.intelligence.computed import actions, keeping, queries
from pentad.intelligence.computed.models import ComputedDue
from pentad.intelligence.computed.text import parse
from tests.data.road import NOON, Road, identify
from tests.intelligence.computed.computing import follow, held, order, save, send, work

TOTAL = 'sum of total of "Order Completed"'


def test_everybody_has_a_new_one_and_the_touched_few_follow(road: Road) -> None:
    send(road, order("ann", total=5), order("ann", total=2.5), order("bo"), identify("cy"))
    spent, orders = save("spent", TOTAL), save("orders", 'number of "Order Completed"')
    assert held(road, "spent") == {"ann": 7.5}, "bo's order had no total"
    assert held(road, "orders") == {"ann": 2, "bo": 1}
    assert (spent.failure, queries.size(spent), queries.size(orders)) == ("", 1, 2)
    assert PersonTrait.objects.get(name="spent").source_no == computed_number()
    send(road, order("bo", total="3"), identify("cy", plan="family"))
    assert held(road, "spent") == {"ann": 7.5, "bo": 3}
    assert held(road, "orders") == {"ann": 2, "bo": 2}
    assert TouchedPerson.objects.count() == 0, "what is written touches once more and comes to rest"
    assert keeping.some_people(road.ledger, [one.no for one in Person.objects.all()]) == 0, "what stands is left"


def test_what_was_merged_parted_and_erased(road: Road) -> None:
    send(road, order("ann", total=5), order("bo", total=1))
    save("spent", TOTAL)
    link = merge_people(actor=SYSTEM, keep=road.person("user_id:ann"), other=road.person("user_id:bo"))
    follow(road)
    assert road.person("user_id:bo").traits == {"spent": 6}
    assert PersonTrait.objects.filter(name="spent").count() == 1, "a part keeps none"
    undo_merge(actor=SYSTEM, link=link.link if hasattr(link, "link") else link)
    follow(road)
    assert held(road, "spent") == {"ann": 5, "bo": 1}
    send(road, identify("ann", email="ann@example.org"))
    theirs = 'number of "Order Completed" where by is "ann@example.org"'
    told = save("by_ann", theirs)
    erase_person(actor=SYSTEM, person=road.person("user_id:ann"))
    follow(road)
    work()
    assert held(road, "spent") == {"bo": 1}
    told.refresh_from_db()
    assert "ann@" not in told.definition + told.versions.get().definition


def test_time_alone_changes_who_is_due_and_asks_nobody_else(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[set[int]] = []
    whole = keeping.figures

    def figures(store: Any, some: Any, only: Any) -> Any:
        asked.append(set(only))
        return whole(store, some, only)

    with clock.held(NOON):
        send(road, order("ann", timestamp="2026-11-10T08:00:00Z"), order("bo", timestamp="2026-11-19T13:00:00Z"))
        save("idle", 'days since last "Order Completed"')
        save("lately", 'number of "Order Completed" in the last 30 days')
        assert keeping.due_now(road.ledger) == 0
    assert held(road, "idle") == {"ann": 10, "bo": 0}
    monkeypatch.setattr(keeping, "figures", figures)
    with clock.held(NOON + timedelta(hours=1)):
        keeping.due_now(road.ledger)
        assert held(road, "idle") == {"ann": 10, "bo": 1}
        follow(road)
    assert asked == [{road.person("user_id:bo").no}], "and what is written down asks nobody again"
    with clock.held(NOON + timedelta(days=19, hours=20, seconds=1)):
        keeping.due_now(road.ledger)
        assert held(road, "idle") == {"ann": 30, "bo": 20}
        assert held(road, "lately") == {"bo": 1}
        follow(road)
        send(road, identify("ann", plan="family"))
        assert keeping.due_now(road.ledger) == 0
    assert ComputedDue.objects.count() == 2


def test_another_definition_fills_anew_and_the_archive_takes_the_values_away(road: Road) -> None:
    send(road, order("ann", total=5), order("bo", total=1))
    spent = earlier = save("spent", TOTAL)
    spent = actions.change_trait(
        actor=SYSTEM, trait=spent, computed=parse(TOTAL + " where total is more than 2"), seen=1
    )
    with pytest.raises(Conflict, match="meanwhile"):
        actions.change_trait(actor=SYSTEM, trait=spent, description="x", seen=1)
    work()
    assert held(road, "spent") == {"ann": 5}
    assert [row.number for row, _ in queries.versions(spent)] == [2, 1]
    assert keeping.fill(road.ledger, earlier) == 0, "gives way to what it became"
    actions.archive_trait(actor=SYSTEM, trait=spent)
    work()
    send(road, order("ann", total=5))
    assert held(road, "spent") == {}
    assert not PersonTrait.objects.filter(name="spent").exists()
    actions.restore_trait(actor=SYSTEM, trait=spent)
    work()
    assert held(road, "spent") == {"ann": 10}


def test_a_trait_is_filled_by_one_alone(road: Road) -> None:
    send(road, identify("ann", plan="family"), order("ann"))
    save("orders", 'number of "Order Completed"')
    for taken in ("plan", "Plan", "orders", "ORDERS", "email", "first_name"):
        with pytest.raises(Conflict) as refused:
            actions.create_trait(actor=SYSTEM, name=taken, computed=parse(TOTAL))
        assert refused.value.code == "computed_taken", taken
    with pytest.raises(Conflict, match="nobody sets it"):
        set_trait(actor=SYSTEM, person=road.person("user_id:ann"), name="orders", value=5)
    road.send(identify("ann", orders=99), at=clock.now() + timedelta(days=1))
    follow(road)
    assert held(road, "orders") == {"ann": 1}, "what is computed goes before what somebody says later"


def test_one_that_cannot_be_worked_out_says_so_and_stops_no_other(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    spent, orders = save("spent", TOTAL), save("orders", 'number of "Order Completed"')
    whole = keeping.figures

    def figures(store: Any, some: Any, only: Any) -> Any:
        if "spent" in some:
            raise PentadError("The engine would not.")
        return whole(store, some, only)

    with monkeypatch.context() as trouble:
        trouble.setattr(keeping, "figures", figures)
        send(road, order("ann", total=5))
    spent.refresh_from_db()
    assert (held(road, "orders"), held(road, "spent"), spent.failure) == ({"ann": 1}, {}, "The engine would not.")
    with clock.held(clock.now() + timedelta(minutes=6)):
        jobs.run_here(jobs.enqueue("computed.late").pk)
        work()
    spent.refresh_from_db()
    assert (held(road, "spent"), spent.failure) == ({"ann": 5}, "")

    def stop(part: float) -> None:
        raise Cancelled

    row = actions.change_trait(actor=SYSTEM, trait=orders, computed=parse('number of "Order Completed" today'))
    with pytest.raises(Cancelled):
        keeping.fill(road.ledger, row, stop)
    assert queries.find_trait(row.id).filled is None
