"""Inviting, taking invitations back, accepting them; links to set a password by mail."""

from datetime import timedelta

from django.db import transaction

from pentad.core import clock
from pentad.core.action import action, note
from pentad.core.actor import SYSTEM, Actor
from pentad.core.errors import Conflict
from pentad.core.jobs import enqueue
from pentad.roles.access.actions import add_user, check_email, check_role
from pentad.roles.access.giving import require_may_give
from pentad.roles.access.invitations.models import Invitation
from pentad.roles.access.invitations.queries import invitation_by, mails
from pentad.roles.access.invitations.settings import DAYS
from pentad.roles.access.models import User


@action("admin.users")
def invite(*, actor: Actor, email: str, role: str, site: str = "") -> Invitation:
    """Invite an address to a role; an earlier invitation of the same address stops working.

    site: where Pentad is reached, for the link in the mail; without it or without SMTP, nothing is sent.
    Raises Invalid for a bad address or role, Conflict when the address has an account.
    """
    email = check_email(email)
    require_may_give(actor, check_role(role))
    now = clock.now()
    Invitation.objects.filter(email=email, accepted=None, revoked=None).update(revoked=now)
    made = Invitation.objects.create(
        email=email, role=role, by=actor.name, created=now, expires=now + timedelta(days=DAYS.get())
    )
    if site and mails():
        enqueue("access.mail_invitation", {"invitation": made.id, "site": site})
    note(f"invitation:{made.id}", role=role)
    return made


@action("admin.users")
def revoke_invitation(*, actor: Actor, invitation: Invitation) -> Invitation:
    """Make the link worthless. Raises Conflict when it was accepted; doing it twice changes nothing."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if invitation.accepted:
        raise Conflict(
            f"{invitation.email} has accepted.", code="invitation_accepted", fix="Close the account instead."
        )
    if invitation.revoked is None:
        invitation.revoked = clock.now()
        invitation.save(update_fields=["revoked"])
    note(f"invitation:{invitation.id}")
    return invitation


@transaction.atomic
def accept(*, token: str, name: str, password: str) -> User:
    """Make the account of an invitation. The link says who may; it works once, however often it is sent at once.

    Raises Conflict for a link that is closed, Invalid for a bad name or a weak password.
    """
    found = invitation_by(token, lock=True)
    guest = Actor("system", f"invitation-{found.id}", name.strip()[:200] or found.email, SYSTEM.rights)
    user = add_user(actor=guest, email=found.email, name=name, role=found.role, password=password)
    found.accepted, found.user = clock.now(), user
    found.save(update_fields=["accepted", "user"])
    return user


def ask_for_link(*, email: str) -> None:
    """Send a link to set a password, if somebody has this address and signs in with a password.

    Takes the same steps either way, so that nobody learns who has an account.
    """
    user = User.objects.filter(email=User.objects.normalise(email), is_active=True).first()
    known = user is not None and user.has_usable_password()
    enqueue("access.mail_link", {"user": user.pk if user and known else None})
