"""Saved segments on the road: messages in, the mirror and the fill job by hand, members to look at."""

from dataclasses import dataclass
from typing import Any

from pentad.core.actor import SYSTEM
from pentad.core.jobs import run_here
from pentad.core.models import Job, OutboxMessage
from pentad.data.identity.models import Identifier
from pentad.data.profiles import mirror
from pentad.intelligence.segments import actions, following, shown
from pentad.intelligence.segments.models import Segment, SegmentMember, SegmentMove
from tests.data.road import Road

ORDERED = {"kind": "event", "event": {"names": ["Order Completed"]}}
FAMILY = {"kind": "trait", "name": "plan", "test": {"op": "equals", "value": "family"}}


@dataclass
class Kept:
    road: Road

    def send(self, *messages: Any, **options: Any) -> None:
        """Accept, load, and let segments follow."""
        self.road.send(*messages, **options)
        self.follow()

    def follow(self) -> None:
        mirror.listen(following.follow)
        mirror.drain(self.road.folder)

    def save(self, name: str, where: dict[str, Any], **options: Any) -> Segment:
        """Save a segment and ask everybody."""
        made = actions.create_segment(actor=SYSTEM, name=name, definition=shown.given({"where": where}), **options)
        self.work()
        return Segment.objects.get(pk=made.pk)

    def change(self, segment: Segment, where: dict[str, Any]) -> Segment:
        actions.change_segment(actor=SYSTEM, segment=segment, definition=shown.given({"where": where}))
        self.work()
        return Segment.objects.get(pk=segment.pk)

    def work(self) -> None:
        """Do the jobs that wait for segments."""
        for job in Job.objects.filter(kind__startswith="segments.", status=Job.WAITING).order_by("pk"):
            run_here(job.pk)
            job.refresh_from_db()
            assert job.status == Job.DONE, job.error

    def members(self, segment: Segment) -> set[str]:
        """The user_ids of who is in it by the rows."""
        rows = SegmentMember.objects.filter(segment=segment).values_list("person_id", flat=True)
        return _called(rows)


def _called(numbers: Any) -> set[str]:
    return set(Identifier.objects.filter(namespace="user_id", person_id__in=numbers).values_list("value", flat=True))


def told() -> list[tuple[str, str]]:
    """The events that wait in the outbox: name and segment, in order."""
    return [
        (row.message["event"], row.message["properties"]["segment"])
        for row in OutboxMessage.objects.order_by("pk")
        if str(row.message.get("event", "")).startswith("Segment ")
    ]


def history(segment: Segment) -> list[tuple[set[str], bool]]:
    """Who entered (True) and left, in order."""
    return [
        (_called([one.person_id]), one.entered) for one in SegmentMove.objects.filter(segment=segment).order_by("pk")
    ]
