"""Handing over to the channel what is due: composed, with a key of its own each, in the transaction that says so."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from pentad.content.messages.composing import Composer
from pentad.content.messages.values import Composed, Published
from pentad.core import clock
from pentad.engage.campaigns import audience, rules
from pentad.engage.campaigns.choosing import Step
from pentad.engage.campaigns.keys import AHEAD, ORIGIN, key_of, turn_of
from pentad.engage.campaigns.models import Campaign, Recipient, Run
from pentad.engage.campaigns.plan import WINNER, Plan
from pentad.engage.campaigns.saying import message_of
from pentad.intelligence.contact.zones import zones_of
from pentad.intelligence.segments.moves import roots_of
from pentad.platforms.channels import queue
from pentad.platforms.channels.items import Item
from pentad.platforms.responses.addresses import home

PORTION = 1_000


class Releaser:
    """Hands over what of one run is due."""

    def __init__(self, campaign: Campaign, run: Run) -> None:
        self.campaign, self.run = campaign, run
        self.plan: Plan = campaign.tree
        self.message: Published = message_of(campaign)
        self.composer = Composer(self.message)

    def due(self, step: Step) -> int:
        """Everything that is due by now or soon. Returns how many rows were settled."""
        done = 0
        while rows := self._next():
            with step():
                done += self._release(rows)
        return done

    def _next(self) -> list[Recipient]:
        now = clock.now()
        rows = Recipient.objects.filter(run=self.run, state__in=turn_of(self.campaign), due_at__lte=now + AHEAD)
        most = PORTION
        if self.plan.when.per_hour:
            most = min(most, rules.room(self.run.slot, now, now + AHEAD, self.plan.when.per_hour))
        return list(rows.order_by("due_at", "id")[:most])

    def _release(self, rows: Sequence[Recipient]) -> int:
        whole = roots_of({row.person_id for row in rows})
        left = self._left(set(whole.values()))
        told = [row for row in rows if row.person_id in whole and whole[row.person_id] not in left]
        for row in rows:
            if row not in told:
                row.state, row.reason = Recipient.SKIPPED, "left_audience"
                row.seen = "left the segment before it was time"
        self._time(told)
        items = list[Item]()
        for variant, some in groupby(sorted(told, key=self._variant), key=self._variant):
            items += self._items(variant, list(some), whole)
        queue.enqueue(items)
        Recipient.objects.bulk_update(rows, ["state", "reason", "seen", "due_at"], batch_size=200)
        Run.objects.filter(pk=self.run.pk).update(slot=self.run.slot)
        return len(rows)

    def _left(self, numbers: set[int]) -> set[int]:
        """Those who are not meant any more, where that counts."""
        if not self.plan.audience.live:
            return set()
        return numbers - audience.within(self.plan.audience, numbers)

    def _time(self, rows: Sequence[Recipient]) -> None:
        """Move them apart, where only so many may go an hour."""
        now = clock.now()
        dues = [max(row.due_at or now, now) for row in rows]
        slots = rules.slots(dues, self.run.slot, self.plan.when.per_hour)
        for row, slot in zip(rows, slots, strict=True):
            row.due_at = slot
        self.run.slot = slots[-1] if slots and self.plan.when.per_hour else self.run.slot

    def _variant(self, row: Recipient) -> str:
        return self.campaign.winner if row.arm == WINNER else row.arm

    def _items(self, variant: str, rows: Sequence[Recipient], whole: dict[int, int]) -> Iterator[Item]:
        """Compose for these, and say of each row what became of it."""
        by_root = {whole[row.person_id]: row for row in rows}
        events = {root: {"event": row.extra} for root, row in by_root.items() if row.extra}
        about = {"id": self.campaign.id, "name": self.campaign.name, "run": self.run.id}
        written = self.composer.compose(
            sorted(by_root),
            channel=self.plan.content.channel,
            variant=variant,
            extra=events,
            shared={"campaign": about},
            zones=zones_of(list(by_root)),
            base_url=home(),
        )
        for one in written:
            row = by_root[one.person_no]
            if isinstance(one, Composed):
                row.state, row.reason = Recipient.QUEUED, ""
                yield self._item(one, row, variant)
            else:
                row.state, row.reason, row.seen = Recipient.SKIPPED, f"content_{one.reason}"[:40], one.value[:200]
        for row in rows:
            if by_root[whole[row.person_id]] is not row:  # two parts of one customer, merged since they were chosen
                row.state, row.reason, row.seen = Recipient.SKIPPED, "merged", "told as another part of the customer"

    def _item(self, one: Composed, row: Recipient, variant: str) -> Item:
        due: datetime = row.due_at or clock.now()
        return Item(
            key=key_of(self.run.id, one.person_no, row.entry), person_no=one.person_no, channel=self.plan.content.channel,
            purpose=self.message.purpose, transactional=self.message.transactional, priority=self.plan.content.priority,
            origin_kind=ORIGIN, origin_id=self.campaign.id, run=self.run.id, variant=variant, language=one.language,
            version_id=self.message.version_id, content=one.content, links=one.links, due_at=due,
            expires_at=due + timedelta(hours=self.plan.when.expires_hours), if_held=self.plan.when.if_held, once_in_run=not row.entry,
        )  # fmt: skip
