"""Handing over to the channel what is due: composed, with a key of its own each, in the transaction that says so."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from pentad.content.messages.composing import Composer
from pentad.content.messages.values import Composed, Published
from pentad.core import clock
from pentad.engage.campaigns import audience, rules, weekdays
from pentad.engage.campaigns.choosing import Step
from pentad.engage.campaigns.keys import AHEAD, ORIGIN, key_of, turn_of
from pentad.engage.campaigns.models import Campaign, Recipient, Run
from pentad.engage.campaigns.plan import WINNER, Plan
from pentad.engage.campaigns.saying import message_of
from pentad.intelligence.contact.zones import zones_of
from pentad.intelligence.segments.moves import roots_of
from pentad.platforms.channels import queue
from pentad.platforms.channels.items import Item
from pentad.platforms.channels.queue import Packed
from pentad.platforms.responses.addresses import home

PORTION = 1_000
"""Composed together: what is known of them is read set by set."""
STEP = 250
"""Handed over in one transaction: others wait to write in between, a message that somebody waits for among them."""


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
            done += len(rows)
            if later := weekdays.put_off(self.plan, rows, self.message.transactional):
                with step():
                    Recipient.objects.bulk_update(later, ["due_at"], batch_size=200)
                continue  # with the others
            packed, moved = self._compose(rows)  # before the transactions: it takes long, and SQLite has one writer
            for start in range(0, len(rows), STEP):
                some = rows[start : start + STEP]
                with step():
                    queue.put([packed[row.pk] for row in some if row.pk in packed])
                    self._save(some, moved)
        return done

    def _next(self) -> list[Recipient]:
        now = clock.now()
        rows = Recipient.objects.filter(run=self.run, state__in=turn_of(self.campaign), due_at__lte=now + AHEAD)
        most = PORTION
        if self.plan.when.per_hour:
            most = min(most, rules.room(self.run.slot, now, now + AHEAD, self.plan.when.per_hour))
        return list(rows.order_by("due_at", "id")[:most])

    def _compose(self, rows: Sequence[Recipient]) -> tuple[dict[int, Packed], bool]:
        """What is to be sent, by the key of its row, and whether times were moved; of each row it is said what became of it."""
        whole = roots_of({row.person_id for row in rows})
        left, told, items = self._left(set(whole.values())), list[Recipient](), list[tuple[int, Item]]()
        for row in rows:
            if row.person_id in whole and whole[row.person_id] not in left:
                told.append(row)
            else:
                row.state, row.reason, row.seen = Recipient.SKIPPED, "left_audience", "left before it was time"
        moved = self._time(told)
        for some in rounds(told, whole):
            for variant, same in groupby(sorted(some, key=self._variant), key=self._variant):
                items += self._items(variant, list(same), whole)
        keys = {item.key: key for key, item in items}
        return {keys[one.key]: one for one in queue.packed([item for _, item in items])}, moved

    def _save(self, rows: Sequence[Recipient], moved: bool) -> None:
        """Write it down: together where nothing but the state is another."""
        plain = [row.pk for row in rows if row.state == Recipient.QUEUED and not moved]
        Recipient.objects.filter(pk__in=plain).update(state=Recipient.QUEUED, reason="")
        same = set(plain)
        others = [row for row in rows if row.pk not in same]
        Recipient.objects.bulk_update(others, ["state", "reason", "seen", "due_at"], batch_size=200)
        if moved:  # for all of them at the first step: a slot that nobody takes is no harm, one that two take is
            Run.objects.filter(pk=self.run.pk).update(slot=self.run.slot)

    def _left(self, numbers: set[int]) -> set[int]:
        """Those who are not meant any more, where that counts."""
        if not self.plan.audience.live:
            return set()
        return numbers - audience.within(self.plan.audience, numbers)

    def _time(self, rows: Sequence[Recipient]) -> bool:
        """Move them apart, where only so many may go an hour; whoever waited for the winner is due now. Whether it did."""
        now, per_hour = clock.now(), self.plan.when.per_hour
        if not per_hour and not self.campaign.winner:
            return False
        dues = [max(row.due_at or now, now) for row in rows]
        for row, slot in zip(rows, rules.slots(dues, self.run.slot, per_hour), strict=True):
            row.due_at = slot
        self.run.slot = rows[-1].due_at if per_hour and rows else self.run.slot
        return True

    def _variant(self, row: Recipient) -> str:
        return self.campaign.winner if row.arm == WINNER else row.arm

    def _items(self, variant: str, rows: Sequence[Recipient], whole: dict[int, int]) -> Iterator[tuple[int, Item]]:
        """Compose for these, and say of each row what became of it."""
        by_root = {whole[row.person_id]: row for row in rows}
        events = {root: {"event": row.extra} for root, row in by_root.items() if row.extra}
        about = {"id": self.campaign.id, "name": self.campaign.name, "run": self.run.id}
        zones = zones_of(list(by_root))
        written = self.composer.compose(
            sorted(by_root),
            channel=self.plan.content.channel,
            variant=variant,
            extra=events,
            shared={"campaign": about},
            zones=zones,
            base_url=home(),
        )
        for one in written:
            row = by_root[one.person_no]
            if isinstance(one, Composed):
                row.state, row.reason = Recipient.QUEUED, ""
                yield row.pk, self._item(one, row, variant, zones[one.person_no])
            elif one.reason != "merged":  # just now: it is that customer's turn at the next look
                row.state, row.reason, row.seen = Recipient.SKIPPED, f"content_{one.reason}"[:40], one.value[:200]

    def _item(self, one: Composed, row: Recipient, variant: str, zone: str) -> Item:
        """zone: the customer's own."""
        due: datetime = row.due_at or clock.now()
        return Item(
            key=key_of(self.run.id, one.person_no, row.entry), person_no=one.person_no, channel=self.plan.content.channel,
            purpose=self.message.purpose, transactional=self.message.transactional, priority=self.plan.content.priority,
            origin_kind=ORIGIN, origin_id=self.campaign.id, run=self.run.id, variant=variant, language=one.language,
            version_id=self.message.version_id, content=one.content, links=one.links, due_at=due,
            expires_at=due + timedelta(hours=self.plan.when.expires_hours), if_held=self.plan.when.if_held, once_in_run=not row.entry,
            rests=weekdays.rests(self.plan.when, due, zone),
        )  # fmt: skip


def rounds(rows: Sequence[Recipient], whole: dict[int, int]) -> list[list[Recipient]]:
    """The rows in lists in which each customer stands once: something may have set off several messages to one. Two parts
    of one customer, merged since both were chosen, are told once.
    """
    found, places = list[list[Recipient]](), dict[int, set[str]]()
    for row in rows:
        entries = places.setdefault(whole[row.person_id], set())
        if row.entry in entries:
            row.state, row.reason, row.seen = Recipient.SKIPPED, "merged", "told as another part of the customer"
            continue
        if len(entries) == len(found):
            found.append([])
        found[len(entries)].append(row)
        entries.add(row.entry)
    return found
