"""Mails of notices: at once, or gathered once a day."""

from django.conf import settings as django_settings
from django.core.mail import send_mail
from django.db.models import Q
from django.template.loader import render_to_string

from pentad.core import clock, settings
from pentad.core.actor import acting_as
from pentad.core.jobs import Context, task
from pentad.roles.access.invitations.queries import site
from pentad.roles.access.models import User
from pentad.roles.access.queries import actor_of
from pentad.roles.notices import queries
from pentad.roles.notices.kinds import DAILY, ONCE
from pentad.roles.notices.models import Notice
from pentad.roles.notices.rules import digest_line

HOUR = settings.define(
    "notices.digest_hour", 7, "Hour of the day (UTC) at which the digest of notices is mailed.", minimum=0, maximum=23
)
MOST = 200
"""Notices in one mail."""


@task("notices.mail")
def mail_notices(job: Context) -> dict[str, int]:
    """Mail what is due to each colleague, one mail each: what they may see, and have not read yet."""
    now, sent = clock.now(), 0
    due = Q(mail=ONCE) | Q(mail=DAILY, at__lt=digest_line(now, HOUR.get()))
    waiting = Notice.objects.filter(due, mailed=None)
    if not django_settings.MAIL:  # else the day on which mail is set up would begin with a flood
        waiting.update(mailed=now)
        return {"mails": 0}
    for user in User.objects.filter(pk__in=waiting.values("user")):
        rows = list(waiting.filter(user=user).order_by("id")[:MOST])
        sent += _mail(user, [row for row in rows if row.read is None])
        Notice.objects.filter(pk__in=[row.pk for row in rows]).update(mailed=now)
    return {"mails": sent}


def _mail(user: User, rows: list[Notice]) -> int:
    with acting_as(actor_of(user)):
        lines = queries.shown(rows) if user.is_active else []
    if lines:
        text = render_to_string("notices/mail.txt", {"lines": lines, "site": site(), "person": user})
        about = f"{len(lines)} notices" if len(lines) > 1 else " ".join(lines[0].text.split())[:120]
        send_mail(about, text, None, [user.email])
    return int(bool(lines))
