"""What browsers were to be shown, and browsers that are gone, are forgotten some time after they are of no use."""

from datetime import datetime, timedelta

from pentad.core import clock
from pentad.core.jobs import Context, task
from pentad.platforms.web.models import PushSubscription, WebMessage

KEEP = timedelta(days=30)
"""After its end: so long a page of the customer still tells whether a message was shown."""
STEP = 1_000


@task("web.tidy")
def tidy_task(job: Context) -> dict[str, int]:
    """Once a day."""
    return {"deleted": tidy(clock.now())}


def tidy(now: datetime) -> int:
    gone = 0
    for rows in (
        WebMessage.objects.filter(until__lt=now - KEEP),
        PushSubscription.objects.filter(ended__lt=now - KEEP),
    ):
        while some := list(rows.values_list("pk", flat=True)[:STEP]):
            rows.model._default_manager.filter(pk__in=some).delete()
            gone += len(some)
    return gone
