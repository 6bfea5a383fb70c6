"""Asks every gate about messages that are about to be sent: set by set, so that a million take a few statements each
thousand. The rules themselves are in `rules`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from pentad.data.consent.preferences import wishes
from pentad.data.consent.queries import channels, purposes
from pentad.data.consent.rules import Purpose
from pentad.data.consent.standing import standing_of
from pentad.intelligence.contact import knowing
from pentad.intelligence.contact.asking import NOBODY, Ask, Contact, Gate, Known, Rival, Verdict
from pentad.intelligence.contact.holdout import held_out_of
from pentad.intelligence.contact.log import Row, promise
from pentad.intelligence.contact.policies import in_force
from pentad.intelligence.contact.policy import Policy
from pentad.intelligence.contact.rules import weigh, window_of
from pentad.intelligence.contact.zones import zones_by_part

__all__ = ["Ask", "Gate", "Rival", "Verdict", "judge"]

PORTION = 5_000
"""Messages of which everything is in memory at a time."""

_LOCK = 0x70656E7461
"""What judges that promise take turns at, on PostgreSQL; SQLite has one writer anyway."""


def judge(asks: Sequence[Ask], now: datetime, *, reserve: bool = False) -> list[Verdict]:
    """A verdict on each, in their order, as of now. Of several to one customer the more important come first, and count
    for what limits leave the others.

    reserve: those that may go take their places at once, in this transaction, so that no other judge gives the same
    place away: `log.record` says that they went, `log.release` that they did not.
    """
    if reserve:
        with transaction.atomic():
            _take_turns()
            found = _judged(asks, now)
            promise(
                Row(ask.person_no, ask.channel, ask.purpose, now, ask.key, ask.priority, ask.transactional)
                for ask, one in zip(asks, found, strict=True)
                if one.send
            )
            return found
    return _judged(asks, now)


def _take_turns() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _judged(asks: Sequence[Ask], now: datetime) -> list[Verdict]:
    standing = _Standing(in_force())
    found: list[Verdict | None] = [None] * len(asks)
    order = sorted(range(len(asks)), key=lambda place: -asks[place].priority)
    for start in range(0, len(order), PORTION):
        some = order[start : start + PORTION]
        for place, verdict in zip(some, standing.verdicts([asks[one] for one in some], now), strict=True):
            found[place] = verdict
    return [one for one in found if one is not None]


@dataclass(slots=True)
class _Standing:
    """What holds for all messages judged together."""

    policy: Policy
    purposes: Mapping[str, Purpose]
    channels: Mapping[str, str]
    promised: dict[int, list[Contact]]
    """Root → what goes to the customer by verdicts given a moment ago."""

    def __init__(self, policy: Policy):
        self.policy, self.promised = policy, {}
        self.purposes = {one.name: one for one in purposes() if one.declared}
        self.channels = {one.name: one.label for one in channels()}

    def verdicts(self, asks: Sequence[Ask], now: datetime) -> Iterator[Verdict]:
        """Of a portion, the more important first."""
        roots = knowing.roots_of({ask.person_no for ask in asks})
        known = self._known(asks, roots, now)
        suppressed = knowing.suppressed(asks, now)
        several = _several(asks, roots)
        for ask in asks:
            root = roots.get(ask.person_no, 0)
            who = known.get(root, NOBODY)
            verdict = weigh(
                ask, who, self.policy, now,
                suppressed=suppressed(ask), purposes=self.purposes, channels=self.channels,
            )  # fmt: skip
            if verdict.send and not ask.transactional:
                contact = Contact(now, ask.channel, ask.purpose, ask.key)
                self.promised.setdefault(root, []).append(contact)
                if root in several:
                    who.contacts.append(contact)
            yield verdict

    def _known(self, asks: Sequence[Ask], roots: Mapping[int, int], now: datetime) -> dict[int, Known]:
        own = {roots[ask.person_no] for ask in asks if ask.person_no in roots}
        found = {root: Known() for root in own}
        asked = {roots[ask.person_no] for ask in asks if not ask.transactional and ask.person_no in roots}
        if not asked:
            return found
        parts = knowing.parts_of(asked)
        for root, states in standing_of(parts).items():
            found[root].consents = states
        for root, held in wishes(asked).items():
            found[root].wishes = held
        for root in held_out_of(asked, self.policy):
            found[root].held_out = True
        unplaced = {roots[ask.person_no] for ask in asks if not ask.zone and ask.person_no in roots} & asked
        for root, zone in zones_by_part({part: root for part, root in parts.items() if root in unplaced}).items():
            found[root].zone = zone
        self._contacts(found, parts, now)
        return found

    def _contacts(self, found: Mapping[int, Known], parts: Mapping[int, int], now: datetime) -> None:
        wished = [one for known in found.values() for one in known.wishes.values()]
        window = window_of(self.policy, wished)
        for root, contact in knowing.contacts_since(parts, now - window):
            found[root].contacts.append(contact)
        for root in parts.keys() & self.promised.keys():
            seen = {one.key for one in found[root].contacts}
            found[root].contacts += [one for one in self.promised[root] if one.key not in seen]


def _several(asks: Sequence[Ask], roots: Mapping[int, int]) -> Collection[int]:
    """Customers to whom more than one of the messages goes."""
    seen, twice = set[int](), set[int]()
    for ask in asks:
        root = roots.get(ask.person_no, 0)
        (twice if root in seen else seen).add(root)
    return twice
