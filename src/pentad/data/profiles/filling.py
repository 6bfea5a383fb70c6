"""What every process knows of it while the mirror writes everybody anew: up to when what stands there was right, and
whether it is lost. Needs no ledger.
"""

from datetime import datetime, timedelta

from django.db import transaction

from pentad.core import clock
from pentad.core.errors import Unavailable
from pentad.data.profiles.models import MirrorTurn

UNKNOWN = timedelta(minutes=1)
"""Nobody knows when what is lost was last right: it counts as behind by this much when that is noticed."""


def began(*, lost: bool) -> None:
    """May be repeated by a process that goes on."""
    since = clock.now() - UNKNOWN if lost else clock.now()
    with transaction.atomic():
        turn, _ = MirrorTurn.objects.select_for_update().get_or_create(id=1)
        turn.filling = min(turn.filling or since, since)
        turn.lost = lost
        turn.save(update_fields=["filling", "lost"])


def ended() -> None:
    MirrorTurn.objects.filter(id=1).update(filling=None, lost=False)


def right_until() -> datetime | None:
    """None: nobody is being written anew."""
    return MirrorTurn.objects.filter(id=1).values_list("filling", flat=True).first()


def lost() -> bool:
    """Whether nothing stands beside the events until everybody is written."""
    return MirrorTurn.objects.filter(id=1, lost=True).exists()


def require_there() -> None:
    """Raises Unavailable while customers are written beside the events anew and nothing stands there meanwhile."""
    if lost():
        raise Unavailable(
            "Customers are being filled anew beside the events: nothing can be asked of them until that is done.",
            code="being_filled",
            fix="Ask again in a while; /readyz tells how far it has got.",
        )
