"""From deliveries that were taken to messages that may leave: the address as it is now, what the contact policy says at this
moment, doubts, and the turn of the domain. What may not leave is closed, held or put off here.
"""

import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
import structlog
from django.db import connection, transaction

from pentad.intelligence.contact import gates
from pentad.intelligence.contact import log as contacts
from pentad.intelligence.contact.gates import Ask, Rival, Verdict
from pentad.platforms.channels import pacing, resting, rules
from pentad.platforms.channels.adapters.phones import country_of
from pentad.platforms.channels.adapters.protocol import Adapter, Outgoing
from pentad.platforms.channels.addressing import Reached, reached
from pentad.platforms.channels.items import TEST, Message
from pentad.platforms.channels.models import (
    DOUBTFUL,
    FAILED,
    HELD,
    QUEUED,
    SENDING,
    SKIPPED,
    WAITING,
    Attempt,
    Delivery,
    Destination,
)
from pentad.platforms.channels.once import once_of, told_already
from pentad.platforms.channels.payload import unpack
from pentad.platforms.channels.telling import Told, close, tell
from pentad.platforms.channels.writing import write
from pentad.platforms.responses.addresses import addresses, filled

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Ready:
    """A message that may leave. once: what its address gets one message of. tries: those that may have succeeded."""

    row: Delivery
    said: Message
    who: Reached | None
    address: str
    once: str | None
    tries: list[Attempt]
    out: Outgoing | None = None

    @property
    def judged(self) -> bool:
        """A test goes to a colleague, whatever the policy says of customers."""
        return not (self.row.origin_kind == TEST and self.said.address)


def prepare(
    rows: Sequence[Delivery], destination: Destination, adapter: Adapter, owner: str, now: datetime
) -> list[Ready]:
    """Those that may leave now, in their order; the others are written down as what they are."""
    people = reached({row.person_no for row in rows}, destination.channel)
    open_tries, country = _open_tries([row for row in rows if row.unsure]), country_of(destination)
    found = [_looked_up(row, people.get(row.person_no), adapter, open_tries[row.pk], country) for row in rows]
    with transaction.atomic():
        mine = still_mine([row.pk for row in rows], owner)
        found = [one for one in found if one.row.pk in mine]
        found = [one for one in found if _known(one, destination, adapter, now)]
        found = _without_same_address(found, now)
        found = _without_same_customer(found, now)
        resting_now = resting.put_off([(one.row, one.said.rests) for one in found], now)
        found = _in_turn([one for one in found if one.row.pk not in resting_now], destination, now)
        found = _judged(found, now, country)
    return [one for one in found if _written(one, now)]


def still_mine(keys: Sequence[int], owner: str) -> set[int]:
    """Those that nobody has taken over since: locked, for the transaction under way. Asked twice for each message."""
    if not keys:
        return set()
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM {Delivery._meta.db_table} WHERE id IN ({', '.join(['%s'] * len(keys))})"
            f" AND state = %s AND lease_owner = %s{lock}",
            [*keys, SENDING, owner],
        )
        return {key for (key,) in cursor.fetchall()}


def _open_tries(rows: Sequence[Delivery]) -> dict[int, list[Attempt]]:
    found: dict[int, list[Attempt]] = defaultdict(list)
    if rows:
        tries = Attempt.objects.filter(delivery_id__in=[row.pk for row in rows], outcome__in=Attempt.OPEN)
        for one in tries.order_by("number"):
            found[one.delivery_id].append(one)
    return found


def _looked_up(row: Delivery, who: Reached | None, adapter: Adapter, tries: list[Attempt], country: str) -> Ready:
    said = _unpacked(row)
    if said.address and row.origin_kind == TEST:
        address = said.address
    elif who is None:
        address = ""
    elif adapter.addressed:
        address = who.addresses[0] if who.addresses else ""
    else:
        address = who.id
    once = once_of(row, address, country) if address and row.run and said.once_in_run else None
    return Ready(row, said, who, address, once, tries)


def _unpacked(row: Delivery) -> Message:
    try:
        return unpack(bytes(row.payload), bytes(row.base.dictionary) if row.base else b"")
    except (zlib.error, msgspec.DecodeError):
        log.exception("delivery_unreadable", delivery=row.public_id)
        return Message({})


def tries_of(one: Ready, destination: Destination, adapter: Adapter, now: datetime) -> rules.Tries:
    """All tries as the rules see them, before the next one."""
    opened = one.tries
    # A key means something to the service that was told it, as it was set up then.
    trusted = adapter.idempotent and all(
        try_.destination_id == destination.pk and try_.at >= destination.changed for try_ in opened
    )
    first = None
    if one.row.attempts > 1:
        first = Attempt.objects.filter(delivery_id=one.row.pk).order_by("number").values_list("at", flat=True).first()
    return rules.Tries(
        one.row.attempts, first or now, opened[0].at if opened else None, trusted, timedelta(hours=adapter.memory_hours)
    )


def _known(one: Ready, destination: Destination, adapter: Adapter, now: datetime) -> bool:
    """Whether there is something to send that surely has not arrived, or can arrive again as the same."""
    if one.tries and not rules.may_repeat(tries_of(one, destination, adapter, now), now):
        close(one.row, DOUBTFUL, "no_answer", "It may have arrived: an earlier try had no answer", now)
        return False
    if one.tries and one.row.once and one.row.once != one.once:
        close(one.row, DOUBTFUL, "no_answer", "It may have arrived at the address that the customer had then", now)
        return False
    if not one.said.content:
        close(
            one.row, DOUBTFUL if one.row.unsure else FAILED, "content_gone", "What it said was removed meanwhile", now
        )
        return False
    return True


def _without_same_address(found: list[Ready], now: datetime) -> list[Ready]:
    """Two customers with one address get one message of a run."""
    wanted = {one.once for one in found if one.once}
    holders = dict(Delivery.objects.filter(once__in=wanted).values_list("once", "pk")) if wanted else {}
    kept = []
    for one in found:
        if one.once and holders.setdefault(one.once, one.row.pk) != one.row.pk:
            _skip(one, "same_address", "This address gets the message already, as another customer’s", now)
        else:
            kept.append(one)
    return kept


def _without_same_customer(found: list[Ready], now: datetime) -> list[Ready]:
    told = told_already({one.row.pk: (one.row, one.who.root) for one in found if one.once and one.who})
    for one in found:
        if one.row.pk in told:
            _skip(one, "same_customer", "They got the message already, before two customers became one", now)
    return [one for one in found if one.row.pk not in told]


def _in_turn(found: list[Ready], destination: Destination, now: datetime) -> list[Ready]:
    asked = [
        pacing.Asked(place, one.address, one.row.reason == pacing.PUT_OFF)
        for place, one in enumerate(found)
        if one.address
    ]
    later = pacing.put_off(destination, asked, now)
    for place, until in later.items():
        Delivery.objects.filter(pk=found[place].row.pk, state=SENDING).update(
            state=QUEUED, due_at=until, reason=pacing.PUT_OFF, lease_owner="", lease_until=None
        )
    return [one for place, one in enumerate(found) if place not in later]


# ── The contact policy ──────────────────────────────────────────────────────────────────────────


def _judged(found: list[Ready], now: datetime, country: str) -> list[Ready]:
    """Those that may go; they take their places in what limits leave, in this transaction."""
    asked = [one for one in found if one.judged]
    rivals = _rivals([one.row for one in asked])
    asks = [
        Ask(
            one.row.key, one.row.person_no, one.row.channel, one.row.purpose, one.row.transactional, one.row.priority,
            one.address, "", rivals.get(one.row.person_no, ()), country,
        )
        for one in asked
    ]  # fmt: skip
    verdicts = {verdict.key: verdict for verdict in gates.judge(asks, now, reserve=True)} if asks else {}
    kept, held, rows = [], list[Told](), list[Delivery]()
    for one in found:
        verdict = verdicts.get(one.row.key)
        if verdict is not None:
            one.row.gates = [[gate.name, gate.passed, gate.seen] for gate in verdict.gates]
        if verdict is None or verdict.send:
            kept.append(one)
            continue
        rows.append(one.row)
        if (told := _hold(one, verdict, now)) is not None:
            held.append(told)
    write(rows, ("state", "reason", "detail", "due_at", "done_at", "gates", "lease_owner", "lease_until"))
    tell(held)
    return kept


def _rivals(rows: Sequence[Delivery]) -> dict[int, tuple[Rival, ...]]:
    """What else waits for these customers."""
    if not rows:
        return {}
    waiting = Delivery.objects.filter(
        person_no__in={row.person_no for row in rows}, state__in=(*WAITING, SENDING), transactional=False,
        priority__gt=min(row.priority for row in rows),
    )  # fmt: skip
    found: dict[int, list[Rival]] = defaultdict(list)
    for key, no, priority, due, channel, purpose in waiting.values_list(
        "key", "person_no", "priority", "due_at", "channel", "purpose"
    ):
        found[no].append(Rival(key, priority, due, channel, purpose))
    return {no: tuple(some) for no, some in found.items()}


def _hold(one: Ready, verdict: Verdict, now: datetime) -> Told | None:
    """Make it wait, or skip it: as was said when it was queued, or because it would wait for ever."""
    row = one.row
    seen = next((gate.seen for gate in verdict.gates if gate.name == verdict.gate), "")
    waits = verdict.until is not None and row.if_held == "wait"
    if waits and row.expires_at is not None and verdict.until is not None and verdict.until >= row.expires_at:
        waits = False  # it would only be found to be too late
    again = row.state == SENDING and row.reason == verdict.gate
    row.reason, row.detail, row.lease_owner, row.lease_until = verdict.gate, seen[:300], "", None
    if waits:
        row.state, row.due_at = HELD, verdict.until or now
    elif row.unsure:
        row.state, row.done_at = DOUBTFUL, now
    else:
        row.state, row.done_at = SKIPPED, now
    if row.state == HELD and again:
        return None  # told of when it was held first
    more = {"reason": verdict.gate, "detail": verdict.reason, "if_held": row.if_held}
    if row.state == HELD and verdict.until is not None:
        more["until"] = verdict.until.isoformat()
    return Told(row, more)


def _skip(one: Ready, reason: str, detail: str, now: datetime) -> None:
    close(one.row, DOUBTFUL if one.row.unsure else SKIPPED, reason, detail, now)


def _written(one: Ready, now: datetime) -> bool:
    """Write the message as it leaves. One that cannot be written must not keep the others waiting."""
    try:
        one.out = _outgoing(one)
    except Exception:
        log.exception("delivery_not_written", delivery=one.row.public_id)
        with transaction.atomic():
            close(one.row, DOUBTFUL if one.row.unsure else FAILED, "not_written", "See what the log says", now)
            contacts.release([] if one.row.unsure else [one.row.key])
        return False
    return True


def _outgoing(one: Ready) -> Outgoing:
    row, who = one.row, one.who
    # The addresses name the part that was written to; of most customers that is the whole.
    signed = addresses(row, who.id if who and who.root == row.person_no else "")
    return Outgoing(
        delivery_id=row.public_id,
        person_no=row.person_no,
        person_id=who.id if who else "",
        channel=row.channel,
        address=one.address,
        content=filled(row, one.said.content, one.said.links, signed),
        headers=signed.headers,
        purpose=row.purpose,
        transactional=row.transactional,
        language=row.language,
        origin_kind=row.origin_kind,
        origin_id=row.origin_id,
        run=row.run,
        addresses=who.addresses if who and not one.said.address else (one.address,),
    )
