"""The act itself, between two transactions: the attempt is on disk before anything leaves, and its outcome afterwards.

Whatever ends the process in between leaves an attempt that was begun. What becomes of it is decided by `rules.may_repeat`:
sent again under the same key to a service that knows it, or never again, and in doubt.
"""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import IntegrityError, transaction

from pentad.core import metrics, settings
from pentad.core.actor import SYSTEM
from pentad.core.errors import PentadError
from pentad.intelligence.contact import log as contacts
from pentad.intelligence.contact.actions import suppress
from pentad.intelligence.contact.addresses import plain
from pentad.intelligence.contact.log import Row
from pentad.platforms.channels import pacing, rules
from pentad.platforms.channels.adapters.phones import country_of
from pentad.platforms.channels.adapters.protocol import Adapter, Busy, Outgoing, Refused, SendError
from pentad.platforms.channels.claiming import LEASE
from pentad.platforms.channels.landing import keep_given
from pentad.platforms.channels.models import (
    BOUNCED,
    DELIVERED,
    DOUBTFUL,
    HELD,
    PAUSED,
    QUEUED,
    SENDING,
    SENT,
    Attempt,
    Delivery,
    Destination,
)
from pentad.platforms.channels.once import handed_to
from pentad.platforms.channels.preparing import Ready, still_mine, tries_of
from pentad.platforms.channels.rules import Next, Result
from pentad.platforms.channels.telling import Told, tell
from pentad.platforms.channels.writing import write

GIVE_UP = settings.define(
    "channels.give_up_hours",
    24,
    "Hours after its first try for which a message is tried again when its service is down; then it has failed.",
    minimum=1,
    maximum=24 * 14,
)
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Try:
    """One attempt under way. result: None for one that was not made after all, because the service failed before it."""

    ready: Ready
    attempt: Attempt
    result: Result | None = None

    @property
    def row(self) -> Delivery:
        return self.ready.row


def begin(group: Sequence[Ready], destination: Destination, owner: str, now: datetime) -> list[Try]:
    """Write down that these are about to leave, those that are still this sender's; nothing when an address of theirs just
    got its message elsewhere. Nothing may leave before the transaction under way is committed.
    """
    try:
        with transaction.atomic():
            mine = still_mine([one.row.pk for one in group], owner)
            going = [one for one in group if one.row.pk in mine]
            tries = [_attempt(one, destination, now) for one in going]
            write([one.row for one in tries], ("attempts", "once", "gates", "lease_until", "reason", "detail"))
            Attempt.objects.bulk_create(one.attempt for one in tries)
            pacing.charge(destination, [one.ready.address for one in tries], now)
    except IntegrityError:  # two senders, one address, the same moment: the next turn sees who was first
        log.info("delivery_raced", destination=destination.pk)
        return []
    return tries


def _attempt(one: Ready, destination: Destination, now: datetime) -> Try:
    row = one.row
    row.attempts, row.once, row.lease_until, row.reason, row.detail = row.attempts + 1, one.once, now + LEASE, "", ""
    attempt = Attempt(delivery=row, destination=destination, number=row.attempts, key=row.public_id, at=now)
    attempt.to = handed_to(one.address, country_of(destination))
    return Try(one, attempt)


# ── The act ─────────────────────────────────────────────────────────────────────────────────────


def act(tries: Sequence[Try], adapter: Adapter, pool: Executor | None, wide: int, late: Callable[[], bool]) -> None:
    """Hand them over, `wide` at a time; stops when the service fails again and again, or it takes too long."""
    failed = 0
    for start in range(0, len(tries), wide):
        if failed >= rules.BREAKS_AT or late():
            return
        some = tries[start : start + wide]
        outs = [one.ready.out for one in some if one.ready.out is not None]
        results = [hand_over(adapter, outs[0], some[0].attempt.key)] if len(some) == 1 or pool is None else list(
            pool.map(hand_over, [adapter] * len(some), outs, [one.attempt.key for one in some])
        )  # fmt: skip
        for one, result in zip(some, results, strict=False):
            one.result = result
            metrics.count_handed_over(one.row.channel, result.kind)
            failed = failed + 1 if result.failing else 0


def hand_over(adapter: Adapter, out: Outgoing, key: str) -> Result:
    """What became of it, in words that do not name the customer: services like to repeat the address, and what is kept of a
    destination outlives an erasure.
    """
    result = _handed_over(adapter, out, key)
    said = result.detail
    for address in {out.address, *out.addresses} - {""}:
        said = re.sub(re.escape(address), "(address)", said, flags=re.IGNORECASE)
    return result._replace(  # and that fit their columns in any database: else what is known could not be written down
        detail=_kept(said, 300), status=_kept(result.status, 20), provider_id=_kept(result.provider_id, 200)
    )


def _kept(text: str, most: int) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode()[:most]


def _handed_over(adapter: Adapter, out: Outgoing, key: str) -> Result:
    """An error that is none of the protocol's tells nothing, so it may have left."""
    try:
        receipt = adapter.send(out, key)
    except Refused as error:
        kind = rules.REFUSED if error.permanent else rules.BUSY
        return Result(kind, error.status, error.reason, permanent=error.permanent, address=error.address)
    except Busy as error:
        return Result(rules.BUSY, error.status, error.reason, retry_after=error.retry_after)
    except SendError as error:
        return Result(rules.UNKNOWN, error.status, error.reason)
    except Exception as error:
        log.exception("adapter_failed", adapter=type(adapter).__name__, delivery=out.delivery_id)
        return Result(rules.UNKNOWN, "", f"{type(error).__name__}: {error}")
    return Result(
        rules.ACCEPTED, receipt.status, receipt.detail, receipt.provider_id, delivered=receipt.state == "delivered"
    )


# ── Afterwards ──────────────────────────────────────────────────────────────────────────────────


def settle(tries: Sequence[Try], destination: Destination, adapter: Adapter, owner: str, now: datetime) -> None:
    """Write down what became of them, with everything that follows from it, in one transaction."""
    with transaction.atomic():
        mine = still_mine([one.row.pk for one in tries], owner)
        told, went, stayed, ended = list[Told](), list[Row](), list[str](), list[Attempt]()
        for one in tries:
            if one.result is None:
                _unmake(one, owner)
                stayed.append(one.row.key)
                continue
            one.attempt.outcome, one.attempt.status, one.attempt.detail = one.result[:3]
            one.attempt.ended = now
            ended.append(one.attempt)
            if one.row.pk not in mine and not _comes_late(one):
                keep_given(one.row, one.result)
                continue
            told.append(_become(one, _next(one, destination, adapter, now), destination, now))
            (went.append(_contact(one, now)) if _may_have_left(one) else stayed.append(one.row.key))
        write(ended, ("outcome", "status", "detail", "ended"))
        write([one.row for one in told], BECOMES)
        contacts.record(row for row in went if row.person_no)
        contacts.release(stayed)
        tell(told)
        _break(destination, [one.result for one in tries if one.result is not None], now)


def _unmake(one: Try, owner: str) -> None:
    """Nothing was tried: the attempt never was."""
    Attempt.objects.filter(pk=one.attempt.pk).delete()
    rows = Delivery.objects.filter(pk=one.row.pk, state=SENDING, lease_owner=owner)
    rows.update(state=QUEUED, attempts=one.row.attempts - 1, lease_owner="", lease_until=None)


def _comes_late(one: Try) -> bool:
    """Whether a sender that was given up for dead still has the last word: it knows that the message has left, and nobody
    has tried again since.
    """
    accepted = one.result is not None and one.result.kind == rules.ACCEPTED
    given_up = (QUEUED, HELD, PAUSED, DOUBTFUL, SENDING)
    rows = Delivery.objects.select_for_update().filter(pk=one.row.pk, attempts=one.row.attempts, state__in=given_up)
    return accepted and rows.exists()


def _next(one: Try, destination: Destination, adapter: Adapter, now: datetime) -> Next:
    assert one.result is not None
    open_now = one.result.kind == rules.UNKNOWN
    one.ready.tries = [*one.ready.tries, one.attempt] if open_now else one.ready.tries
    tries = tries_of(one.ready, destination, adapter, now)
    return rules.after(one.result, tries, key=one.row.key, now=now, give_up=timedelta(hours=GIVE_UP.get()))


BECOMES = (
    "state", "reason", "detail", "unsure", "due_at", "done_at", "sent_at", "provider_id", "lease_owner", "lease_until",
)  # fmt: skip


def _become(one: Try, becomes: Next, destination: Destination, now: datetime) -> Told:
    row, result = one.row, one.result
    assert result is not None
    row.state, row.reason, row.detail, row.unsure = becomes.state, becomes.reason, becomes.detail, becomes.unsure
    row.due_at = becomes.due or row.due_at
    row.done_at = None if becomes.state in (QUEUED, SENT) else now
    row.sent_at = now if becomes.state in (SENT, DELIVERED) else row.sent_at
    row.provider_id = result.provider_id or row.provider_id
    row.lease_owner, row.lease_until = "", None
    if becomes.state == BOUNCED and one.ready.judged and plain(one.ready.address):
        _suppress(one, destination, result)
    more = {"destination": destination.name} if becomes.state in (SENT, DELIVERED) else {"reason": becomes.reason}
    who = one.ready.who.id if one.ready.who is not None else ""
    return Told(row, more | ({"status": result.status} if result.status else {}), who)


def _suppress(one: Try, destination: Destination, result: Result) -> None:
    """Whatever is wrong with that, the outcome is written down: without it the message would be in doubt."""
    address = plain(one.ready.address, country_of(destination))
    source = " ".join(f"{destination.name}: {result.status} {result.detail}".split())[:120]
    try:
        suppress(actor=SYSTEM, channel=one.row.channel, address=address, reason="hard_bounce", source=source)
    except PentadError as error:
        log.warning("address_not_suppressed", code=error.code, delivery=one.row.public_id)


def _may_have_left(one: Try) -> bool:
    return one.row.state in (SENT, DELIVERED, DOUBTFUL) or one.row.unsure


def _contact(one: Try, now: datetime) -> Row:
    """For what limits count. A test counts for nobody."""
    row = one.row
    person = one.row.person_no if one.ready.judged and one.ready.who is not None else 0
    return Row(person, row.channel, row.purpose, now, row.key, row.priority, row.transactional)


def leave_alone(destination: Destination, why: str, now: datetime) -> None:
    """It cannot be used as it is set up: for some minutes, as if it were down."""
    failures = max(destination.failures + 1, rules.BREAKS_AT)
    destination.failures, destination.failure, destination.failed = failures, why[:300], now
    destination.breaker_until = now + rules.LONGEST_BREAK / 2
    destination.save(update_fields=["failures", "breaker_until", "failed", "failure"])


def _break(destination: Destination, results: Sequence[Result], now: datetime) -> None:
    """Leave a service alone that failed, or forget that it did. Of what is only for later nothing is said of the service."""
    about = [one for one in results if not one.put_off]
    before = rules.Breaker(destination.failures, destination.breaker_until, destination.failed)
    after = rules.broken(before, about, now)
    if after == before:
        return
    said = next((one.detail or one.kind for one in reversed(about) if one.failing), "")
    destination.failures, destination.breaker_until, destination.failed = after
    destination.failure = (said or destination.failure)[:300] if after.failures else ""
    destination.save(update_fields=["failures", "breaker_until", "failed", "failure"])
