"""What channels keep is kept as long as it is of use, and no longer."""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet

from pentad.core import clock, settings
from pentad.core.jobs import Context, task
from pentad.platforms.channels.models import Delivery, MailboxMessage, StoppedOrigin, TaskMade

KEEP_CONTENT = settings.define(
    "channels.keep_content_days",
    180,
    "Days for which what a message said can be looked at, and for which its links lead anywhere; then its content is removed.",
    minimum=1,
)
KEEP_ROWS = settings.define(
    "channels.keep_days",
    400,
    "Days for which it is known that a message was sent, held or skipped, and why. At least 40: duplicates are looked for in 30.",
    minimum=40,
)
MOST_IN_MAILBOX = 20_000
STEP = 1_000


@task("channels.forget")
def forget(job: Context) -> dict[str, int]:
    """Once a day."""
    now = clock.now()
    content = Delivery.objects.filter(done_at__lt=now - timedelta(days=KEEP_CONTENT.get())).exclude(payload=b"")
    content |= Delivery.objects.filter(sent_at__lt=now - timedelta(days=KEEP_CONTENT.get())).exclude(payload=b"")
    emptied = 0
    while some := list(content.values_list("pk", flat=True)[:STEP]):
        emptied += Delivery.objects.filter(pk__in=some).update(payload=b"", base=None)
        job.progress(0.5)
    old = now - timedelta(days=KEEP_ROWS.get())
    gone = _delete(job, Delivery.objects.filter(created__lt=old, payload=b""))
    newest = MailboxMessage.objects.order_by("-id").values_list("pk", flat=True)[MOST_IN_MAILBOX : MOST_IN_MAILBOX + 1]
    for last in newest:
        _delete(job, MailboxMessage.objects.filter(pk__lte=last))
    TaskMade.objects.filter(at__lt=old).delete()
    StoppedOrigin.objects.filter(kind=StoppedOrigin.CANCELLED, at__lt=old).delete()
    return {"emptied": emptied, "deleted": gone}


def _delete(job: Context, rows: "QuerySet[Delivery] | QuerySet[MailboxMessage]") -> int:
    gone = 0
    while some := list(rows.values_list("pk", flat=True)[:STEP]):
        with transaction.atomic():
            rows.model._default_manager.filter(pk__in=some).delete()
        gone += len(some)
        job.progress(0.8)
    return gone
