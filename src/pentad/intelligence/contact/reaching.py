"""How many of those who may be reached are not written to at present: suppressed, or at a limit."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce

from pentad.core import clock
from pentad.data.consent.queries import channels
from pentad.data.consent.reaching import reach
from pentad.intelligence.contact import queries
from pentad.intelligence.contact.models import ContactLog, Suppression
from pentad.intelligence.contact.policies import in_force
from pentad.intelligence.contact.policy import Cap
from pentad.intelligence.contact.queries import everybody_seen

ROOT = Coalesce(F("person__root_id"), F("person_id"))


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Customers who may be reached by a channel for a purpose, but not now; who is suppressed is not counted again."""

    suppressed: int = 0
    at_limit: int = 0


def held_back(purpose: str, now: datetime | None = None) -> dict[str, HeldBack]:
    """Channel → how many, of those of whom there are any. Nothing for who does not see every customer."""
    if not everybody_seen():
        return {}
    now, found = now or clock.now(), {}
    caps = in_force().caps
    for channel in (one.name for one in channels() if one.declared):
        away = _suppressed(channel, now)
        full = {root for cap in caps if cap.covers(purpose, channel) for root in _full(cap, now)} - away
        told = HeldBack(_reachable(away, channel, purpose), _reachable(full, channel, purpose))
        if told != HeldBack():
            found[channel] = told
    return found


def _reachable(roots: Collection[int], channel: str, purpose: str) -> int:
    if not roots:
        return 0
    return next((one.reachable for one in reach(purpose=purpose, scope=roots) if one.name == channel), 0)


def _suppressed(channel: str, now: datetime) -> set[int]:
    rows = Suppression.objects.filter(queries.in_force(now), channel__in=("", channel), person__isnull=False)
    return set(rows.annotate(root=ROOT).values_list("root", flat=True))


def _full(cap: Cap, now: datetime) -> "QuerySet[ContactLog, int]":
    """Roots of the customers to whom a limit leaves no room."""
    wanted = Q(at__gt=now - timedelta(hours=cap.within_hours))
    wanted &= Q(channel=cap.channel) if cap.channel else Q()
    wanted &= Q(purpose=cap.purpose) if cap.purpose else Q()
    rows = ContactLog.objects.filter(wanted).annotate(root=ROOT).values("root").annotate(n=Count("pk"))
    return rows.filter(n__gte=cap.most).values_list("root", flat=True)
