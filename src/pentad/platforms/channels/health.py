"""How each destination does: what waits for it, what leaves, whether it is left alone, what went wrong last."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count

from pentad.core import clock
from pentad.platforms.channels import pacing
from pentad.platforms.channels.hook_log import refusing
from pentad.platforms.channels.models import Attempt, Delivery, Destination
from pentad.platforms.channels.queries import waiting
from pentad.platforms.channels.rules import Breaker

LATEST = 2_000
"""Attempts that are looked at, of all destinations together, so that the page costs the same however many there are."""
SHOWN = 8
HOUR = timedelta(hours=1)


@dataclass(slots=True)
class Health:
    """state: on, off, archived, resting (left alone for a while) or failing. warm: how many may still leave today while it is
    warmed up; None once it is warm.
    """

    row: Destination
    state: str
    waiting: int
    oldest: datetime | None
    hour: int
    warm: int | None
    outcomes: dict[str, int] = field(default_factory=dict)
    troubles: list[Attempt] = field(default_factory=list)

    @property
    def tone(self) -> str:
        return {"on": "green", "failing": "orange", "resting": "red"}.get(self.state, "gray")

    @property
    def words(self) -> str:
        names = {"on": "on", "off": "off", "archived": "archived", "failing": "fails now and then"}
        return names.get(self.state, "fails: left alone for now")

    @property
    def refusing(self) -> bool:
        """What its service reports is refused of late."""
        return refusing(self.row)

    @property
    def overdue(self) -> bool:
        """Something has been due for minutes, and has not left."""
        return self.oldest is not None and self.oldest < clock.now() - timedelta(minutes=5)


def health(rows: Sequence[Destination]) -> list[Health]:
    """Of each, in their order."""
    now = clock.now()
    left = Delivery.objects.filter(sent_at__gte=now - HOUR).values_list("sent_by").annotate(n=Count("id")).order_by()
    hour = dict(left)
    tries = list(Attempt.objects.order_by("-id")[:LATEST])
    found = []
    for row in rows:
        queue = waiting(row)
        mine = [one for one in tries if one.destination_id == row.pk]
        found.append(
            Health(
                row, _state(row, now), queue["n"], queue["due"], hour.get(row.pk, 0), pacing.warm_left(row, now),
                dict(Counter(one.words for one in mine)), [one for one in mine if _bad(one)][:SHOWN],
            )
        )  # fmt: skip
    return found


def _state(row: Destination, now: datetime) -> str:
    if row.state != Destination.ON:
        return row.state
    if Breaker(row.failures, row.breaker_until, row.failed).is_open(now):
        return "resting"
    return "failing" if row.failures else "on"


def _bad(one: Attempt) -> bool:
    return one.outcome not in (Attempt.ACCEPTED, Attempt.BEGUN)
