"""The demo's segments: asked once, of events that the shop really sends."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db.models import QuerySet

from pentad.core import clock
from pentad.core.actor import SYSTEM
from pentad.data.identity.models import Identifier, Person
from pentad.demo import past, questions
from pentad.intelligence.computed.queries import traits
from pentad.intelligence.segments.actions import delete_segment
from pentad.intelligence.segments.models import Segment
from pentad.intelligence.segments.queries import named, segments, was_in
from pentad.intelligence.segments.text import parse
from tests.data.conftest import road
from tests.data.road import NOON, Road, track
from tests.intelligence.segments.conftest import kept
from tests.intelligence.segments.keeping import Kept, told

__all__ = ["kept", "road"]


def test_what_the_demo_asks_is_saved_once_and_what_is_deleted_stays_away(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "DAYS", 0)
    assert questions.ask()
    assert [one.name for one in segments(Segment.LIVE)] == sorted(name for name, _, _ in questions.SEGMENTS)
    assert [one.name for one in traits()] == sorted(name for name, _, _ in questions.TRAITS)
    regulars = named("Regulars")
    assert regulars is not None
    delete_segment(actor=SYSTEM, segment=regulars)
    assert not questions.ask()
    assert named("Regulars") is None


@pytest.fixture
def the_day_after() -> Iterator[None]:
    with clock.held(NOON + timedelta(days=1)):
        yield


def test_segments_have_a_past_as_far_as_events_tell(
    the_day_after: None, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "DAYS", 5)
    for who, days in (("ann", 3), ("ann", 2), ("bo", 1), ("bo", 0)):
        at = NOON - timedelta(days=days)
        kept.send(track("Order Completed", userId=who, timestamp=at.isoformat()))
    once = _saved(kept, "Once", 'did "Order Completed" exactly 1 time')
    then = [(NOON - timedelta(days=days)).isoformat() for days in (3, 2, 1, 0)]
    assert [_called(was_in(once, at)) for at in then] == [set(), {"ann"}, set(), {"bo"}]
    assert kept.members(once) == set()
    bought = _saved(kept, "Bought", 'did "Order Completed"')
    assert kept.members(bought) == {"ann", "bo"}
    assert bought.created == once.created == NOON.replace(hour=0) - timedelta(days=4)
    assert [one.since for one in bought.members.order_by("since")] == [
        NOON.replace(hour=0) - timedelta(days=days) for days in (2, 0)
    ]
    assert told() == [], "nobody moved today"


def test_what_events_do_not_tell_begins_today(the_day_after: None, kept: Kept) -> None:
    assert _saved(kept, "Seen", "last seen in the last 30 days").created == clock.now()


def _saved(kept: Kept, name: str, text: str) -> Segment:
    questions.save(name, "", parse(text))
    kept.work()
    return Segment.objects.get(name=name)


def _called(people: "QuerySet[Person]") -> set[str]:
    found = Identifier.objects.filter(namespace="user_id", person__in=people)
    return set(found.values_list("value", flat=True))
