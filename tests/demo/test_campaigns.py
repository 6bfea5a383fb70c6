"""The rows of the campaign that is over are made of its events, once, and its page tells the same."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from pentad.core import clock
from pentad.core.actor import SYSTEM, acting_as
from pentad.demo import campaigns, kestrel, past, winback
from pentad.engage.campaigns import measuring, queries
from pentad.engage.campaigns.health import funnel
from pentad.engage.campaigns.models import Campaign, Recipient
from tests.data.conftest import road
from tests.data.road import NOON, Road, track

__all__ = ["road"]
SENT = NOON - timedelta(days=20)


def _told(event: str, who: str, arm: str, at: datetime = SENT) -> dict[str, Any]:
    key = "arm" if event == "Campaign Entered" else "variant"
    about = {"campaign_id": winback.ID, "run": winback.RUN, key: arm}
    return track(event, userId=who, timestamp=at.isoformat(), properties=about)


def test_the_campaign_that_is_over(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "DAYS", 0)
    kestrel.add_purposes()
    assert not campaigns.look_back()  # nothing tells of it yet
    later = SENT + timedelta(hours=2)
    road.send(
        *(_told("Campaign Entered", who, arm) for who, arm in (("ann", "A"), ("bo", "B"), ("cy", "B"), ("di", "holdout"))),
        *(_told("Message Sent", who, arm, SENT + timedelta(minutes=9)) for who, arm in (("ann", "A"), ("bo", "B"), ("cy", "B"))),
        _told("Message Bounced", "cy", "B", later), _told("Message Opened", "ann", "A", later),
        _told("Message Opened", "bo", "B", later), _told("Link Clicked", "bo", "B", later),
        track("Order Completed", userId="bo", timestamp=(later + timedelta(hours=1)).isoformat()),
    )  # fmt: skip
    with clock.held(NOON):
        assert campaigns.look_back()
        assert not campaigns.look_back()
        row = queries.find_campaign(winback.ID)
        assert row.state == Campaign.FINISHED and row.started == SENT
        assert dict(Recipient.objects.values_list("arm", "state")) == {
            "A": Recipient.QUEUED, "B": Recipient.QUEUED, "holdout": Recipient.HELD_OUT,
        }  # fmt: skip
        progress = queries.progress(row)
        assert (progress.chosen, progress.held_out, progress.arrived, progress.bounced) == (4, 1, 2, 1)
        assert [(part.label, part.number) for part in funnel(row, progress)] == [
            ("Chosen", 4), ("Sent", 3), ("Arrived", 2), ("Opened", 2), ("Clicked", 1),
        ]  # fmt: skip
        with acting_as(SYSTEM):
            found = measuring.results(row)
    assert found is not None and found.state == "over"
    assert {one.name: one.people for one in found.arms} == {"A": 1, "B": 2, "holdout": 1}
    assert found.goal.totals == {"A": 0, "B": 1, "holdout": 0}
