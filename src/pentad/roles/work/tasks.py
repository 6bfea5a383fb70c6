"""Reminders: at their time, they become notices."""

from pentad.core import clock
from pentad.core.jobs import Context, task
from pentad.roles.notices.actions import notify
from pentad.roles.notices.kinds import REMINDER
from pentad.roles.work.models import Task

MOST = 500


@task("work.remind", atomic=True)
def remind(job: Context) -> dict[str, int]:
    """Remind of the open tasks whose time has come, once each."""
    now = clock.now()
    rows = list(
        Task.objects.filter(remind_at__lte=now, reminded=None, done=None, deleted=None).order_by("remind_at")[:MOST]
    )
    for row in rows:
        if row.owner_id is not None:
            why = row.why[:200] or "You have this task, and its time has come."
            notify(user_ids=[row.owner_id], kind=REMINDER, parts=["Reminder: ", None], why=why, about=row)
    Task.objects.filter(pk__in=[row.pk for row in rows]).update(reminded=now)
    return {"reminders": len(rows)}
