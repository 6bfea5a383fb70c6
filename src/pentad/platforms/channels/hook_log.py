"""What is kept of reports that came in: when there was one last, and when and why one was refused."""

from datetime import timedelta

from django.db.models import Q

from pentad.core import clock
from pentad.platforms.channels.models import Destination

SELDOM = timedelta(minutes=1)
"""That reports come need not be written for each."""
REFUSALS = timedelta(seconds=1)
"""Whoever knows the address may send what they like: no more than one row a second is written for it."""
TOLD = timedelta(days=2)
"""For as long a refusal is told of by itself."""


def took(row: Destination) -> None:
    """A report was read."""
    now = clock.now()
    seldom = Q(reported=None) | Q(reported__lt=now - SELDOM) | Q(report_refused__gte=now - SELDOM)
    Destination.objects.filter(seldom, pk=row.pk).update(reported=now)


def refused(row: Destination, why: str) -> None:
    """A report was not read. why: a sentence of ours; what came is kept nowhere."""
    now = clock.now()
    seldom = Q(report_refused=None) | Q(report_refused__lt=now - REFUSALS)
    Destination.objects.filter(seldom, pk=row.pk).update(report_refused=now, report_refusal=why[:300])


def refusing(row: Destination) -> bool:
    """Whether the last reports were refused, and none was read since."""
    last = row.report_refused
    return last is not None and last > clock.now() - TOLD and (row.reported is None or row.reported < last)
