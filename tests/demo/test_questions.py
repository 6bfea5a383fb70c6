"""The demo's segments: asked once, of events that the shop really sends."""

import pytest

from pentad.core.actor import SYSTEM
from pentad.demo import questions
from pentad.intelligence.computed.queries import traits
from pentad.intelligence.segments.actions import delete_segment
from pentad.intelligence.segments.models import Segment
from pentad.intelligence.segments.queries import named, segments

pytestmark = pytest.mark.django_db


def test_what_the_demo_asks_is_saved_once_and_what_is_deleted_stays_away() -> None:
    assert questions.ask()
    assert [one.name for one in segments(Segment.LIVE)] == sorted(name for name, _, _ in questions.SEGMENTS)
    assert [one.name for one in traits()] == sorted(name for name, _, _ in questions.TRAITS)
    regulars = named("Regulars")
    assert regulars is not None
    delete_segment(actor=SYSTEM, segment=regulars)
    assert not questions.ask()
    assert named("Regulars") is None
