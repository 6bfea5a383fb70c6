"""What the demo has planned is made once, when it is known who is in the segments it is for."""

import pytest

from pentad.core import clock
from pentad.core.actor import SYSTEM
from pentad.demo import kestrel, planned
from pentad.demo.desk import TOM
from pentad.engage.campaigns import queries, turns
from pentad.engage.campaigns.models import Campaign
from pentad.intelligence.segments.models import Segment
from pentad.roles.access import actions as accounts
from tests.engage.campaigns.running import segment


@pytest.mark.django_db
def test_three_campaigns_are_planned_once() -> None:
    kestrel.add_purposes()
    accounts.add_user(actor=SYSTEM, email=TOM, name="Tom Reyes", role="admin")
    for one in planned.LETTERS:
        segment(one.segment)
    Segment.objects.filter(name=planned.MACHINE.segment).update(filled=None)
    assert not planned.look_ahead(), "it is not known yet who is in one of them"
    Segment.objects.update(filled=clock.now())
    assert planned.look_ahead()
    assert planned.look_ahead()
    assert Campaign.objects.count() == 3
    turns.begin_due()
    states = dict(Campaign.objects.values_list("name", "state"))
    assert states == {
        planned.REMINDER.name: Campaign.RUNNING,
        planned.WEEKLY.name: Campaign.SCHEDULED,
        planned.MACHINE.name: Campaign.DRAFT,
    }
    assert [one.campaign.name for one in queries.approvals_waiting()] == [planned.MACHINE.name]
    weekly = Campaign.objects.get(name=planned.WEEKLY.name)
    assert weekly.next_day is not None
    assert weekly.next_day.weekday() == planned.THURSDAY
