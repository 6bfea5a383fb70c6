"""Mails. A job holds ids only: links, which are as good as passwords, are made when the mail is."""

from django.core.mail import send_mail
from django.template.loader import render_to_string

from pentad.core.actor import SYSTEM
from pentad.core.jobs import Context, task
from pentad.roles.access.actions import invitation as password_link
from pentad.roles.access.invitations.models import Invitation
from pentad.roles.access.invitations.queries import path_of, site
from pentad.roles.access.models import User


@task("access.mail_invitation")
def mail_invitation(job: Context, invitation: str, site: str) -> None:
    """Send an invitation, unless it was taken back meanwhile."""
    found = Invitation.objects.filter(pk=invitation).first()
    if found is not None and found.state == Invitation.OPEN:
        link = site.rstrip("/") + path_of(found)
        _send("invitation", found.email, {"invitation": found, "link": link})


@task("access.mail_link")
def mail_link(job: Context, user: int | None) -> None:
    """Send a link to set a password; for nobody, do nothing."""
    found = User.objects.filter(pk=user, is_active=True).first() if user is not None else None
    if found is not None:
        link = site() + password_link(actor=SYSTEM, user=found)
        _send("password", found.email, {"person": found, "link": link})


def _send(name: str, to: str, context: dict[str, object]) -> None:
    text = render_to_string(f"access/mail/{name}.txt", context)
    subject, _, body = text.partition("\n\n")
    send_mail(" ".join(subject.split()), body, None, [to])
