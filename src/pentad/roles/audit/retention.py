"""Letting old lines go, and accepting that lines are gone: a signed checkpoint stays in their place."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Min

from pentad.core import clock, settings
from pentad.core.action import action, check, note
from pentad.core.actor import Actor
from pentad.core.errors import Conflict, Invalid
from pentad.core.models import AuditCheckpoint, AuditLine
from pentad.roles.audit import chain
from pentad.roles.audit.chain import Head
from pentad.roles.audit.telling import record

KEEP_DAYS = settings.define(
    "audit.keep_days", 0, "Days that audit lines stay; 0 keeps them for ever.", minimum=0, maximum=36_500
)
BATCH = 5_000
PRUNED = "pruned"


def prune(*, actor: Actor) -> int:
    """Delete audit lines older than the setting audit.keep_days says; returns how many.

    No @action: it is many short transactions, so that nobody waits for millions of lines to go.
    """
    check(actor, "audit.prune")
    days, count = KEEP_DAYS.get(), 0
    last = _last_before(days) if days else 0
    while taken := _prune_batch(last):
        count += taken
    if count:
        record(actor, "prune_audit", "audit", lines=count, keep_days=days)
    return count


def _last_before(days: int) -> int:
    """The place before the first line that is young enough."""
    since = clock.now() - timedelta(days=days)
    young = AuditLine.objects.filter(at__gte=since).exclude(no=None).aggregate(least=Min("no"))["least"]
    return chain.last_link().no if young is None else int(young) - 1


def _prune_batch(last: int) -> int:
    with chain.alone, transaction.atomic():
        lines = AuditLine.objects.filter(no__lte=last).order_by("no").values_list("no", "seal")[:BATCH]
        places = [(no, bytes(seal or b"")) for no, seal in lines if no is not None]
        if not places:
            return 0
        first, end = places[0][0], Head(*places[-1])
        chain.stand_in(first, end, PRUNED)
        AuditLine.objects.filter(no__gte=first, no__lte=end.no).delete()
        return len(places)


def accept(*, actor: Actor, reason: str) -> AuditCheckpoint:
    """Accept that the end of the log was lost, as when an older backup of the database was restored.

    Raises Invalid without a reason, Conflict when nothing is missing that can be accepted.
    """
    with chain.alone:  # taken before the transaction, as the sealing does
        chain.note_gap()
        return accept_missing(actor=actor, reason=reason.strip()[:200])


@action("audit.accept")
def accept_missing(*, actor: Actor, reason: str) -> AuditCheckpoint:
    """Accept that audit lines are missing, with a reason that stays in the log."""
    if reason in ("", PRUNED):
        raise Invalid("Say why the lines are missing.", code="reason_missing", field="reason")
    point = AuditCheckpoint.objects.filter(reason=chain.UNEXPLAINED).order_by("first").first()
    if point is None:
        raise Conflict(
            "No line is missing at the end of the audit log.",
            code="nothing_missing",
            fix="See “pentad audit verify”. Lines removed from its midst cannot be accepted.",
        )
    point.reason = reason
    note("audit", first=point.first, last=point.last, reason=reason)
    return chain.sign_checkpoint(point)
