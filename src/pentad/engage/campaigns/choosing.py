"""Choosing customers for a run: a row for each, before anything is done, with the arm and the time they are due.

The rows, the events that tell of them and how far choosing has got commit together, so that a run that was cut off goes
on where it stood, and nobody is chosen twice.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import F, Max

from pentad.content.messages.values import Published
from pentad.core import clock
from pentad.core.actor import SYSTEM
from pentad.core.outbox import emit_many
from pentad.data.identity.models import Person
from pentad.engage.campaigns import audience, holding, rules
from pentad.engage.campaigns.models import Campaign, Recipient, Run
from pentad.engage.campaigns.plan import HOLDOUT, WINNER, Plan
from pentad.engage.campaigns.saying import message_of
from pentad.intelligence.contact import holdout, timing, zones
from pentad.intelligence.contact.knowing import parts_of
from pentad.intelligence.experiments.rules import arms_of
from pentad.intelligence.segments.moves import roots_of

ENTERED = "Campaign Entered"
Step = Callable[[], AbstractContextManager[None]]
"""A transaction that commits only as long as this job is the one that does the work."""


@dataclass(slots=True)
class _Told:
    """What outbox messages call a person."""

    id: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer to choose. entry and at: what set it off, and when; extra: the event, for the message."""

    person_no: int
    entry: str = ""
    at: datetime | None = None
    extra: dict[str, Any] | None = None


@dataclass(slots=True)
class Chooser:
    """Chooses for one run."""

    campaign: Campaign
    run: Run
    plan: Plan = field(init=False)
    message: Published = field(init=False)
    arms: dict[str, float] = field(init=False)

    def __post_init__(self) -> None:
        self.plan = self.campaign.tree
        self.message = message_of(self.campaign)
        self.arms = rules.arms(self.plan.test, self.message.variants)

    def everybody(self, step: Step) -> None:
        """Choose the whole audience, from where choosing stood on."""
        self._ask(lambda: audience.count(self.plan.audience), step)
        while found := audience.page(self.plan.audience, self.run.cursor):
            meant = audience.within(self.plan.audience, found)
            rows = self._rows([Candidate(number) for number in sorted(meant)])
            self._ask_of(rows, step)
            with step():
                self._take(rows, cursor=found[-1])
        with step():
            self.run.state, self.run.cursor = Run.SENDING, audience.entry_before(self.run.created)
            self.run.save(update_fields=["state", "cursor"])

    def newcomers(self, step: Step) -> None:
        """Choose those who have entered a live audience meanwhile."""
        while found := audience.entries(self.plan.audience.include, self.run.cursor, audience.PAGE):
            meant = audience.within(self.plan.audience, {one.person_no for one in found})
            rows, before = self._rows([Candidate(number) for number in sorted(meant)]), self.run.cursor
            self._ask_of(rows, step)
            with step():
                if self.campaign.ended is None:
                    self._take(rows, cursor=max(one.id for one in found))
            if self.run.cursor == before:
                return

    def triggered(self, candidates: Sequence[Candidate], cursor: int, step: Step) -> None:
        """Choose those whom something set off. cursor: how far that has been followed with these."""
        roots = roots_of({one.person_no for one in candidates})
        meant = audience.within(self.plan.audience, set(roots.values()))
        wanted = [
            Candidate(root, one.entry, one.at, one.extra)
            for one in candidates
            if (root := roots.get(one.person_no)) in meant and root is not None
        ]
        rows = self._rows(wanted)
        self._ask_of(rows, step)
        with step():
            if self.campaign.ended is None:  # the step has looked: somebody may have ended it just now
                self._take(rows, cursor)

    def _ask(self, total: Callable[[], int], step: Step) -> None:
        """Have the campaign wait, and raise Held, where as many as these need an approval that nobody has given."""
        most = holding.limit(self.campaign)
        if most and total() >= most:
            with step():
                holding.hold_campaign(actor=SYSTEM, campaign=self.campaign, most=most)
            raise holding.Held

    def _ask_of(self, rows: Sequence[Recipient], step: Step) -> None:
        """The same of these beside those of this run, or of the last day where something sets it off."""
        more = sum(row.state != Recipient.SKIPPED for row in rows)
        if more:
            self._ask(lambda: more + self._so_far(), step)

    def _so_far(self) -> int:
        if self.plan.when.start != "trigger":
            return Run.objects.values_list("chosen", flat=True).get(pk=self.run.pk)
        since = clock.now() + timedelta(minutes=self.plan.when.trigger.delay_minutes) - rules.DAY
        told = (Recipient.CHOSEN, Recipient.WAITING, Recipient.QUEUED, Recipient.HELD_OUT)
        return Recipient.objects.filter(run=self.run, state__in=told, due_at__gte=since).count()

    def _take(self, rows: Sequence[Recipient], cursor: int) -> None:
        """Write these down, tell of them, and remember how far this has got: all of it, or nothing. No more is done here than
        must be, as others wait to write. A row that is there is another worker's, who has taken over: the step finds out.
        """
        numbers = [row.person_id for row in rows]
        people = dict(Person.objects.filter(no__in=numbers).values_list("no", "id"))
        rows = [row for row in rows if row.person_id in people]
        Recipient.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
        emit_many(
            (ENTERED, _Told(people[row.person_id]),
             {"campaign_id": self.campaign.id, "run": self.run.id, "arm": row.arm})
            for row in rows if row.state != Recipient.SKIPPED
        )  # fmt: skip
        self.run.cursor = cursor
        Run.objects.filter(pk=self.run.pk).update(cursor=cursor, chosen=F("chosen") + len(rows))

    def _new(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Without those who have a row for the same entry, be it as somebody they were before two became one; each once."""
        parts = parts_of({one.person_no for one in candidates})
        rows = Recipient.objects.filter(run=self.run, person_id__in=list(parts))
        known = {(parts[part], entry) for part, entry in rows.values_list("person_id", "entry")}
        found = dict[tuple[int, str], Candidate]()
        for one in candidates:
            if (one.person_no, one.entry) not in known:
                found.setdefault((one.person_no, one.entry), one)
        return list(found.values())

    def _rows(self, candidates: Sequence[Candidate]) -> list[Recipient]:
        """Of those who have no row yet, what is to be written of each."""
        candidates = self._new(candidates)
        if not candidates:
            return []
        numbers = [one.person_no for one in candidates]
        arms = dict(zip(numbers, (str(arm) for arm in arms_of(numbers, self.campaign.id, self.arms)), strict=True))
        out, again = holdout.held_out_of(numbers), self._told_before(numbers)
        dues, rows = self._dues(candidates), list[Recipient]()
        for one, due in zip(candidates, dues, strict=True):
            row = Recipient(
                run=self.run, person_id=one.person_no, entry=one.entry, arm=arms[one.person_no], due_at=due,
                state=Recipient.CHOSEN, extra=one.extra,
            )  # fmt: skip
            self._judge(row, out, again)
            rows.append(row)
            if row.state in (Recipient.CHOSEN, Recipient.WAITING) and due is not None:
                again[one.person_no] = max(due, again.get(one.person_no, due))
        return rows

    def _judge(self, row: Recipient, out: Collection[int], again: Mapping[int, datetime]) -> None:
        """What becomes of somebody before any time is spent on a message for them."""
        last = again.get(row.person_id)
        if row.person_id in out and not self.message.transactional:
            row.state, row.reason, row.seen = Recipient.SKIPPED, "global_holdout", "held out of all campaigns"
        elif last is not None and not self._may_again(last, row.due_at or clock.now()):
            row.state, row.reason, row.seen = Recipient.SKIPPED, "again", f"{last.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        elif row.arm == HOLDOUT:
            row.state, row.reason, row.seen = Recipient.HELD_OUT, "holdout", f"{self.plan.test.holdout:g} %"
        elif row.arm == WINNER:
            row.state, row.reason = Recipient.WAITING, "winner"

    def _may_again(self, last: datetime, due: datetime) -> bool:
        days = self.plan.when.trigger.again_days
        return days is not None and due >= last + timedelta(days=days)

    def _told_before(self, numbers: Collection[int]) -> dict[int, datetime]:
        """When those were last due whom something had set off before."""
        if self.plan.when.start != "trigger" or self.plan.when.trigger.again_days == 0:
            return {}
        parts, found = parts_of(numbers), dict[int, datetime]()  # also as somebody they were before two became one
        rows = Recipient.objects.filter(run=self.run, person_id__in=list(parts)).exclude(state=Recipient.SKIPPED)
        for part, last in rows.values_list("person_id").annotate(last=Max("due_at")).order_by():
            if last is not None:
                found[parts[part]] = max(last, found.get(parts[part], last))
        return found

    def _dues(self, candidates: Sequence[Candidate]) -> list[datetime]:
        when, now, numbers = self.plan.when, clock.now(), [one.person_no for one in candidates]
        own = {} if when.follows == "moment" else zones.zones_of(numbers)
        places = [own.get(number, when.zone) for number in numbers]
        if when.start == "trigger":
            dues = [
                rules.triggered(when, one.at or now, zone, now) for one, zone in zip(candidates, places, strict=True)
            ]
        elif when.start == "now" and when.follows != "best":
            dues = [now] * len(candidates)
        else:
            dues = [rules.due(when, self.run.day, zone, now) for zone in places]
        dues = [rules.on_weekday(when, due, zone) for due, zone in zip(dues, places, strict=True)]
        if when.follows != "best":
            return dues
        best = _best(numbers, dues, self.plan.content.channel, own)
        return [
            one if rules.may_be_due(when, rules.local_day(one, zone)) else due
            for one, due, zone in zip(best, dues, places, strict=True)
        ]


def _best(numbers: Sequence[int], dues: Sequence[datetime], channel: str, own: Mapping[int, str]) -> list[datetime]:
    """Each one's best time within the day after they are due."""
    found = dict[int, datetime]()
    for start in set(dues):
        some = [number for number, due in zip(numbers, dues, strict=True) if due == start]
        best = timing.best_times(some, channel, start=start, hours=24, zones=own)
        found |= {number: one.at for number, one in best.items()}
    return [found.get(number, due) for number, due in zip(numbers, dues, strict=True)]
