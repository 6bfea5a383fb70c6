"""The automatic winner: found by what the events tell of the test, as soon as it is certain, and at its end in any case."""

from datetime import timedelta

import pytest

from pentad.content.messages import actions as messages
from pentad.core import clock
from pentad.core.actor import SYSTEM
from pentad.engage.campaigns import judging
from pentad.engage.campaigns.models import Campaign, Run
from tests.content.writing import purpose
from tests.data.road import NOON, Road, track
from tests.engage.campaigns import running
from tests.engage.campaigns.running import plan, segment, started
from tests.intelligence.segments.conftest import road

__all__ = ["road"]
pytestmark = [pytest.mark.once, pytest.mark.django_db]
EACH = 110
TEST = {"weights": {"A": 1, "B": 1}, "sample": 50, "decide": "auto", "after_hours": 24}


def begun(road: Road, name: str) -> Campaign:
    """A campaign whose test has as many people in each arm, by its events."""
    goal = {"event": {"names": ["Order Completed"]}, "within_days": 3}
    audience = {"include": [segment(name).id]}
    words = {one: {"email": {"en": running.mail(subject=one)}} for one in ("A", "B")}
    news = messages.create_message(actor=SYSTEM, name=name, purpose=purpose(), content={"variants": words})
    messages.publish_message(actor=SYSTEM, message=news)
    wanted = plan(audience=audience, content={"message": news.id}, test=TEST, goal=goal)
    row = started(wanted, name)
    Campaign.objects.filter(pk=row.pk).update(state=Campaign.RUNNING)  # with customers who have no rows but events
    Run.objects.create(campaign=row, key="test", at=clock.now(), day=clock.now().date())
    row.refresh_from_db()
    arms = [arm for arm in ("A", "B", "winner", "winner") for _ in range(EACH)]
    road.send(*(
        track("Campaign Entered", userId=f"{name}-{n}", timestamp=clock.now().isoformat(),
              properties={"campaign_id": row.id, "run": "r", "arm": arm})
        for n, arm in enumerate(arms)
    ), at=clock.now())  # fmt: skip
    return row


def orders(road: Road, name: str, a: int, b: int) -> None:
    who = [*range(a), *range(EACH, EACH + b)]
    road.send(*(track("Order Completed", userId=f"{name}-{n}", timestamp=clock.now().isoformat()) for n in who),
              at=clock.now())  # fmt: skip


def test_a_clear_winner_goes_at_once_and_else_who_is_ahead_at_the_end(road: Road) -> None:
    running.destination()
    with clock.held(NOON):
        clear, even = begun(road, "Clear"), begun(road, "Even")
    with clock.held(NOON + timedelta(hours=2)):
        orders(road, "Clear", 12, 70)
        orders(road, "Even", 20, 24)
    with clock.held(NOON + timedelta(hours=3)):
        assert judging.decide(clear) == "B"
        assert judging.decide(even) == ""
    with clock.held(NOON + timedelta(hours=25)):
        assert judging.decide(even) == "B"
    clear.refresh_from_db()
    assert (clear.winner, clear.decided_by, clear.decided) == ("B", "Pentad", NOON + timedelta(hours=3))
