"""`python -m tests.engage.campaigns.nursery FOLDER`: a process that has customers and campaigns, and forks one that runs them for
each order it reads. Killing those is what the crash suite is about.

A lot is new work: three campaigns, a customer who enters the audience of an earlier one (which has customers left for four
days), and what sets off those that wait for something. Events are told of by the parent, in place of the ledger, which
one process alone can open.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from pentad.config import bootstrap

FOLDER = sys.argv[1]
bootstrap.setup(FOLDER)

from django.conf import settings as django_settings  # noqa: E402
from django.db import connections  # noqa: E402

from pentad import ledger  # noqa: E402
from pentad.content.messages.composing import Composer  # noqa: E402
from pentad.core import clock  # noqa: E402
from pentad.core.actor import SYSTEM, read_as  # noqa: E402
from pentad.core.jobs import leases, pool  # noqa: E402
from pentad.core.jobs.context import Context  # noqa: E402
from pentad.data.identity.models import Person  # noqa: E402
from pentad.engage.campaigns import (  # noqa: E402
    audience,
    choosing,
    deciding,
    judging,
    measuring,
    releasing,
    triggers,
    turns,
)
from pentad.engage.campaigns.choosing import Chooser  # noqa: E402
from pentad.engage.campaigns.models import Campaign  # noqa: E402
from pentad.engage.campaigns.plan import write  # noqa: E402
from pentad.engage.campaigns.releasing import Releaser  # noqa: E402
from pentad.intelligence.segments.models import Segment, SegmentMove  # noqa: E402
from pentad.platforms.channels import claiming, queue  # noqa: E402
from pentad.platforms.channels.models import Destination  # noqa: E402
from pentad.platforms.channels.sending import Sender  # noqa: E402
from tests.engage.campaigns.running import enter, plan, segment, written  # noqa: E402
from tests.nursery import Order, doom, serve  # noqa: E402
from tests.platforms.channels.people import customer, destination  # noqa: E402

MEMBERS = 5
ALL = {"unit": "day", "date": "2026-01-01", "time": "00:00", "expires_hours": 8784}
PLACES: dict[str, tuple[Any, str]] = {
    "begin": (turns, "_begin"),
    "begin, inside": (turns, "work"),
    "claim": (leases, "claim"),
    "choose": (Chooser, "_take"),
    "choose, inside": (choosing, "emit_many"),
    "everybody": (Chooser, "everybody"),
    "newcomers": (Chooser, "newcomers"),
    "set off": (Chooser, "triggered"),
    "compose": (Composer, "compose"),
    "enqueue": (queue, "put"),
    "save": (Releaser, "_save"),
    "release": (Releaser, "due"),
    "decide": (judging, "decide"),
    "decide, inside": (deciding, "settle"),
    "finish": (Context, "finish"),
    "end": (turns, "_end_run"),
}
# A process that is killed is no power cut: nothing need be on disk. And small portions have more boundaries to die at.
options = django_settings.DATABASES["default"]["OPTIONS"]
options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
audience.PAGE = releasing.PORTION = triggers.PORTION = audience.LOOK_BACK = 4
releasing.STEP = 2
triggers.FRESH = timedelta(days=999)
measuring.decided_by = lambda campaign, ends: None  # the figures say nothing: it is decided when its time is over
_real = clock.now_us


class Events:
    """What `triggers` asks a ledger."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []

    def next_seq(self) -> int:
        return len(self.told) + 1

    def tell(self, person_no: int) -> None:
        seq = self.next_seq()
        self.told.append(
            {"seq": seq, "person_no": person_no, "name": "Bought", "ts": clock.now(), "message_id": f"m{seq}",
             "props": json.dumps({"order": seq})}
        )  # fmt: skip

    def rows(self, sql: str, params: list[Any]) -> list[dict[str, Any]]:
        found = [one for one in self.told if one["seq"] > params[0]]
        if "GROUP BY" in sql:
            return [{"name": "Bought", "last": self.next_seq() - 1}] if found else []
        return found[: triggers.PORTION]


events = Events()
ledger.current = lambda: events  # type: ignore[assignment, return-value]
people: list[Person] = []
message: dict[str, str] = {}


def jump(seconds: float) -> None:
    clock.now_us = lambda: _real() + int(seconds * 1_000_000)


def campaign(name: str, at: datetime | None = None, **parts: Any) -> None:
    """One that was started, as `start_campaign` leaves it."""
    wanted = plan(content=message, **{"when": {}, **parts})
    at = at or clock.now()
    Campaign.objects.create(
        name=name, plan=write(wanted), start=wanted.when.start, state=Campaign.SCHEDULED, changed_by="test",
        changed_ref="user:test", started=clock.now(), next_at=at, next_day=at.date(),
    )  # fmt: skip


def prepare() -> None:
    """Customers, what is said to them, and what goes on all the time: each day, and set off by something."""
    destination(channel="sms")
    for n in range(MEMBERS):
        row = customer(f"P{n}", consents=False)
        row.traits = {"phone": f"+49170123450{n}"}
        row.save()
        people.append(row)
    said = {name: {"sms": {"en": {"body": f"{name} for {{{{ customer.phone | default: 'you' }}}}"}}} for name in "AB"}
    message.update(message=written({"variants": said}, transactional=True).id, channel="sms")
    fresh = segment("Fresh")
    again = {"again_days": 0}
    campaign("fresh", when={"start": "trigger", "trigger": {"on": "segment", "segment": fresh.id, **again}} | ALL)
    campaign("bought", when={"start": "trigger", "trigger": {"on": "event", "event": "Bought", **again}} | ALL)
    turns.begin_due()  # what happens from now on sets them off
    midnight = datetime.combine(clock.now().date() + timedelta(days=1), datetime.min.time(), UTC)
    campaign("daily", midnight, audience={"everybody": True}, when={"start": "every"} | ALL)
    connections.close_all()


def lot(order: Order) -> None:
    number = order["number"]
    jump(order["jump"])
    test = {"weights": {"A": 1, "B": 1}, "sample": 50, "decide": "auto", "after_hours": 1}
    everybody, when = {"everybody": True}, {"start": "now", "expires_hours": 8784}
    campaign(f"once-{number}", audience=everybody, when=when, test={"weights": {"A": 1, "B": 1}, "holdout": 30})
    campaign(f"test-{number}", audience=everybody, when=when, test=test)
    live = segment(f"live-{number}", people[:4])
    campaign(f"live-{number}", audience={"include": [live.id], "live": True}, when=when | {"per_hour": 4})
    if number:
        enter(Segment.objects.get(name=f"live-{number - 1}"), people[4])
    fresh = Segment.objects.get(name="Fresh")
    for n in (number, number + 1):
        SegmentMove.objects.create(segment=fresh, person=people[n % MEMBERS], entered=True, at=clock.now())
        events.tell(people[number % MEMBERS].no)
    connections.close_all()


def live(order: Order) -> None:
    """Take over what others left, begin what is due, and work until there is nothing to do."""
    read_as(SYSTEM)
    jump(order["jump"])
    if "place" in order:
        doom(*PLACES[order["place"]], order["side"], order["nth"])
    leases.free_lost()
    claiming.recover(clock.now())  # as senders do when they begin
    worker, sender, busy = leases.taker("here"), Sender(Destination.objects.get()), True
    while busy:
        turns.turn()
        busy = False
        while (job := leases.claim(worker)) is not None:
            pool.work(Context(job))
            busy = True
        while sender.turn():
            busy = True


prepare()
serve(live, lot=lot)
