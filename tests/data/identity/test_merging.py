"""Merges are links: they can be taken back, and both sides are as before."""

from datetime import timedelta
from typing import Any

import pytest

from pentad.core.actor import SYSTEM, Actor
from pentad.core.errors import Conflict as Clash
from pentad.core.errors import Denied
from pentad.core.models import AuditLine
from pentad.data.identity.actions import block_value, decide_conflict, merge_people, reopen_conflict, undo_merge
from pentad.data.identity.models import Conflict, Identifier, MergeLink, Person
from pentad.data.identity.queries import identifiers, merge_history, open_conflicts, part_numbers, preview_merge
from pentad.data.profiles.queries import timeline, trait_explanations
from tests.data.road import NOON, Road, identify, track

FIELDS = ("no", "root_id", "name", "email", "traits", "known", "first_seen", "last_seen", "event_count")


def state() -> list[dict[str, Any]]:
    return list(Person.objects.order_by("no").values(*FIELDS))


def two_customers(road: Road) -> tuple[Person, Person]:
    road.send(identify("u1", "d1", name="Ann Lee", plan="pro"), track(userId="u1"), at=NOON)
    road.send(identify("u2", "d2", name="Anne Lee", city="Bern"), track(userId="u2"), at=NOON + timedelta(hours=1))
    return road.person("user_id:u1"), road.person("user_id:u2")


def test_a_merge_joins_identifiers_traits_events_and_undoing_it_restores_both(road: Road) -> None:
    ann, anne = two_customers(road)
    before = state()
    link = merge_people(actor=SYSTEM, keep=ann, other=anne)
    whole = road.person("user_id:u2")
    assert whole.no == ann.no and whole.event_count == 4
    assert whole.traits == {"name": "Anne Lee", "plan": "pro", "city": "Bern"}
    assert (whole.first_seen, whole.last_seen) == (NOON, NOON + timedelta(hours=1))
    assert {i.value for i in identifiers(whole)} == {"u1", "u2", "d1", "d2"}
    assert len(timeline(whole)[0]) == 4
    undo_merge(actor=SYSTEM, link=link)
    assert state() == before
    assert len(timeline(road.person("user_id:u1"))[0]) == 2


def test_after_an_undo_events_follow_their_own_identifiers_even_those_that_came_in_between(road: Road) -> None:
    ann, anne = two_customers(road)
    link = merge_people(actor=SYSTEM, keep=ann, other=anne)
    road.send(track("While merged", userId="u2"))
    undo_merge(actor=SYSTEM, link=link)
    road.send(track("Afterwards", anonymousId="d2"), track("Elsewhere", anonymousId="d1"))
    assert [e.name for e in timeline(road.person("user_id:u2"))[0]].count("While merged") == 1
    assert road.person("user_id:u2").event_count == 4 and road.person("user_id:u1").event_count == 3


def test_what_was_parted_is_not_joined_by_the_next_event_but_put_up_for_review(road: Road) -> None:
    road.send(identify("u1", "d1"), track(anonymousId="d2"), track(userId="u1", anonymousId="d2"))
    (link,) = merge_history(road.person("user_id:u1"))
    assert link.evidence["identifiers"] == [["user_id", "u1"], ["anonymous_id", "d2"]]
    undo_merge(actor=SYSTEM, link=link)
    road.send(track(userId="u1", anonymousId="d2"))
    assert road.person("anonymous_id:d2").no != road.person("user_id:u1").no
    assert [c.reason for c in open_conflicts()] == ["separated"]


def test_a_shared_device_is_a_conflict_that_a_person_decides(road: Road) -> None:
    road.send(identify("elif", "tablet"), identify("quentin", "tablet"))
    conflict = Conflict.objects.get()
    assert (conflict.reason, conflict.value) == ("limit", "tablet")
    decide_conflict(actor=SYSTEM, conflict=conflict, merge=False)
    assert not open_conflicts().exists()
    reopen_conflict(actor=SYSTEM, conflict=conflict)
    decide_conflict(actor=SYSTEM, conflict=conflict, merge=True)
    assert road.person("user_id:elif").no == road.person("user_id:quentin").no


def test_undoing_the_merge_that_decided_a_conflict_puts_it_up_for_review_again(road: Road) -> None:
    road.send(identify("elif", "tablet"), identify("quentin", "tablet"))
    conflict = decide_conflict(actor=SYSTEM, conflict=Conflict.objects.get(), merge=True)
    (link,) = merge_history(road.person("user_id:elif"))
    undo_merge(actor=SYSTEM, link=link)
    assert [(c.id, c.status, c.decided_by) for c in open_conflicts()] == [(conflict.id, "open", "")]
    assert road.person("user_id:elif").no != road.person("user_id:quentin").no
    decide_conflict(actor=SYSTEM, conflict=conflict, merge=True)
    assert road.person("user_id:elif").no == road.person("user_id:quentin").no
    assert not open_conflicts().exists()


def test_chains_of_merges_come_apart_where_the_link_was(road: Road) -> None:
    road.send(*(identify(f"u{n}") for n in range(4)))
    people = [road.person(f"user_id:u{n}") for n in range(4)]
    first = merge_people(actor=SYSTEM, keep=people[0], other=people[1])
    merge_people(actor=SYSTEM, keep=people[2], other=people[3])
    middle = merge_people(actor=SYSTEM, keep=people[0], other=people[2])
    assert len(part_numbers(road.person("user_id:u3"))) == 4
    undo_merge(actor=SYSTEM, link=middle)
    assert road.person("user_id:u3").no == people[2].no != road.person("user_id:u1").no
    undo_merge(actor=SYSTEM, link=first)
    assert road.person("user_id:u1").root_id is None


def test_the_preview_says_what_a_merge_will_do(road: Road) -> None:
    ann, anne = two_customers(road)
    preview = preview_merge(ann, anne)
    assert preview.limits_exceeded == ["user_id: 2 values, the limit is 1"] and not preview.refusal
    assert {t.name: t.result for t in preview.traits} == {"name": "Anne Lee", "plan": "pro", "city": "Bern"}
    link = merge_people(actor=SYSTEM, keep=ann, other=anne)
    assert road.person("user_id:u1").traits == {t.name: t.result for t in preview.traits}
    with pytest.raises(Clash, match="same customer"):
        merge_people(actor=SYSTEM, keep=ann, other=anne)
    assert MergeLink.objects.get().pk == link.pk


def test_an_alias_joins_the_anonymous_to_the_known_and_an_alias_to_oneself_does_nothing(road: Road) -> None:
    road.send(track(anonymousId="d1"), {"type": "alias", "previousId": "d1", "userId": "u1"})
    assert road.person("user_id:u1").no == road.person("anonymous_id:d1").no
    road.send({"type": "alias", "previousId": "u1", "userId": "u1"})
    assert road.counts()["quarantined"] == 0


def test_an_alias_between_two_known_users_waits_for_a_decision(road: Road) -> None:
    road.send(identify("u1"), identify("u2"), {"type": "alias", "previousId": "u1", "userId": "u2"})
    assert [(c.reason, c.namespace) for c in open_conflicts()] == [("limit", "user_id")]


def test_ten_thousand_identifiers_on_one_person_end_at_the_limit(road: Road) -> None:
    road.send(*(track(userId="u1", anonymousId=f"device-{n}") for n in range(10_000)))
    assert Identifier.objects.filter(person=road.person("user_id:u1")).count() == 6
    assert road.person("user_id:u1").event_count == 10_000
    assert Conflict.objects.get().count == 9_995, "one row for all of them"


def test_merging_needs_its_right_and_leaves_an_audit_line(road: Road) -> None:
    ann, anne = two_customers(road)
    with pytest.raises(Denied):
        merge_people(actor=Actor("user", "7", "Tom"), keep=ann, other=anne)
    assert not MergeLink.objects.exists()
    merge_people(actor=SYSTEM, keep=ann, other=anne)
    line = AuditLine.objects.get(action="merge_people")
    assert line.subject == f"person:{ann.id}" and "Ann" not in str(line.detail)


def test_a_trait_names_its_source_and_why_it_won(road: Road) -> None:
    from pentad.data.ingest.models import Source

    crm = Source.objects.create(name="CRM", write_key="crm", priority=10, owned=False)
    road.send(identify("u1", plan="free"), at=NOON)
    road.send(identify("u1", plan="gold"), at=NOON - timedelta(days=30), source=crm)
    (plan,) = trait_explanations(road.person("user_id:u1"))
    assert (plan.value, plan.source_name, plan.owned) == ("gold", "CRM", False)
    assert plan.why == "CRM has priority 10, before Web with 100"
    assert [(o.value, o.source_name) for o in plan.others] == [("free", "Web")]


def test_a_value_the_team_blocks_identifies_nobody_in_any_letter_case(road: Road) -> None:
    block_value(actor=SYSTEM, value="Test@Example.com", namespace="email")
    road.send(identify("u1", email="test@example.com"), identify("u2", email="TEST@example.com"))
    assert {i.namespace for i in identifiers(road.person("user_id:u1"))} == {"user_id"}
    assert not open_conflicts().exists()
