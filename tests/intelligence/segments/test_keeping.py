"""Saved segments stay true: everybody for a new one, the touched few after events, and whoever is due by time."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from pentad.core import clock
from pentad.core.actor import SYSTEM
from pentad.core.errors import Invalid, PentadError
from pentad.core.models import Job
from pentad.data.identity.actions import merge_people, undo_merge
from pentad.data.ingest.inbox import OUTBOX
from pentad.data.privacy.actions import erase_person
from pentad.data.profiles.models import TouchedPerson
from pentad.intelligence.segments import actions, engine, filling, queries, refresh, table
from pentad.intelligence.segments.due import DueTimer
from pentad.intelligence.segments.models import Segment, SegmentMember, SegmentMove
from tests.data.road import NOON, identify, track
from tests.intelligence.segments.keeping import FAMILY, ORDERED, Kept, history, told

NEVER = {"kind": "event", "event": {"names": ["Order Completed"]}, "count": {"op": "exactly", "n": 0}}
LATELY = ORDERED | {"when": {"kind": "last", "n": 30, "unit": "day"}}


def order(user: str, **fields: Any) -> dict[str, Any]:
    return track("Order Completed", userId=user, **fields)


def test_a_new_segment_has_everybody_who_meets_it_and_tells_of_each_once(kept: Kept) -> None:
    kept.send(order("ann"), identify("ann", plan="family"), order("bo"), identify("cy", plan="family"))
    buyers = kept.save("Buyers", ORDERED)
    assert kept.members(buyers) == {"ann", "bo"}
    assert (buyers.size, buyers.failure) == (2, "")
    assert buyers.cost_ms is not None
    assert buyers.moved is not None
    assert told() == [("Segment Entered", "Buyers")] * 2
    filling.fill(kept.road.ledger, [buyers])
    kept.follow()
    assert SegmentMove.objects.count() == 2
    assert len(told()) == 2, "asked again, nothing is told again"
    both = kept.save("Both", {"kind": "all", "of": [ORDERED, FAMILY]})
    assert kept.members(both) == {"ann"}
    assert kept.members(kept.save("Neither", {"kind": "not", "of": {"kind": "any", "of": [ORDERED, FAMILY]}})) == set()


def test_the_touched_few_enter_and_leave(kept: Kept) -> None:
    kept.send(identify("ann"), identify("bo"))
    buyers, never, family = kept.save("Buyers", ORDERED), kept.save("Never", NEVER), kept.save("Family", FAMILY)
    assert kept.members(never) == {"ann", "bo"}
    kept.send(order("ann"), identify("bo", plan="family"))
    assert (kept.members(buyers), kept.members(never), kept.members(family)) == ({"ann"}, {"bo"}, {"bo"})
    assert history(never) == [({"ann"}, True), ({"bo"}, True), ({"ann"}, False)]
    kept.send(identify("bo", plan="single"), track("Segment Entered", userId="bo"))
    assert (kept.members(family), kept.members(never)) == (set(), {"bo"})
    never.refresh_from_db()
    assert never.size == 1
    assert told()[-1] == ("Segment Left", "Family")


def test_only_what_the_events_may_have_changed_is_asked(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    called = {"kind": "event", "event": {"names": ["Called"]}, "when": {"kind": "last", "n": 30, "unit": "day"}}
    kept.send(order("ann"), identify("bo"))
    buyers, callers, family = kept.save("Buyers", ORDERED), kept.save("Callers", called), kept.save("Family", FAMILY)
    share = kept.save("Some", {"kind": "share", "percent": 50, "seed": "a"})
    asked: list[Any] = []
    whole = table.compute

    def compute(store: Any, some: Any, at: Any, only: Any = None, columns: Any = None) -> None:
        asked.append((columns, {one.no for one in some}))
        whole(store, some, at, only, columns)

    monkeypatch.setattr(table, "compute", compute)
    kept.send(order("bo"))
    features = {one.no: {each.column for each in one.asked.features} for one in table.live()}
    assert asked == [(features[buyers.no] | features[family.no], {buyers.no, family.no})]
    kept.send(track("Called", userId="bo"), track("Called", userId="cy"))
    assert (kept.members(buyers), kept.members(callers)) == ({"ann", "bo"}, {"bo", "cy"})
    assert (None, {buyers.no, callers.no, family.no, share.no}) in asked, "who is new is asked everything"
    due = table.next_due(kept.road.ledger)
    assert due is not None
    kept.send(order("bo"))
    assert table.next_due(kept.road.ledger) == due, "what is not asked again stays due"


def test_time_alone_moves_people_when_they_are_due_and_nobody_else_is_asked(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[set[int]] = []
    whole = table.compute

    def compute(store: Any, some: Any, at: Any, only: Any = None, columns: Any = None) -> None:
        asked.append(set(only or ()))
        whole(store, some, at, only, columns)

    with clock.held(NOON):
        kept.send(order("ann", timestamp="2026-11-10T08:00:00Z"), order("bo", timestamp="2026-11-19T08:00:00Z"))
        lately = kept.save("Lately", LATELY)
        timer = DueTimer(kept.road.ledger)
        assert (
            timer.turn() == pytest.approx(timedelta(days=20, hours=-4).total_seconds(), abs=1) or timer.turn() == 3600
        )
    assert kept.members(lately) == {"ann", "bo"}
    monkeypatch.setattr(table, "compute", compute)
    with clock.held(NOON + timedelta(days=19, hours=19, minutes=59)):
        timer.turn()
        assert kept.members(lately) == {"ann", "bo"}
    with clock.held(NOON + timedelta(days=19, hours=20, seconds=1)):
        while timer.turn() == 0:
            pass
        assert kept.members(lately) == {"bo"}
    assert asked == [{kept.road.person("user_id:ann").no}]


def test_a_merge_moves_nobody_in_the_eyes_of_others_and_taking_it_back_restores_both(kept: Kept) -> None:
    kept.send(order("ann"), identify("bo", plan="family"))
    buyers, family = kept.save("Buyers", ORDERED), kept.save("Family", FAMILY)
    before = len(told())
    link = merge_people(actor=SYSTEM, keep=kept.road.person("user_id:bo"), other=kept.road.person("user_id:ann"))
    kept.follow()
    root = kept.road.person("user_id:bo").no
    assert {(m.segment_id, m.person_id) for m in SegmentMember.objects.all()} == {(buyers.pk, root), (family.pk, root)}
    assert len(told()) == before, "the customer was in both segments before"
    undo_merge(actor=SYSTEM, link=link.link if hasattr(link, "link") else link)
    kept.follow()
    assert (kept.members(buyers), kept.members(family)) == ({"ann"}, {"bo"})


def test_an_erased_customer_leaves_no_row(kept: Kept) -> None:
    kept.send(order("ann"), order("bo"))
    buyers = kept.save("Buyers", ORDERED)
    erase_person(actor=SYSTEM, person=kept.road.person("user_id:ann"))
    kept.follow()
    buyers.refresh_from_db()
    assert (kept.members(buyers), buyers.size) == ({"bo"}, 1)
    assert SegmentMove.objects.count() == 1


def test_what_was_cut_off_is_done_once(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the rows were written, before the table remembers it."""
    kept.send(identify("ann"))
    buyers = kept.save("Buyers", ORDERED)
    with monkeypatch.context() as cut:
        cut.setattr(table, "remember", lambda *_: 1 / 0)
        kept.road.send(order("ann"))
        with pytest.raises(ZeroDivisionError):
            kept.follow()
    kept.follow()
    assert kept.members(buyers) == {"ann"}
    assert history(buyers) == [({"ann"}, True)]
    assert told() == [("Segment Entered", "Buyers")]
    buyers.refresh_from_db()
    assert buyers.size == 1


def test_what_time_changed_before_the_process_ended_is_written_down_at_the_next_start(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.held(NOON):
        kept.send(order("ann", timestamp="2026-11-10T08:00:00Z"))
        lately = kept.save("Lately", LATELY)
    with clock.held(NOON + timedelta(days=25)):
        with monkeypatch.context() as cut:
            cut.setattr(refresh, "write_moves", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                refresh.some_people(kept.road.ledger, [kept.road.person("user_id:ann").no])
        assert kept.members(lately) == {"ann"}
        DueTimer(kept.road.ledger).turn()
        assert kept.members(lately) == set()


def test_one_that_cannot_be_asked_says_so_and_stops_no_other(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.send(identify("ann"))
    buyers, family = kept.save("Buyers", ORDERED), kept.save("Family", FAMILY)
    broken = failing_for(family.no)
    with monkeypatch.context() as trouble:
        trouble.setattr(table, "compute", broken)
        kept.send(order("ann"), identify("ann", plan="family"))
    family.refresh_from_db()
    assert family.failure == "The engine would not."
    assert queries.freshness(family).failure
    assert (kept.members(buyers), kept.members(family)) == ({"ann"}, set())
    kept.send(identify("bo", plan="family"))
    assert kept.members(family) == set(), "set aside until everybody is asked again"
    with clock.held(clock.now() + timedelta(minutes=6)):
        from pentad.core import jobs

        job = jobs.enqueue("segments.late")
        jobs.run_here(job.pk)
        kept.work()
    family.refresh_from_db()
    assert (family.failure, kept.members(family)) == ("", {"ann", "bo"})


def failing_for(no: int) -> Callable[..., None]:
    whole = table.compute

    def compute(store: Any, some: Any, at: Any, only: Any = None, columns: Any = None) -> None:
        if any(one.no == no for one in some):
            raise PentadError("The engine would not.")
        whole(store, some, at, only, columns)

    return compute


def test_another_definition_shows_its_difference_before_and_moves_people_after(kept: Kept) -> None:
    kept.send(order("ann"), order("bo"), identify("bo", plan="family"), identify("cy", plan="family"))
    segment = kept.save("Those", ORDERED)
    user = kept.save("Uses it", {"kind": "segment", "id": segment.id})
    found = engine.difference(segment, actions_definition(FAMILY))
    assert (found.size, found.enter, found.leave) == (2, 1, 1)
    assert [one.id for one in found.entering] == [kept.road.person("user_id:cy").id]
    assert [one.id for one in found.leaving] == [kept.road.person("user_id:ann").id]
    assert [one.name for one in found.used_by] == ["Uses it"]
    assert kept.members(segment) == {"ann", "bo"}, "nothing was saved"
    segment = kept.change(segment, FAMILY)
    assert (segment.version, kept.members(segment)) == (2, {"bo", "cy"})
    assert [one.number for one in queries.versions(segment)] == [2, 1]
    actions.refresh_segment(actor=SYSTEM, segment=user)
    kept.work()
    assert kept.members(user) == {"bo", "cy"}


def actions_definition(where: dict[str, Any]) -> Any:
    from pentad.intelligence.segments import shown

    return shown.given({"where": where})


def test_whoever_asks_for_its_members_follows_another_definition(kept: Kept) -> None:
    kept.send(order("ann"), identify("bo", plan="family"))
    inner = kept.save("Inner", ORDERED)
    outer = kept.save("Outer", {"kind": "segment", "id": inner.id})
    kept.change(inner, FAMILY)
    assert (kept.members(inner), kept.members(outer)) == ({"bo"}, {"bo"})


def test_in_the_archive_nobody_is_in_it_and_its_history_stays(kept: Kept) -> None:
    kept.send(order("ann"))
    segment = kept.save("Those", ORDERED)
    actions.archive_segment(actor=SYSTEM, segment=segment)
    kept.work()
    kept.send(order("bo"))
    assert (kept.members(segment), history(segment)) == (set(), [({"ann"}, True), ({"ann"}, False)])
    assert f"m{segment.no}" not in kept.road.ledger.derived.columns()
    actions.restore_segment(actor=SYSTEM, segment=segment)
    kept.work()
    assert kept.members(segment) == {"ann", "bo"}


def test_who_was_in_it_on_a_day(kept: Kept) -> None:
    with clock.held(NOON):
        kept.send(identify("ann", plan="family"), identify("bo", plan="family"))
        segment = kept.save("Family", FAMILY)
    with clock.held(NOON + timedelta(days=2)):
        kept.send(identify("ann", plan="single"), identify("cy", plan="family"), at=NOON + timedelta(days=2))

    def then(on: str) -> set[str]:
        with clock.held(NOON + timedelta(days=4)):
            return {one.id for one in queries.was_in(segment, on)}

    ann, bo, cy = (kept.road.person(f"user_id:{name}").id for name in ("ann", "bo", "cy"))
    with pytest.raises(Invalid, match="was made on 2026-11-20"):
        then("2026-11-19")
    with pytest.raises(Invalid, match="still to come"):
        then("2026-11-25")
    assert then("2026-11-20") == then("2026-11-21") == {ann, bo}
    assert then("2026-11-22") == {ann, bo, cy}, "at any time of that day"
    assert then("2026-11-22T11:59Z") == {ann, bo}
    assert then("2026-11-22T12:00:01Z") == then("2026-11-23") == {bo, cy}


def test_a_lost_table_is_filled_again(kept: Kept) -> None:
    kept.send(order("ann"), order("bo"))
    buyers = kept.save("Buyers", ORDERED)
    kept.road.ledger.derived.renew()
    Job.objects.filter(kind=actions.FILL).delete()
    erased = kept.road.person("user_id:bo")
    SegmentMember.objects.filter(person=erased).delete()
    kept.follow()
    kept.work()
    assert kept.members(buyers) == {"ann", "bo"}
    assert len(told()) == 3, "the row that was missing alone is news"


def test_work_for_an_older_definition_gives_way(kept: Kept) -> None:
    kept.send(order("ann"), identify("bo", plan="family"))
    segment = kept.save("Those", ORDERED)
    older = Segment.objects.get(pk=segment.pk)
    segment = kept.change(segment, FAMILY)
    filling.fill(kept.road.ledger, [older])
    assert kept.members(segment) == {"bo"}


def test_people_asked_twice_stay_as_they_are(kept: Kept) -> None:
    kept.send(order("ann"))
    kept.save("Buyers", ORDERED)
    assert refresh.some_people(kept.road.ledger, [kept.road.person("user_id:ann").no]) == 0


def test_being_told_of_moves_asks_nobody_again_unless_a_segment_asks_for_them(kept: Kept) -> None:
    kept.send(order("ann"))
    kept.save("Buyers", ORDERED)
    moved = {"properties": {"segment_id": "other"}}
    kept.road.send(track("Segment Entered", userId="ann", **moved), flags=OUTBOX)
    assert not TouchedPerson.objects.exists()
    whose = {"name": "segment_id", "test": {"op": "equals", "value": "other"}}
    entered = kept.save("Entered", {"kind": "event", "event": {"names": ["Segment Entered"], "where": [whose]}})
    kept.send(track("Segment Entered", userId="bo", **moved), flags=OUTBOX)
    assert kept.members(entered) == {"ann", "bo"}
