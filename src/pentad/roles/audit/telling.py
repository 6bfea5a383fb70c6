"""Telling the log of what is no action: signing in, looking at a customer, taking a list away.

Lines outlive erasure: a subject is a kind and a public id, a detail holds names of fields and figures. Never an
identifier or a value of a customer, and so no text that was searched for. Lines of personal data that was looked at,
uncovered or taken away name the purposes for which the actor may act.
"""

import threading
from collections.abc import Iterable
from typing import Any

import structlog

from pentad.core import clock, trail
from pentad.core.actor import NOBODY, SYSTEM, Actor
from pentad.core.models import AuditLine
from pentad.roles.access.seeing import acts_for
from pentad.roles.views.state import ListState

log = structlog.get_logger(__name__)

HOUR_US = 3600 * 1_000_000
MOST_WAITING = 20_000
MOST_SEEN = 50_000

_lock = threading.Lock()
_waiting: list[AuditLine] = []
_seen: set[tuple[str, ...]] = set()
_seen_hour = 0
_lost = 0


def record(actor: Actor, action: str, subject: str = "", **detail: Any) -> AuditLine:
    """Write a line now, in the transaction under way if there is one."""
    return AuditLine.objects.create(
        actor=actor.ref, actor_name=actor.name, action=action, right="", subject=subject, detail=detail
    )


def exported(actor: Actor, what: str, *, rows: int, filters: Iterable[str] = (), **detail: Any) -> AuditLine:
    """A list or a file was taken away: which, how many rows, and by which fields it was narrowed (not by which values)."""
    return record(actor, "export", f"list:{what}", rows=rows, filters=list(filters), purposes=acts_for(actor), **detail)


def revealed(actor: Actor, subject: str, field: str, reason: str) -> AuditLine:
    """A masked field was uncovered."""
    return record(actor, "reveal", subject, field=field, reason=reason, purposes=acts_for(actor))


def told_by(state: ListState) -> list[str]:
    """By which fields a list was narrowed, never by which values: those may be a customer's."""
    return [*(["search"] if state.q else []), *(f"{one.field} {one.operator}" for one in state.filters)]


def looked_at(actor: Actor, subject: str, how: str = "page", *, again: bool = False, **detail: Any) -> None:
    """Somebody saw personal data. The first look of each hour is a line, written within seconds in the background.

    how: page, peek, timeline, api … A look in another way, or for other purposes, is another line. again: tell of every
    look.
    """
    later(actor, "view", subject, again=again, how=how, purposes=acts_for(actor), **detail)


def refused(action: str) -> None:
    """Somebody who is not known was turned away: a line for each address and hour, however often it happens."""
    later(NOBODY, action)


def later(actor: Actor, action: str, subject: str = "", *, again: bool = False, **detail: Any) -> None:
    """Write a line in the background, once an hour for the same actor, action, subject, way, purposes and address."""
    global _seen_hour, _lost
    now, origin = clock.now_us(), trail.origin_now()
    key = (actor.ref, action, subject, str(detail.get("how", "")), str(detail.get("purposes", "")), origin)
    with _lock:
        if now // HOUR_US != _seen_hour or len(_seen) > MOST_SEEN:
            _seen.clear()
            _seen_hour = now // HOUR_US
        if key in _seen and not again:
            return
        if len(_waiting) >= MOST_WAITING:
            _lost += 1
            return
        _seen.add(key)
        _waiting.append(
            AuditLine(
                at=clock.from_us(now), actor=actor.ref, actor_name=actor.name, action=action, right="",
                subject=subject, detail=detail, origin=origin,
            )
        )  # fmt: skip


def write_waiting() -> int:
    """Write the looks that wait; returns how many. They go on waiting when the database is away."""
    global _waiting, _lost
    with _lock:
        lines, lost = _waiting, _lost
        _waiting, _lost = [], 0
    try:
        if lines:
            AuditLine.objects.bulk_create([line if line.mark else line.prepared() for line in lines], batch_size=500)
        if lost:
            record(SYSTEM, "views_lost", count=lost)
            log.error("audit_views_lost", count=lost)
    except BaseException:
        with _lock:
            room = MOST_WAITING - len(_waiting)
            _waiting = lines[:room] + _waiting
            _lost += lost + max(0, len(lines) - room)
        raise
    return len(lines)


def forget_waiting() -> None:
    """As after a start (tests only)."""
    global _lost
    with _lock:
        _waiting.clear()
        _seen.clear()
        _lost = 0
